internal import SentryPacket

/// A control connection as the helper's table stores it.
///
/// What counts is what both ends understand: a reply announces a port only if its client has asked for one, no line of a longer reply
/// does, and nothing is read behind `AUTH TLS`, or where the client begins as none of FTP does.
struct FTPControl: LinkedEntry {
  let key: FlowIdentity
  var expiryClass = ExpiryClass.free
  let isClientFirstEnd: Bool
  /// Nothing can be read here: it is encrypted, or not FTP.
  private(set) var isDeaf = false
  /// The client has sent a line.
  private var hasBegun = false
  /// `PASV` was not answered so far.
  private var awaitsPassive = false
  /// Nor was `EPSV`.
  private var awaitsExtendedPassive = false
  private var latestOfServer: UInt8 = 0
  /// The code of the reply that goes on; 0 between replies.
  private var longReply: UInt16 = 0
  var lastNanoseconds: Int64 = 0
  private var client = FTPStream()
  private var server = FTPStream()
  /// The ways their packets come.
  let clientWay: PacketWay
  let serverWay: PacketWay
  /// The announcement that was made last: each takes the place of the one before.
  var announced: FlowIdentity?

  /// One whose ends have greeted each other.
  init(_ opening: FTPOpening) {
    key = opening.key
    isClientFirstEnd = opening.isClientFirstEnd
    clientWay = opening.clientWay
    serverWay = opening.serverWay
    client.begin(at: opening.clientNext)
    server.begin(at: opening.serverNext)
  }

  /// Moves on by a segment; see `FTPStream.advance`. Where a client's beginning is missing, nobody knows whether it speaks FTP.
  mutating func advance(_ segment: borrowing TCPNumbers, isFromClient: Bool) -> Range<Int> {
    guard isFromClient else {
      guard client.mayHaveSent(upTo: segment.acknowledgement) else { return 0..<0 }
      let isKnown = !server.isInMiddle
      let new = server.advance(to: segment.sequence, count: segment.payloadCount)
      if server.isInMiddle, isKnown { loseServer() }
      return new
    }
    guard server.mayHaveSent(upTo: segment.acknowledgement) else { return 0..<0 }
    let new = client.advance(to: segment.sequence, count: segment.payloadCount)
    if client.isInMiddle, !hasBegun { isDeaf = true }
    return isDeaf ? 0..<0 : new
  }

  /// Bytes of a segment were not captured.
  mutating func lose(isFromClient: Bool) {
    guard isFromClient else { return loseServer() }
    client.lose()
    if !hasBegun { isDeaf = true }
  }

  /// Nobody knows what has been answered, nor whether a longer reply goes on.
  private mutating func loseServer() {
    server.lose()
    (awaitsPassive, awaitsExtendedPassive) = (false, false)
  }

  /// Takes the next byte of one end.
  ///
  /// - Returns: the place where that end awaits the other, if this byte ends a line that says so.
  @inline(__always)
  mutating func take(_ byte: UInt8, isFromClient: Bool) -> FTPPlace? {
    if isFromClient { return client.take(byte) ? hearClient() : nil }
    // A line of a server ends in both: what follows a mere LF may be somebody's name of a file.
    let endsLine = byte != UInt8(ascii: "\n") || latestOfServer == UInt8(ascii: "\r")
    latestOfServer = byte
    return endsLine && server.take(byte) ? hearServer() : nil
  }

  @inline(never)
  private mutating func hearClient() -> FTPPlace? {
    let isEmpty = client.line.count == 0
    let command = FTPCommand(client.line)
    client.clear()
    if !hasBegun, !isEmpty {
      hasBegun = true
      isDeaf = !command.mayComeFirst
    }
    switch command {
    case .passive: awaitsPassive = true
    case .extendedPassive: awaitsExtendedPassive = true
    case .active(let place) where !isDeaf: return place
    case .active, .opening, .other: break
    }
    return nil
  }

  @inline(never)
  private mutating func hearServer() -> FTPPlace? {
    let reply = FTPReply(server.line)
    server.clear()
    guard let reply, endsReply(reply) else { return nil }
    switch reply.code {
    case FTPReply.enteringPassiveMode where awaitsPassive:
      awaitsPassive = false
      return reply.place
    case FTPReply.enteringExtendedPassiveMode where awaitsExtendedPassive:
      awaitsExtendedPassive = false
      return reply.place
    case FTPReply.securityDataExchanged:
      isDeaf = true
    // It will not be said any more.
    case 400...: (awaitsPassive, awaitsExtendedPassive) = (false, false)
    default: break
    }
    return nil
  }

  /// Follows replies of several lines (RFC 959 §4.2): what stands in them may be names of files.
  private mutating func endsReply(_ reply: FTPReply) -> Bool {
    if longReply != 0, reply.code != longReply { return false }
    longReply = reply.isContinued ? reply.code : 0
    return !reply.isContinued
  }
}
