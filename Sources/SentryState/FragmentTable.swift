public import SentryPacket

/// The ports of fragmented datagrams: the first fragment carries them, the later ones do not.
///
/// Every first fragment is remembered, whatever becomes of it, for 120 seconds; one with the same addresses, protocol and
/// identification replaces it and starts the time again, a look-up does not. When the table is full, the oldest makes way.
/// (RFC 791 §3.2 and RFC 8200 §4.5 on what belongs together; docs/Classic.md, "Fragment table")
///
/// `now` is never before that of an earlier call.
public struct FragmentTable: ~Copyable {
  private static let lifetime = 120 * Timestamp.nanosecondsPerSecond
  /// The table's only expiry class.
  private static let expiryClass: UInt16 = 0

  private var table: LinkedTable<FragmentRecord>

  /// - Parameter capacity: the nearest of 1...16 777 216.
  public init(capacity: Int) {
    table = LinkedTable(capacity: capacity, lifetimes: [Self.lifetime])
  }

  /// Remembers the ports of a first fragment; does nothing with another packet, or one whose ports were not captured.
  public mutating func remember(_ packet: PacketFields, now: Timestamp) {
    guard remembers(packet) else { return }
    let key = FragmentKey(packet)
    guard let slot = table.find(key, now: now) else {
      _ = table.insert(FragmentRecord(key: key, packet), in: Self.expiryClass, now: now)
      return
    }
    table[slot].sourcePort = packet.sourcePort
    table[slot].destinationPort = packet.destinationPort
    table.refresh(slot, in: Self.expiryClass, now: now)
  }

  /// What `remember` enters of a packet; `nil` if it enters nothing.
  public func entry(of packet: PacketFields) -> FragmentEntry? {
    remembers(packet) ? FragmentRecord(key: FragmentKey(packet), packet).entry : nil
  }

  private func remembers(_ packet: PacketFields) -> Bool {
    packet.isFirstFragment && packet.has([.addresses, .protocolNumber, .ports])
  }

  /// The ports of the datagram that a later fragment belongs to; `nil` for another packet, or if its first fragment is not
  /// remembered.
  public func ports(for packet: PacketFields, now: Timestamp) -> (source: UInt16, destination: UInt16)? {
    guard packet.isLaterFragment, packet.has([.addresses, .protocolNumber]),
      let slot = table.peek(FragmentKey(packet), now: now)
    else { return nil }
    return (table[slot].sourcePort, table[slot].destinationPort)
  }

  /// The datagram that makes way when `remember` enters another; `nil` where there is room, or nothing is entered. Changes nothing.
  public func makingWay(for packet: PacketFields, now: Timestamp) -> FragmentEntry? {
    guard remembers(packet), table.peek(FragmentKey(packet), now: now) == nil else { return nil }
    return table.foreseenMakingWay(now: now).map { table[$0].entry }
  }

  /// The datagrams that have not expired, the longest ago first.
  public func entries(now: Timestamp) -> [FragmentEntry] {
    var entries: [FragmentEntry] = []
    table.forEachEntry(now: now) { record, _ in entries.append(record.entry) }
    return entries
  }

  /// Removes expired datagrams, some thousands at most in one call; those left are not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  /// The clock was set back: what is later than `now` counts as of `now`.
  public mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Datagrams there may be.
  public var capacity: Int { table.capacity }

  /// Keeps what fits.
  public mutating func setCapacity(_ capacity: Int, now: Timestamp) { table.setCapacity(capacity, now: now) }

  /// Datagrams in the table, expired ones that are not removed yet included.
  public var count: Int { table.count }

  /// New datagrams since the start.
  public var additions: UInt64 { table.additions }

  /// Datagrams that made way before they expired, since the start.
  public var evictions: UInt64 { table.evictions }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}
