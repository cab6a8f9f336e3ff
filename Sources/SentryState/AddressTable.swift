public import SentryPacket

/// What `keep` or `add` did.
public enum KeepOutcome: Sendable {
  /// The address was not there, or expired.
  case added
  /// It was there and starts its duration again.
  case refreshed
}

/// Something to put into a table by request.
public struct AddressAddition: Hashable, Sendable {
  public var range: AddressRange
  public var duration: AddressDuration
  /// Who says so, as `triggeredBy` of an entry.
  public var triggeredBy: UInt32
  /// What it has matched so far.
  public var matchCount: UInt64

  public init(range: AddressRange, duration: AddressDuration, triggeredBy: UInt32, matchCount: UInt64 = 0) {
    self.range = range
    self.duration = duration
    self.triggeredBy = triggeredBy
    self.matchCount = matchCount
  }
}

/// Addresses that rules and people remember: one of the four tables.
///
/// An address stays until nothing has refreshed it for its duration; from that nanosecond on it does not match. `keep` and
/// `hit` refresh it. The table never refuses an address: when it is full, expired ones make way, then the oldest with a limited
/// duration, then the oldest. (docs/Classic.md, "Address tables")
///
/// Single addresses, and the IPv6 nets that packets make, stand in a hash table. Ranges, which only `add` makes, stand beside it
/// in a table of their own with the same capacity, so that no flood of packets drives out what somebody entered. An address
/// that is in both is answered by the first; of several ranges, by the innermost: the one that begins last, of those the one
/// that ends first. A table without ranges never looks for any.
///
/// `now` is never before that of an earlier call.
public struct AddressTable: ~Copyable {
  var table: LinkedTable<AddressRecord>
  var ranges: RangeTable
  /// The length of the nets by which packets' IPv6 addresses are kept, but those of a link (`isIPv6LinkLocal`), which are kept
  /// whole. Entries of another length stay, and match as before.
  private(set) var ipv6PrefixLength: Int
  /// The lengths of the IPv6 nets in the hash table, the longest first; one without entries may linger.
  private var ipv6Lengths: [UInt8]
  /// For a copy of the table that somebody keeps; `nil` while nobody does.
  var changes: AddressChanges?
  /// Entries keep their places as long as this number stays.
  public internal(set) var layout = AddressTable.firstLayout

  /// - Parameters:
  ///   - capacity: the nearest of 1...16 777 216: single addresses, and again as many ranges.
  ///   - ipv6PrefixLength: packets' IPv6 addresses are kept by their net of so many bits: the nearest of 1...128. IPv4
  ///     addresses are always kept whole.
  public init(capacity: Int, ipv6PrefixLength: Int = 128) {
    self.init(capacity: capacity, ipv6PrefixLength: ipv6PrefixLength, seed: .random())
  }

  init(capacity: Int, ipv6PrefixLength: Int, seed: HashSeed) {
    table = LinkedTable(capacity: capacity, lifetimes: [ExpiryClass.unlimited], seed: seed)
    ranges = RangeTable(capacity: capacity, seed: seed)
    self.ipv6PrefixLength = Self.validPrefixLength(ipv6PrefixLength)
    ipv6Lengths = [UInt8(self.ipv6PrefixLength)]
  }

  // MARK: Packets

  /// There is no entry, expired or not.
  @inline(__always)
  var isEmpty: Bool { table.count == 0 && ranges.isEmpty }

  /// The entry for this address, or for an IPv6 net or a range around it; `nil` if there is none or it has expired. Does not
  /// refresh it.
  @inline(__always)
  public mutating func find(_ address: IPAddress, now: Timestamp) -> TableSlot? {
    if let slot = findSingle(address, now: now) { return TableSlot(slot) }
    guard !ranges.isEmpty else { return nil }
    return ranges.find(address, now: now).map { TableSlot(range: $0) }
  }

  @inline(__always)
  private mutating func findSingle(_ address: IPAddress, now: Timestamp) -> Int? {
    for length in ipv6Lengths {
      if let slot = table.find(AddressKey(address, ipv6PrefixLength: length), now: now) { return slot }
      if address.isIPv4 { return nil }
    }
    return nil
  }

