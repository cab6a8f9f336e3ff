internal import SentryPacket
internal import SentryRules
internal import SentryState

extension ConnectionStates {
  /// Where a packet's flow stood before the packet.
  ///
  /// - Parameter known: how far TCP has come, of a flow that is known; empty for other protocols.
  init(before packet: borrowing PacketFields, known: TCPState?) {
    let isRequest = packet.isTCPRequest
    guard let known else {
      self = packet.mayStartFlow ? .new : .none
      return
    }
    if isRequest, known.contains(.onlySYN) || known.isClosed {
      self = .new
    } else {
      self = known.isDisjoint(with: .endings) ? .established : .closing
    }
  }
}

extension TCPState {
  /// A FIN or a RST was seen, or a rule has dropped the connection.
  fileprivate static var endings: TCPState { [.forwardFIN, .reverseFIN, .reset, .closedByFirewall] }
}

extension PacketFields {
  /// SYN without ACK.
  var isTCPRequest: Bool {
    has(.tcpFlags) && tcpFlags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn
  }

  /// The packet can be the first of a flow. A later fragment of UDP can if the first one was seen, which carried the ports.
  fileprivate var mayStartFlow: Bool {
    guard has([.addresses, .protocolNumber]) else { return false }
    return switch protocolNumber {
    case IPProtocol.tcp: isTCPRequest
    case IPProtocol.udp: has(.ports)
    case IPProtocol.icmp where version == 4: isICMPRequest
    case IPProtocol.icmpv6 where version == 6: isICMPv6Request
    default: true
    }
  }

  /// Asks for an answer (IANA "ICMP Type Numbers"): echo, router solicitation, timestamp, information, address mask, extended
  /// echo.
  private var isICMPRequest: Bool {
    guard has(.icmp) else { return false }
    return switch icmpType {
    case 8, 10, 13, 15, 17, 42: true
    default: false
    }
  }

  /// Asks for an answer (IANA "ICMPv6 type Numbers"): echo, multicast listener query, router and neighbour solicitation, node
  /// information query, extended echo.
  private var isICMPv6Request: Bool {
    guard has(.icmpv6) else { return false }
    return switch icmpType {
    case 128, 130, 133, 135, 139, 160: true
    default: false
    }
  }
}
