public import SentryPacket
internal import SentryState

/// Where a packet was taken, and what is known of it there that its bytes do not say.
public struct PacketOrigin: Sendable {
  /// The position in `Engine.interfaces`; one out of range counts as an interface without filters.
  public var interface: Int
  /// `nil`: outbound if the source address is local.
  public var direction: Direction?
  /// One of the kernel's hooks has told the direction: what passes through this host is seen on its way in and again on its way out.
  public var isAtHook: Bool
  /// Of a frame whose link header is not among the bytes; in the low 48 bits, first byte on the wire highest.
  public var sourceMAC: UInt64?
  /// The process on this host behind it, by the numbers of the rules in force (`Program.owner`).
  public var owner: PacketOwner

  @inlinable
  public init(
    interface: Int, direction: Direction? = nil, isAtHook: Bool = false, sourceMAC: UInt64? = nil,
    owner: PacketOwner = PacketOwner()
  ) {
    self.interface = interface
    self.direction = direction
    self.isAtHook = isAtHook
    self.sourceMAC = sourceMAC
    self.owner = owner
  }

  @inline(__always)
  var sight: PacketWay.Sight { direction == nil ? .capture : isAtHook ? .hook : .bridge }
}

extension PacketFields {
  /// Who has sent it on its link, where its bytes do not tell.
  @inline(__always)
  mutating func noteSource(of origin: PacketOrigin) {
    guard let address = origin.sourceMAC else { return }
    sourceMAC = address
    present.insert(.sourceMAC)
  }
}
