public import SentryPacket
internal import SentryState

extension Engine {
  /// The way in which the flow of a packet that goes this way began; `nil` for one that is not known.
  public func firstDirection(of packet: borrowing PacketFields, going direction: Direction) -> Direction? {
    tables.connections.peek(FlowKey(packet, direction: direction), now: now)?.firstDirection
  }
}
