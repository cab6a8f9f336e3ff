internal import SentryPacket

extension NotationParser {
  /// `echo-request`, or `unreachable port` with a code.
  ///
  /// - Returns: false if the token names no message.
  mutating func readMessageName(_ token: NotationToken, into draft: inout PacketDraft) throws(NotationError) -> Bool {
    guard let kind = ICMPNotation.messages(isIPv4: draft.packet.isIPv4).kind(named: token.text) else {
      if NotationWord(rawValue: token.text.lowercased()) == nil { throw unknownMessage(token, draft.packet) }
      return false
    }
    if draft.packet.icmpType != nil { throw .contradiction(token, "the message before it") }
    try draft.noteHeader(token, isFitting: true, "ICMP")
    draft.packet.icmpType = kind.type
    if current.kind == .word, let code = kind.codes[current.text.lowercased()] {
      draft.packet.icmpCode = code
      _ = take()
    }
    return true
  }

  private func unknownMessage(_ token: NotationToken, _ packet: PacketOutline) -> NotationError {
    let codes = packet.icmpType.flatMap {
      ICMPNotation.messages(isIPv4: packet.isIPv4).kind(of: $0)?.codes.keys.sorted()
    }
    return .unexpected(
      token, expected: packet.icmpType == nil ? "an ICMP message such as echo-request" : "a word about the packet",
      hint: didYouMean(token.text, in: (codes ?? []) + packet.transport.words))
  }

  /// Words about the ICMP header; `token` is the word.
  mutating func readICMP(
    _ word: NotationWord, _ token: NotationToken, into draft: inout PacketDraft
  ) throws(NotationError) {
    try draft.noteHeader(token, isFitting: draft.packet.transport.isICMP, "ICMP")
    switch word {
    case .type:
      if draft.packet.icmpType != nil { throw .contradiction(token, "the message before it") }
      draft.packet.icmpType = UInt8(truncatingIfNeeded: try takeNumber(0...255))
    case .code: draft.packet.icmpCode = UInt8(truncatingIfNeeded: try takeNumber(0...255))
    case .mtu: draft.packet.icmpRestOfHeader = UInt32(truncatingIfNeeded: try takeNumber(0...65_535))
    case .gateway: draft.packet.icmpRestOfHeader = try readGateway()
    case .quoting: draft.packet.quoted = [try readQuotation(token, in: draft)]
    default: break
    }
  }

  mutating func readEchoSequence(_ token: NotationToken, into draft: inout PacketDraft) throws(NotationError) {
    try draft.noteHeader(token, isFitting: true, "ICMP")
    let sequence = UInt32(truncatingIfNeeded: try takeNumber(0...65_535))
    draft.packet.icmpRestOfHeader = draft.packet.icmpRestOfHeader & 0xFFFF_0000 | sequence
  }

  private mutating func readGateway() throws(NotationError) -> UInt32 {
    let token = try takeWord("an IPv4 address")
    guard let address = IPAddress(token.text)?.v4 else { throw .unexpected(token, expected: "an IPv4 address") }
    return address
  }

  /// `( udp me:5000 > 192.0.2.9:53 )`.
  private mutating func readQuotation(_ token: NotationToken, in draft: PacketDraft) throws(NotationError)
    -> PacketOutline
  {
    // An error message is never about another one, so that one level is enough, and no line can nest without end.
    if draft.isQuoted { throw .inQuotation(token) }
    guard current.kind == .open else { throw .unexpected(current, expected: "'(' and the packet it is about") }
    _ = take()
    let start = current
    let packet = try readPacket(isQuoted: true)
    guard current.kind == .close else { throw .unexpected(current, expected: "')' after the quoted packet") }
    _ = take()
    guard packet.isIPv4 == draft.packet.isIPv4 else { throw .mixedFamilies(at: start.range) }
    return packet
  }
}
