import SentryTestSupport
import Testing

@testable import SentryPacket

/// DNS messages by Scapy.
enum DNSBytes {
  /// A query for `Www.Example.ORG`.
  static let query = [UInt8](hex: "1234 0100 0001 0000 0000 0000 03577777 074578616d706c65 034f5247 00 0001 0001")
  /// The answer to one for `www.example.org`.
  static let answer = [UInt8](
    hex: """
      1234 8180 0001 0001 0000 0000 03777777 076578616d706c65 036f7267 00 0001 0001
      03777777 076578616d706c65 036f7267 00 0001 0001 00000000 0004 c0000201
      """)
  static let header = Array(query.prefix(12))

  static func labels(_ labels: [UInt8]...) -> [UInt8] {
    labels.flatMap { [UInt8($0.count)] + $0 } + [0, 0, 1, 0, 1]
  }
}

private func question(_ bytes: [UInt8], isStream: Bool = false) -> HostName? {
  bytes.withRawSpan { DNSMessage.firstQuestion(in: $0, payload: 0..<UInt32(bytes.count), isStream: isStream) }
}

struct DNSMessageTests {
  private static let wanted = hostName("www.example.org")

  @Test func queriesAndAnswersNameTheirQuestion() {
    #expect(question(DNSBytes.query) == Self.wanted)
    #expect(question(DNSBytes.answer) == Self.wanted)
  }

  @Test("over TCP the message's length comes first")
  func overTCP() {
    #expect(question([0, UInt8(DNSBytes.query.count)] + DNSBytes.query, isStream: true) == Self.wanted)
    #expect(question(DNSBytes.query, isStream: true) == nil)
  }

  @Test("from any port, in a frame with bytes after the packet")
  func inAFrame() {
    let frame = Frame.udp(from: "2001:db8::9", 40000, to: "2001:db8::1", 5353, payload: DNSBytes.query)
    var packet = PacketFields()
    _ = packet.decode(frame, linkType: .ethernet)
    let found = frame.withRawSpan {
      DNSMessage.firstQuestion(in: $0, payload: packet.payload, isStream: false)
    }
    #expect(found == Self.wanted)
  }

  @Test("a name that was not captured to its end is absent, wherever it is cut")
  func cutAnywhere() {
    let nameEnd = 12 + 17
    for count in 0..<nameEnd { #expect(question(Array(DNSBytes.query.prefix(count))) == nil, "\(count) bytes") }
    for count in nameEnd...DNSBytes.query.count {
      #expect(question(Array(DNSBytes.query.prefix(count))) == Self.wanted, "\(count) bytes")
    }
  }

  private static let a63 = [UInt8](repeating: UInt8(ascii: "a"), count: 63)
  private static let a61 = [UInt8](repeating: UInt8(ascii: "a"), count: 61)

  @Test("the longest name has 255 bytes on the wire (RFC 1035 §2.3.4), 253 as text")
  func longestName() {
    let longest = DNSBytes.header + DNSBytes.labels(Self.a63, Self.a63, Self.a63, Self.a61)
    #expect(question(longest)?.count == 253)
    // Two bytes and more beyond that do not fit.
    #expect(question(DNSBytes.header + DNSBytes.labels(Self.a63, Self.a63, Self.a63, Self.a63, [0x61])) == nil)
  }

  @Test func noQuestionHasNoName() {
    var message = DNSBytes.query
    message[5] = 0
    #expect(question(message) == nil)
  }

  @Test func theRootHasNoName() {
    #expect(question(DNSBytes.header + DNSBytes.labels()) == nil)
  }

  @Test("labels of any byte (RFC 2181 §11); a dot inside one separates nothing")
  func anyByte() {
    #expect(
      question(DNSBytes.header + DNSBytes.labels([0xBC, 0xFD, 0x20], Array("t".utf8)))?.description
        == "\\188\\253\\032.t")
    #expect(
      question(DNSBytes.header + DNSBytes.labels(Array("a.example".utf8), Array("org".utf8)))?.description
        == "a\\000example.org")
  }

  @Test("compression pointers are followed, forward as well (RFC 1035 §4.1.4)")
  func pointers() {
    let pointsToTheSecond = DNSBytes.header + [UInt8](hex: "c012 0001 0001") + DNSBytes.query.dropFirst(12)
    #expect(question(pointsToTheSecond) == Self.wanted)
    let pointsIntoTheSecond = DNSBytes.header + [UInt8](hex: "0161 c014 0001 0001") + DNSBytes.query.dropFirst(12)
    #expect(question(pointsIntoTheSecond)?.description == "a.www.example.org")
    #expect(question([0, 99] + pointsToTheSecond, isStream: true) == Self.wanted)
  }

  @Test(
    "pointers that lead in a circle, outside or nowhere, and label types without a meaning, are refused",
    arguments: [
      "c00c 0001 0001", "c00e c00c", "03777777 c00c 0001 0001", "c0ff 0001 0001", "ffff", "c0", "0161 c0",
      "40 01 61 00", "80 01 61 00", "bf 01 61 00",
    ])
  func refused(hex: String) {
    #expect(question(DNSBytes.header + [UInt8](hex: hex)) == nil)
  }

  @Test func outside() {
    DNSBytes.query.withRawSpan { span in
      #expect(DNSMessage.firstQuestion(in: span, payload: 0..<UInt32.max, isStream: false) == Self.wanted)
      #expect(DNSMessage.firstQuestion(in: span, payload: 5000..<6000, isStream: false) == nil)
      #expect(DNSMessage.firstQuestion(in: span, payload: UInt32.max..<UInt32.max, isStream: true) == nil)
    }
  }
}
