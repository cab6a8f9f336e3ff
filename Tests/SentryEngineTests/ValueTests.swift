import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

/// One value, one packet, and whether a rule with that value matches it. Expected: the table of values in the description of
/// the classic program (docs/Classic.md, "Values"), header values from the RFCs that define them.
struct ValueCase: Sendable, CustomTestStringConvertible {
  let property: String
  let relation: String
  let value: String
  let packet: [UInt8]
  let what: String
  let matches: Bool

  init(_ property: String, _ relation: String, _ value: String, _ what: String, _ packet: [UInt8], _ matches: Bool) {
    self.property = property
    self.relation = relation
    self.value = value
    self.what = what
    self.packet = packet
    self.matches = matches
  }

  var testDescription: String { "\(property) \(relation) \(value): \(what) \(matches ? "matches" : "does not match")" }
}

@Suite struct ValueTests {
  @Test(arguments: ports + addresses + headers + rareHeaders + content)
  func value(_ row: ValueCase) throws {
    let value = row.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    var bench = try Bench(rule(row.property, row.relation, value, then: "Delete"))
    #expect(bench.judge(row.packet).verdict == (row.matches ? .delete : .pass))
  }

  static let ports: [ValueCase] =
    [
      ("==", [(136, false), (137, true), (138, true), (139, true), (140, false)]),
      (">=", [(136, false), (138, true), (200, true)]),
      ("<=", [(100, true), (139, true), (140, false)]),
    ].flatMap { relation, expected in
      expected.map { port, matches in
        ValueCase("Dest port", relation, "137-139", "UDP \(port)", udp(port: UInt16(port)), matches)
      }
    } + [
      ValueCase("Dest port", "==", "80 (HTTP)", "TCP 80", tcp(port: 80), true),
      ValueCase("Dest port", "==", "80", "a ping", ping(), false),
      ValueCase("Dest port", "!=", "80", "a ping", ping(), true),
      ValueCase("Dest port", "<=", "80", "a ping", ping(), false),
      ValueCase("Source port", "==", "40000", "TCP from 40000", tcp(), true),
    ]

  private static func from(_ source: String) -> [UInt8] { udp(from: source) }

  static let addresses: [ValueCase] = [
    ValueCase("Source net", "==", "127.0.0.1/28", "127.0.0.0", from("127.0.0.0"), true),
    ValueCase("Source net", "==", "127.0.0.1/28", "127.0.0.15", from("127.0.0.15"), true),
    ValueCase("Source net", "==", "127.0.0.1/28", "127.0.0.16", from("127.0.0.16"), false),
    ValueCase("Source net", "==", "192.0.2.10-20", "192.0.2.9", from("192.0.2.9"), false),
    ValueCase("Source net", "==", "192.0.2.10-20", "192.0.2.10", from("192.0.2.10"), true),
    ValueCase("Source net", "==", "192.0.2.10-20", "192.0.2.20", from("192.0.2.20"), true),
    ValueCase("Source net", "==", "192.0.2.10-20", "192.0.2.21", from("192.0.2.21"), false),
    ValueCase("Source net", "!=", "192.0.2.0/24", "192.0.3.1", from("192.0.3.1"), true),
    ValueCase("Source net", "==", "0.0.0.0/0", "any IPv4", from("203.0.113.9"), true),
    ValueCase("Source net", ">=", "128.0.0.0", "200.0.0.1 (compared unsigned)", from("200.0.0.1"), true),
    ValueCase(
      "Source net", "==", "0.0.0.0/0", "IPv6", udp(from: "2001:db8::9", to: "2001:db8::10"), false),
    ValueCase("Source net", "==", "::/0", "IPv4", from("203.0.113.9"), false),
    ValueCase(
      "Source net", "==", "2001:db8::/32", "IPv6 inside", udp(from: "2001:db8::9", to: "2001:db8::10"), true),
    ValueCase(
      "Dest net", "==", "2001:db8:1::/48", "IPv6 outside", udp(from: "2001:db8::9", to: "2001:db8::10"), false),
  ]

  private static func offset(_ units: UInt16) -> [UInt8] {
    Frame.ipv4(
      from: Bench.stranger, to: Bench.host, protocol: 17, fragmentOffset: units, moreFragments: units == 0,
      payload: [UInt8](repeating: 0x41, count: 24))
  }

  private static func options(_ kinds: [UInt8]) -> [UInt8] {
    // Each kind with length 4 and a pointer, then no-operations to a multiple of four (RFC 791 §3.1).
    let bytes = kinds.flatMap { [$0, 4, 4, 0] as [UInt8] }
    return Frame.udp(from: Bench.stranger, 1, to: Bench.host, 2, ipOptions: bytes)
  }

  private static let looseSourceRoute: UInt8 = 131
  private static let strictSourceRoute: UInt8 = 137

