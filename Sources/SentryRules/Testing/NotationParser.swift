internal import Foundation
internal import SentryPacket

/// Reads the tokens of a packet's line: protocol, addresses, then words in any order.
struct NotationParser {
  private let tokens: [NotationToken]
  private var position = 0
  let timeZone: TimeZone
  var surroundings = Surroundings()

  /// How a packet comes to this host.
  struct Surroundings {
    var link = EthernetHeader()
    var direction: Direction?
    /// Where `in` or `out` stands in the line.
    var directionRange = 0..<0
    var interfaceName: String?
    var isExternal: Bool?
    var time: Timestamp?
    var process: LocalProcess?
  }

  init(tokens: [NotationToken], timeZone: TimeZone) {
    self.tokens = tokens
    self.timeZone = timeZone
  }

  mutating func readLine() throws(NotationError) -> PacketOutline {
    let packet = try readPacket(isQuoted: false)
    guard current.kind == .end else { throw .unexpected(current, expected: "a word about the packet") }
    return packet
  }

  /// A packet up to the end, or, if it is quoted, up to a parenthesis.
  mutating func readPacket(isQuoted: Bool) throws(NotationError) -> PacketOutline {
    var draft = try readAddresses()
    draft.isQuoted = isQuoted
    while current.kind == .word || current.isQuotedText { try readWord(into: &draft) }
    try draft.check(at: current)
    return draft.packet
  }

  // MARK: Tokens

  /// The next token; the last stays for ever.
  var current: NotationToken {
    tokens.indices.contains(position)
      ? tokens[position] : tokens.last ?? NotationToken(kind: .end, text: "", range: 0..<0)
  }

  mutating func take() -> NotationToken {
    defer { position += 1 }
    return current
  }

  mutating func takeWord(_ expected: String) throws(NotationError) -> NotationToken {
    guard current.kind == .word else { throw .unexpected(current, expected: expected) }
    return take()
  }

  /// A word, or a text in quotes, as text.
  mutating func takeText(_ expected: String) throws(NotationError) -> (text: String, token: NotationToken) {
    switch current.kind {
    case .word:
      let token = take()
      return (token.text, token)
    case .quoted(let bytes):
      let token = take()
      return (String(decoding: bytes, as: UTF8.self), token)
    default: throw .unexpected(current, expected: expected)
    }
  }

  mutating func takeNumber(_ limits: ClosedRange<UInt64>) throws(NotationError) -> UInt64 {
    let expected = "a number from \(limits.lowerBound) to \(limits.upperBound)"
    return try Self.number(try takeWord(expected), limits)
  }

  static func number(_ token: NotationToken, _ limits: ClosedRange<UInt64>) throws(NotationError) -> UInt64 {
    do { return try NumberText.number(token.text[...], within: limits) } catch {
      throw .badValue(error, at: token.range)
    }
  }

  /// The next token is a number.
  var isAtNumber: Bool { current.kind == .word && NumberText.isDecimal(current.text[...]) }

  // MARK: Protocol and addresses

  private mutating func readAddresses() throws(NotationError) -> PacketDraft {
    let transport = try readProtocol()
    let (sourceToken, source) = try readEndpoint(transport)
    guard current.kind == .arrow else {
      throw .unexpected(current, expected: "'>' between where the packet comes from and where it goes")
    }
    _ = take()
    let (destinationToken, destination) = try readEndpoint(transport)
    let isIPv4 = try family(transport, (sourceToken, source), (destinationToken, destination))
    return PacketDraft(
      transport: transport, isIPv4: isIPv4, source: source, sourceToken: sourceToken, destination: destination,
      destinationToken: destinationToken)
  }

  private mutating func readProtocol() throws(NotationError) -> NotationProtocol {
    guard current.kind == .word else {
      throw .unexpected(current, expected: "a protocol such as tcp, udp, icmp, icmp6 or 'proto 89'")
    }
    let token = take()
    if token.isWord("proto") { return .other(UInt8(truncatingIfNeeded: try takeNumber(0...255))) }
    guard let transport = NotationProtocol(name: token.text) else { throw .unknownProtocol(token) }
    return transport
  }

  private mutating func readEndpoint(
    _ transport: NotationProtocol
  ) throws(NotationError) -> (NotationToken, NotationEndpoint) {
    guard current.kind == .word, let endpoint = try NotationEndpoint(current) else {
      throw .notAnEndpoint(current, needsPort: transport.hasPorts)
    }
    return (take(), endpoint)
  }

  private func family(
    _ transport: NotationProtocol, _ source: (token: NotationToken, end: NotationEndpoint),
    _ destination: (token: NotationToken, end: NotationEndpoint)
  ) throws(NotationError) -> Bool {
    let families = [source.end.isIPv4, destination.end.isIPv4]
    if let first = families[0], let second = families[1], first != second {
      throw .mixedFamilies(at: source.token.range.lowerBound..<destination.token.range.upperBound)
    }
    let isIPv4 = families[0] ?? families[1]
    let said = families[0] == nil ? destination.token : source.token
    switch transport {
    case .icmp where isIPv4 == false:
      throw .wrongFamily(said, "icmp", isIPv4: true, hint: "between IPv6 addresses it is 'icmp6'")
    case .icmpv6 where isIPv4 == true:
      throw .wrongFamily(said, "icmp6", isIPv4: false, hint: "between IPv4 addresses it is 'icmp'")
    default: return isIPv4 ?? (transport != .icmpv6)
    }
  }

  // MARK: Words

  private mutating func readWord(into draft: inout PacketDraft) throws(NotationError) {
    let token = take()
    if case .quoted(let bytes) = token.kind { return try draft.append(payload: bytes, token) }
    if try readName(token, into: &draft) { return }
    guard let word = NotationWord(rawValue: token.text.lowercased()) else {
      throw .unknownWord(token, of: draft.packet.transport)
    }
    try draft.note(word, token)
    switch word {
    case .in, .out, .external, .internal, .on, .at, .mac, .vlan:
      try readSurroundings(word, token)
    case .application, .user, .permission:
      try readProcess(word, token, draft.packet)
    case .ttl, .dscp, .id, .fragment, .ipOption, .size, .cut:
      try readIP(word, token, into: &draft)
    case .noFlags, .seq, .window, .mss, .wscale, .sackok, .sack, .timestamps, .nop, .tcpOption:
      try readTCP(word, token, into: &draft)
    case .type, .code, .mtu, .gateway, .quoting:
      try readICMP(word, token, into: &draft)
    case .hex, .zeros, .bytes, .tls, .dns, .http:
      try readPayload(word, token, into: &draft)
    }
  }

  /// TCP flags, or the name of an ICMP message.
  private mutating func readName(_ token: NotationToken, into draft: inout PacketDraft) throws(NotationError) -> Bool {
    switch draft.packet.transport {
    case .tcp: try readFlags(token, into: &draft)
    case .icmp, .icmpv6: try readMessageName(token, into: &draft)
    default: false
    }
  }
}

extension NotationToken {
  var isQuotedText: Bool { if case .quoted = kind { true } else { false } }
}