  /// An `Include` rule found the entry: refreshes and counts it.
  public mutating func hit(_ slot: TableSlot, now: Timestamp) {
    if let range = slot.range { return ranges.hit(range, now: now) }
    guard table.isOccupied(slot.index) else { return }
    noteRefresh(slot.index, now: now)
    table[slot.index].matchCount &+= 1
    table[slot.index].isChanged = true
    table.refresh(slot.index, in: table[slot.index].expiryClass, now: now)
  }

  /// Puts an address into the table with count 1, or refreshes it there without counting.
  ///
  /// A refreshed entry takes the new label, and the new duration unless it has a longer one already: a rule does not shorten
  /// what somebody set by hand. An address inside a range gets an entry of its own.
  public mutating func keep(
    _ address: IPAddress, now: Timestamp, duration: AddressDuration, triggeredBy: UInt32
  ) -> KeepOutcome {
    let key = sourceKey(address)
    if let slot = table.find(key, now: now) {
      if duration.nanoseconds > table.lifetime(of: slot) {
        table.refresh(slot, in: table.expiryClass(lasting: duration.nanoseconds), now: now)
        note(.refreshed, slot, now: now)
      } else {
        noteRefresh(slot, now: now)
        table.refresh(slot, in: table[slot].expiryClass, now: now)
      }
      table[slot].triggeredBy = triggeredBy
      table[slot].isChanged = true
      return .refreshed
    }
    if !address.isIPv4 { lookUp(ipv6Length: key.prefixLength) }
    insert(AddressRecord(key: key, triggeredBy: triggeredBy), duration, now: now)
    return .added
  }

  /// The address has an entry that `keep` would refresh.
  public mutating func keeps(_ address: IPAddress, now: Timestamp) -> Bool {
    table.find(sourceKey(address), now: now) != nil
  }

  private func sourceKey(_ address: IPAddress) -> AddressKey {
    AddressKey(source: address, ipv6PrefixLength: UInt8(truncatingIfNeeded: ipv6PrefixLength))
  }

  /// What a new entry for a packet's source stands for.
  public func rangeKept(for source: IPAddress) -> AddressRange { sourceKey(source).range }

  /// 0 if the slot holds no entry any more.
  public func matchCount(of slot: TableSlot) -> UInt64 {
    if let range = slot.range { return ranges.matchCount(of: range) }
    return table.isOccupied(slot.index) ? table[slot.index].matchCount : 0
  }

  /// `Reset parent` under an `Include`: the entry counts from 0 again.
  public mutating func resetMatchCount(of slot: TableSlot) {
    if let range = slot.range { return ranges.resetMatchCount(of: range) }
    guard table.isOccupied(slot.index) else { return }
    table[slot.index].matchCount = 0
    table[slot.index].isChanged = true
  }

  /// Removes expired entries, some thousands at most in one call; those left do not match either.
  public mutating func expire(now: Timestamp) {
    guard changes != nil else {
      table.expire(now: now)
      return ranges.expire(now: now)
    }
    // What the copy has seen of late may still come in (`credit`).
    let before = Timestamp(nanoseconds: now.nanoseconds - Self.creditDelay)
    table.expire(now: before)
    ranges.expire(now: before)
  }

  /// The clock was set back: what was refreshed after `now` counts as refreshed at `now`, and as changed. Whoever keeps a copy has to
  /// take all of it anew.
  public mutating func turnBack(to now: Timestamp) {
    changes?.miss()
    table.turnBack(to: now) { $0.isChanged = true }
    ranges.turnBack(to: now)
  }

  // MARK: Requests

  /// Puts addresses and ranges into the table as somebody entered them: with exactly that count and that duration. One for
  /// exactly the same addresses is replaced.
  ///
  /// Allocates; with ranges among them, takes time with the number of ranges there are. So many are better added in one call.
  ///
  /// - Returns: how many were not there before.
  @discardableResult
  public mutating func add(_ additions: some Sequence<AddressAddition>, now: Timestamp) -> Int {
    var added = 0
    var newRanges: [RangeTable.NewRange] = []
    for addition in additions {
      if let key = key(of: addition.range) {
        if set(key, to: addition, now: now) == .added { added += 1 }
      } else {
        changes?.noteRanges()
        if let range = ranges.set(RangeKey(addition.range), to: addition, now: now) { newRanges.append(range) }
      }
    }
    ranges.sortIn(newRanges)
    return added + newRanges.count
  }

