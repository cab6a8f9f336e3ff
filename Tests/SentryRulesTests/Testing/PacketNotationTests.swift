import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryRules

/// What a line says besides the packet's bytes, which PacketNotationScapyTests looks at.
@Suite struct PacketNotationTests {
  private func fields(_ line: String, on host: HostAddresses = .documentation) throws -> PacketFields {
    let packet = try PacketNotation.parse(line)
    var fields = PacketFields()
    packet.frame(on: host).withRawSpan {
      _ = fields.decode($0, linkType: packet.linkType, wireLength: $0.byteCount)
    }
    return fields
  }

  @Test func theSurroundings() throws {
    let packet = try PacketNotation.parse("udp 203.0.113.9:1>me:2 IN on \"wan 0\" internal at 2026-05-06T08:30:00.25Z")
    #expect(packet.direction == .inbound)
    #expect(packet.interfaceName == "wan 0")
    #expect(packet.isExternal == false)
    // date -u -d '2026-05-06 08:30:00' +%s
    #expect(packet.time == Timestamp(seconds: 1_778_056_200, nanoseconds: 250_000_000))
    let bare = try PacketNotation.parse("udp me:1 > 203.0.113.9:2")
    #expect(bare.direction == nil && bare.interfaceName == nil && bare.isExternal == nil && bare.time == nil)
  }

