import SentryPacket
import SentryTestSupport
import Testing

/// Expected packets are those that say the other window from the start.
@Suite struct TCPWindowTests {
  /// RFC 7323 §3.2: no-op, no-op, timestamp.
  private static let timestamp = [UInt8](hex: "0101 080a 0102 0304 0506 0708")

  private static func segment(
    _ ends: (String, String), window: UInt16, flags: Frame.TCPFlags = [.ack], payload: [UInt8] = [],
    sequence: UInt32 = 1_000,
    link: Frame.Link = .ethernet
  ) -> [UInt8] {
    Frame.tcp(
      from: ends.0, 80, to: ends.1, 40_000, flags: flags, options: timestamp, payload: payload, sequence: sequence,
      acknowledgement: 77, window: window, link: link)
  }

  private static func numbers(_ bytes: [UInt8], _ link: Frame.Link = .ethernet) throws -> (PacketFields, TCPNumbers) {
    var packet = PacketFields()
    _ = packet.decode(bytes.span.bytes, linkType: link.linkType, wireLength: bytes.count)
    let numbers = TCPNumbers(of: packet, in: bytes.span.bytes)
    return (packet, try #require(numbers))
  }

  private static func setting(_ window: UInt16, in bytes: [UInt8], _ link: Frame.Link = .ethernet) throws -> [UInt8] {
    let (packet, numbers) = try numbers(bytes, link)
    var bytes = bytes
    bytes.setTCPWindow(window, numbers, of: packet)
    return bytes
  }

  private static let ends = [("192.0.2.1", "203.0.113.9"), ("2001:db8::1", "2001:db8::9")]

  @Test(arguments: ends, [0, 1, 0x1FFF, 0xFFFF] as [UInt16])
  func anotherWindowAndTheChecksumThatBelongsToIt(ends: (String, String), window: UInt16) throws {
    for link in [Frame.Link.ethernet, .ethernet(vlans: [7]), .raw] {
      let bytes = Self.segment(ends, window: 0x2000, payload: [1, 2, 3], link: link)
      let expected = Self.segment(ends, window: window, payload: [1, 2, 3], link: link)
      #expect(try Self.setting(window, in: bytes, link) == expected)
    }
  }

  /// The sum of the pseudo-header, not inverted: what Linux leaves in a packet whose checksum a card is to finish.
  @Test(arguments: ends)
  func anUnfinishedChecksumIsFinished(ends: (String, String)) throws {
    var bytes = Self.segment(ends, window: 0x2000, payload: [1, 2, 3])
    let (packet, numbers) = try Self.numbers(bytes)
    let pseudoHeader = InternetChecksum(
      protocol: 6, from: packet.source, to: packet.destination, byteCount: bytes.count - numbers.headerStart)
    bytes.set16(~pseudoHeader.value, at: numbers.headerStart + 16)
    let padding: [UInt8] = [9, 9]
    #expect(try Self.setting(5, in: bytes + padding) == Self.segment(ends, window: 5, payload: [1, 2, 3]) + padding)
  }

  @Test func aDamagedPacketStaysDamaged() throws {
    var bytes = Self.segment(Self.ends[0], window: 0x2000, payload: [1, 2, 3])
    bytes[bytes.count - 1] ^= 0x10
    var expected = Self.segment(Self.ends[0], window: 5, payload: [1, 2, 3])
    expected[expected.count - 1] ^= 0x10
    #expect(try Self.setting(5, in: bytes) == expected)
  }

  @Test(arguments: ends)
  func aSegmentBecomesAnAcknowledgementOfTheSamePlace(ends: (String, String)) throws {
    let bytes = Self.segment(ends, window: 0x2000, flags: [.psh, .ack], payload: [1, 2, 3], sequence: .max)
    let (packet, numbers) = try Self.numbers(bytes)
    let head = SegmentHead(numbers, of: packet)
    var update = Array(bytes[..<head.end])
    update.becomeWindowUpdate(9, of: head)
    // Three bytes after the last of all numbers.
    #expect(update == Self.segment(ends, window: 9, sequence: 2))
  }

  @Test func whatIsTooShortStaysAsItIs() throws {
    let bytes = Self.segment(Self.ends[0], window: 0x2000)
    let (packet, numbers) = try Self.numbers(bytes)
    for count in 0..<bytes.count {
      var cut = Array(bytes[..<count])
      cut.setTCPWindow(5, numbers, of: packet)
      #expect(cut == Array(bytes[..<count]))
    }
  }
}
