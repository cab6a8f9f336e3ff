/// What the verdict on a packet says besides what becomes of the packet: who is told, and how.
///
/// Whoever carries verdicts out makes the packets (`PacketBuffer.writeReply`, `PacketBuffer.writeReplacement`); whoever only
/// watches leaves it. What answers look like: docs/Classic.md, "Packets the firewall makes".
public enum Answer: UInt8, Sendable, CaseIterable {
  case none
  /// To the sender of a TCP segment: a reset.
  case reset
  /// To the sender of any other packet: ICMP says that it was not delivered.
  case unreachable
  /// To the sender of a TCP segment: its numbers, acknowledged.
  case acknowledgement
  /// To both ends: the sender gets a reset, and the packet goes on as one, without its payload.
  case resetBoth
  /// To both ends: the sender, a local program that asked for a web page, gets another page; the packet goes on as a reset.
  case blockedPage

  /// The word in reports.
  public var name: String { "\(self)" }

  /// The packet goes on changed into a reset, although its verdict does not let it through.
  @inlinable
  public var replacesPacket: Bool { self == .resetBoth || self == .blockedPage }
}

extension PacketFields {
  /// There is a sender, and it may be told what became of its packet (RFC 1122 §3.2.2, §4.2.3.10; RFC 1812 §4.3.2.7;
  /// RFC 4443 §2.4 e): one host sent it to one host, and it is no fragment but the first.
  ///
  /// - Parameter isLocal: the packet never was on a wire, so that its source may be a loopback address.
  public func mayBeAnswered(isLocal: Bool = false) -> Bool {
    guard has([.addresses, .protocolNumber]), !isLaterFragment else { return false }
    guard source.isUnicast, destination.isUnicast, isLocal || !source.isLoopback else { return false }
    return !has(.ethernet) || !isToGroup
  }

  /// Sent to more than one station: the lowest bit of the first byte is set (IEEE 802 §8.2).
  private var isToGroup: Bool { destinationMAC >> 40 & 1 != 0 }

  /// TCP whose header was captured whole: what resets and acknowledgements are made from.
  public var isWholeTCPHeader: Bool { has([.addresses, .ports, .tcpFlags, .tcpOptions]) && !isLaterFragment }

  /// Nothing answers a reset (RFC 9293 §3.10.7.1).
  public var isReset: Bool { has(.tcpFlags) && tcpFlags & TCPFlag.rst != 0 }

  /// No ICMP message answers an ICMP error or a redirect (RFC 1122 §3.2.2; RFC 4443 §2.4 e).
  public var isICMPErrorOrRedirect: Bool { isICMPError || has(.icmpv6) && icmpType == ICMPv6.redirect }
}

private enum ICMPv6 {
  /// RFC 4861 §4.5.
  static let redirect: UInt8 = 137
}
