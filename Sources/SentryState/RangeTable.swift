internal import SentryPacket

/// The entries of an address table that stand for more than one address, beside its table of single ones.
///
/// They come from requests alone, so only requests pay for adding them; packets look them up and refresh them. Expiry and
/// capacity are those of every `LinkedTable`. Ranges may overlap: see `RangeIndex` for the one that answers.
struct RangeTable: ~Copyable {
  private var table: LinkedTable<RangeRecord>
  private var index = RangeIndex()

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
    index.innermost(around: address) { place in
      place.first.isIPv4 == address.isIPv4 && isThere(place) && table.isAlive(Int(place.slot), now: now)
    }
  }

  /// What the index remembers is checked against the table, so that the table may drop entries as it likes.
  @inline(__always)
  private func isThere(_ place: RangeIndex.Place) -> Bool {
    let slot = Int(place.slot)
    return table.isOccupied(slot) && RangeIndex.Place(table[slot].key, slot: slot) == place
  }

  mutating func hit(_ slot: Int, now: Timestamp) {
    guard table.isOccupied(slot) else { return }
    table[slot].matchCount &+= 1
    table.refresh(slot, in: table[slot].expiryClass, now: now)
  }

  func matchCount(of slot: Int) -> UInt64 { table.isOccupied(slot) ? table[slot].matchCount : 0 }

  mutating func resetMatchCount(of slot: Int) {
    guard table.isOccupied(slot) else { return }
    table[slot].matchCount = 0
  }

  mutating func expire(now: Timestamp) {
    table.expire(now: now)
    // Closed only when half of it is gaps, so that it costs no removal more than a few steps.
    guard index.count > 2 * table.count else { return }
    for position in 0..<index.count where !isThere(index.place(at: position)) { index.drop(at: position) }
    index.compact()
  }

  // MARK: Requests

  func contains(_ key: RangeKey) -> Bool { table.contains(key) }

  /// Adds or replaces an entry; lookups know a new one after `sortIn`.
  ///
  /// - Returns: where the new one has to be sorted in; `nil` if it was there.
  mutating func set(_ key: RangeKey, to addition: AddressAddition, now: Timestamp) -> RangeIndex.Place? {
    let expiryClass = table.expiryClass(lasting: addition.duration.nanoseconds)
    guard let slot = table.find(key, now: now) else {
      let record = RangeRecord(key: key, triggeredBy: addition.triggeredBy)
      return RangeIndex.Place(key, slot: table.insert(record, in: expiryClass, now: now))
    }
    table.refresh(slot, in: expiryClass, now: now)
    table[slot].triggeredBy = addition.triggeredBy
    table[slot].matchCount = 0
    return nil
  }

  /// Lets lookups find new entries. Takes time with the number of ranges there are, so many are sorted in at once.
  mutating func sortIn(_ new: [RangeIndex.Place]) {
    guard !new.isEmpty else { return }
    let known = (0..<index.count).map { index.place(at: $0) }
    index.replaceAll(with: (known + new).filter { isThere($0) })
  }

  mutating func remove(_ key: RangeKey) -> Bool { table.remove(key) }

  mutating func removeAll() {
    table.removeAll()
    index.removeAll()
  }

  mutating func setCapacity(_ capacity: Int, now: Timestamp) {
    table.setCapacity(capacity, now: now)
    let places = table.occupiedSlots.map { RangeIndex.Place(table[$0].key, slot: $0) }
    index.replaceAll(with: places)
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

  /// See `LinkedTable.brokenInvariant`; every entry must be in the index, once.
  func brokenInvariant() -> String? {
    if let problem = table.brokenInvariant() ?? index.brokenInvariant() { return problem }
    let found = (0..<index.count).count { isThere(index.place(at: $0)) }
    return found == table.count ? nil : "\(found) of \(table.count) ranges are in the index"
  }
}

extension RangeIndex.Place {
  init(_ key: RangeKey, slot: Int) {
    self.init(first: key.first, last: key.last, slot: UInt32(truncatingIfNeeded: slot))
  }
}