  /// The key of what stands in the hash table; `nil` for a range.
  mutating func key(of range: AddressRange) -> AddressKey? {
    if range.first == range.last {
      if !range.first.isIPv4 { lookUp(ipv6Length: 128) }
      return AddressKey(range.first, ipv6PrefixLength: 128)
    }
    return netKey(of: range)
  }

  /// The key of an IPv6 net of a length that packets make, too.
  private func netKey(of range: AddressRange) -> AddressKey? {
    guard !range.first.isIPv4, let length = range.prefixLength.flatMap({ UInt8(exactly: $0) }),
      ipv6Lengths.contains(length), !ranges.contains(RangeKey(range))
    else { return nil }
    return AddressKey(range.first, ipv6PrefixLength: length)
  }

  private mutating func lookUp(ipv6Length length: UInt8) {
    guard !ipv6Lengths.contains(length) else { return }
    ipv6Lengths.append(length)
    ipv6Lengths.sort(by: >)
  }

  private mutating func set(_ key: AddressKey, to addition: AddressAddition, now: Timestamp) -> KeepOutcome {
    var record = AddressRecord(key: key, triggeredBy: addition.triggeredBy)
    record.matchCount = addition.matchCount
    guard let slot = table.find(key, now: now) else {
      insert(record, addition.duration, now: now)
      return .added
    }
    table.refresh(slot, in: table.expiryClass(lasting: addition.duration.nanoseconds), now: now)
    table[slot].triggeredBy = addition.triggeredBy
    table[slot].matchCount = addition.matchCount
    table[slot].isChanged = true
    note(.refreshed, slot, now: now)
    return .refreshed
  }

  /// Removes the address, or the IPv6 nets it lies in; false if there was none. Ranges stay.
  public mutating func remove(_ address: IPAddress) -> Bool {
    var wasThere = false
    for length in ipv6Lengths {
      if removeEntry(AddressKey(address, ipv6PrefixLength: length)) { wasThere = true }
    }
    return wasThere
  }

  /// Removes the entry for exactly these addresses (for a single one also the IPv6 nets it lies in); false if there was none.
  public mutating func remove(_ range: AddressRange) -> Bool {
    if range.first == range.last { return remove(range.first) }
    if let key = netKey(of: range) { return removeEntry(key) }
    changes?.noteRanges()
    return ranges.remove(RangeKey(range))
  }

  /// The entry for exactly these addresses; `nil` if there is none or it has expired. Changes nothing.
  public func entry(exactly range: AddressRange, now: Timestamp) -> AddressEntry? {
    guard let key = exactKey(of: range) else { return ranges.entry(of: RangeKey(range), now: now) }
    return table.peek(key, now: now).map { entry(at: $0) }
  }

  /// Removes the entry for exactly these addresses, and for a single one no net around it; false if there was none.
  @discardableResult
  public mutating func removeEntry(exactly range: AddressRange) -> Bool {
    if let key = exactKey(of: range) { return removeEntry(key) }
    changes?.noteRanges()
    return ranges.remove(RangeKey(range))
  }

  /// The key of what would stand in the hash table; `nil` for a range.
  private func exactKey(of range: AddressRange) -> AddressKey? {
    range.first == range.last ? AddressKey(range.first, ipv6PrefixLength: 128) : netKey(of: range)
  }

  /// Removes the entries that stand for none but some of these addresses, expired ones included: `credit` could bring those back.
  /// Looks at every entry.
  ///
  /// - Returns: what they stood for.
  public mutating func removeEntries(within spans: AddressSpans) -> [AddressRange] {
    guard !spans.isEmpty else { return [] }
    // Nothing has expired before it was entered.
    let start = Timestamp(nanoseconds: 0)
    var keys: [AddressKey] = []
    table.forEachEntry(now: start) { record, _ in
      if spans.covers(record.key.range) { keys.append(record.key) }
    }
    let ranges = rangeEntries(now: start).map(\.range).filter { spans.covers($0) }
    for key in keys { _ = removeEntry(key) }
    if !ranges.isEmpty { changes?.noteRanges() }
    for range in ranges { _ = self.ranges.remove(RangeKey(range)) }
    return keys.map(\.range) + ranges
  }