  static let headers: [ValueCase] = [
    ValueCase("IPFragmentOffset", "==", "1-63", "offset 0", offset(0), false),
    ValueCase("IPFragmentOffset", "==", "1-63", "offset 1", offset(1), true),
    ValueCase("IPFragmentOffset", "==", "1-63", "offset 63", offset(63), true),
    ValueCase("IPFragmentOffset", "==", "1-63", "offset 64", offset(64), false),
    ValueCase("TCP header flags", "==", "syn,-ack", "SYN", tcp(flags: .syn), true),
    ValueCase("TCP header flags", "==", "syn,-ack", "SYN ACK", tcp(flags: [.syn, .ack]), false),
    ValueCase("TCP header flags", "==", "syn,-ack", "ACK", tcp(flags: .ack), false),
    ValueCase("TCP header flags", "==", "syn,-ack", "SYN PSH", tcp(flags: [.syn, .psh]), true),
    ValueCase("TCP header flags", "==", "rst", "RST", tcp(flags: .rst), true),
    ValueCase("TCP header flags", "==", "rst", "RST ACK", tcp(flags: [.rst, .ack]), true),
    ValueCase("TCP header flags", "==", "rst", "UDP", udp(), false),
    ValueCase("ICMP type", "==", "8 (echo request)", "a ping", ping(), true),
    ValueCase(
      "ICMP type", "==", "8 (echo request)", "its reply",
      Frame.icmp(from: Bench.stranger, to: Bench.host, type: 0, code: 0), false),
    ValueCase("IPOptions", "==", "3,9", "loose only", options([looseSourceRoute]), false),
    ValueCase("IPOptions", "==", "3,9", "both", options([looseSourceRoute, strictSourceRoute]), true),
    ValueCase("IPOptions", "!=", "3,9", "none", udp(), true),
    ValueCase("IPOptions", "!=", "3,9", "one of them", options([looseSourceRoute]), false),
    ValueCase("IPOptions", "==", "131", "the whole byte", options([looseSourceRoute]), true),
    ValueCase("Protocol", "==", "6 (TCP)", "TCP", tcp(), true),
    ValueCase("Protocol", "!=", "6 (TCP)", "TCP", tcp(), false),
  ]

  private static let v6 = udp(from: "2001:db8::9", to: "2001:db8::10")

