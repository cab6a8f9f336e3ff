public import SentryPacket

/// Sources that a rule has matched once, and will enter into table trigger if it matches them again.
///
/// A second match counts from one second after the first on, up to a minute after it; later it is a first one again. Matches in
/// between change nothing. A source is known by what table trigger would keep, and each rule, by its label, waits for itself.
/// The table has room for `capacity`; when it is full, the oldest makes way: it needs two matches anew.
///
/// `now` is never before that of an earlier call.
public struct TriggerCandidates: ~Copyable {
  public static var capacity: Int { 4_096 }
  private static let shortest = Timestamp.nanosecondsPerSecond
  /// The last nanosecond counts.
  private static let lifetime = 60 * Timestamp.nanosecondsPerSecond + 1
  /// The table's only expiry class.
  private static let expiryClass: UInt16 = 0

  private var table: LinkedTable<CandidateRecord>

  public init() { table = LinkedTable(capacity: Self.capacity, lifetimes: [Self.lifetime]) }

  /// A rule has matched a packet of this source.
  ///
  /// - Parameter source: the addresses that an entry would stand for.
  /// - Returns: true if it has done so before, as long ago as it takes.
  public mutating func note(_ source: AddressRange, matchedBy label: UInt32, now: Timestamp) -> Bool {
    let key = CandidateKey(source, label)
    if let slot = table.find(key, now: now) { return isLongAgo(slot, now) }
    _ = table.insert(CandidateRecord(key: key), in: Self.expiryClass, now: now)
    return false
  }

  /// What `note` would say. Changes nothing.
  public func foresee(_ source: AddressRange, matchedBy label: UInt32, now: Timestamp) -> Bool {
    table.peek(CandidateKey(source, label), now: now).map { isLongAgo($0, now) } ?? false
  }

  private func isLongAgo(_ slot: Int, _ now: Timestamp) -> Bool {
    now.nanoseconds - table[slot].lastNanoseconds >= Self.shortest
  }

  /// Removes what has expired; what is left is not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  /// The clock was set back: what is later than `now` counts as of `now`.
  public mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Candidates, expired ones that are not removed yet included.
  public var count: Int { table.count }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}

/// A source, and the rule that has matched it.
struct CandidateKey: TableKey {
  let source: AddressKey
  let label: UInt32

  init(_ source: AddressRange, _ label: UInt32) {
    self.source = AddressKey(source)
    self.label = label
  }

  func hash(_ seed: HashSeed) -> UInt64 { source.hash(seed) ^ UInt64(label) &* (seed.third | 1) }
}

/// A candidate as the table stores it. It is never refreshed: `lastNanoseconds` is the first match.
struct CandidateRecord: LinkedEntry {
  let key: CandidateKey
  var expiryClass = ExpiryClass.free
  var lastNanoseconds: Int64 = 0

  init(key: CandidateKey) { self.key = key }
}
