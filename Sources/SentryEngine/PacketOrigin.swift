public import SentryPacket

/// Where a packet was taken, and what is known of it there that its bytes do not say.
public struct PacketOrigin: Sendable {
  /// The position in `Engine.interfaces`; one out of range counts as an interface without filters.
  public var interface: Int
  /// `nil`: outbound if the source address is local.
  public var direction: Direction?
  /// Of a frame whose link header is not among the bytes; in the low 48 bits, first byte on the wire highest.
  public var sourceMAC: UInt64?
  /// The process on this host behind it, by the numbers of the rules in force (`Program.owner`).
  public var owner: PacketOwner

  @inlinable
  public init(
    interface: Int, direction: Direction? = nil, sourceMAC: UInt64? = nil, owner: PacketOwner = PacketOwner()
  ) {
    self.interface = interface
    self.direction = direction
    self.sourceMAC = sourceMAC
    self.owner = owner
  }
}
