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
    guard packet.isFirstFragment, packet.has([.addresses, .protocolNumber, .ports]) else { return }
    let key = FragmentKey(packet)
    guard let slot = table.find(key, now: now) else {
      _ = table.insert(FragmentRecord(key: key, packet), in: Self.expiryClass, now: now)
      return
    }
    table[slot].sourcePort = packet.sourcePort
    table[slot].destinationPort = packet.destinationPort
    table.refresh(slot, in: Self.expiryClass, now: now)
  }

  /// The ports of the datagram that a later fragment belongs to; `nil` if its first fragment is not remembered.
  public mutating func ports(
    for packet: PacketFields, now: Timestamp
  ) -> (source: UInt16, destination: UInt16)? {
    guard packet.has([.addresses, .protocolNumber]), let slot = table.find(FragmentKey(packet), now: now) else {
      return nil
    }
    return (table[slot].sourcePort, table[slot].destinationPort)
  }

  /// What `ports` would say. Changes nothing.
  public func peekPorts(for packet: PacketFields, now: Timestamp) -> (source: UInt16, destination: UInt16)? {
    guard packet.has([.addresses, .protocolNumber]), let slot = table.peek(FragmentKey(packet), now: now) else {
      return nil
    }
    return (table[slot].sourcePort, table[slot].destinationPort)
  }

  /// Removes expired datagrams, some thousands at most in one call; those left are not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

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
