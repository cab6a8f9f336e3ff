import SentryPacket
import SentryTestSupport
import Testing

private func tcp(_ flags: Frame.TCPFlags, payload: String = "", from: String = "203.0.113.9") -> [UInt8] {
  AnsweredSegments.tcp(flags, payload: payload, from: from, to: from.contains(":") ? "2001:db8::10" : "192.0.2.10")
}

/// RFC 9293 §3.10.7.1, in a row: the segment, and the reset that a closed port answers with. Segments have sequence number
/// 4 000 000 000 and acknowledgement number 77 777.
struct ResetRow: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let flags: Frame.TCPFlags
  let payload: String
  let reset: Frame.TCPFlags?
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
}

@Suite struct PacketBufferTests {
  @Test(arguments: [
    ResetRow(
      testDescription: "a request is refused: its number counts one", flags: .syn, payload: "", reset: [.rst, .ack],
      acknowledgement: 4_000_000_001),
    ResetRow(
      testDescription: "a request with data: the data count, too", flags: .syn, payload: "abc", reset: [.rst, .ack],
      acknowledgement: 4_000_000_004),
    ResetRow(
      testDescription: "a FIN counts one", flags: .fin, payload: "abc", reset: [.rst, .ack],
      acknowledgement: 4_000_000_004),
    ResetRow(
      testDescription: "no flags at all", flags: [], payload: "", reset: [.rst, .ack], acknowledgement: 4_000_000_000),
    ResetRow(
      testDescription: "what is acknowledged tells where to go on", flags: .ack, payload: "abc", reset: .rst,
      sequence: 77_777),
    ResetRow(testDescription: "an accepted request", flags: [.syn, .ack], payload: "", reset: .rst, sequence: 77_777),
    ResetRow(testDescription: "the end of a stream", flags: [.fin, .ack], payload: "", reset: .rst, sequence: 77_777),
    ResetRow(testDescription: "a reset is never answered", flags: .rst, payload: "", reset: nil),
    ResetRow(testDescription: "nor is one with an acknowledgement", flags: [.rst, .ack], payload: "", reset: nil),
  ])
  func aResetIsWhatAClosedPortAnswers(_ row: ResetRow) throws {
    for source in ["203.0.113.9", "2001:db8::9"] {
      let frame = AnsweredFrame("", tcp(row.flags, payload: row.payload, from: source))
      let answer = frame.answer { $0.writeReset(answering: $1, in: $2) }
      guard let expected = row.reset else {
        #expect(answer == nil)
        continue
      }
      let reset = ReadAnswer(try #require(answer))
      #expect(reset.kind == .ip)
      #expect(reset.flags == expected)
      #expect(reset.sequence == row.sequence)
      #expect(reset.acknowledgement == row.acknowledgement)
      #expect("\(reset.fields.destination)" == source)
      #expect(reset.fields.sourcePort == 80)
      #expect(reset.fields.destinationPort == 40_000)
      #expect(reset.fields.timeToLive == 64)
    }
  }

  @Test func aSegmentCutByTheCaptureCountsWhole() throws {
    let row = AnsweredFrame("", tcp([.syn], payload: "abcdef"))
    let cut = AnsweredFrame("", Array(row.frame.dropLast(4)))
    let answer = cut.decoded(wireLength: row.frame.count) { packet, frame in
      var buffer = PacketBuffer()
      return buffer.writeReset(answering: packet, in: frame) ? buffer.bytes : nil
    }
    #expect(ReadAnswer(try #require(answer)).acknowledgement == 4_000_000_007)
  }

  /// Also what is no TCP, and what is left of the buffer's last packet.
  @Test func withoutAWholeHeaderThereIsNoAnswer() {
    let whole = tcp([.ack], payload: "abc")
    for length in 0..<(14 + 20 + 20) {
      let cut = AnsweredFrame("", Array(whole.prefix(length)))
      let isEmpty = cut.decoded(wireLength: whole.count) { packet, frame in
        var buffer = PacketBuffer()
        AnsweredFrame("", whole).decoded { _ = buffer.writeReset(answering: $0, in: $1) }
        return !buffer.writeReset(answering: packet, in: frame) && !buffer.writeClosing(packet, in: frame)
          && !buffer.writeAcknowledgement(of: packet, in: frame) && buffer.byteCount == 0
      }
      #expect(isEmpty, "\(length) bytes")
    }
    let datagram = AnsweredFrame("", Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2))
    #expect(datagram.answer { $0.writeReset(answering: $1, in: $2) } == nil)
    #expect(datagram.answer { $0.writeClosing($1, in: $2) } == nil)
  }

