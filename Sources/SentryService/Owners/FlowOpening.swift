internal import SentryEngine
internal import SentryPacket

// How the connection of a packet was opened, as far as the packet and the engine tell.

extension PacketFields {
  private var isBareSYN: Bool { has(.tcpFlags) && tcpFlags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn }

  /// Another process may have the ports now. A SYN that comes in on an open connection says nothing of the kind: anybody may have sent
  /// it, and the host will not believe it either (RFC 9293 §3.10.7.4).
  func beginsAnew(_ direction: Direction, _ engine: borrowing Engine) -> Bool {
    isBareSYN && (direction == .outbound || engine.beginning(of: self, going: direction)?.isOpen != true)
  }

  /// The way in which the connection of the packet was opened; `nil` where it is not its first, and nobody has seen that. Then it
  /// counts as opened by others if somebody listens at its end.
  func opening(_ direction: Direction, _ engine: borrowing Engine) -> Direction? {
    guard protocolNumber == IPProtocol.tcp else {
      return engine.beginning(of: self, going: direction)?.direction ?? direction
    }
    guard !beginsAnew(direction, engine) else { return direction }
    let isAnswer = has(.tcpFlags) && tcpFlags & TCPFlag.syn != 0 && !isBareSYN
    return isAnswer ? (direction == .inbound ? .outbound : .inbound) : nil
  }
}