  private mutating func removeEntry(_ key: AddressKey) -> Bool {
    guard table.remove(key) else { return false }
    changes?.append(AddressChange(.removed, key.net, duration: .unlimited, time: Timestamp(nanoseconds: 0)))
    return true
  }

  public mutating func removeAll() {
    changes?.miss()
    layout &+= 1
    table.removeAll()
    ranges.removeAll()
    ipv6Lengths = [UInt8(truncatingIfNeeded: ipv6PrefixLength)]
  }

  /// Single addresses there may be, and ranges there may be besides.
  public var capacity: Int { table.capacity }

  /// Keeps what fits; slots found before are no longer valid.
  public mutating func setCapacity(_ capacity: Int, now: Timestamp) {
    changes?.miss()
    layout &+= 1
    table.setCapacity(capacity, now: now)
    ranges.setCapacity(capacity, now: now)
  }

  /// Keeps further IPv6 addresses by their net of `length` bits, the nearest of 1...128. Looks at every entry.
  public mutating func setIPv6PrefixLength(_ length: Int, now: Timestamp) {
    ipv6PrefixLength = Self.validPrefixLength(length)
    var lengths: Set<UInt8> = [UInt8(truncatingIfNeeded: ipv6PrefixLength)]
    table.forEachEntry(now: now) { record, _ in
      if !record.isIPv4 { lengths.insert(record.key.prefixLength) }
    }
    ipv6Lengths = lengths.sorted(by: >)
  }

  private static func validPrefixLength(_ length: Int) -> Int { max(1, min(128, length)) }

  // MARK: A copy elsewhere

  /// How much later than it happens `credit` may tell of a hit, in nanoseconds: an expired entry is kept so much longer.
  private static var creditDelay: Int64 { 5_000_000_000 }

  /// Begins to remember what changes, for somebody who keeps a copy: the single addresses and IPv6 nets that are entered,
  /// removed or make way, and at most once a second that one is refreshed. That an entry expires is not told.
  ///
  /// - Parameter capacity: changes between two calls of `takeChanges`; of more it is only said that they are missing.
  public mutating func recordChanges(capacity: Int) {
    changes = AddressChanges(capacity: capacity)
    changes?.miss()
  }

  public mutating func stopRecordingChanges() { changes = nil }

  /// Somebody is told of changes.
  public var recordsChanges: Bool { changes != nil }

  public var hasChanges: Bool { changes.map { !$0.isEmpty } ?? false }

  /// Hands over what has changed since the last call, oldest first, and forgets it.
  public mutating func takeChanges(_ body: (_ changes: [AddressChange], _ isIncomplete: Bool, _ ranges: Bool) -> Void) {
    guard hasChanges else { return }
    // In place: a copy of the list would have to be freed again.
    if let changes { body(changes.changes, changes.isIncomplete, changes.haveRangesChanged) }
    changes?.removeAll()
  }

  /// Counts hits that somebody else has seen, the last of them at `time`: the entry lives on from there, also if it had expired
  /// meanwhile. (One that is refreshed after others of the same duration counts as no older than those.)
  ///
  /// - Returns: false if there is no such entry any more.
  @discardableResult
  public mutating func credit(_ range: AddressRange, hits: UInt64, at time: Timestamp) -> Bool {
    guard let net = AddressNet(range), let slot = table.slot(of: AddressKey(net.address, ipv6PrefixLength: net.length))
    else { return ranges.credit(RangeKey(range), hits: hits, at: time) }
    table[slot].matchCount &+= hits
    table[slot].isChanged = true
    table.refresh(slot, asOf: time)
    return true
  }

  /// Inserts an entry that is not there; of a full table another makes way.
  mutating func insert(_ record: AddressRecord, _ duration: AddressDuration, now: Timestamp) {
    if changes != nil, let slot = table.makingWay(now: now) {
      changes?.append(AddressChange(.removed, table[slot].key.net, duration: duration, time: now))
    }
    _ = table.insert(record, in: table.expiryClass(lasting: duration.nanoseconds), now: now)
    changes?.append(AddressChange(.entered, record.key.net, duration: duration, time: now))
  }