  @Test func aPacketMadeIntoAResetIsShortAndKeepsItsPlace() throws {
    for row in AnsweredSegments.rows {
      let reset = ReadAnswer(try #require(row.answer { $0.writeClosing($1, in: $2) }))
      row.decoded { packet, _ in
        #expect(reset.kind == .ip, "\(row.testDescription)")
        #expect(reset.fields.source == packet.source && reset.fields.destination == packet.destination)
        #expect(reset.sequence == packet.tcpSequence)
        #expect(reset.flags.contains(.rst) && !reset.flags.contains(.syn) && !reset.flags.contains(.fin))
        #expect(reset.flags.contains(.ack) == (packet.tcpFlags & TCPFlag.ack != 0))
        #expect(reset.fields.payload.isEmpty && reset.fields.tcpOptions.isEmpty)
        #expect(!reset.fields.hasMoreFragments)
        #expect(reset.packet.count <= 40 + 40 + 20)
        #expect(reset.fields.timeToLive == packet.timeToLive)
      }
    }
  }

  /// The IP header says 0 where a network card has left it to be filled in.
  @Test func aPacketOfUnknownLengthIsMadeIntoAShortOne() throws {
    var frame = tcp([.ack], payload: "abc")
    (frame[16], frame[17]) = (0, 0)
    let reset = try #require(AnsweredFrame("", frame).answer { $0.writeClosing($1, in: $2) })
    #expect(Array(reset[2..<4]) == [0, 40])
  }

  @Test func headersLongerThanAPacketOfOursMakeNone() {
    let header = Frame.ipv6Extension(nextHeader: 6, data: [UInt8](repeating: 0, count: 1300))
    var segment = TCPSegment(sourcePort: 1, destinationPort: 2, flags: 2)
    segment.payload = []
    let bytes = segment.bytes(from: IPAddress(high: 1, low: 1), to: IPAddress(high: 1, low: 2))
    let frame = AnsweredFrame(
      "", Frame.ipv6(from: "2001:db8::9", to: "2001:db8::10", nextHeader: 0, payload: header + bytes))
    #expect(frame.answer { $0.writeClosing($1, in: $2) } == nil)
    #expect(frame.answer { $0.writeReset(answering: $1, in: $2) } != nil)
  }

  // MARK: Not delivered

  private static let host = "192.0.2.10"

  @Test(arguments: [
    AnsweredFrame("an ICMP error", Frame.icmp(from: "203.0.113.9", to: host, type: 3, code: 1)),
    AnsweredFrame("an ICMP redirect", Frame.icmp(from: "203.0.113.9", to: host, type: 5)),
    AnsweredFrame("an ICMPv6 error", Frame.icmp(from: "2001:db8::9", to: "2001:db8::10", type: 1)),
    AnsweredFrame("an ICMPv6 redirect", Frame.icmp(from: "fe80::9", to: "2001:db8::10", type: 137)),
    AnsweredFrame("a datagram to all", Frame.udp(from: "203.0.113.9", 1, to: "255.255.255.255", 2)),
    AnsweredFrame("a datagram to a group", Frame.udp(from: "203.0.113.9", 1, to: "224.0.0.251", 2)),
    AnsweredFrame("a datagram to a group of IPv6", Frame.udp(from: "2001:db8::9", 1, to: "ff02::fb", 2)),
    AnsweredFrame("a datagram from nobody", Frame.udp(from: "0.0.0.0", 1, to: host, 2)),
    AnsweredFrame("a datagram from nobody of IPv6", Frame.udp(from: "::", 1, to: "2001:db8::10", 2)),
    AnsweredFrame("a datagram from a group", Frame.udp(from: "224.0.0.1", 1, to: host, 2)),
    AnsweredFrame("a datagram from a reserved address", Frame.udp(from: "240.0.0.1", 1, to: host, 2)),
    AnsweredFrame("a datagram from a group of IPv6", Frame.udp(from: "ff02::1", 1, to: "2001:db8::10", 2)),
    AnsweredFrame(
      "a frame to all stations",
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] + Frame.udp(from: "203.0.113.9", 1, to: host, 2).dropFirst(6)),
    AnsweredFrame(
      "a later fragment",
      Frame.ipv4(from: "203.0.113.9", to: host, protocol: 17, fragmentOffset: 185, payload: [1, 2, 3, 4])),
    AnsweredFrame("too little of a packet", Array(Frame.udp(from: "203.0.113.9", 1, to: host, 2).prefix(14 + 15))),
  ])
  func nobodyHearsOf(_ row: AnsweredFrame) {
    #expect(row.answer { $0.writeUnreachable(about: $1, in: $2) } == nil)
  }

