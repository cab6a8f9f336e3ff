internal import SentryPacket

/// The entries of an address table that stand for more than one address, beside its table of single ones.
///
/// They come from requests alone, so only requests pay for adding them; packets look them up and refresh them. Expiry and
/// capacity are those of every `LinkedTable`. Ranges may overlap: see `RangeIndex` for the one that answers.
struct RangeTable: ~Copyable {
  private var table: LinkedTable<RangeRecord>
  private var ipv4 = RangeIndex<UInt32>()
  private var ipv6 = RangeIndex<UInt128>()

  init(capacity: Int, seed: HashSeed) {
    table = LinkedTable(capacity: capacity, lifetimes: [ExpiryClass.unlimited], seed: seed)
  }

  /// True if no lookup can find anything.
  @inline(__always)
  var isEmpty: Bool { table.count == 0 }

  // MARK: Packets

  /// The slot of the innermost unexpired range around the address. An expired one is passed over; `expire` removes it.
  ///
  /// An IPv6 net may be so wide that IPv4-mapped addresses lie in it; IPv4 is not meant by it.
  mutating func find(_ address: IPAddress, now: Timestamp) -> Int? { peek(address, now: now) }

  /// The same for those who may not change the table.
  @inline(__always)
  func peek(_ address: IPAddress, now: Timestamp) -> Int? {
    if let number = UInt32(address) { return ipv4.innermost(around: number) { isAlive($0, now) } }
    return UInt128(address).flatMap { ipv6.innermost(around: $0) { isAlive($0, now) } }
  }

  @inline(__always)
  private func isAlive<Number>(_ place: RangeIndex<Number>.Place, _ now: Timestamp) -> Bool {
    place.isThere(in: table) && table.isAlive(Int(place.slot), now: now)
  }

  mutating func hit(_ slot: Int, now: Timestamp) {
    guard table.isOccupied(slot) else { return }
    table[slot].matchCount &+= 1
    table[slot].isChanged = true
    table.refresh(slot, in: table[slot].expiryClass, now: now)
  }

  /// See `AddressTable.credit`.
  mutating func credit(_ key: RangeKey, hits: UInt64, at time: Timestamp) -> Bool {
    guard let slot = table.slot(of: key) else { return false }
    table[slot].matchCount &+= hits
    table[slot].isChanged = true
    table.refresh(slot, asOf: time)
    return true
  }

  func matchCount(of slot: Int) -> UInt64 { table.isOccupied(slot) ? table[slot].matchCount : 0 }

  mutating func resetMatchCount(of slot: Int) {
    guard table.isOccupied(slot) else { return }
    table[slot].matchCount = 0
    table[slot].isChanged = true
  }

  mutating func expire(now: Timestamp) {
    table.expire(now: now)
    // Closed only when half of it is gaps, so that it costs no removal more than a few steps.
    guard ipv4.count + ipv6.count > 2 * table.count else { return }
    ipv4.dropMissing(from: table)
    ipv4.compact()
    ipv6.dropMissing(from: table)
    ipv6.compact()
  }

  mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) { $0.isChanged = true } }

  // MARK: Requests

  func contains(_ key: RangeKey) -> Bool { table.contains(key) }

  /// The entry for exactly this range; `nil` if there is none or it has expired.
  func entry(of key: RangeKey, now: Timestamp) -> AddressEntry? { table.peek(key, now: now).flatMap { entry(at: $0) } }

  /// A range that lookups do not know yet.
  struct NewRange {
    fileprivate let key: RangeKey
    fileprivate let slot: Int
  }

  /// Adds or replaces an entry; lookups know a new one after `sortIn`.
  ///
  /// - Returns: what has to be sorted in; `nil` if it was there.
  mutating func set(_ key: RangeKey, to addition: AddressAddition, now: Timestamp) -> NewRange? {
    let expiryClass = table.expiryClass(lasting: addition.duration.nanoseconds)
    guard let slot = table.find(key, now: now) else {
      var record = RangeRecord(key: key, triggeredBy: addition.triggeredBy)
      record.matchCount = addition.matchCount
      return NewRange(key: key, slot: table.insert(record, in: expiryClass, now: now))
    }
    table.refresh(slot, in: expiryClass, now: now)
    table[slot].triggeredBy = addition.triggeredBy
    table[slot].matchCount = addition.matchCount
    table[slot].isChanged = true
    return nil
  }

  /// Lets lookups find new entries. Takes time with the number of ranges there are, so many are sorted in at once.
  mutating func sortIn(_ new: [NewRange]) {
    ipv4.sortIn(new, of: table)
    ipv6.sortIn(new, of: table)
  }

  mutating func remove(_ key: RangeKey) -> Bool { table.remove(key) }

  mutating func removeAll() {
    table.removeAll()
    ipv4.removeAll()
    ipv6.removeAll()
  }

  mutating func setCapacity(_ capacity: Int, now: Timestamp) {
    table.setCapacity(capacity, now: now)
    ipv4.removeAll()
    ipv6.removeAll()
    sortIn(table.occupiedSlots.map { NewRange(key: table[$0].key, slot: $0) })
  }

  // MARK: Saving and restoring

  var usedPlaces: Int { table.usedSlots }

  /// See `AddressTable.copyChanges`.
  mutating func copyChanges(at window: Range<Int>, isEverything: Bool, into copies: inout [PlacedEntry]) {
    for slot in window.clamped(to: 0..<table.usedSlots) where table[slot].isChanged || isEverything {
      table[slot].isChanged = false
      copies.append(PlacedEntry(place: .range(slot), entry: table.isOccupied(slot) ? entry(at: slot) : nil))
    }
  }

  /// Puts an entry into the table as it was; lookups know it after `sortIn`.
  mutating func restore(_ entry: AddressEntry) -> NewRange {
    let key = RangeKey(entry.range)
    _ = table.remove(key)
    var record = RangeRecord(key: key, triggeredBy: entry.triggeredBy)
    record.matchCount = entry.matchCount
    let expiryClass = table.expiryClass(lasting: entry.duration.nanoseconds)
    return NewRange(key: key, slot: table.insert(record, in: expiryClass, now: entry.lastTime))
  }

  var capacity: Int { table.capacity }

  mutating func reserve(slotsBelow limit: Int) -> Bool { table.reserve(slotsBelow: limit) }

  /// Puts an entry into its slot as it was, and as one that is saved; see `LinkedTable.place`. Lookups know it after `sortIn`.
  mutating func place(_ entry: AddressEntry, at slot: Int, isChanged: Bool) -> NewRange {
    var record = RangeRecord(key: RangeKey(entry.range), triggeredBy: entry.triggeredBy)
    record.matchCount = entry.matchCount
    record.isChanged = isChanged
    table.place(record, at: slot, lifetime: entry.duration.nanoseconds, now: entry.lastTime)
    return NewRange(key: record.key, slot: slot)
  }

  mutating func placeNothing(at slot: Int) { table.placeNothing(at: slot) }

  /// See `LinkedTable.gatherFreeSlots`.
  mutating func endPlacing(_ new: [NewRange]) {
    table.gatherFreeSlots()
    sortIn(new)
  }

  // MARK: Reports

  var count: Int { table.count }

  func count(now: Timestamp) -> Int { table.count(now: now) }

  var additions: UInt64 { table.additions }

  var evictions: UInt64 { table.evictions }

  func entry(at slot: Int) -> AddressEntry? { table[slot].entry(lifetime: table.lifetime(of: slot)) }

  func forEachEntry(now: Timestamp, _ body: (AddressEntry) -> Void) {
    table.forEachEntry(now: now) { record, lifetime in
      if let entry = record.entry(lifetime: lifetime) { body(entry) }
    }
  }

  /// See `LinkedTable.forEachLatest`.
  func forEachLatest(_ limit: Int, now: Timestamp, _ body: (AddressEntry) -> Void) {
    table.forEachLatest(limit, now: now) { record, lifetime in
      if let entry = record.entry(lifetime: lifetime) { body(entry) }
    }
  }

  /// See `LinkedTable.brokenInvariant`; every entry must be in the index, once.
  func brokenInvariant() -> String? {
    if let problem = table.brokenInvariant() ?? ipv4.brokenInvariant() ?? ipv6.brokenInvariant() { return problem }
    let found = ipv4.count(in: table) + ipv6.count(in: table)
    return found == table.count ? nil : "\(found) of \(table.count) ranges are in the index"
  }
}

/// An address of one family as a number.
protocol AddressNumber: FixedWidthInteger, UnsignedInteger, BitwiseCopyable, Sendable {
  /// `nil` for an address of the other family.
  init?(_ address: IPAddress)
  /// The last number of a range that begins in this family; a range may end in the other.
  init(lastOf range: RangeKey)
}

extension UInt32: AddressNumber {
  @inline(__always)
  init?(_ address: IPAddress) {
    guard let number = address.v4 else { return nil }
    self = number
  }

  @inline(__always)
  init(lastOf range: RangeKey) { self = range.last.v4 ?? .max }
}

extension UInt128: AddressNumber {
  @inline(__always)
  init?(_ address: IPAddress) {
    guard !address.isIPv4 else { return nil }
    self = UInt128(truncatingIfNeeded: address.high) << 64 | UInt128(truncatingIfNeeded: address.low)
  }

  @inline(__always)
  init(lastOf range: RangeKey) {
    self = UInt128(truncatingIfNeeded: range.lastHigh) << 64 | UInt128(truncatingIfNeeded: range.lastLow)
  }
}

// What the index remembers is checked against the table, so that the table may drop entries as it likes.

extension RangeIndex.Place {
  /// `nil` for a range of the other family.
  @inline(__always)
  init?(_ key: RangeKey, slot: Int) {
    guard let first = Number(key.first) else { return nil }
    self.init(first: first, last: Number(lastOf: key), slot: UInt32(truncatingIfNeeded: slot))
  }

  @inline(__always)
  func isThere(in table: borrowing LinkedTable<RangeRecord>) -> Bool {
    let slot = Int(slot)
    return table.isOccupied(slot) && RangeIndex.Place(table[slot].key, slot: slot) == self
  }
}

extension RangeIndex {
  /// Adds those of its family.
  fileprivate mutating func sortIn(_ new: [RangeTable.NewRange], of table: borrowing LinkedTable<RangeRecord>) {
    let places = new.compactMap { Place($0.key, slot: $0.slot) }
    guard !places.isEmpty else { return }
    dropMissing(from: table)
    // One that made way for a later one of the same request is never added.
    add(places.filter { $0.isThere(in: table) })
  }

  fileprivate mutating func dropMissing(from table: borrowing LinkedTable<RangeRecord>) {
    for position in 0..<count where !place(at: position).isThere(in: table) { drop(at: position) }
  }

  fileprivate func count(in table: borrowing LinkedTable<RangeRecord>) -> Int {
    (0..<count).count { place(at: $0).isThere(in: table) }
  }
}
