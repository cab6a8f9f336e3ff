public import SentryPacket
internal import SentryState

/// How a flow began, and whether it goes on.
public struct FlowBeginning: Equatable, Sendable {
  /// The way of its first packet.
  public var direction: Direction
  /// Both ends have sent something, and neither has said that it ends.
  public var isOpen: Bool

  public init(_ direction: Direction, isOpen: Bool = false) {
    self.direction = direction
    self.isOpen = isOpen
  }
}

extension Engine {
  /// How the flow of a packet that goes this way began; `nil` for one that is not known.
  public func beginning(of packet: borrowing PacketFields, going direction: Direction) -> FlowBeginning? {
    tables.connections.peek(FlowKey(packet, direction: direction), now: now).map {
      FlowBeginning($0.firstDirection, isOpen: $0.tcp.isEmpty && $0.forward.packets > 0 && $0.reverse.packets > 0)
    }
  }
}
