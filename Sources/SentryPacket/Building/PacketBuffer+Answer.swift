// What an answer is made of: packets to the sender, in their order, and what goes on in place of the packet itself.
// Whoever carries out verdicts loops over the first and asks for the second:
//
//   for number in 0..<answer.replyCount(page) {
//     if buffer.writeReply(answer, number, to: packet, in: frame, page) { buffer.withBytes { send($0) } }
//   }
//   if answer.replacesPacket, buffer.writeReplacement(of: packet, in: frame) { buffer.withBytes { pass($0) } }

extension Answer {
  /// Packets that go back to the sender.
  public func replyCount(_ page: BlockedPage) -> Int {
    switch self {
    case .none: 0
    case .reset, .unreachable, .acknowledgement, .resetBoth: 1
    case .blockedPage: page.segmentCount
    }
  }
}

extension PacketBuffer {
  /// Makes one of the packets that go back to the sender: out where the packet came from, or up to the local host.
  ///
  /// - Parameters:
  ///   - number: 0..<`answer.replyCount`.
  ///   - frame: the frame that `packet` was decoded from.
  ///   - page: for `blockedPage`.
  /// - Returns: false if there is none, as to a reset.
  public mutating func writeReply(
    _ answer: Answer, _ number: Int = 0, to packet: borrowing PacketFields, in frame: RawSpan, _ page: BlockedPage
  ) -> Bool {
    switch answer {
    case .none:
      clear()
      return false
    case .reset, .resetBoth: return writeReset(answering: packet, in: frame)
    case .acknowledgement: return writeAcknowledgement(of: packet, in: frame)
    case .unreachable: return writeUnreachable(about: packet, in: frame)
    case .blockedPage: return write(page, segment: number, answering: packet, in: frame)
    }
  }

  /// Makes what goes on in place of a packet whose answer `replacesPacket`.
  ///
  /// - Returns: false if nothing can; then nothing goes on.
  public mutating func writeReplacement(of packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    writeClosing(packet, in: frame)
  }
}
