import SentryEngine
import SentryImport
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// ipfw(8), "STATEFUL FIREWALL": what names and actions of rules that keep state mean for the packets of their connections.
@Suite struct IPFWStateTests {
  /// Whether each packet passes, one after the other: `in` or `out` before its notation.
  private static func verdicts(_ rules: String, _ packets: [String]) throws -> [Bool] {
    let imported = SampleRulesetTests.imported(rules)
    #expect(imported.diagnostics.filter { $0.severity == .error } == [])
    var engine = Engine(
      rules: LoadedRules(try #require(imported.ruleSet), labels: RuleLabels()),
      interfaces: [EngineInterface(name: "em0")])
    return try packets.map { text in
      let isOut = text.hasPrefix("out ")
      let frame = try PacketNotation.parse(String(text.drop { $0 != " " }.dropFirst())).frame()
      let judgement = engine.judge(
        frame.span.bytes, linkType: .ethernet, wireLength: frame.count, time: Timestamp(seconds: 1_768_467_600),
        from: PacketOrigin(interface: 0, direction: isOut ? .outbound : .inbound))
      return judgement.verdict == .pass
    }
  }

  /// "A flow name ... If omitted, default is used. ... check-state ... :any ... matches all."
  @Test(arguments: [
    (":web", [true, true, true, false]), (":any", [true, true, true, true]), (":mail", [true, true, true, true]),
    ("", [true, true, true, false]),
  ])
  func aStateIsAskedForByItsName(_ name: String, _ expected: [Bool]) throws {
    let rules = """
      00100 check-state \(name)
      00150 deny tcp from any 25 to any
      00200 allow tcp from me to any 80 out setup keep-state :web
      00300 allow tcp from me to any 25 out setup keep-state :mail
      65535 deny ip from any to any
      """
    let found = try Self.verdicts(
      rules,
      [
        "out tcp 192.0.2.10:4000 > 203.0.113.9:80 syn", "in tcp 203.0.113.9:80 > 192.0.2.10:4000 syn,ack",
        "out tcp 192.0.2.10:4000 > 203.0.113.9:25 syn", "in tcp 203.0.113.9:25 > 192.0.2.10:4000 syn,ack",
      ])
    #expect(found == expected)
  }

  /// The first packet and those after it go to the rule that the one with keep-state names, as the Handbook has it for NAT.
  @Test func whoSkipsMayKeepState() throws {
    let rules = """
      00100 check-state
      00125 skipto 500 tcp from any to any 80 out via em0 setup keep-state
      00130 skipto 500 udp from any to any 53 out via em0 keep-state
      00400 deny log ip from any to any
      00500 deny tcp from any to 203.0.113.66
      00510 allow ip from any to any
      65535 deny ip from any to any
      """
    let found = try Self.verdicts(
      rules,
      [
        "in tcp 203.0.113.9:80 > 192.0.2.10:4000 syn,ack", "out tcp 192.0.2.10:4000 > 203.0.113.9:80 syn",
        "in tcp 203.0.113.9:80 > 192.0.2.10:4000 syn,ack", "out tcp 192.0.2.10:4000 > 203.0.113.9:80 ack",
        "out tcp 192.0.2.10:4000 > 203.0.113.66:80 syn", "in tcp 203.0.113.9:443 > 192.0.2.10:4000 syn,ack",
        "out udp 192.0.2.10:4000 > 203.0.113.9:53", "in udp 203.0.113.9:53 > 192.0.2.10:4000",
        "in udp 203.0.113.9:54 > 192.0.2.10:4000",
      ])
    #expect(found == [false, true, true, true, false, false, true, true, false])
  }

  /// "keep-state ... will create a dynamic rule, whose default behaviour is to match bidirectional traffic between source and
  /// destination IP/port using the same protocol": nobody was asked by ICMP here but 203.0.113.9, and that by a ping.
  @Test(arguments: ["icmp", "ip"]) func aPingLetsNoErrorsAboutOthersIn(_ proto: String) throws {
    let rules = """
      00100 check-state
      00200 allow \(proto) from me to 203.0.113.0/24,198.51.100.7 out keep-state
      00300 allow udp from me to any out keep-state
      65535 deny ip from any to any
      """
    let about = "quoting ( udp 192.0.2.10:5000 > 203.0.113.53:53 )"
    let text = try #require(SampleRulesetTests.imported(rules).text)
    #expect(RuleDocument(reading: Array(text.utf8)).findings(on: nil).filter { $0.severity >= .warning } == [])
    let found = try Self.verdicts(
      rules,
      [
        "out icmp 192.0.2.10 > 203.0.113.9 echo-request id 7", "in icmp 203.0.113.9 > 192.0.2.10 echo-reply id 7",
        "out udp 192.0.2.10:5000 > 203.0.113.53:53", "in udp 203.0.113.53:53 > 192.0.2.10:5000",
        "in icmp 198.51.100.7 > 192.0.2.10 time-exceeded transit \(about)",
        "in icmp 198.51.100.7 > 192.0.2.10 unreachable port \(about)",
        "in icmp 198.51.100.7 > 192.0.2.10 redirect \(about)",
      ])
    #expect(found == [true, true, true, true, false, false, false])
  }

  @Test func aPingOfIPv6LetsNoErrorsAboutOthersIn() throws {
    let rules = """
      00100 allow ipv6-icmp from me6 to any out keep-state
      00200 allow udp from me6 to any out keep-state
      65535 deny ip from any to any
      """
    let about = "quoting ( udp [2001:db8::10]:5000 > [2001:db8:9::53]:53 )"
    let found = try Self.verdicts(
      rules,
      [
        "out icmp6 2001:db8::10 > 2001:db8:9::9 echo-request id 7",
        "in icmp6 2001:db8:9::9 > 2001:db8::10 echo-reply id 7",
        "out udp [2001:db8::10]:5000 > [2001:db8:9::53]:53",
        "in icmp6 2001:db8:7::7 > 2001:db8::10 time-exceeded transit \(about)",
      ])
    #expect(found == [true, true, true, false])
  }

  /// All of TCP that leaves is let out before; so no connection is ever kept, and none is asked for.
  @Test func whatNoPacketComesToKeepsNoState() throws {
    let rules = """
      00100 check-state
      00200 allow tcp from any to any out
      00300 allow tcp from any to any dst-port 53 out keep-state
      00400 allow udp from any to any dst-port 53 out keep-state
      00500 deny tcp from any to any in setup
      00600 allow tcp from any to any in established
      65535 deny ip from any to any
      """
    let found = try Self.verdicts(
      rules,
      [
        "out tcp 192.0.2.10:4000 > 203.0.113.9:53 syn", "in tcp 203.0.113.9:53 > 192.0.2.10:4000 syn,ack",
        "in tcp 203.0.113.9:53 > 192.0.2.10:4000 syn", "out udp 192.0.2.10:4000 > 203.0.113.9:53",
        "in udp 203.0.113.9:53 > 192.0.2.10:4000",
      ])
    #expect(found == [true, true, false, true, true])
    let imported = SampleRulesetTests.imported(rules)
    #expect(imported.diagnostics.contains { $0.message == "no packet comes to rule 00300: it is not in the document" })
    #expect(imported.text?.contains("00300") == false)
  }

  @Test func whereNoneKeepsStateNoneIsAskedFor() throws {
    let imported = SampleRulesetTests.imported(
      "00100 check-state\n00200 allow ip from any to any\n00300 allow udp from any to any keep-state\n"
        + "65535 deny ip from any to any\n")
    #expect(imported.text?.contains("Include") == false)
    #expect(imported.diagnostics.contains { $0.message.contains("no rule keeps state: rule 00100") })
  }
}