  @Test func theProcess() throws {
    let line = "tcp me:1 > 203.0.113.9:2 syn user root application \"/opt/my tool\""
    #expect(
      try PacketNotation.parse(line).process == LocalProcess(executable: "/opt/my tool", user: 0))
    #expect(
      try PacketNotation.parse("udp me:1 > 203.0.113.9:2 application curl").process
        == LocalProcess(executable: "curl", user: nil))
    #expect(try PacketNotation.parse("udp me:1 > 203.0.113.9:2").process == nil)
  }

  @Test(arguments: [
    ("icmp me > 203.0.113.9 ping application curl", "'application' is said of TCP and UDP, not of icmp"),
    ("tcp me:1 > 203.0.113.9:2 application bin/curl", "from the root"),
    ("tcp me:1 > 203.0.113.9:2 user", "a user's name or number"),
    ("tcp me:1 > 203.0.113.9:2 user nobody-of-this-name", "this host has no user called"),
    ("tcp me:1 > 203.0.113.9:2 user 1-5", "expected a number"),
    ("tcp me:1 > 203.0.113.9:2 user 1 user 2", "'user' is said twice"),
    ("icmp 203.0.113.9 > me unreachable port quoting (udp me:1 > 203.0.113.9:2 user 1)", "of a quoted packet"),
  ])
  func noProcess(line: String, message: String) {
    let error = #expect(throws: NotationError.self) { try PacketNotation.parse(line) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  /// TZ=Europe/Berlin date -d '…' +%s
  @Test(arguments: [
    ("2026-01-15 12:00:00", 1_768_474_800 as Int64), ("2026-07-15 12:00:00", 1_784_109_600),
    ("2026-03-29 03:00:00", 1_774_746_000), ("2024-02-29 00:00:00", 1_709_161_200),
    ("2026-01-15 12:00:00Z", 1_768_478_400), ("1970-01-01 01:00:00", 0), ("2254-12-31 23:59:59Z", 8_993_721_599),
  ])
  func timesCountInTheZone(text: String, seconds: Int64) throws {
    let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
    let packet = try PacketNotation.parse("icmp 203.0.113.9 > me ping at \"\(text)\"", timeZone: zone)
    #expect(packet.time == Timestamp(seconds: seconds))
  }

  @Test func meIsThisHost() throws {
    let host = HostAddresses(ipv4: IPAddress(v4: 0x0A00_0001), ipv6: try #require(IPAddress("fd00::7")))
    #expect(try fields("tcp me:1 > 203.0.113.9:2", on: host).source.description == "10.0.0.1")
    #expect(try fields("tcp [2001:db8::9]:1 > me:2", on: host).destination.description == "fd00::7")
    #expect(try fields("icmp6 me > me ping", on: host).source.description == "fd00::7")
    #expect(try fields("udp me:1 > me:2", on: host).destination.description == "10.0.0.1")
  }

  @Test(arguments: [
    ("192.0.2.10, 2001:db8:5::/48", "192.0.2.10", "2001:db8:5::1"), ("10.1.0.0/16", "10.1.0.1", "2001:db8::1"),
    ("192.0.2.10-20", "192.0.2.10", "2001:db8::1"), ("192.0.2.8/31", "192.0.2.8", "2001:db8::1"),
    ("", "192.0.2.1", "2001:db8::1"),
  ])
  func meIsTheFirstLocalAddress(local: String, ipv4: String, ipv6: String) throws {
    let rules = try ruleSet(
      "{ rules = ({ enabled = 1; }); settings = { local = (\(local.isEmpty ? "" : "\"\(local)\"")); }; }")
    let host = HostAddresses(rules.settings)
    #expect([host.ipv4.description, host.ipv6.description] == [ipv4, ipv6])
  }

  @Test func theCutLeavesAHeaderInPieces() throws {
    let packet = try PacketNotation.parse("tcp 203.0.113.9:40000 > me:80 syn cut 12")
    var fields = PacketFields()
    let kind = packet.frame().withRawSpan { fields.decode($0, linkType: .ethernet, wireLength: $0.byteCount) }
    #expect(kind == .shortTCPHeader)
    #expect(fields.byteCount == 32)
  }

  @Test(arguments: [0, 1, 29, 1471, 65_507])
  func theSizeIsReached(payload: Int) throws {
    #expect(try fields("udp 203.0.113.9:1 > me:2 zeros \(payload)").byteCount == UInt32(payload + 28))
    #expect(try fields("udp 203.0.113.9:1 > me:2 size \(payload + 28)").byteCount == UInt32(payload + 28))
  }

  /// What the length check trusts is what the packet then has.
  @Test(arguments: [
    "tcp 203.0.113.9:1 > me:2 syn", "tcp 203.0.113.9:1 > me:2 mss 1460 wscale 7 nop \"abc\"",
    "udp 203.0.113.9:1 > me:2 zeros 1000 bytes 10-19", "udp [2001:db8::9]:1 > me:2 fragment 0 zeros 7",
    "udp 203.0.113.9 > me fragment 5 zeros 9", "udp 203.0.113.9:1 > me:2 ip-option router-alert hex 00 size 100",
    "udp 203.0.113.9:1 > me:2 size 100 cut 3", "udp 203.0.113.9:1 > me:2 zeros 100 cut 50",
    "icmp 203.0.113.9 > me ping",
    "icmp 203.0.113.9 > me unreachable port quoting (udp me:1 > 203.0.113.9:2 zeros 100)",
    "icmp 203.0.113.9 > me unreachable port quoting (udp me:1 > 203.0.113.9:2 zeros 10000) zeros 5",
    "icmp6 2001:db8::9 > me unreachable port quoting (udp me:1 > [2001:db8::9]:2 zeros 10000 cut 30)",
    "icmp6 2001:db8::9 > me unreachable port quoting (udp me:1 > [2001:db8::9]:2 zeros 10000)",
    "proto 89 203.0.113.9 > me",
    "proto 89 203.0.113.9 > me zeros 65515",
  ])
  func theLengthIsToldWithoutThePacket(line: String) throws {
    let packet = try PacketNotation.parse(line).packet
    #expect(packet.byteCount == packet.bytes(on: .documentation).count)
  }

  /// As word processors set them.
  @Test(arguments: ["“a b”", "”a b”", "„a b“", "\u{AB}a b\u{BB}", "“a b\"", "‘a b’", "‚a b‘", "“a\\x20b”"])
  func quotesMayBeTypographic(text: String) throws {
    let packet = try PacketNotation.parse("udp 203.0.113.9:1 > me:2 \(text) in").packet
    #expect(packet.payload.bytes == Array("a b".utf8))
  }

  /// A mistake stands between « and »; then a part of what is said of it, and of the hint.
  static let mistakes: [(line: String, message: String, hint: String)] = [
    ("«»", "a protocol", ""),
    ("«tpc» 203.0.113.9:1 > me:2", "found 'tpc'", "did you mean 'tcp'?"),
    ("proto «256» 203.0.113.9 > me", "expected 0 to 255", ""),
    ("tcp «203.0.113:1» > me:2", "203.0.113.9:40000", ""),
    ("tcp «203.0.113.9» > me:2", "the port is missing", "203.0.113.9:40000"),
    ("tcp «2001:db8::9» > me:2", "the port is missing", "brackets"),
    ("tcp 203.0.113.9:«70000» > me:2", "0 to 65535", ""),
    ("tcp 203.0.113.9:«» > me:2", "0 to 65535", ""),
    ("icmp 203.0.113.9:«7» > me ping", "icmp has no ports", ""),
    ("udp 203.0.113.9 > me:«7» fragment 3", "a later fragment has no ports", ""),
    ("tcp 203.0.113.9:1 «me:2»", "'>'", ""),
    ("tcp 203.0.113.9:1 >«»", "found the end", ""),
    ("tcp «203.0.113.9:1 > [2001:db8::1]:2»", "one address is IPv4", ""),
    ("icmp «2001:db8::9» > me ping", "IPv4 addresses", "'icmp6'"),
    ("icmp6 me > «203.0.113.9» ping", "IPv6 addresses", "'icmp'"),
    ("tcp 203.0.113.9:1 > me:2 «sin»", "found 'sin'", "did you mean 'fin'?"),
    ("tcp 203.0.113.9:1 > me:2 «syn,akc»", "found 'akc'", "did you mean 'ack'?"),
    ("tcp 203.0.113.9:1 > me:2 «extrenal»", "found 'extrenal'", "did you mean 'external'?"),
    ("udp 203.0.113.9:1 > me:2 «mss» 1460", "said of TCP, not of udp", ""),
    ("udp 203.0.113.9:1 > me:2 «type» 8", "said of ICMP, not of udp", ""),
    ("udp 203.0.113.9:1 > me:2 «tls» example.org", "said of TCP, not of udp", ""),
    ("tcp 203.0.113.9:1 > me:2 in «out»", "contradicts 'in'", ""),
    ("tcp 203.0.113.9:1 > me:2 internal «external»", "contradicts 'internal'", ""),
    ("tcp 203.0.113.9:1 > me:2 ttl 5 «ttl» 6", "said twice", ""),
    ("tcp 203.0.113.9:1 > me:2 ttl «256»", "expected 0 to 255", ""),
    ("tcp 203.0.113.9:1 > me:2 ttl«»", "a number from 0 to 255, found the end", ""),
    ("tcp 203.0.113.9:1 > me:2 dscp «af44»", "found 'af44'", "did you mean 'af41'?"),
    ("tcp 203.0.113.9:1 > me:2 dscp «1-3»", "0 to 63", ""),
    ("tcp 203.0.113.9:1 > me:2 syn «no-flags»", "contradicts", ""),
    ("tcp 203.0.113.9 > me fragment 5 «syn»", "only the first fragment", ""),
    ("tcp 203.0.113.9:1 > me:2 fragment «8192»", "0 to 8191", ""),
    ("udp [2001:db8::9]:1 > me:2 «ip-option» nop", "IPv4 only", ""),
    ("udp [2001:db8::9]:1 > me:2 «id» 7", "IPv4 only", ""),
    ("udp 203.0.113.9:1 > me:2 ip-option «loose»", "loose-source-route", ""),
    (
      "udp 203.0.113.9:1 > me:2 ip-option timestamp ip-option timestamp ip-option timestamp ip-option timestamp "
        + "ip-option timestamp ip-option «nop»", "longer than 40 bytes", ""
    ),
    ("udp 203.0.113.9:1 > me:2 «size» 27", "28 bytes already", ""),
    ("udp 203.0.113.9:1 > me:2 «zeros» 65508", "longer than 65535 bytes", ""),
    ("icmp 203.0.113.9 > me«»", "an ICMP message", ""),
    ("icmp 203.0.113.9 > me «echo-reqest»", "an ICMP message", "did you mean 'echo-request'?"),
    ("icmp 203.0.113.9 > me unreachable «prot»", "a word about the packet", "did you mean 'port'?"),
    ("icmp 203.0.113.9 > me ping «type» 8", "contradicts", ""),
    ("icmp 203.0.113.9 > me redirect gateway «2001:db8::1»", "an IPv4 address", ""),
    ("icmp 203.0.113.9 > me unreachable quoting «udp» me:1 > 203.0.113.9:2", "'('", ""),
    ("icmp 203.0.113.9 > me unreachable quoting ( udp me:1 > 203.0.113.9:2«»", "')'", ""),
    ("icmp 203.0.113.9 > me unreachable quoting ( udp me:1 > 203.0.113.9:2 «in» )", "not said of a quoted packet", ""),
    (
      "icmp 203.0.113.9 > me unreachable quoting ( icmp me > 203.0.113.9 unreachable «quoting» ( ) )", "not said of", ""
    ),
    ("icmp 203.0.113.9 > me unreachable quoting ( «udp» [2001:db8::1]:1 > [2001:db8::2]:2 )", "one address", ""),
    ("udp 203.0.113.9:1 > me:2 «)»", "a word about the packet", ""),
    ("udp 203.0.113.9:1 > me:2 «\"open»", "no closing quote", ""),
    ("udp 203.0.113.9:1 > me:2 «“open»", "no closing quote", ""),
    (#"udp 203.0.113.9:1 > me:2 "a«\q»""#, "expected \\n", #"'\\'"#),
    (#"udp 203.0.113.9:1 > me:2 "a«\x4»g""#, "two hexadecimal digits", ""),
    ("udp 203.0.113.9:1 > me:2 hex «0g»", "pairs of hexadecimal digits", ""),
    ("udp 203.0.113.9:1 > me:2 hex «000»", "pairs of hexadecimal digits", ""),
    ("udp 203.0.113.9:1 > me:2 dns «a..b»", "labels of 1 to 63", ""),
    ("tcp 203.0.113.9:1 > me:2 bytes «9-3»", "ends before it starts", ""),
    ("tcp 203.0.113.9:1 > me:2 at «2026-02-29T08:00:00»", "2026-05-06 08:30:00", ""),
    ("tcp 203.0.113.9:1 > me:2 at «\"25 o'clock\"»", "2026-05-06 08:30:00", ""),
    ("tcp 203.0.113.9:1 > me:2 mac «02:00:00:00:00» > 02:00:00:00:00:01", "hexadecimal pairs", ""),
    ("tcp 203.0.113.9:1 > me:2 mac 02:00:00:00:00:02 «syn»", "receiver's MAC", ""),
    ("tcp 203.0.113.9:1 > me:2 vlan «4096»", "0 to 4095", ""),
    ("udp 203.0.113.9:1 > me:2 \"ü\" «sin»", "found 'sin'", ""),
  ]

  @Test(arguments: mistakes.indices)
  func mistakesAreToldWhereTheyStand(index: Int) throws {
    let row = Self.mistakes[index]
    let start = try #require(row.line.utf8.firstIndex(of: "«".utf8.first ?? 0))
    let parts = row.line.components(separatedBy: ["«", "»"])
    try #require(parts.count == 3 && start < row.line.utf8.endIndex)
    let range = parts[0].utf8.count..<parts[0].utf8.count + parts[1].utf8.count
    do {
      _ = try PacketNotation.parse(parts.joined())
      Issue.record("read: \(row.line)")
    } catch {
      #expect(error.range == range, "\(row.line): \(error)")
      #expect(error.message.contains(row.message), "\(row.line): \(error)")
      #expect(row.hint.isEmpty ? true : error.hint?.contains(row.hint) == true, "\(row.line): \(error)")
    }
  }

  // MARK: Written

  /// The same packet as people read it.
  @Test(arguments: [
    ("tcp 203.0.113.9:40000 > me:23 syn", "tcp 203.0.113.9:40000 > 192.0.2.1:23 syn size 40"),
    ("tcp me:1 > [2001:db8::9]:2 no-flags 'x'", "tcp [2001:db8::1]:1 > [2001:db8::9]:2 no-flags size 61"),
    ("udp 203.0.113.9 > me fragment 185+ id 7 zeros 8", "udp 203.0.113.9 > 192.0.2.1 fragment 185+ id 7 size 28"),
    ("udp 203.0.113.9:5 > me:6 fragment 0+ id 7", "udp 203.0.113.9:5 > 192.0.2.1:6 fragment 0+ id 7 size 28"),
    ("icmp 203.0.113.9 > me ping id 3 ttl 9", "icmp 203.0.113.9 > 192.0.2.1 echo-request id 3 ttl 9 size 28"),
    ("icmp 203.0.113.9 > me type 3 code 3", "icmp 203.0.113.9 > 192.0.2.1 unreachable port size 28"),
    ("icmp 203.0.113.9 > me type 3 code 99", "icmp 203.0.113.9 > 192.0.2.1 unreachable code 99 size 28"),
    ("icmp 203.0.113.9 > me type 77 code 1", "icmp 203.0.113.9 > 192.0.2.1 type 77 code 1 size 28"),
    (
      "icmp6 fe80::1 > ff02::1 router-advertisement ttl 255",
      "icmp6 fe80::1 > ff02::1 router-advertisement ttl 255 size 48"
    ),
    ("esp 203.0.113.9 > me dscp ef vlan 7", "esp 203.0.113.9 > 192.0.2.1 dscp 46 vlan 7 size 20"),
    ("tcp 203.0.113.9:1 > me:2 cut 12", "proto 6 203.0.113.9 > 192.0.2.1 size 32"),
    ("icmp 203.0.113.9 > me ping cut 2", "proto 1 203.0.113.9 > 192.0.2.1 size 22"),
    (
      "udp [2001:db8::9]:1 > me:2 fragment 0+ id 7 cut 4", "proto 17 2001:db8::9 > 2001:db8::1 fragment 0+ id 7 size 52"
    ),
    ("proto 58 203.0.113.9 > me", "proto 58 203.0.113.9 > 192.0.2.1 size 20"),
  ])
  func decodedPacketsAreWritten(line: String, written: String) throws {
    #expect(PacketNotation.text(of: try fields(line)) == written)
  }

  @Test func aLengthBelowTheHeadersIsNotWritten() throws {
    var fields = try fields("udp 203.0.113.9:1 > me:2")
    fields.byteCount = 8
    #expect(PacketNotation.text(of: fields) == "proto 17 203.0.113.9 > 192.0.2.1")
  }

  @Test func theSurroundingsAreWrittenIfKnown() throws {
    let fields = try fields("udp 203.0.113.9:1 > me:2")
    #expect(
      PacketNotation.text(of: fields, direction: .inbound, interface: "eth 0\"", isExternal: true)
        == #"udp 203.0.113.9:1 > 192.0.2.1:2 size 28 in on "eth 0\"" external"#)
    #expect(
      PacketNotation.text(of: fields, direction: .outbound, isExternal: false)
        == "udp 203.0.113.9:1 > 192.0.2.1:2 size 28 out internal")
    #expect(PacketNotation.text(of: PacketFields()) == nil)
  }

  /// Reading what was written gives the same fields.
  @Test(arguments: PacketNotationScapyTests.rows.map(\.line))
  func whatIsWrittenReadsAgain(line: String) throws {
    let before = try fields(line)
    let text = try #require(PacketNotation.text(of: before))
    let after = try fields(text)
    #expect(PacketNotation.text(of: after) == text)
    #expect(after.source == before.source && after.destination == before.destination)
    #expect(after.sourcePort == before.sourcePort && after.destinationPort == before.destinationPort)
    #expect(after.tcpFlags == before.tcpFlags && after.byteCount == before.byteCount)
    #expect(after.icmpType == before.icmpType && after.icmpCode == before.icmpCode)
    #expect(
      after.fragmentOffset == before.fragmentOffset && after.identification == before.identification
        || !before.isLaterFragment)
    #expect(after.timeToLive == before.timeToLive && after.trafficClass == before.trafficClass)
  }

  // MARK: Any text

  static let pieces: [String] =
    NotationWord.allCases.map(\.rawValue) + TCPFlagNames.all + NotationProtocol.names
    + ICMPNotation.messages(isIPv4: true).names + ICMPNotation.messages(isIPv4: false).names
    + [
      ">", "(", ")", "\"", "'", "\\", "\u{0}", "ü", "me", "me:1", "203.0.113.9:1", "203.0.113.9", "[2001:db8::1]:1",
      "[", "]:",
      "2001:db8::1", "::ffff:1.2.3.4", "0", "1", "7", "0+", "65535", "65536", "4294967295", "18446744073709551616",
      "-1",
      "0-9", "60-", "9-0", "2026-05-06T08:30:00Z", "9999-99-99T99:99:99", "\"text\"", "hex 00", "a.b",
    ]

  @Test(arguments: 0..<60 as Range<UInt64>)
  func noTextTraps(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for _ in 0..<300 {
      var words: [String] = Bool.random(using: &random) ? ["tcp 203.0.113.9:1 > me:2"] : []
      if words.isEmpty, Bool.random(using: &random) { words = ["icmp 203.0.113.9 > me"] }
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        words.append(Self.pieces.randomElement(using: &random) ?? "")
      }
      let line = words.joined(separator: Bool.random(using: &random) ? " " : "")
      do {
        let packet = try PacketNotation.parse(line)
        #expect(packet.frame().count <= 65_535 + 14 + 32)
      } catch {
        #expect(error.range.lowerBound >= 0 && error.range.upperBound <= line.utf8.count, "\(line)")
      }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func noBytesTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for _ in 0..<100 {
      let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      _ = try? PacketNotation.parse(String(decoding: bytes, as: UTF8.self)).frame()
    }
  }
}
