import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryCapture

/// What goes out for frames whose senders had left work to a network card. The frame builders, which Scapy agrees with, say what
/// whole frames look like.
struct DepartingFramesTests {
  struct Finished: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
    /// Where the checksum stands.
    let checksum: Int
    /// The sum of the pseudo-header, not inverted: what the kernel leaves there (RFC 9293 §3.1), worked out by hand.
    let unfinished: UInt16
  }

  // 192.0.2.1 and 192.0.2.10: C000 + 0201 + C000 + 020A = 1_840B, folded 840C. 2001:db8::1 and ::a: 2 x 2DB9 (2001 + 0DB8) + B = 5B7D.
  @Test(arguments: [
    Finished(
      testDescription: "a TCP segment: 840C + protocol 6 + length 23",
      frame: Frame.tcp(
        from: "192.0.2.1", 40_000, to: "192.0.2.10", 80, flags: .ack, payload: [1, 2, 3]), checksum: 50,
      unfinished: 0x840C + 6 + 23),
    Finished(
      testDescription: "with a VLAN tag",
      frame: Frame.tcp(
        from: "192.0.2.1", 40_000, to: "192.0.2.10", 80, flags: .ack, payload: [1, 2], link: .ethernet(vlans: [7])),
      checksum: 54, unfinished: 0x840C + 6 + 22),
    Finished(
      testDescription: "a UDP datagram: protocol 17, length 12",
      frame: Frame.udp(from: "192.0.2.1", 53, to: "192.0.2.10", 5_353, payload: [1, 2, 3, 4]), checksum: 40,
      unfinished: 0x840C + 17 + 12),
    Finished(
      testDescription: "a TCP segment over IPv6: length 20",
      frame: Frame.tcp(from: "2001:db8::1", 40_000, to: "2001:db8::a", 80, flags: .syn), checksum: 70,
      unfinished: 0x5B7D + 6 + 20),
  ])
  func unfinishedChecksumsAreFinished(_ row: Finished) {
    var frame = row.frame
    frame.set16(row.unfinished, at: row.checksum)
    let (sent, work) = send(frame)
    #expect(sent == [row.frame])
    #expect(work == .checksum)
  }

  @Test func paddingBehindThePacketIsNotSummedUp() {
    let whole = Frame.tcp(from: "192.0.2.1", 40_000, to: "192.0.2.10", 80, flags: .ack)
    var frame = whole + [9, 9, 9, 9, 9, 9]
    frame.set16(0x840C + 6 + 20, at: 50)
    #expect(send(frame).sent == [whole + [9, 9, 9, 9, 9, 9]])
  }

  /// RFC 768: a datagram whose sum is 0 says FFFF, since 0 means that there is none.
  @Test func noDatagramLosesItsChecksum() {
    // Ports, length (twice) and data that add up to FFFF together with the addresses.
    let sum: UInt32 = 0x840C + 17 + 10 + 53 + 53 + 10
    let filler = UInt16(0xFFFF - sum)
    let whole = Frame.udp(
      from: "192.0.2.1", 53, to: "192.0.2.10", 53, payload: [UInt8(filler >> 8), UInt8(filler & 0xFF)])
    var frame = whole
    frame.set16(0x840C + 17 + 10, at: 40)
    let sent = send(frame).sent
    #expect(sent.first?[40] == 0xFF && sent.first?[41] == 0xFF)
  }

  struct Untouched: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
  }

  @Test(arguments: [
    Untouched(
      testDescription: "a finished segment",
      frame: Frame.tcp(from: "192.0.2.1", 1, to: "192.0.2.10", 2, payload: [1, 2, 3])),
    Untouched(
      testDescription: "a segment with a wrong checksum: not for us to mend",
      frame: {
        var frame = Frame.tcp(from: "192.0.2.1", 1, to: "192.0.2.10", 2, payload: [1, 2, 3])
        frame.set16(0x1234, at: 50)
        return frame
      }()),
    Untouched(testDescription: "ARP", frame: Frame.arp(from: "192.0.2.1", for: "192.0.2.10")),
    Untouched(testDescription: "a frame of twelve bytes", frame: [UInt8](repeating: 2, count: 12)),
    Untouched(testDescription: "no bytes", frame: []),
    Untouched(
      testDescription: "a long datagram, which nobody can divide",
      frame: Frame.udp(from: "192.0.2.1", 1, to: "192.0.2.10", 2, payload: [UInt8](repeating: 5, count: 3_000))),
    Untouched(
      testDescription: "a segment that just fits",
      frame: Frame.tcp(
        from: "192.0.2.1", 1, to: "192.0.2.10", 2, flags: .ack, payload: [UInt8](repeating: 5, count: 1_460))),
    Untouched(
      testDescription: "a tagged segment that just fits: the tag is not counted",
      frame: Frame.tcp(
        from: "192.0.2.1", 1, to: "192.0.2.10", 2, flags: .ack, payload: [UInt8](repeating: 5, count: 1_460),
        link: .ethernet(vlans: [7]))),
  ])
  func otherFramesGoOutAsTheyCame(_ row: Untouched) {
    let (sent, work) = send(row.frame)
    #expect(sent == [row.frame])
    #expect(work == .none)
  }

  @Test func longSegmentIsCutWhereACardWouldCutIt() {
    let payload = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let frame = Frame.tcp(
      from: "192.0.2.1", 40_000, to: "192.0.2.10", 80, flags: [.ack, .psh, .fin], payload: payload,
      sequence: 0xFFFF_FF00, acknowledgement: 77)
    let (sent, work) = send(frame)
    #expect(work == .segments(3))
    // FIN and PSH belong to the end of the data; the sequence number passes 2^32; identifications count on.
    let parts: [(Range<Int>, Frame.TCPFlags, UInt32)] = [
      (0..<1_460, .ack, 0xFFFF_FF00), (1_460..<2_920, .ack, 0x4B4), (2_920..<3_000, [.ack, .psh, .fin], 0xA68),
    ]
    for (number, (range, flags, sequence)) in parts.enumerated() where number < sent.count {
      let segment = Frame.tcp(
        from: "192.0.2.1", 40_000, to: "192.0.2.10", 80, flags: flags, payload: Array(payload[range]),
        sequence: sequence,
        acknowledgement: 77, fragment: IPFragment(identification: UInt32(number)))
      #expect(sent[number] == segment, "segment \(number)")
    }
    #expect(sent.count == 3)
  }

  @Test func longSegmentOverIPv6IsCut() {
    let payload = (0..<2_000).map { UInt8(truncatingIfNeeded: $0) }
    let frame = Frame.tcp(
      from: "2001:db8::1", 40_000, to: "2001:db8::a", 80, flags: .ack, options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2],
      payload: payload, link: .ethernet(vlans: [7]))
    let expected = [0..<1_428, 1_428..<2_000].map { range in
      Frame.tcp(
        from: "2001:db8::1", 40_000, to: "2001:db8::a", 80, flags: .ack,
        options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2],
        payload: Array(payload[range]), sequence: 1 + UInt32(range.lowerBound), link: .ethernet(vlans: [7]))
    }
    #expect(send(frame).sent == expected)
  }

  @Test func receiverSaysHowLongSegmentsMayBe() {
    let options: [UInt8] = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]
    let frame = Frame.tcp(
      from: "192.0.2.1", 40_000, to: "192.0.2.10", 80, flags: .ack, options: options,
      payload: [UInt8](repeating: 1, count: 2_696))
    // RFC 9293 §3.7.1: options count, so that 1360 leaves room for 1348.
    #expect(send(frame, segmentSize: 1_360).sent.map { $0.count - 66 } == [1_348, 1_348])
  }

  /// A receiver that asks for one byte at a time does not make us send thousands of packets.
  @Test func absurdSegmentSizesAreNotFollowed() {
    let frame = Frame.tcp(
      from: "192.0.2.1", 1, to: "192.0.2.10", 2, flags: .ack, payload: [UInt8](repeating: 1, count: 880))
    #expect(send(frame, segmentSize: 1).work == .segments(10))
  }

  /// Each cut length of long frames, and frames with one byte changed: whatever goes out, nothing traps.
  @Test(arguments: [
    Frame.tcp(from: "192.0.2.1", 1, to: "192.0.2.10", 2, flags: .ack, payload: [UInt8](repeating: 5, count: 1_600)),
    Frame.tcp(
      from: "2001:db8::1", 1, to: "2001:db8::a", 2, flags: .ack, options: [2, 4, 5, 0xB4],
      payload: [UInt8](repeating: 5, count: 1_600), link: .ethernet(vlans: [9, 5])),
    Frame.udp(from: "192.0.2.1", 1, to: "192.0.2.10", 2, payload: [1], link: .pppoe),
  ])
  func hostileFramesNeverTrap(frame: [UInt8]) {
    for length in 0...min(frame.count, 120) { _ = send(Array(frame.prefix(length))) }
    for position in 0..<min(frame.count, 90) {
      for value in [0, 1, 0x40, 0x45, 0x5F, 0x7F, 0x80, 0xFF] as [UInt8] {
        var changed = frame
        changed[position] = value
        _ = send(changed, segmentSize: Int(value))
      }
    }
  }

  private func send(_ bytes: [UInt8], segmentSize: Int? = nil) -> (sent: [[UInt8]], work: DepartingFrames.Work) {
    var departing = DepartingFrames()
    var fields = PacketFields()
    var sent: [[UInt8]] = []
    let work = bytes.withRawSpan { frame in
      _ = fields.decode(frame, linkType: .ethernet, wireLength: frame.byteCount)
      return departing.send(frame, fields, mtu: 1_500, segmentSize: segmentSize) { piece in
        sent.append((0..<piece.byteCount).compactMap { piece.wire8(at: $0) })
      }
    }
    return (sent, work)
  }
}

