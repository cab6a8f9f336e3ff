internal import SentryPacket
internal import SentryState

/// Makes the frames that tell the ends of a connection what became of their packets.
struct FrameAnswers: ~Copyable {
  private var buffer = PacketBuffer()
  private var bytes: [UInt8] = []
  /// All answers of a bridge leave this host: each side has a bound of its own.
  private var limits = (inbound: AnswerLimit(), outbound: AnswerLimit())

  init() { bytes.reserveCapacity(2_048) }

  /// Hands `send` the frames for the sender of a packet.
  mutating func reply(
    _ answer: Answer, to packet: borrowing PacketFields, in frame: RawSpan, going direction: Direction,
    _ page: BlockedPage,
    now: Timestamp, _ send: (RawSpan) -> Void
  ) {
    for number in 0..<answer.replyCount(page) where allows(direction, at: now) {
      guard buffer.writeReply(answer, number, to: packet, in: frame, page) else { continue }
      wrap(inLinkHeaderOf: packet, frame, isBack: true)
      bytes.withRawSpan(send)
    }
  }

  /// Hands `send` what goes on in place of a packet, if anything can.
  mutating func replace(_ packet: borrowing PacketFields, in frame: RawSpan, _ send: (RawSpan) -> Void) {
    guard buffer.writeReplacement(of: packet, in: frame) else { return }
    wrap(inLinkHeaderOf: packet, frame, isBack: false)
    bytes.withRawSpan(send)
  }

  private mutating func allows(_ direction: Direction, at now: Timestamp) -> Bool {
    switch direction {
    case .inbound: limits.inbound.allows(at: now)
    case .outbound: limits.outbound.allows(at: now)
    }
  }

  /// Puts the packet in the buffer behind the link header of another, tags included: the same way, or back to where that came from.
  private mutating func wrap(inLinkHeaderOf packet: borrowing PacketFields, _ frame: RawSpan, isBack: Bool) {
    let end = Int(packet.networkOffset)
    bytes.removeAll(keepingCapacity: true)
    if isBack {
      bytes.append(EthernetLayout.source, of: frame)
      bytes.append(EthernetLayout.destination, of: frame)
      bytes.append(EthernetLayout.source.upperBound..<end, of: frame)
    } else {
      bytes.append(0..<end, of: frame)
    }
    let bytesCarried = buffer.byteCount
    buffer.withBytes { bytes.append(0..<$0.byteCount, of: $0) }
    bytes.setLinkLength(before: end, carrying: bytesCarried)
  }
}

extension [UInt8] {
  /// Some link headers tell how long the packet is: PPPoE (RFC 2516 §4), and IEEE 802.3 with SNAP (RFC 1042).
  ///
  /// - Parameters:
  ///   - end: where the link header ends in this frame.
  ///   - count: the packet's length in bytes.
  mutating func setLinkLength(before end: Int, carrying count: Int) {
    guard end >= 22 else { return }
    let type = UInt16(self[end - 10]) << 8 | UInt16(self[end - 9])
    if type == 0x8864 { return set16(UInt16(truncatingIfNeeded: count + 2), at: end - 4) }
    if type <= 1500, self[end - 8] == 0xAA { set16(UInt16(truncatingIfNeeded: count + 8), at: end - 10) }
  }
}

/// The hardware addresses at the start of an Ethernet frame, in bytes from its start (IEEE 802.3 §3.1.1).
private enum EthernetLayout {
  static let destination = 0..<6
  static let source = 6..<12
}
