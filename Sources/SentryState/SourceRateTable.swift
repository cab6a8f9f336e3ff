public import SentryPacket

/// How many packets each source sent in the last full second.
///
/// Seconds are those of the clock, so that all rates roll over together, at the engine's ticks. An IPv4 address counts by
/// itself, an IPv6 address with its net. A source that was quiet for two seconds is forgotten: its rate is 0 by then. When the
/// table is full, the one that was quiet for longest makes way, and counts from 0 again.
///
/// `now` is never before that of an earlier call.
public struct SourceRateTable: ~Copyable {
  private static let lifetime = 2 * Timestamp.nanosecondsPerSecond
  /// The table's only expiry class.
  private static let expiryClass: UInt16 = 0

  private var table: LinkedTable<SourceRateRecord>
  private let ipv6PrefixLength: UInt8

  /// - Parameters:
  ///   - capacity: sources there may be: the nearest of 1...16 777 216.
  ///   - ipv6PrefixLength: bits of an IPv6 address that make one source: the nearest of 1...128.
  public init(capacity: Int, ipv6PrefixLength: Int) {
    table = LinkedTable(capacity: capacity, lifetimes: [Self.lifetime])
    self.ipv6PrefixLength = UInt8(max(1, min(128, ipv6PrefixLength)))
  }

  /// Counts a packet from this source.
  public mutating func count(_ source: IPAddress, now: Timestamp) {
    let key = AddressKey(source: source, ipv6PrefixLength: ipv6PrefixLength)
    guard let slot = table.find(key, now: now) else {
      _ = table.insert(SourceRateRecord(key: key), in: Self.expiryClass, now: now)
      return
    }
    table[slot].count(now)
    table.refresh(slot, in: Self.expiryClass, now: now)
  }

  /// Packets from this source in the last full second before `now`.
  public mutating func rate(of source: IPAddress, now: Timestamp) -> UInt64 {
    table.find(AddressKey(source: source, ipv6PrefixLength: ipv6PrefixLength), now: now).map { table[$0].rate(now) }
      ?? 0
  }

  /// What `count` makes of a source. Changes nothing.
  ///
  /// - Returns: the source before, if it is counted already, and after; and the one that makes way for it.
  public func foreseen(_ source: IPAddress, now: Timestamp) -> Foresight {
    let key = AddressKey(source: source, ipv6PrefixLength: ipv6PrefixLength)
    guard let slot = table.peek(key, now: now) else {
      return Foresight(
        before: nil, after: SourceRateEntry(range: key.range, packets: 1, rate: 0),
        evicted: table.foreseenMakingWay(now: now).map { table[$0].entry(now) })
    }
    let before = table[slot].entry(now)
    var after = before
    after.packets += 1
    return Foresight(before: before, after: after, evicted: nil)
  }

  public struct Foresight: Sendable {
    public var before: SourceRateEntry?
    public var after: SourceRateEntry
    public var evicted: SourceRateEntry?
  }

  /// The sources that have sent something in this second or the last, in no order.
  public func entries(now: Timestamp) -> [SourceRateEntry] {
    var entries: [SourceRateEntry] = []
    table.forEachEntry(now: now) { record, _ in entries.append(record.entry(now)) }
    return entries
  }

  /// Removes sources that have gone quiet, some thousands at most in one call; those left have rate 0 all the same.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Sources there may be.
  public var capacity: Int { table.capacity }

  /// Sources in the table, quiet ones that are not removed yet included.
  public var count: Int { table.count }

  /// New sources since the start.
  public var additions: UInt64 { table.additions }

  /// Sources that made way while they counted, since the start.
  public var evictions: UInt64 { table.evictions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}

/// What the table knows of a source, as a copy.
public struct SourceRateEntry: Hashable, Sendable {
  /// One IPv4 address, or an IPv6 net.
  public var range: AddressRange
  /// In the second that has begun.
  public var packets: UInt64
  /// In the last full second.
  public var rate: UInt64
}

/// A source as the table stores it: 40 bytes. The second that `current` counts is that of the last refresh.
struct SourceRateRecord: LinkedEntry {
  let key: AddressKey
  var expiryClass = ExpiryClass.free
  private var current: UInt32 = 1
  private var previous: UInt32 = 0
  var lastNanoseconds: Int64 = 0

  init(key: AddressKey) { self.key = key }

  /// Counts one more packet; before the refresh that moves the record to the present second.
  mutating func count(_ now: Timestamp) {
    let full = rate(now)
    if isCurrent(now) {
      current = current == .max ? current : current + 1
    } else {
      previous = UInt32(truncatingIfNeeded: full)
      current = 1
    }
  }

  /// The packets of the second before that of `now`.
  func rate(_ now: Timestamp) -> UInt64 {
    switch now.seconds - Timestamp(nanoseconds: lastNanoseconds).seconds {
    case 0: UInt64(previous)
    case 1: UInt64(current)
    default: 0
    }
  }

  func entry(_ now: Timestamp) -> SourceRateEntry {
    SourceRateEntry(range: key.range, packets: isCurrent(now) ? UInt64(current) : 0, rate: rate(now))
  }

  private func isCurrent(_ now: Timestamp) -> Bool { now.seconds == Timestamp(nanoseconds: lastNanoseconds).seconds }
}