struct SegmentSizesTests {
  private static let client = "192.0.2.1"
  private static let server = "192.0.2.10"

  private var sizes = SegmentSizes()

  @Test mutating func sizeIsKnownForPacketsToWhoeverSaidIt() {
    learn(Frame.tcp(from: Self.client, 40_000, to: Self.server, 80, flags: .syn, options: [1, 2, 4, 0x05, 0x50]))
    #expect(size(Frame.tcp(from: Self.server, 80, to: Self.client, 40_000, flags: .ack)) == 1_360)
    #expect(size(Frame.tcp(from: Self.client, 40_000, to: Self.server, 80, flags: .ack)) == nil)
    #expect(size(Frame.tcp(from: Self.server, 80, to: Self.client, 40_001, flags: .ack)) == nil)
  }

  /// RFC 9293 §3.7.1.
  @Test mutating func whoSaysNothingTakesTheLeast() {
    learn(Frame.tcp(from: Self.client, 1, to: Self.server, 2, flags: .syn))
    learn(Frame.tcp(from: "2001:db8::1", 1, to: "2001:db8::2", 2, flags: [.syn, .ack]))
    #expect(size(Frame.tcp(from: Self.server, 2, to: Self.client, 1, flags: .ack)) == 536)
    #expect(size(Frame.tcp(from: "2001:db8::2", 2, to: "2001:db8::1", 1, flags: .ack)) == 1_220)
  }

