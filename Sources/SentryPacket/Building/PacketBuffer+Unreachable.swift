/// "Destination unreachable" in both versions: the message's type, and why (RFC 792, RFC 1812 §5.2.7.1; RFC 4443 §3.1).
private enum Unreachable {
  static let type: UInt8 = 3
  static let port: UInt8 = 3
  static let prohibited: UInt8 = 13

  static let typeV6: UInt8 = 1
  static let portV6: UInt8 = 4
  static let prohibitedV6: UInt8 = 1
}

extension PacketBuffer {
  /// Makes the ICMP or ICMPv6 message that says a packet was not delivered, in the name of its destination.
  ///
  /// To a UDP datagram it says what a closed port says: port unreachable. Other protocols have no ports that could be
  /// closed; they hear that a firewall is in the way: communication administratively prohibited. The packet is quoted as
  /// far as such messages go: 576 bytes in all for IPv4 (RFC 1812 §4.3.2.3), 1280 for IPv6 (RFC 4443 §2.4 c).
  ///
  /// - Parameter frame: the frame that `packet` was decoded from.
  /// - Returns: false if there must be none: about ICMP errors, about fragments but the first, to or about more than one
  ///   host, or too little was captured.
  public mutating func writeUnreachable(about packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    clear()
    guard packet.mayBeAnswered(isLocal: true), !packet.isICMPErrorOrRedirect else { return false }
    let isIPv4 = packet.version == 4
    let quoted = Self.quotation(of: packet, in: frame)
    let message = Self.unreachable(isIPv4: isIPv4, isDatagram: packet.protocolNumber == IPProtocol.udp)
    beginReply(
      to: packet, protocol: isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6,
      carrying: ICMPLayout.headerLength + quoted.count)
    let start = self.packet.count
    message.appendHeader(to: &self.packet)
    self.packet.append(quoted, of: frame)
    self.packet.setICMPChecksum(from: start, packet.destination, packet.source, isIPv4: isIPv4)
    return true
  }

  /// The captured bytes of the packet, no more than an error may quote.
  private static func quotation(of packet: borrowing PacketFields, in frame: RawSpan) -> Range<Int> {
    let start = min(Int(packet.networkOffset), frame.byteCount)
    let length = min(Int(packet.byteCount), ICMPMessage.longestQuotation(isIPv4: packet.version == 4))
    return start..<min(start + length, frame.byteCount)
  }

  private static func unreachable(isIPv4: Bool, isDatagram: Bool) -> ICMPMessage {
    isIPv4
      ? ICMPMessage(type: Unreachable.type, code: isDatagram ? Unreachable.port : Unreachable.prohibited)
      : ICMPMessage(type: Unreachable.typeV6, code: isDatagram ? Unreachable.portV6 : Unreachable.prohibitedV6)
  }
}
