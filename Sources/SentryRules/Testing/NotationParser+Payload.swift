internal import SentryPacket

extension NotationParser {
  /// Words about what the packet carries; `token` is the word.
  mutating func readPayload(
    _ word: NotationWord, _ token: NotationToken, into draft: inout PacketDraft
  ) throws(NotationError) {
    switch word {
    case .hex: try draft.append(payload: readHex(), token)
    case .zeros:
      let count = Int(try takeNumber(0...UInt64(PacketOutline.longestPacket)))
      try draft.append(zeros: count, token)
    case .bytes: draft.packet.payloadPart = try readPart()
    case .tls: try draft.append(payload: readClientHello(token, draft.packet), token)
    case .dns: try draft.append(payload: readQuestion(token, draft.packet), token)
    case .http: try draft.append(payload: readRequest(token, draft.packet), token)
    default: break
    }
  }

  /// Pairs of digits; in quotes also with blanks.
  mutating func readHex() throws(NotationError) -> [UInt8] {
    let expected = "pairs of hexadecimal digits, such as 00ff or \"00 ff\""
    let (text, token) = try takeText(expected)
    let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }.map(\.hexDigit)
    guard digits.count.isMultiple(of: 2), !digits.isEmpty else { throw .unexpected(token, expected: expected) }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { throw .unexpected(token, expected: expected) }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// `0-59`, or `60-` to the end: both ends are sent.
  private mutating func readPart() throws(NotationError) -> Range<Int> {
    let expected = "the bytes of the payload that are sent, such as 0-59 or 60-"
    let token = try takeWord(expected)
    let limits = 0...UInt64(PacketOutline.longestPacket - 1)
    guard let (first, last) = token.text[...].halves(around: "-") else { throw .unexpected(token, expected: expected) }
    do throws(ValueError) {
      let first = Int(try NumberText.number(first, within: limits))
      let last = last.isEmpty ? PacketOutline.longestPacket : Int(try NumberText.number(last, within: limits))
      guard first <= last else { throw ValueError.reversedRange(token.text[...]) }
      return first..<last + 1
    } catch {
      throw .badValue(error, at: token.range)
    }
  }

  // MARK: Messages that rules look into

  private mutating func readClientHello(_ token: NotationToken, _ packet: PacketOutline) throws(NotationError)
    -> [UInt8]
  {
    guard packet.transport == .tcp else { throw .otherProtocolsWord(token, "TCP", packet.transport) }
    let (name, nameToken) = try takeText("the name of a server")
    guard !name.isEmpty, name.utf8.count <= 253 else {
      throw .unexpected(nameToken, expected: "the name of a server, 253 bytes at most")
    }
    return TLSClientHello.record(serverName: name)
  }

  private mutating func readQuestion(_ token: NotationToken, _ packet: PacketOutline) throws(NotationError) -> [UInt8] {
    guard packet.transport.hasPorts else { throw .otherProtocolsWord(token, "UDP and TCP", packet.transport) }
    let (name, nameToken) = try takeText("a domain name")
    let type = current.kind == .word ? Self.questionTypes[current.text.lowercased()] : nil
    if type != nil { _ = take() }
    guard let query = DNSQuery(name: name, type: type ?? 1) else {
      throw .unexpected(nameToken, expected: "a domain name: labels of 1 to 63 bytes, 253 bytes together")
    }
    return packet.transport == .tcp ? query.messageOverTCP : query.message
  }

  /// IANA "Resource Record (RR) TYPEs".
  private static let questionTypes: [String: UInt16] = [
    "a": 1, "ns": 2, "cname": 5, "soa": 6, "ptr": 12, "mx": 15, "txt": 16, "aaaa": 28, "srv": 33, "https": 65,
    "any": 255,
  ]

  /// `GET /path`, then perhaps `host example.org` (RFC 9112 §3).
  private mutating func readRequest(_ token: NotationToken, _ packet: PacketOutline) throws(NotationError) -> [UInt8] {
    guard packet.transport == .tcp else { throw .otherProtocolsWord(token, "TCP", packet.transport) }
    let method = try takeWord("a method and a path, such as GET /index.html")
    let (path, _) = try takeText("a path, such as /index.html")
    guard current.isWord("host") else { return Array("\(method.text) \(path) HTTP/1.0\r\n\r\n".utf8) }
    _ = take()
    let (host, _) = try takeText("the name of a host")
    return Array("\(method.text) \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)
  }
}
