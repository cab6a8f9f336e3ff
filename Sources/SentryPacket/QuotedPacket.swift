// An ICMP error quotes the packet that it is about: the IP header and at least eight bytes behind it (RFC 792; RFC 4443
// §3). Those eight hold the ports or the echo identifier, so the flow can be told.

/// Types of error messages.
private enum ICMPError {
  static let unreachable: UInt8 = 3
  static let sourceQuench: UInt8 = 4
  static let redirect: UInt8 = 5
  static let timeExceeded: UInt8 = 11
  static let parameterProblem: UInt8 = 12
  /// Unreachable, packet too big, time exceeded, parameter problem.
  static let v6: ClosedRange<UInt8> = 1...4
}

extension PacketFields {
  /// An ICMP or ICMPv6 error, which quotes another packet.
  @inlinable
  public var isICMPError: Bool { (has(.icmp) || has(.icmpv6)) && hasTypeOfError }

  @usableFromInline
  var hasTypeOfError: Bool {
    if has(.icmpv6) { return ICMPError.v6.contains(icmpType) }
    switch icmpType {
    case ICMPError.unreachable, ICMPError.sourceQuench, ICMPError.redirect, ICMPError.timeExceeded,
      ICMPError.parameterProblem:
      return true
    default:
      return false
    }
  }

  /// The packet that this ICMP error is about, as far as it is quoted; it went the other way.
  ///
  /// Its offsets count in the same `frame`, from which `self` was decoded; its `byteCount` is what its header says, not
  /// what is quoted. `nil` if this is no ICMP error, or too little is quoted to tell the flow: addresses, protocol, and
  /// ports or type where the protocol has them. An error is never about another one (RFC 1122 §3.2.2).
  public func quotedPacket(in frame: RawSpan) -> PacketFields? {
    guard isICMPError, has(.payload) else { return nil }
    var quoted = PacketFields()
    guard quoted.decodeQuoted(frame, at: payload, version: version), quoted.tellsFlow else { return nil }
    return quoted
  }

  /// Returns `false` if the quote is of another version, or its IP header does not hold together.
  private mutating func decodeQuoted(_ frame: RawSpan, at quote: Range<UInt32>, version: UInt8) -> Bool {
    let start = Int(quote.lowerBound)
    guard let first = frame.wire8(at: start), first >> 4 == version else { return false }
    self.version = version
    networkOffset = quote.lowerBound
    // What is not quoted is as if it had not been captured.
    let captured = frame.extracting(first: Int(quote.upperBound))
    let longestPacket = IPv6Layout.headerLength + Int(UInt16.max)
    let kind =
      version == 4
      ? decodeIPv4(captured, wireEnd: start + longestPacket) : decodeIPv6(captured, wireEnd: start + longestPacket)
    return kind == .ip
  }

  private var tellsFlow: Bool {
    guard has([.addresses, .protocolNumber]), !isICMPError else { return false }
    switch protocolNumber {
    case IPProtocol.tcp, IPProtocol.udp: return has(.ports)
    case IPProtocol.icmp where version == 4: return has(.icmp)
    case IPProtocol.icmpv6 where version == 6: return has(.icmpv6)
    default: return true
    }
  }
}
