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
}