  @Test func aFirstFragmentIsToldOf() {
    let fragment = Frame.udp(
      from: "203.0.113.9", 1, to: Self.host, 2, payload: [UInt8](repeating: 1, count: 16),
      fragment: .init(identification: 7, offset: 0, moreFollow: true))
    #expect(AnsweredFrame("", fragment).answer { $0.writeUnreachable(about: $1, in: $2) } != nil)
  }

  @Test func onlyALocalPacketMayComeFromALoopbackAddress() {
    AnsweredFrame("", Frame.udp(from: "127.0.0.1", 1, to: Self.host, 2)).decoded { packet, _ in
      #expect(!packet.mayBeAnswered())
      #expect(packet.mayBeAnswered(isLocal: true))
    }
  }

  @Test func noPacketOfOursIsLongerThanAnyLinkCarries() throws {
    let long = [UInt8](repeating: 1, count: 40_000)
    for (source, limit) in [("203.0.113.9", 576), ("2001:db8::9", 1280)] {
      let destination = source.contains(":") ? "2001:db8::10" : Self.host
      let row = AnsweredFrame("", Frame.udp(from: source, 1, to: destination, 2, payload: long))
      #expect(row.answer { $0.writeUnreachable(about: $1, in: $2) }?.count == limit)
    }
  }

  // MARK: All answers

  /// Whatever comes, nothing traps, and what is made holds together.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func answersToAnythingHoldTogether(seed: UInt64) {
    let page = BlockedPage()
    for traffic in RandomTraffic(seed: seed, count: 200) {
      let row = AnsweredFrame("", traffic.frame, link: traffic.link)
      for answer in Answer.allCases {
        for number in 0...answer.replyCount(page) {
          check(row.answer { $0.writeReply(answer, number, to: $1, in: $2, page) })
        }
      }
      check(row.answer { $0.writeReplacement(of: $1, in: $2) })
    }
  }

  private func check(_ answer: [UInt8]?) {
    guard let answer else { return }
    let read = ReadAnswer(answer)
    #expect(read.kind == .ip)
    #expect(read.fields.byteCount == answer.count)
    #expect(answer.count <= PacketBuffer.longestPacket)
    let headers = read.fields.version == 4 ? InternetChecksum.of(Array(answer.prefix(Int(answer[0] & 15) * 4))) : 0
    #expect(headers == 0)
  }

  @Test func noAnswerMakesNoPacket() {
    let row = AnsweredFrame("", tcp(.syn))
    #expect(Answer.none.replyCount(BlockedPage()) == 0)
    #expect(row.answer { $0.writeReply(.none, to: $1, in: $2, BlockedPage()) } == nil)
  }
}
