import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

/// What a segment says, decoded from one.
func segment(
  _ flags: Frame.TCPFlags, sequence: UInt32 = 0, acknowledgement: UInt32 = 0, window: UInt16 = 0, payload: Int = 0
) throws -> TCPNumbers {
  let bytes = Frame.tcp(
    from: "192.0.2.1", 1, to: "192.0.2.2", 2, flags: flags, payload: [UInt8](repeating: 0, count: payload),
    sequence: sequence, acknowledgement: acknowledgement, window: window, link: .raw)
  var packet = PacketFields()
  _ = packet.decode(bytes.span.bytes, linkType: .raw, wireLength: bytes.count)
  let numbers = TCPNumbers(of: packet, in: bytes.span.bytes)
  return try #require(numbers)
}

/// A sender's stream, to a receiver that shifts its windows by two bits.
private final class Stream {
  private var window = StreamWindow()

  var edge: UInt32 { window.edge }
  var receiverEdge: UInt32 { window.receiverEdge }
  var field: UInt16 { window.field }
  var isPaced: Bool { window.isPaced }
  var isAtEdge: Bool { window.isAtEdge }

  func send(_ sequence: UInt32, _ flags: Frame.TCPFlags = .ack, payload: Int = 0) throws {
    window.noteSent(try segment(flags, sequence: sequence, payload: payload))
  }

  func open(_ numbers: TCPNumbers, _ maximumSegment: UInt16) -> UInt16 {
    window.limit(numbers, shift: nil, maximumSegment: maximumSegment, credit: 1)
  }

  func answer(_ number: UInt32, _ field: UInt16 = 15_000, credit: Int64 = 0, shift: UInt8? = 2) throws -> UInt16 {
    window.limit(
      try segment(.ack, acknowledgement: number, window: field), shift: shift, maximumSegment: nil, credit: credit)
  }

  func move(_ credit: Int64) -> Bool { window.move(credit) }
  func moveToReceiverEdge() -> Bool { window.moveToReceiverEdge() }

  func allows(_ sequence: UInt32, payload: Int) throws -> Bool {
    window.allows(try segment(.ack, sequence: sequence, payload: payload))
  }
}

/// A sender whose first number is `start`, to a receiver that takes segments of 1,000 bytes.
@Suite struct StreamWindowTests {
  /// The handshake that the receiver began. It gave 60,000 bytes, and 4,000 were told.
  private func opened(at start: UInt32 = 0) throws -> Stream {
    let stream = Stream()
    #expect(stream.open(try segment(.syn, window: 60_000), 1_000) == 4_000)
    try stream.send(start &- 1, [.syn, .ack])
    return stream
  }

  @Test(arguments: [0, 1_000_000, .max, .max - 2_000, 1 << 31] as [UInt32])
  func aSenderMayGoToTheEdgeAndNoFurther(start: UInt32) throws {
    let stream = try opened(at: start)
    // 4,000 bytes are 1,000 steps of four.
    #expect(try stream.answer(start) == 1_000)
    #expect(stream.edge == start &+ 4_000)
    try stream.send(start, payload: 3_000)
    #expect(!stream.isAtEdge)
    try stream.send(start &+ 3_000, payload: 1_000)
    #expect(stream.isAtEdge)
    // The edge stays where it is while nothing is earned, however much was acknowledged.
    #expect(try stream.answer(start &+ 1_000) == 750)
    #expect(try stream.answer(start &+ 4_000) == 0)
    #expect(stream.edge == start &+ 4_000)
  }

  @Test func itMovesByWholeSegments() throws {
    let stream = try opened()
    #expect(try stream.answer(0) == 1_000)
    try stream.send(0, payload: 4_000)
    #expect(try stream.answer(4_000, credit: 999) == 0)
    #expect(!stream.move(999))
    #expect(stream.move(1_000))
    #expect(stream.edge == 5_000)
    #expect(stream.field == 250)
    #expect(!stream.move(1_000))
    #expect(stream.move(2_500))
    #expect(stream.field == 625)
  }

  @Test func itNeverMovesBack() throws {
    let stream = try opened()
    #expect(try stream.answer(0, credit: 20_000) == 5_000)
    #expect(try stream.answer(0, credit: -20_000) == 5_000)
    try stream.send(0, payload: 1_000)
    #expect(!stream.move(10_000))
    #expect(stream.edge == 20_000)
  }

  @Test func itNeverReachesFurtherThanTheReceiversOwn() throws {
    let stream = try opened()
    #expect(try stream.answer(0, 1_250, credit: 1_000_000) == 1_250)
    // 60,000 bytes were promised when the connection was opened.
    #expect(stream.receiverEdge == 60_000)
    #expect(stream.edge == 60_000)
    try stream.send(0, payload: 60_000)
    #expect(!stream.isAtEdge)
    #expect(!stream.move(1_000_000))
    #expect(try stream.answer(59_000, 2_250, credit: 1_000) == 500)
    #expect(stream.edge == 61_000)
    #expect(try stream.answer(59_000, 2_250, credit: 90_000) == 2_250)
    #expect(stream.edge == 68_000)
  }

  @Test func aStepBegunIsAWholeStep() throws {
    let stream = try opened()
    try stream.send(0, payload: 4_000)
    #expect(try stream.answer(3_997) == 1)
    #expect(try stream.answer(3_996) == 1)
    #expect(try stream.answer(3_995) == 2)
  }

  @Test func withoutTheShiftNothingIsKnown() throws {
    let stream = Stream()
    #expect(try stream.answer(0, 99, shift: nil) == 99)
    #expect(!stream.isPaced)
    #expect(!stream.isAtEdge)
  }

  /// A connection that is met half-way: what the sender has sent it has sent.
  @Test func aRunningConnectionGoesOnFromWhereItIs() throws {
    let stream = Stream()
    try stream.send(50_000, payload: 1_000)
    #expect(try stream.answer(20_000, credit: 0) == (31_000 + 4 * 1_460) / 4)
    #expect(stream.edge == 51_000 + 4 * 1_460)
  }

  @Test func theClientsStreamIsOpenedByTheServersAnswer() throws {
    let stream = Stream()
    try stream.send(99, .syn)
    #expect(stream.open(try segment([.syn, .ack], sequence: 7, acknowledgement: 100, window: 65_535), 500) == 2_000)
    #expect(stream.edge == 2_100)
    #expect(!stream.isPaced)
    #expect(try stream.answer(100) == 500)
    #expect(stream.isPaced)
  }

  @Test(arguments: [.rst, [.fin, .ack]] as [Frame.TCPFlags])
  func whoHasEndedIsToldNothing(flags: Frame.TCPFlags) throws {
    let stream = try opened()
    _ = try stream.answer(0)
    try stream.send(0, payload: 4_000)
    #expect(stream.isAtEdge)
    try stream.send(4_000, flags)
    #expect(!stream.isAtEdge)
    #expect(!stream.moveToReceiverEdge())
  }

  @Test func letGoItMayGoAsFarAsTheReceiverTakes() throws {
    let stream = try opened()
    _ = try stream.answer(0)
    #expect(stream.moveToReceiverEdge())
    #expect(stream.field == 15_000)
    #expect(!stream.moveToReceiverEdge())
  }

  @Test func whatGoesBeyondTheEdgeIsNotAllowed() throws {
    let stream = try opened()
    _ = try stream.answer(0)
    #expect(try stream.allows(3_000, payload: 1_000))
    // The field counts in steps of four.
    #expect(try stream.allows(3_004, payload: 1_000))
    #expect(try !stream.allows(3_005, payload: 1_000))
  }
}
