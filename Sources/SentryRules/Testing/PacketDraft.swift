internal import SentryPacket

/// A packet while its line is being read: the packet so far, and what has been said to get there.
struct PacketDraft {
  var packet: PacketOutline
  var isQuoted = false
  private let source: NotationEndpoint
  private let sourceToken: NotationToken
  private let destination: NotationEndpoint
  private let destinationToken: NotationToken
  private var said: [NotationWord: NotationToken] = [:]
  /// The first word about a header that only the first fragment has.
  private var headerToken: NotationToken?
  private var payloadToken: NotationToken?

  init(
    transport: NotationProtocol, isIPv4: Bool, source: NotationEndpoint, sourceToken: NotationToken,
    destination: NotationEndpoint, destinationToken: NotationToken
  ) {
    packet = PacketOutline(
      transport: transport, isIPv4: isIPv4, source: source.party, destination: destination.party)
    packet.sourcePort = source.port ?? 0
    packet.destinationPort = destination.port ?? 0
    self.source = source
    self.sourceToken = sourceToken
    self.destination = destination
    self.destinationToken = destinationToken
  }

  /// Remembers that a word was said, and says so if that cannot be.
  mutating func note(_ word: NotationWord, _ token: NotationToken) throws(NotationError) {
    if isQuoted, word.isAboutSurroundings { throw .inQuotation(token) }
    if word.isSaidOnce, said[word] != nil { throw .saidTwice(token) }
    for pair in [(NotationWord.in, NotationWord.out), (.external, .internal)] {
      let other = word == pair.0 ? pair.1 : word == pair.1 ? pair.0 : nil
      if let other, said[other] != nil { throw .contradiction(token, other.rawValue) }
    }
    said[word] = token
  }

  /// Remembers a word about TCP, UDP or ICMP, and says so if the packet is of another protocol.
  mutating func noteHeader(_ token: NotationToken, isFitting: Bool, _ needed: String) throws(NotationError) {
    guard isFitting else { throw .otherProtocolsWord(token, needed, packet.transport) }
    headerToken = headerToken ?? token
  }

  var isWithoutFlags: Bool { said[.noFlags] != nil }

  mutating func append(payload bytes: [UInt8], _ token: NotationToken) throws(NotationError) {
    packet.payload.append(bytes)
    try checkPayload(token)
  }

  mutating func append(zeros count: Int, _ token: NotationToken) throws(NotationError) {
    packet.payload.append(zeros: count)
    try checkPayload(token)
  }

  private mutating func checkPayload(_ token: NotationToken) throws(NotationError) {
    payloadToken = token
    guard packet.payload.count <= PacketOutline.longestPacket else { throw tooLong(at: token) }
  }

  private func tooLong(at token: NotationToken) -> NotationError {
    .tooLong("the packet", limit: PacketOutline.longestPacket, at: token.range)
  }

  /// What can be said only once the whole line is known; `end` is the token after it.
  func check(at end: NotationToken) throws(NotationError) {
    try checkPorts()
    if let headerToken, packet.isLaterFragment {
      throw .otherProtocolsWord(headerToken, "a header, which only the first fragment has", packet.transport)
    }
    if packet.transport.isICMP, packet.icmpType == nil, !packet.isLaterFragment {
      throw .unexpected(end, expected: "an ICMP message, such as echo-request or 'type 8 code 0'")
    }
    try checkLength()
  }

  private func checkPorts() throws(NotationError) {
    let needsPorts = packet.transport.hasPorts && !packet.isLaterFragment
    for (end, token) in [(source, sourceToken), (destination, destinationToken)] {
      if needsPorts, end.port == nil { throw .missingPort(token, packet.transport.name) }
      if !needsPorts, end.port != nil {
        throw .portWithoutPlace(
          end.portRange, packet.transport.hasPorts ? "a later fragment" : packet.transport.name)
      }
    }
  }

  private func checkLength() throws(NotationError) {
    var whole = packet
    whole.cut = nil
    whole.size = nil
    let least = whole.byteCount
    if least > PacketOutline.longestPacket { throw tooLong(at: payloadToken ?? destinationToken) }
    if let size = packet.size, size < least {
      throw .tooSmall(size, least: least, at: said[.size]?.range ?? destinationToken.range)
    }
  }
}
