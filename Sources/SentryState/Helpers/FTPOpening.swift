internal import SentryPacket

/// A control connection whose ends have not greeted each other so far, as the helper's table stores it.
///
/// Anybody can send a request, in whosever name. Only who receives the answer can acknowledge its number, so a connection is followed
/// from there. By then each end has a way its packets come, and packets in its name that come another way are somebody else's: of a
/// host on the same link, say, which sees the numbers, and whose forgery the kernel would refuse only later.
struct FTPOpening: LinkedEntry {
  let key: FlowIdentity
  var expiryClass = ExpiryClass.free
  let isClientFirstEnd: Bool
  /// The answer was seen.
  private(set) var isAnswered = false
  /// The numbers of the next byte of each end.
  let clientNext: UInt32
  private(set) var serverNext: UInt32 = 0
  let clientWay: PacketWay
  private(set) var serverWay: PacketWay
  /// The interface that the request leaves by, if it does.
  private var exit: UInt16?
  var lastNanoseconds: Int64 = 0

  init(_ flow: FlowKey, requestedBy numbers: TCPNumbers, on way: PacketWay) {
    key = flow.identity
    isClientFirstEnd = flow.isFromFirstEnd
    clientNext = numbers.sequence &+ 1
    clientWay = way
    serverWay = way
    exit = way.isOutbound ? way.interface : nil
  }

  /// Takes a request that was sent or seen again.
  ///
  /// - Returns: false if it leaves for elsewhere than the answer came from.
  mutating func takeRequest(on way: PacketWay) -> Bool {
    guard way.isOutbound, way != clientWay else { return true }
    exit = way.interface
    return !isAnswered || mayBeAnswered(on: serverWay)
  }

  /// Takes an answer.
  ///
  /// - Returns: false if it is none of the server's: it comes from where the server is not, or contradicts the one before.
  mutating func takeAnswer(_ numbers: TCPNumbers, on way: PacketWay) -> Bool {
    // What passes through is seen again as it leaves, and any answer may be sent again.
    if isAnswered { return serverNext == numbers.sequence &+ 1 }
    guard mayBeAnswered(on: way) else { return false }
    isAnswered = true
    serverNext = numbers.sequence &+ 1
    serverWay = way
    return true
  }

  private func mayBeAnswered(on way: PacketWay) -> Bool {
    switch way.sight {
    case .capture, .loopback: way.sight == clientWay.sight
    case .bridge: way.interface != clientWay.interface
    // What leaves unseen before is of this host itself, and what arrives must come from where the request went.
    case .hook: way.isOutbound ? !clientWay.isOutbound : exit == way.interface
    }
  }

  /// The client has received the answer.
  func isConfirmed(by numbers: TCPNumbers, on way: PacketWay) -> Bool {
    isAnswered && way == clientWay && numbers.sequence == clientNext && numbers.acknowledgement == serverNext
  }
}
