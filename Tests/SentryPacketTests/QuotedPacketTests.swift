import SentryPacket
import SentryTestSupport
import Testing

/// Packets that ICMP errors quote.
struct QuotedPacketTests {
  /// The quoted packet in one line, `nil` without one.
  private static func quoted(_ bytes: [UInt8], _ linkType: LinkType = .raw) -> String? {
    var packet = PacketFields()
    guard packet.decode(bytes, linkType: linkType) == .ip else { return nil }
    return bytes.withRawSpan { packet.quotedPacket(in: $0) }.map { quoted in
      let ports = quoted.has(.ports) ? "\(quoted.sourcePort),\(quoted.destinationPort)" : "-"
      let identifier = quoted.has(.icmpIdentifier) ? " identifier \(quoted.icmpIdentifier)" : ""
      return "\(quoted.source) > \(quoted.destination) protocol \(quoted.protocolNumber) ports \(ports)\(identifier)"
    }
  }

  // By Scapy.

  @Test func unreachablePortQuotesUDP() {
    let frame = [UInt8](
      hex: """
        4500003d 00010000 4001f65a c0000263 c0000201 0303e957 00000000
        45000021 00010000 0111cd8f c0000201 c6336407 9c40 829a 000d afe7 70726f6265
        """)
    #expect(Self.quoted(frame) == "192.0.2.1 > 198.51.100.7 protocol 17 ports 40000,33434")
  }

  @Test func timeExceededQuotesAnEchoRequest() {
    let frame = [UInt8](
      hex: """
        45000038 00010000 4001f65f c0000263 c0000201 0b00f4ff 00000000
        4500001c 00010000 0101cda4 c0000201 c6336407 0800 f32a 04d2 0003
        """)
    #expect(Self.quoted(frame) == "192.0.2.1 > 198.51.100.7 protocol 1 ports - identifier 1234")
  }

  @Test("ICMPv6 quotes a packet with two extension headers, which are stepped over")
  func extensionHeaders() {
    let frame = [UInt8](
      hex: """
        60000000 0054 3a 40 20010db8000000000000000000000099 20010db8000000000000000000000001 0300 fc51 00000000
        60000000 0024 00 01 20010db8000000000000000000000001 20010db8000700000000000000000007
        3c00010400000000 0600010400000000
        9c40 01bb 00000007 00000000 5002 2000 965f 0000
        """)
    #expect(Self.quoted(frame) == "2001:db8::1 > 2001:db8:7::7 protocol 6 ports 40000,443")
  }

  // MARK: Which messages quote

  private static let udp = Frame.udp(from: "192.0.2.1", 40000, to: "198.51.100.7", 53, link: .raw)
  private static let udp6 = Frame.udp(from: "2001:db8::1", 40000, to: "2001:db8::7", 53, link: .raw)
  private static let quotedUDP = "192.0.2.1 > 198.51.100.7 protocol 17 ports 40000,53"
  private static let quotedUDP6 = "2001:db8::1 > 2001:db8::7 protocol 17 ports 40000,53"

  private static func error(type: UInt8, about packet: [UInt8]) -> [UInt8] {
    Frame.icmp(from: "203.0.113.9", to: "192.0.2.1", type: type, payload: packet, link: .raw)
  }

  private static func error6(type: UInt8, about packet: [UInt8]) -> [UInt8] {
    Frame.icmp(from: "2001:db8::9", to: "2001:db8::1", type: type, payload: packet, link: .raw)
  }

  @Test("the errors of RFC 792 quote, whatever else a message carries", arguments: 0...255 as ClosedRange<UInt8>)
  func types(type: UInt8) {
    let quotes = [3, 4, 5, 11, 12].contains(type)
    #expect(Self.quoted(Self.error(type: type, about: Self.udp)) == (quotes ? Self.quotedUDP : nil))
  }

  @Test("the errors of RFC 4443 quote", arguments: 0...255 as ClosedRange<UInt8>)
  func types6(type: UInt8) {
    #expect(Self.quoted(Self.error6(type: type, about: Self.udp6)) == ((1...4).contains(type) ? Self.quotedUDP6 : nil))
  }

  @Test func otherPacketsQuoteNothing() {
    #expect(Self.quoted(Frame.udp(from: "203.0.113.9", 3, to: "192.0.2.1", 3, payload: Self.udp, link: .raw)) == nil)
  }

  // MARK: How much is quoted

  @Test("eight bytes behind the IP header are enough, fewer than four are not")
  func cutQuote() {
    let tcp = Frame.tcp(from: "192.0.2.1", 40000, to: "198.51.100.7", 443, flags: .syn, payload: [1, 2, 3], link: .raw)
    for count in 0...tcp.count {
      let expected = count >= 24 ? "192.0.2.1 > 198.51.100.7 protocol 6 ports 40000,443" : nil
      #expect(Self.quoted(Self.error(type: 3, about: Array(tcp.prefix(count)))) == expected, "\(count) bytes")
    }
  }

  @Test("what follows the quote in the frame is not part of it")
  func padding() {
    let quote = Array(Self.udp.prefix(22))
    let frame = Frame.icmp(from: "203.0.113.9", to: "192.0.2.1", type: 3, payload: quote) + [0, 53, 0, 53, 0, 0]
    #expect(Self.quoted(frame, .ethernet) == nil)
  }

  @Test("offsets count in the frame")
  func offsets() throws {
    let frame = Frame.icmp(from: "203.0.113.9", to: "192.0.2.1", type: 3, payload: Self.udp)
    var packet = PacketFields()
    _ = packet.decode(frame, linkType: .ethernet)
    let quoted = try #require(frame.withRawSpan { packet.quotedPacket(in: $0) })
    #expect(quoted.networkOffset == 14 + 20 + 8)
    #expect(quoted.byteCount == 28)
    #expect(quoted.version == 4)
  }

  // MARK: What is refused

  @Test func anErrorAboutAnErrorIsAboutNoFlow() {
    #expect(Self.quoted(Self.error(type: 3, about: Self.error(type: 11, about: Self.udp))) == nil)
    #expect(Self.quoted(Self.error6(type: 1, about: Self.error6(type: 3, about: Self.udp6))) == nil)
  }

  @Test func anotherVersionIsNotQuoted() {
    #expect(Self.quoted(Self.error(type: 3, about: Self.udp6)) == nil)
    #expect(Self.quoted(Self.error6(type: 1, about: Self.udp)) == nil)
  }

  @Test func aHeaderThatDoesNotHoldTogetherIsNotQuoted() {
    let short = Frame.ipv4(
      from: "192.0.2.1", to: "198.51.100.7", protocol: 17, payload: [0, 1, 0, 2, 0, 8, 0, 0], headerLength: 16,
      link: .raw)
    #expect(Self.quoted(Self.error(type: 3, about: short)) == nil)
  }

  @Test func aLaterFragmentHasNoPortsToTellItsFlow() {
    let later = Frame.ipv4(
      from: "192.0.2.1", to: "198.51.100.7", protocol: 17, fragmentOffset: 9, payload: [0, 1, 0, 2, 0, 8, 0, 0],
      link: .raw)
    #expect(Self.quoted(Self.error(type: 11, about: later)) == nil)
  }

  @Test func aProtocolWithoutPortsIsToldByItsAddresses() {
    let gre = Frame.ipv4(from: "192.0.2.1", to: "198.51.100.7", protocol: 47, payload: [0, 0, 8, 0], link: .raw)
    #expect(Self.quoted(Self.error(type: 3, about: gre)) == "192.0.2.1 > 198.51.100.7 protocol 47 ports -")
  }
}
