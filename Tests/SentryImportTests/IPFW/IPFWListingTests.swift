import SentryImport
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// What `show-active --format ipfw` prints.
@Suite struct IPFWListingTests {
  private static func listing(_ rules: String, _ counts: [IPFWListing.Counts]? = nil) throws -> [String] {
    let document = RuleDocument(reading: "( \(rules) )")
    let ruleSet = try #require(document.ruleSet, "\(document.diagnostics)")
    return IPFWListing.text(of: ruleSet, counts: counts).split(separator: "\n").map { String($0) }
  }

  private static func rule(_ property: String, _ value: String, _ rest: String) -> String {
    "{ enabled = 1; propertyName = \"\(property)\"; propertyValue = \"\(value)\"; \(rest) }"
  }

  @Test func whatStandsAboveIsPartOfTheLine() throws {
    let telnet = Self.rule("Dest port", "23", "nodeName = telnet; filterActionName = Trigger;")
    let tcp = Self.rule("Protocol", "TCP", "children = ( \(telnet) );")
    let counts = [(7, 700), (3, 180), (2, 120)].map { IPFWListing.Counts(packets: $0.0, bytes: $0.1) }
    let lines = try Self.listing(Self.rule("Direction", "in", "children = ( \(tcp) );"), counts)
    #expect(
      lines == [
        "00100          2            120 deny log tcp from any to any in dst-port 23 // 1.1.1 telnet; Trigger",
        "65535          0              0 allow ip from any to any // the end of the rules",
      ])
  }

  /// Without what ipfw cannot say, a rule would be for more packets.
  @Test func whatIPFWCannotSayIsNoRule() throws {
    let lines = try Self.listing(
      Self.rule(
        "Include", "trigger",
        "filterActionName = Delete; children = ( { enabled = 1; filterActionName = \"Dont log\"; } );"))
    #expect(lines.first == "# INCOMPLETE 00100 deny ip from any to any // 1; if Include == trigger")
    let again = SampleRulesetTests.imported(lines.joined(separator: "\n"))
    let errors = again.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1 && errors[0].message.contains("ipfw has no words for"), "\(again.diagnostics)")
    let rule = try #require(again.ruleSet).rules.first { $0.name.hasPrefix("00100 deny ip") }
    #expect(rule?.isEnabled == false)
  }

  /// ipfw(8): "reset: Discard packets that match this rule, and if the packet is a TCP packet, try to send a TCP reset".
  @Test func whoIsSentAResetIsReset() throws {
    let lines = try Self.listing(
      [
        Self.rule("Protocol", "TCP", "filterActionName = Reject;"),
        Self.rule("DSCP", "ef", "filterActionName = Reject;"),
      ].joined(separator: ","))
    #expect(
      lines.dropLast() == [
        "00100 reset log tcp from any to any // 1", "00200 reject log ip from any to any dscp 46 // 2",
      ])
  }

  @Test func aRangeIsItsNets() throws {
    let lines = try Self.listing(Self.rule("Source net", "198.51.100.10-198.51.100.20", "filterActionName = Pass;"))
    #expect(
      lines.first == "00100 allow ip from 198.51.100.10/31,198.51.100.12/30,198.51.100.16/30,198.51.100.20 to any // 1")
  }

  @Test func leavingAGroupIsASkip() throws {
    let inside = [
      Self.rule("Source net", "192.0.2.0/24", "filterActionName = \"Exit group\";"),
      Self.rule("Dest net", "192.0.2.1", "relationName = \"!=\"; filterActionName = \"Delete no log\";"),
    ]
    let lines = try Self.listing(
      "{ enabled = 1; filterActionName = Group; children = ( \(inside.joined(separator: ",")) ); }, "
        + Self.rule("TCP header flags", "syn,-ack", "filterActionName = Pass;"))
    #expect(
      lines == [
        "00100 skipto 300 ip from 192.0.2.0/24 to any // 1.1",
        "00200 deny ip from any to any not dst-ip 192.0.2.1 // 1.2",
        "00300 allow ip from any to any setup // 2",
        "65535 allow ip from any to any // the end of the rules",
      ])
  }

  @Test func namesDoNotGrowWithEachListing() throws {
    var listing = "00100 deny tcp from any to any dst-port 23 in // 2.1.5.1 telnet\n65535 allow ip from any to any"
    for _ in 1...3 {
      listing = IPFWListing.text(of: try #require(SampleRulesetTests.imported(listing).ruleSet), counts: nil)
    }
    let first = try #require(listing.split(separator: "\n").first { $0.contains("deny tcp") })
    #expect(first.firstRange(of: "//") == first.ranges(of: "//").last, "\(listing)")
  }

  /// Of documents made of ipfw's rules, without state: the listing means the same again.
  @Test(arguments: ["client", "server", "router", "jumps", "dualstack"])
  func aListingReadsAgainAsTheSame(_ name: String) throws {
    let first = try #require(SampleRulesetTests.imported(SampleRulesetTests.text("\(name).rules")).ruleSet)
    let listing = IPFWListing.text(of: first, counts: nil)
    let second = SampleRulesetTests.imported(listing)
    #expect(second.diagnostics.filter { $0.severity > .note } == [])
    var a = ImportBench(first)
    var b = ImportBench(try #require(second.ruleSet))
    var draw = PacketDraw(SampleRulesetTests.text("\(name).rules"), me: SampleRulesetTests.me, seed: 3)
    for _ in 1...3_000 {
      var packet = draw.next()
      let frame = packet.bytes()
      let (verdict, other) = (a.judge(frame, packet).verdict, b.judge(frame, packet).verdict)
      guard verdict == other else {
        Issue.record("\(packet): \(verdict) became \(other)\n\(listing)")
        return
      }
    }
  }
}