  /// An IPv4 packet with this time to live and, as its type of service (RFC 2474 §3), a code point and two more bits.
  private static func marked(timeToLive: UInt8 = 64, codePoint: UInt8 = 0) -> [UInt8] {
    var frame = Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 47, timeToLive: timeToLive)
    frame[14 + 1] = codePoint << 2 | 1
    return frame
  }

  private static func tagged(_ vlans: UInt16...) -> [UInt8] {
    Frame.udp(from: Bench.stranger, 1, to: Bench.host, 2, link: .ethernet(vlans: vlans))
  }

  private static func icmpv6(_ type: UInt8, code: UInt8) -> [UInt8] {
    Frame.icmp(from: "2001:db8::9", to: "2001:db8::10", type: type, code: code)
  }

  static let rareHeaders: [ValueCase] = [
    ValueCase("IP version", "==", "4", "IPv4", udp(), true),
    ValueCase("IP version", "==", "6", "IPv4", udp(), false),
    ValueCase("IP version", "==", "6", "IPv6", v6, true),
    ValueCase("TTL", "<=", "2", "hop limit 2", marked(timeToLive: 2), true),
    ValueCase("TTL", "<=", "2", "hop limit 3", marked(timeToLive: 3), false),
    ValueCase(
      "TTL", "==", "255", "IPv6 with hop limit 255",
      Frame.ipv6(from: "2001:db8::9", to: "2001:db8::10", nextHeader: 47, hopLimit: 255), true),
    ValueCase("DSCP", "==", "46", "expedited forwarding", marked(codePoint: 46), true),
    ValueCase("DSCP", "==", "46", "no code point", marked(), false),
    ValueCase("DSCP", "!=", "0", "no code point", marked(), false),
    ValueCase("VLAN", "==", "100", "tag 100", tagged(100), true),
    ValueCase("VLAN", "==", "100", "tag 7 around tag 100", tagged(7, 100), false),
    ValueCase("VLAN", "==", "7", "tag 7 around tag 100", tagged(7, 100), true),
    ValueCase("VLAN", "==", "0-4095", "no tag", udp(), false),
    ValueCase("VLAN", "!=", "100", "no tag", udp(), true),
    // RFC 791, RFC 768: 20 bytes and 8, whatever the link adds.
    ValueCase("Packet length", "==", "28", "an empty datagram", udp(), true),
    ValueCase("Packet length", ">=", "29", "an empty datagram", udp(), false),
    ValueCase("Packet length", ">=", "29", "a datagram of one byte", udp(payload: "x"), true),
    ValueCase("Packet length", "==", "48", "an empty datagram of IPv6", v6, true),
    ValueCase("ICMPv6 type", "==", "128", "a ping", icmpv6(128, code: 0), true),
    ValueCase("ICMPv6 type", "==", "8", "a ping of IPv4", ping(), false),
    ValueCase("ICMP type", "==", "128", "a ping of IPv6", icmpv6(128, code: 0), false),
    ValueCase("ICMPv6 code", "==", "4", "port unreachable", icmpv6(1, code: 4), true),
    ValueCase("ICMPv6 code", "!=", "4", "a datagram", v6, true),
  ]

  static let content: [ValueCase] = [
    ("==", "abc", "ABC", false), ("==", "abc", "xxabc", true),
    ("==", "abc", String(repeating: "x", count: 61) + "abc", true),
    // Its last byte would be number 64, outside 0...63.
    ("==", "abc", String(repeating: "x", count: 62) + "abc", false),
    ("a=A", "abc", "xABCx", true),
    // ASCII letters only: '[' is not '{', '@' is not '`'.
    ("a=A", "[0:8]a[b", "a{b", false),
    ("==", "[4:6]abc", "0123abc", true), ("==", "[4:6]abc", "0123456abc", true),
    ("==", "[4:6]abc", "01234567abc", false), ("==", "[4:6]abc", "012abc", false),
    // The window ends at the first byte with the third number: 13 is a carriage return.
    ("==", "[0:64:13]shop", "Host: shop\r\n", true), ("==", "[0:64:13]shop", "Host: x\r\nshop", false),
    ("==", #"a\nb"#, "a\nb", true), ("==", #"\x41b"#, "Ab", true),
    ("!=", "abc", "xyz", true), ("!=", "abc", "abc", false),
  ].map { relation, value, payload, matches in
    ValueCase(
      "Data content", relation, value, "'\(payload.prefix(20))'", udp(payload: payload), matches)
  }

  @Test func aRelativeSearchStartsAtThePreviousFind() throws {
    var bench = try Bench(
      rule(
        "Data content", "==", "[0,200]Host:", then: "->", rule("Data content", "==", "[+5,128,13]shop", then: "Delete"))
    )
    #expect(bench.judge(udp(payload: "GET /shop\r\nHost: www.shop.example\r\n")).verdict == .delete)
    #expect(bench.judge(udp(payload: "GET /shop\r\nHost: www.example\r\nshop")).verdict == .pass)
  }

  @Test func aFailedSearchLeavesThePreviousFindAlone() throws {
    var bench = try Bench(
      rule("Data content", "==", "[0,64]one", then: "->"), rule("Data content", "==", "[0,64]nowhere", then: "Log"),
      rule("Data content", "==", "[+3,3]two", then: "Delete"))
    #expect(bench.judge(udp(payload: "....onetwo")).verdict == .delete)
  }

  @Test(arguments: [("eth0", true, true), ("eth0", false, false)])
  func externalIsWhatTheInterfaceSays(name: String, isExternal: Bool, matches: Bool) throws {
    var bench = try Bench(
      rule("Interface", "==", "external", then: "Delete"),
      interface: EngineInterface(name: name, isExternal: isExternal))
    #expect(bench.judge(udp()).verdict == (matches ? .delete : .pass))
  }

  @Test(arguments: [("en0", true), ("en1", false), ("en10", false)])
  func anInterfaceIsComparedInFull(name: String, matches: Bool) throws {
    var bench = try Bench(
      rule("Interface", "==", "Built-in Ethernet (en0)", then: "Delete"), interface: EngineInterface(name: name))
    #expect(bench.judge(udp()).verdict == (matches ? .delete : .pass))
  }

  @Test func hardwareAddressesAreThoseOfTheFrame() throws {
    let mac = MACAddress.text(of: Frame.sourceMAC)
    var bench = try Bench(rule("Source MAC Address", "==", mac, then: "Delete"))
    #expect(bench.judge(udp()).verdict == .delete)
    #expect(bench.judge(Frame.udp(from: Bench.stranger, 1, to: Bench.host, 2, link: .raw), link: .raw).verdict == .pass)
  }

  /// As the kernel's queue hands packets over.
  @Test func senderAndWayMayBeToldBesides() throws {
    var bench = try Bench(
      rule(
        "Direction", "==", "inbound", then: "Group",
        rule("Source MAC Address", "==", "02:00:00:00:00:07", then: "Delete")))
    let frame = Frame.udp(from: Bench.stranger, 1, to: Bench.host, 2, link: .raw)
    for (sender, way, verdict) in [(7, Direction.inbound, Verdict.delete), (7, .outbound, .pass), (8, .inbound, .pass)]
    {
      let origin = PacketOrigin(interface: 0, direction: way, sourceMAC: 0x0200_0000_0000 | UInt64(sender))
      let explanation = bench.engine.explain(
        frame.span.bytes, linkType: .raw, wireLength: frame.count, time: Bench.time(0), from: origin, process: nil)
      #expect(explanation.judgement.verdict == verdict)
      let judgement = bench.engine.judge(
        frame.span.bytes, linkType: .raw, wireLength: frame.count, time: Bench.time(0), from: origin)
      #expect(judgement.verdict == verdict)
    }
  }
}