  @Test(arguments: [[2], [2, 0], [2, 4], [3, 0, 2, 4], [8, 1, 2, 4], [5, 255, 2, 4]] as [[UInt8]])
  mutating func brokenOptionsNeverTrap(options: [UInt8]) {
    learn(Frame.tcp(from: Self.client, 1, to: Self.server, 2, flags: .syn, options: options))
    #expect(size(Frame.tcp(from: Self.server, 2, to: Self.client, 1, flags: .ack)) != nil)
  }

  @Test mutating func onlyRequestsTeach() {
    learn(Frame.tcp(from: Self.client, 1, to: Self.server, 2, flags: .ack, options: [2, 4, 5, 0x50]))
    learn(Frame.udp(from: Self.client, 1, to: Self.server, 2))
    #expect(size(Frame.tcp(from: Self.server, 2, to: Self.client, 1, flags: .ack)) == nil)
  }

  private mutating func learn(_ bytes: [UInt8]) {
    var fields = PacketFields()
    bytes.withRawSpan { frame in
      _ = fields.decode(frame, linkType: .ethernet, wireLength: frame.byteCount)
      sizes.learn(from: fields, in: frame)
    }
  }

  private func size(_ bytes: [UInt8]) -> Int? {
    var fields = PacketFields()
    bytes.withRawSpan { _ = fields.decode($0, linkType: .ethernet, wireLength: bytes.count) }
    return sizes.size(forReceiverOf: fields)
  }
}
