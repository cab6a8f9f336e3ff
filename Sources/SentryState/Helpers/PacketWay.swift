/// Which way a packet came to be seen. The address in it anybody can write; this not.
public struct PacketWay: BitwiseCopyable, Sendable, Equatable {
  /// Who tells it.
  public enum Sight: UInt8, BitwiseCopyable, Sendable {
    /// A capture, where the addresses tell the direction, and packets of both ends may come the same way.
    case capture
    /// A bridge between two interfaces, where each packet is seen once, as it arrives.
    case bridge
    /// The kernel, which shows what passes through this host as it arrives and again as it leaves.
    case hook
    /// This host's own interface to itself: others cannot send there.
    case loopback
  }

  /// By its position in the engine.
  public var interface: UInt16
  public var isOutbound: Bool
  public var sight: Sight

  public init(interface: UInt16, isOutbound: Bool, sight: Sight) {
    self.interface = interface
    self.isOutbound = isOutbound
    self.sight = sight
  }
}