  /// Of an entry that is about to be refreshed.
  @inline(__always)
  private mutating func noteRefresh(_ slot: Int, now: Timestamp) {
    guard changes != nil, now.nanoseconds - table[slot].lastNanoseconds >= AddressChanges.refreshNanoseconds else {
      return
    }
    note(.refreshed, slot, now: now)
  }

  private mutating func note(_ kind: AddressChange.Kind, _ slot: Int, now: Timestamp) {
    changes?.append(
      AddressChange(
        kind, table[slot].key.net, duration: AddressDuration(nanoseconds: table.lifetime(of: slot)), time: now))
  }

  // MARK: Reports

  /// Entries in the table, expired ones that are not removed yet included.
  public var count: Int { table.count + ranges.count }

  /// Entries that have not expired.
  public func count(now: Timestamp) -> Int { table.count(now: now) + ranges.count(now: now) }

  /// New entries since the start.
  public var additions: UInt64 { table.additions &+ ranges.additions }

  /// Entries that made way before they expired, since the start.
  public var evictions: UInt64 { table.evictions &+ ranges.evictions }

  /// Entries that make way where the table gets this capacity.
  public func excess(over capacity: Int, now: Timestamp) -> Int {
    let room = max(1, capacity)
    return max(0, table.count(now: now) - room) + max(0, ranges.count(now: now) - room)
  }

  /// The entries that have not expired, in no order: some ten nanoseconds to copy one.
  public func unsortedEntries(now: Timestamp) -> [AddressEntry] {
    var entries: [AddressEntry] = []
    entries.reserveCapacity(count)
    table.forEachEntry(now: now) { record, lifetime in entries.append(record.entry(lifetime: lifetime)) }
    ranges.forEachEntry(now: now) { entries.append($0) }
    return entries
  }

  /// The ranges among them.
  public func rangeEntries(now: Timestamp) -> [AddressEntry] {
    var entries: [AddressEntry] = []
    ranges.forEachEntry(now: now) { entries.append($0) }
    return entries
  }

  /// The unexpired entries whose last packet is the latest, that one first: takes time with `limit` and the number of different
  /// durations, not with that of the entries.
  public func latestEntries(_ limit: Int, now: Timestamp) -> [AddressEntry] {
    var entries: [AddressEntry] = []
    table.forEachLatest(limit, now: now) { record, lifetime in entries.append(record.entry(lifetime: lifetime)) }
    ranges.forEachLatest(limit, now: now) { entries.append($0) }
    entries.sort { $0.lastTime > $1.lastTime }
    return Array(entries.prefix(max(0, limit)))
  }

  /// The entries that have not expired, in the order of their addresses: some hundred nanoseconds to sort one in.
  public func entries(now: Timestamp) -> [AddressEntry] { unsortedEntries(now: now).sorted() }

  // MARK: Foresight

  /// The entries around an address. Changes nothing.
  public func entries(around address: IPAddress, now: Timestamp) -> EntriesAround {
    let lengths = address.isIPv4 ? [128] : ipv6Lengths
    let nets = lengths.compactMap { length in
      table.peek(AddressKey(address, ipv6PrefixLength: length), now: now).map { entry(at: $0) }
    }
    return EntriesAround(nets: nets, range: ranges.peek(address, now: now).flatMap { ranges.entry(at: $0) })
  }

  /// The entry that makes way when `keep` enters an address that is not there; `nil` where there is room. Changes nothing.
  ///
  /// - Parameter refreshed: an entry that is hit before that.
  public func makingWay(now: Timestamp, refreshing refreshed: AddressEntry?) -> AddressEntry? {
    let refreshed = refreshed.flatMap { entry -> Int? in
      guard let length = entry.range.prefixLength.flatMap({ UInt8(exactly: $0) }) else { return nil }
      return table.peek(AddressKey(entry.address, ipv6PrefixLength: length), now: now)
    }
    return table.foreseenMakingWay(now: now, refreshing: refreshed).map { entry(at: $0) }
  }

  func entry(at slot: Int) -> AddressEntry { table[slot].entry(lifetime: table.lifetime(of: slot)) }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() ?? ranges.brokenInvariant() }
}
