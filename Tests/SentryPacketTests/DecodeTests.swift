import SentryPacket
import SentryTestSupport
import Testing

/// Frames written by hand from the layouts of the RFCs, and what they are.
struct DecodeTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var linkType = LinkType.ethernet
    let hex: String
    /// Bytes on the wire, if more than are captured.
    var wireLength: Int?
    let expected: String
  }

  static func check(_ row: Row) {
    #expect(summary(of: [UInt8](hex: row.hex), linkType: row.linkType, wireLength: row.wireLength) == row.expected)
  }

  static let ethernet = "020000000001 020000000002"
  /// 28 bytes: 192.0.2.1 to 192.0.2.2, UDP from port 1 to 2.
  static let udp = "4500001c 00000000 4011b6cf c0000201 c0000202 0001 0002 0008 0000"
  static let udp6 = """
    60000000 0008 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002 0001 0002 0008 0000
    """
  static func udpSummary(at start: Int) -> String {
    "ip v4 28 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17 payload \(start + 28)..<\(start + 28)"
  }
  static func udp6Summary(at start: Int) -> String {
    "ip v6 48 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload \(start + 48)..<\(start + 48)"
  }

  // MARK: Link headers

  @Test(arguments: [
    Row(testDescription: "Ethernet", hex: "\(ethernet) 0800 \(udp)", expected: udpSummary(at: 14)),
    Row(testDescription: "Ethernet, IPv6", hex: "\(ethernet) 86dd \(udp6)", expected: udp6Summary(at: 14)),
    Row(testDescription: "a VLAN tag", hex: "\(ethernet) 8100 6007 0800 \(udp)", expected: udpSummary(at: 18)),
    Row(testDescription: "QinQ", hex: "\(ethernet) 88a8 0005 8100 0007 86dd \(udp6)", expected: udp6Summary(at: 22)),
    Row(
      testDescription: "QinQ of old equipment", hex: "\(ethernet) 9100 0005 8100 0007 0800 \(udp)",
      expected: udpSummary(at: 22)),
    Row(
      testDescription: "eight tags", hex: "\(ethernet) \(String(repeating: "8100 0001", count: 8)) 0800 \(udp)",
      expected: udpSummary(at: 46)),
    Row(
      testDescription: "nine tags are too many",
      hex: "\(ethernet) \(String(repeating: "8100 0001", count: 9)) 0800 \(udp)", expected: "notIP"),
    Row(
      testDescription: "PPPoE session", hex: "\(ethernet) 8864 11 00 0001 001e 0021 \(udp)",
      expected: udpSummary(at: 22)),
    Row(
      testDescription: "PPPoE session, IPv6", hex: "\(ethernet) 8864 11 00 0001 0032 0057 \(udp6)",
      expected: udp6Summary(at: 22)),
    Row(
      testDescription: "PPPoE with a protocol number of one byte", hex: "\(ethernet) 8864 11 00 0001 001d 21 \(udp)",
      expected: udpSummary(at: 21)),
    Row(
      testDescription: "PPPoE behind a VLAN tag", hex: "\(ethernet) 8100 0007 8864 11 00 0001 001e 0021 \(udp)",
      expected: udpSummary(at: 26)),
    Row(testDescription: "PPPoE with LCP", hex: "\(ethernet) 8864 11 00 0001 0006 c021 0101 0004", expected: "notIP"),
    Row(testDescription: "PPPoE with a code", hex: "\(ethernet) 8864 11 09 0001 001e 0021 \(udp)", expected: "notIP"),
    Row(testDescription: "PPPoE discovery", hex: "\(ethernet) 8863 11 09 0000 0004 0101 0000", expected: "notIP"),
    Row(
      testDescription: "802.3 with SNAP", hex: "\(ethernet) 0024 aaaa03 000000 0800 \(udp)",
      expected: udpSummary(at: 22)),
    Row(
      testDescription: "SNAP of another organization", hex: "\(ethernet) 0024 aaaa03 00000c 0800 \(udp)",
      expected: "notIP"),
    Row(testDescription: "spanning tree", hex: "\(ethernet) 0026 424203 0000 00 00", expected: "notIP"),
    Row(testDescription: "ARP", hex: "\(ethernet) 0806 0001 0800 06 04 0001", expected: "notIP"),
    Row(testDescription: "an EtherType between lengths and types", hex: "\(ethernet) 05dd \(udp)", expected: "notIP"),
    Row(
      testDescription: "Linux cooked", linkType: .linuxCooked, hex: "0000 0001 0006 0200000000020000 0800 \(udp)",
      expected: udpSummary(at: 16)),
    Row(
      testDescription: "Linux cooked with a VLAN tag", linkType: .linuxCooked,
      hex: "0000 0001 0006 0200000000020000 8100 0007 86dd \(udp6)", expected: udp6Summary(at: 20)),
    Row(
      testDescription: "Linux cooked with LLC", linkType: .linuxCooked,
      hex: "0000 0001 0006 0200000000020000 0004 aaaa03 000000 0800 \(udp)", expected: udpSummary(at: 24)),
    Row(
      testDescription: "Linux cooked PPPoE", linkType: .linuxCooked,
      hex: "0000 0001 0006 0200000000020000 8864 11 00 0001 001e 0021 \(udp)", expected: udpSummary(at: 24)),
    Row(
      testDescription: "Linux cooked ARP", linkType: .linuxCooked, hex: "0000 0001 0006 0200000000020000 0806 0001",
      expected: "notIP"),
    Row(
      testDescription: "Linux cooked, version 2", linkType: .linuxCooked2,
      hex: "0800 0000 00000002 0001 00 06 0200000000020000 \(udp)", expected: udpSummary(at: 20)),
    Row(
      testDescription: "Linux cooked, version 2, with a VLAN tag", linkType: .linuxCooked2,
      hex: "8100 0000 00000002 0001 00 06 0200000000020000 0007 0800 \(udp)", expected: udpSummary(at: 24)),
    Row(testDescription: "raw IPv4", linkType: .raw, hex: udp, expected: udpSummary(at: 0)),
    Row(testDescription: "raw IPv6", linkType: .rawInFiles, hex: udp6, expected: udp6Summary(at: 0)),
    Row(testDescription: "raw by OpenBSD", linkType: .rawOpenBSD, hex: udp, expected: udpSummary(at: 0)),
    Row(testDescription: "IPv4 only", linkType: .ipv4, hex: udp, expected: udpSummary(at: 0)),
    Row(testDescription: "IPv6 only", linkType: .ipv6, hex: udp6, expected: udp6Summary(at: 0)),
    Row(
      testDescription: "BSD loopback, little end first", linkType: .null, hex: "02000000 \(udp)",
      expected: udpSummary(at: 4)),
    Row(
      testDescription: "BSD loopback, big end first", linkType: .null, hex: "00000002 \(udp)",
      expected: udpSummary(at: 4)),
    Row(testDescription: "OpenBSD loopback", linkType: .loop, hex: "00000002 \(udp)", expected: udpSummary(at: 4)),
    Row(
      testDescription: "loopback of macOS, IPv6", linkType: .null, hex: "1e000000 \(udp6)", expected: udp6Summary(at: 4)
    ),
    Row(
      testDescription: "loopback of FreeBSD, IPv6", linkType: .null, hex: "0000001c \(udp6)",
      expected: udp6Summary(at: 4)),
    Row(
      testDescription: "loopback of NetBSD, IPv6", linkType: .loop, hex: "00000018 \(udp6)",
      expected: udp6Summary(at: 4)),
    Row(testDescription: "loopback, another family", linkType: .null, hex: "07000000 \(udp)", expected: "notIP"),
    Row(testDescription: "PPP", linkType: .ppp, hex: "0021 \(udp)", expected: udpSummary(at: 2)),
    Row(
      testDescription: "PPP in HDLC framing", linkType: .pppSerial, hex: "ff03 0057 \(udp6)",
      expected: udp6Summary(at: 4)),
    Row(
      testDescription: "PPPoE without Ethernet", linkType: .pppEther, hex: "11 00 0001 001e 0021 \(udp)",
      expected: udpSummary(at: 8)),
    Row(testDescription: "an unknown link type", linkType: LinkType(rawValue: 147), hex: udp, expected: "notIP"),
  ])
  func linkHeader(_ row: Row) { Self.check(row) }

  @Test func hardwareAddresses() {
    var fields = PacketFields()
    let frame = [UInt8](hex: "010203040506 a1a2a3a4a5a6 0806")
    #expect(fields.decode(frame, linkType: .ethernet, wireLength: 60) == .notIP)
    #expect(fields.present == .ethernet)
    #expect(fields.destinationMAC == 0x0102_0304_0506)
    #expect(fields.sourceMAC == 0xA1A2_A3A4_A5A6)
  }

  // MARK: Which of the two versions, if any

  @Test(arguments: [
    Row(testDescription: "version 6 announced as IPv4", hex: "\(ethernet) 0800 \(udp6)", expected: udp6Summary(at: 14)),
    Row(testDescription: "version 4 announced as IPv6", hex: "\(ethernet) 86dd \(udp)", expected: udpSummary(at: 14)),
    Row(
      testDescription: "version 5", hex: "\(ethernet) 0800 5500001c 00000000 4011b6cf c0000201 c0000202",
      expected: "unknownVersion v5 20 bytes"),
    Row(testDescription: "version 0", linkType: .raw, hex: "00", expected: "unknownVersion v0 1 bytes"),
    Row(testDescription: "a raw frame without a byte", linkType: .raw, hex: "", expected: "shortIPHeader v0 0 bytes"),
    Row(
      testDescription: "a raw frame of which nothing was captured", linkType: .raw, hex: "", wireLength: 60,
      expected: "ip v0 60 bytes"),
    Row(
      testDescription: "only the Ethernet header captured", hex: "\(ethernet) 86dd", wireLength: 100,
      expected: "ip v6 86 bytes"),
  ])
  func version(_ row: Row) { Self.check(row) }

  // MARK: IPv4 (RFC 791)

  @Test(arguments: [
    Row(
      testDescription: "options", linkType: .raw,
      hex: "46000020 00000000 40110000 c0000201 c0000202 94040000 0001 0002 0008 0000",
      expected: "ip v4 32 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17 ipOptions 20..<24 payload 32..<32"),
    Row(
      testDescription: "padding behind the packet", linkType: .raw, hex: "\(udp) 000000000000",
      expected: udpSummary(at: 0)),
    Row(
      testDescription: "total length 0 means all that was sent", linkType: .raw,
      hex: "45000000 00000000 40110000 c0000201 c0000202 0001 0002 0008 0000 aabb", wireLength: 70_000,
      expected: "ip v4 70000 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17 payload 28..<30"),
    Row(
      testDescription: "total length longer than the frame", linkType: .raw,
      hex: "450005dc 00000000 40110000 c0000201 c0000202 0001 0002 0008 0000 aabb",
      expected: "ip v4 30 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17 payload 28..<30"),
    Row(
      testDescription: "first fragment", linkType: .raw,
      hex: "4500001c 00072000 40110000 c0000201 c0000202 0001 0002 0100 0000",
      expected: "ip v4 28 bytes 192.0.2.1:1 > 192.0.2.2:2 first of 7 protocol 17 payload 28..<28"),
    Row(
      testDescription: "middle fragment, whose first bytes are no ports", linkType: .raw,
      hex: "4500001c 00072001 40110000 c0000201 c0000202 0001 0002 0100 0000",
      expected: "ip v4 28 bytes 192.0.2.1 > 192.0.2.2 1+ of 7 protocol 17 payload 20..<28"),
    Row(
      testDescription: "last fragment, shorter than a TCP header", linkType: .raw,
      hex: "45000015 00071fff 40060000 c0000201 c0000202 01",
      expected: "ip v4 21 bytes 192.0.2.1 > 192.0.2.2 8191 of 7 protocol 6 payload 20..<21"),
    Row(
      testDescription: "don't fragment", linkType: .raw,
      hex: "4500001c 00074000 402f0000 c0000201 c0000202 0001 0002 0100 0000",
      expected: "ip v4 28 bytes 192.0.2.1 > 192.0.2.2 protocol 47 payload 20..<28"),
    Row(
      testDescription: "nothing behind the header", linkType: .raw, hex: "45000014 00000000 402f0000 c0000201 c0000202",
      expected: "ip v4 20 bytes 192.0.2.1 > 192.0.2.2 protocol 47 payload 20..<20"),
    Row(
      testDescription: "header length below five words", linkType: .raw,
      hex: "4400001c 00000000 40110000 c0000201 c0000202 0001 0002 0008 0000",
      expected: "shortIPHeader v4 28 bytes 192.0.2.1 > 192.0.2.2 protocol 17"),
    Row(
      testDescription: "total length below the header length", linkType: .raw,
      hex: "46000017 00000000 40110000 c0000201 c0000202 94040000",
      expected: "shortIPHeader v4 23 bytes 192.0.2.1 > 192.0.2.2 protocol 17"),
    Row(
      testDescription: "frame shorter than the header length", linkType: .raw,
      hex: "4f00003c 00000000 40110000 c0000201 c0000202 0001 0002 0008 0000",
      expected: "shortIPHeader v4 28 bytes 192.0.2.1 > 192.0.2.2 protocol 17"),
    Row(
      testDescription: "frame shorter than any header", linkType: .raw, hex: "45000014 00000000 4011",
      expected: "shortIPHeader v4 10 bytes protocol 17"),
    Row(
      testDescription: "the same, cut by the snap length", linkType: .raw, hex: "45000014 00000000 4011",
      wireLength: 20,
      expected: "ip v4 20 bytes protocol 17"),
    Row(
      testDescription: "a later fragment cut in the fixed header is not a short TCP header", linkType: .raw,
      hex: "45000018 00071fff 40060000", wireLength: 24, expected: "ip v4 24 bytes protocol 6"),
    Row(
      testDescription: "a wire length that some files give below the captured one", linkType: .raw, hex: udp,
      wireLength: 5, expected: udpSummary(at: 0)),
    Row(
      testDescription: "a wire length from a hostile file", linkType: .raw,
      hex: "45000000 00000000 402f0000 c0000201 c0000202", wireLength: .max,
      expected: "ip v4 4294967295 bytes 192.0.2.1 > 192.0.2.2 protocol 47 payload 20..<20"),
    Row(
      testDescription: "ICMPv6's number in IPv4 is nothing special", linkType: .raw,
      hex: "45000018 00000000 403a0000 c0000201 c0000202 80000000",
      expected: "ip v4 24 bytes 192.0.2.1 > 192.0.2.2 protocol 58 payload 20..<24"),
  ])
  func ipv4(_ row: Row) { Self.check(row) }

  // MARK: IPv6 (RFC 8200)

  static let addresses6 = "20010db8000000000000000000000001 20010db8000000000000000000000002"

  @Test(arguments: [
    Row(
      testDescription: "hop-by-hop, destination options, routing, then UDP", linkType: .raw,
      hex: """
        60000000 0028 00 40 \(addresses6)
        3c 00 010400000000        # hop-by-hop, 8 bytes
        2b 01 010c000000000000000000000000  # destination options, 16 bytes
        11 00 0400 00000000       # routing with no segments left
        0001 0002 0008 0000
        """,
      expected: "ip v6 80 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload 80..<80"),
    Row(
      testDescription: "an authentication header, whose length counts four-byte units (RFC 4302)", linkType: .raw,
      hex: """
        60000000 0020 33 40 \(addresses6)
        11 04 0000 00000001 00000001 000000000000000000000000
        0001 0002 0008 0000
        """,
      expected: "ip v6 72 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload 72..<72"),
    Row(
      testDescription: "ESP hides the rest", linkType: .raw, hex: "60000000 0008 32 40 \(addresses6) 00000001 00000001",
      expected: "ip v6 48 bytes 2001:db8::1 > 2001:db8::2 protocol 50 payload 40..<48"),
    Row(
      testDescription: "no next header", linkType: .raw, hex: "60000000 0000 3b 40 \(addresses6)",
      expected: "ip v6 40 bytes 2001:db8::1 > 2001:db8::2 protocol 59 payload 40..<40"),
    Row(
      testDescription: "first fragment", linkType: .raw,
      hex: "60000000 0010 2c 40 \(addresses6) 11 00 0001 00000063 0001 0002 0100 0000",
      expected: "ip v6 56 bytes 2001:db8::1:1 > 2001:db8::2:2 first of 99 protocol 17 payload 56..<56"),
    Row(
      testDescription: "middle fragment", linkType: .raw,
      hex: "60000000 0010 2c 40 \(addresses6) 11 00 0019 00000063 0001 0002 0100 0000",
      expected: "ip v6 56 bytes 2001:db8::1 > 2001:db8::2 3+ of 99 protocol 17 payload 48..<56"),
    Row(
      testDescription: "last fragment with a 32-bit identification", linkType: .raw,
      hex: "60000000 0009 2c 40 \(addresses6) 06 00 fff8 ffffffff 01",
      expected: "ip v6 49 bytes 2001:db8::1 > 2001:db8::2 8191 of 4294967295 protocol 6 payload 48..<49"),
    Row(
      testDescription: "atomic fragment: a fragment header on a whole packet (RFC 6946)", linkType: .raw,
      hex: "60000000 0010 2c 40 \(addresses6) 11 00 0000 00000063 0001 0002 0008 0000",
      expected: "ip v6 56 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload 56..<56"),
    Row(
      testDescription: "jumbogram: the length stands in a hop-by-hop option (RFC 2675)", linkType: .raw,
      hex: "60000000 0000 00 40 \(addresses6) 11 00 c204 00011178 0001 0002 0000 0000 aabb", wireLength: 70_040,
      expected: "ip v6 70040 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload 56..<58"),
    Row(
      testDescription: "padding behind the packet", linkType: .raw, hex: "\(udp6) 000000",
      expected: udp6Summary(at: 0)),
    Row(
      testDescription: "payload length longer than the frame", linkType: .raw,
      hex: "60000000 0500 11 40 \(addresses6) 0001 0002 0008 0000",
      expected: "ip v6 48 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload 48..<48"),
    Row(
      testDescription: "an extension header running past the end", linkType: .raw,
      hex: "60000000 0008 00 40 \(addresses6) 11 01 010400000000",
      expected: "shortIPHeader v6 48 bytes 2001:db8::1 > 2001:db8::2"),
    Row(
      testDescription: "an extension header that is only announced", linkType: .raw,
      hex: "60000000 0000 3c 40 \(addresses6)", expected: "shortIPHeader v6 40 bytes 2001:db8::1 > 2001:db8::2"),
    Row(
      testDescription: "half a fragment header", linkType: .raw, hex: "60000000 0004 2c 40 \(addresses6) 11000000",
      expected: "shortIPHeader v6 44 bytes 2001:db8::1 > 2001:db8::2"),
    Row(
      testDescription: "a fragment header cut by the snap length", linkType: .raw,
      hex: "60000000 0010 2c 40 \(addresses6) 11000000", wireLength: 56,
      expected: "ip v6 56 bytes 2001:db8::1 > 2001:db8::2"),
    Row(
      testDescription: "frame shorter than the header", linkType: .raw, hex: "60000000 0008 11 40 20010db8",
      expected: "shortIPHeader v6 12 bytes"),
    Row(
      testDescription: "the same, cut by the snap length", linkType: .raw, hex: "60000000 0008 11 40 20010db8",
      wireLength: 48, expected: "ip v6 48 bytes protocol 17"),
    Row(
      testDescription: "ICMP's number in IPv6 is nothing special", linkType: .raw,
      hex: "60000000 0004 01 40 \(addresses6) 08000000",
      expected: "ip v6 44 bytes 2001:db8::1 > 2001:db8::2 protocol 1 payload 40..<44"),
    Row(
      testDescription: "a mapped address counts as the IPv4 address", linkType: .raw,
      hex: "60000000 0000 3b 40 00000000000000000000ffffc0000201 \(String(repeating: "00", count: 16))",
      expected: "ip v6 40 bytes 192.0.2.1 > :: protocol 59 payload 40..<40"),
  ])
  func ipv6(_ row: Row) { Self.check(row) }

  @Test func manyExtensionHeadersHideNoPorts() {
    let options = (0..<180).map { Frame.ipv6Extension(nextHeader: $0 < 179 ? 60 : 17) }.flatMap { $0 }
    let packet = Frame.ipv6(
      from: "2001:db8::1", to: "2001:db8::2", nextHeader: 60, payload: options + [0, 1, 0, 2, 0, 8, 0, 0], link: .raw)
    #expect(
      summary(of: packet, linkType: .raw)
        == "ip v6 1488 bytes 2001:db8::1:1 > 2001:db8::2:2 protocol 17 payload 1488..<1488")
  }

  // MARK: TCP (RFC 9293), UDP (RFC 768)

  /// The IPv4 header of a packet of `length` bytes.
  static func header4(length: Int, protocol number: Int) -> String {
    func hex(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: digits - text.count) + text
    }
    return "4500\(hex(length, 4)) 00000000 40\(hex(number, 2))0000 c0000201 c0000202"
  }

  @Test(arguments: [
    Row(
      testDescription: "a SYN with options", linkType: .raw,
      hex: "\(header4(length: 44, protocol: 6)) 9c40 0017 00000001 00000000 60 02 2000 0000 0000 020405b4",
      expected: "ip v4 44 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 2 tcpOptions 40..<44 payload 44..<44"),
    Row(
      testDescription: "all eight flags and payload", linkType: .raw,
      hex: "\(header4(length: 42, protocol: 6)) ffff 0000 00000001 00000000 50 ff 2000 0000 0000 6869",
      expected: "ip v4 42 bytes 192.0.2.1:65535 > 192.0.2.2:0 protocol 6 flags 255 tcpOptions 40..<40 payload 40..<42"),
    Row(
      testDescription: "padding is no payload", linkType: .raw,
      hex: "\(header4(length: 40, protocol: 6)) 9c40 0017 00000001 00000000 50 10 2000 0000 0000 000000000000",
      expected: "ip v4 40 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 16 tcpOptions 40..<40 payload 40..<40"),
    Row(
      testDescription: "data offset below five words", linkType: .raw,
      hex: "\(header4(length: 40, protocol: 6)) 9c40 0017 00000001 00000000 40 02 2000 0000 0000",
      expected: "shortTCPHeader v4 40 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 2"),
    Row(
      testDescription: "data offset behind the packet", linkType: .raw,
      hex: "\(header4(length: 40, protocol: 6)) 9c40 0017 00000001 00000000 f0 02 2000 0000 0000",
      expected: "shortTCPHeader v4 40 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 2"),
    Row(
      testDescription: "data offset behind the packet, into the padding", linkType: .raw,
      hex: "\(header4(length: 40, protocol: 6)) 9c40 0017 00000001 00000000 60 02 2000 0000 0000 00000000",
      expected: "shortTCPHeader v4 40 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 2"),
    Row(
      testDescription: "a tiny first fragment (RFC 1858)", linkType: .raw,
      hex: "4500001c 00002000 40060000 c0000201 c0000202 9c40 0017 00000001",
      expected: "shortTCPHeader v4 28 bytes 192.0.2.1:40000 > 192.0.2.2:23 first of 0 protocol 6"),
    Row(
      testDescription: "19 bytes", linkType: .raw,
      hex: "\(header4(length: 39, protocol: 6)) 9c40 0017 00000001 00000000 50 02 2000 0000 00",
      expected: "shortTCPHeader v4 39 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 2"),
    Row(
      testDescription: "three bytes hold no ports, whatever the padding", linkType: .raw,
      hex: "\(header4(length: 23, protocol: 6)) 9c40 0017 00000001 00000000 50 02 2000 0000 0000",
      expected: "shortTCPHeader v4 23 bytes 192.0.2.1 > 192.0.2.2 protocol 6"),
    Row(
      testDescription: "a header cut by the snap length after the ports", linkType: .raw,
      hex: "\(header4(length: 60, protocol: 6)) 9c40 0017", wireLength: 60,
      expected: "ip v4 60 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6"),
    Row(
      testDescription: "options cut by the snap length", linkType: .raw,
      hex: "\(header4(length: 60, protocol: 6)) 9c40 0017 00000001 00000000 a0 02 2000 0000 0000 0204", wireLength: 60,
      expected: "ip v4 60 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 2"),
    Row(
      testDescription: "payload cut by the snap length", linkType: .raw,
      hex: "\(header4(length: 60, protocol: 6)) 9c40 0017 00000001 00000000 50 10 2000 0000 0000 6869", wireLength: 60,
      expected: "ip v4 60 bytes 192.0.2.1:40000 > 192.0.2.2:23 protocol 6 flags 16 tcpOptions 40..<40 payload 40..<42"),
    Row(
      testDescription: "UDP whose length says less hides nothing", linkType: .raw,
      hex: "\(header4(length: 30, protocol: 17)) 0001 0002 0008 0000 6869",
      expected: "ip v4 30 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17 payload 28..<30"),
    Row(
      testDescription: "seven bytes of UDP", linkType: .raw,
      hex: "\(header4(length: 27, protocol: 17)) 0001 0002 0008 00",
      expected: "shortHeader v4 27 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17"),
    Row(
      testDescription: "UDP cut by the snap length after the ports", linkType: .raw,
      hex: "\(header4(length: 28, protocol: 17)) 0001 0002 0008", wireLength: 28,
      expected: "ip v4 28 bytes 192.0.2.1:1 > 192.0.2.2:2 protocol 17"),
  ])
  func transport(_ row: Row) { Self.check(row) }

  // MARK: ICMP (RFC 792), ICMPv6 (RFC 4443)

  @Test(arguments: [
    Row(
      testDescription: "echo request", linkType: .raw,
      hex: "\(header4(length: 30, protocol: 1)) 0800 0000 004d 0001 6869",
      expected: "ip v4 30 bytes 192.0.2.1 > 192.0.2.2 protocol 1 icmp 8,0 identifier 77 payload 28..<30"),
    Row(
      testDescription: "echo reply", linkType: .raw, hex: "\(header4(length: 28, protocol: 1)) 0000 0000 004d 0001",
      expected: "ip v4 28 bytes 192.0.2.1 > 192.0.2.2 protocol 1 icmp 0,0 identifier 77 payload 28..<28"),
    Row(
      testDescription: "port unreachable has no identifier", linkType: .raw,
      hex: "\(header4(length: 28, protocol: 1)) 0303 0000 0000 0000",
      expected: "ip v4 28 bytes 192.0.2.1 > 192.0.2.2 protocol 1 icmp 3,3 payload 28..<28"),
    Row(
      testDescription: "type 128 of ICMP is no echo", linkType: .raw,
      hex: "\(header4(length: 28, protocol: 1)) 8000 0000 004d 0000",
      expected: "ip v4 28 bytes 192.0.2.1 > 192.0.2.2 protocol 1 icmp 128,0 payload 28..<28"),
    Row(
      testDescription: "seven bytes of ICMP", linkType: .raw,
      hex: "\(header4(length: 27, protocol: 1)) 0800 0000 004d 00",
      expected: "shortHeader v4 27 bytes 192.0.2.1 > 192.0.2.2 protocol 1 icmp 8,0 identifier 77"),
    Row(
      testDescription: "one byte of ICMP before padding", linkType: .raw,
      hex: "\(header4(length: 21, protocol: 1)) 0800 0000",
      expected: "shortHeader v4 21 bytes 192.0.2.1 > 192.0.2.2 protocol 1"),
    Row(
      testDescription: "ICMP cut by the snap length", linkType: .raw, hex: "\(header4(length: 84, protocol: 1)) 0800",
      wireLength: 84, expected: "ip v4 84 bytes 192.0.2.1 > 192.0.2.2 protocol 1 icmp 8,0"),
    Row(
      testDescription: "ICMPv6 echo request", linkType: .raw,
      hex: "60000000 0008 3a 40 \(addresses6) 8000 0000 004d 0001",
      expected: "ip v6 48 bytes 2001:db8::1 > 2001:db8::2 protocol 58 icmpv6 128,0 identifier 77 payload 48..<48"),
    Row(
      testDescription: "ICMPv6 echo reply", linkType: .raw,
      hex: "60000000 0008 3a 40 \(addresses6) 8100 0000 004d 0001",
      expected: "ip v6 48 bytes 2001:db8::1 > 2001:db8::2 protocol 58 icmpv6 129,0 identifier 77 payload 48..<48"),
    Row(
      testDescription: "neighbor solicitation", linkType: .raw,
      hex: "60000000 0018 3a ff \(addresses6) 8700 0000 00000000 20010db8000000000000000000000002",
      expected: "ip v6 64 bytes 2001:db8::1 > 2001:db8::2 protocol 58 icmpv6 135,0 payload 48..<64"),
    Row(
      testDescription: "type 8 of ICMPv6 is no echo", linkType: .raw,
      hex: "60000000 0008 3a 40 \(addresses6) 0800 0000 004d 0001",
      expected: "ip v6 48 bytes 2001:db8::1 > 2001:db8::2 protocol 58 icmpv6 8,0 payload 48..<48"),
    Row(
      testDescription: "four bytes of ICMPv6", linkType: .raw, hex: "60000000 0004 3a 40 \(addresses6) 8000 0000",
      expected: "shortHeader v6 44 bytes 2001:db8::1 > 2001:db8::2 protocol 58 icmpv6 128,0"),
  ])
  func icmp(_ row: Row) { Self.check(row) }

  // MARK: One value for many frames

  @Test("nothing of an earlier packet shows in a later one")
  func reuse() {
    var fields = PacketFields()
    let fragment = [UInt8](hex: "45000018 00072001 40060000 c0000201 c0000202 01020304")
    #expect(fields.decode(fragment, linkType: .raw) == .ip)
    #expect(fields.decode([], linkType: .ethernet, wireLength: 60) == .notIP)
    #expect(fields.present == [])
    #expect(fields.byteCount == 0)
    #expect(fields.fragmentOffset == 0)
    #expect(!fields.hasMoreFragments)
    #expect(fields.identification == 0)
  }
}
