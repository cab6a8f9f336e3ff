internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// Tells the ends of a connection what became of their packets.
struct Answers: ~Copyable {
  private var sender: PacketSender
  private var limit = AnswerLimit()
  private var buffer = PacketBuffer()

  init(mark: UInt32) throws(CaptureError) { sender = try PacketSender(mark: mark) }

  /// Packets that the system did not take: answers, or packets sent anew.
  var failed: UInt64 { sender.failed }

  /// Sends what `answer` says to the sender of a packet. Answers that leave this host are bounded.
  mutating func reply(
    _ answer: Answer, to packet: borrowing PacketFields, in frame: RawSpan, going direction: Direction,
    _ page: BlockedPage,
    now: Timestamp
  ) {
    for number in 0..<answer.replyCount(page) where direction == .outbound || limit.allows(at: now) {
      guard buffer.writeReply(answer, number, to: packet, in: frame, page) else { continue }
      buffer.withBytes { sender.send($0) }
    }
  }

  /// Makes what goes on in place of a packet.
  ///
  /// - Returns: false if nothing can.
  mutating func prepareReplacement(of packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    buffer.writeReplacement(of: packet, in: frame)
  }

  func withReplacement(_ body: (RawSpan) -> Void) { buffer.withBytes(body) }

  mutating func sendReplacement() { buffer.withBytes { sender.send($0) } }

  /// Sends a packet of our making.
  mutating func send(_ packet: RawSpan) { sender.send(packet) }

  /// Sends a packet on its way anew, past the queue; with another mark, by another way.
  ///
  /// - Returns: whether the system took it.
  mutating func send(_ packet: RawSpan, mark: UInt32) -> Bool { sender.send(packet, mark: mark) }
}
