import SentryRules
import SentryTestSupport
import Testing

@testable import SentryNetfilter

struct CompiledCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rules: String
  var settings = ""
  /// Lines of the ruleset, without comments, in this order, maybe with others between.
  let lines: [String]
  /// "number outcome: reason starts so".
  var gaps: [String] = []
}

struct CompiledRulesetTests {
  static func compiled(_ text: String) throws -> CompiledRuleset {
    let document = RuleDocument(reading: text)
    return CompiledRuleset(
      try #require(document.ruleSet, "\(document.diagnostics.map(\.message))"), name: "test.plist")
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      let end: Substring.Index = line.firstRange(of: " comment")?.lowerBound ?? line.endIndex
      return String(line[line.startIndex..<end].drop { $0 == " " })
    }
  }

  private static let noFragments =
    "{ enabled = 1; propertyName = IPFragmentOffset; relationName = \">=\"; propertyValue = 1; filterActionName = Delete; }, "

  @Test(arguments: [
    CompiledCase(
      testDescription: "a protected source does not enter table trigger, nor does a net of IPv6 that it lies in",
      rules: "{ enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Trigger; }",
      settings:
        "settings = { protected = ( \"203.0.113.8/29\", \"203.0.113.9\", \"2001:db8:1::5\", \"fe80::1\" ); };",
      lines: [
        "chain keep_trigger {", "ip saddr { 203.0.113.8/29 } return",
        "ip6 saddr != { 64:ff9b::/96, fe80::/10 } ip6 saddr { 2001:db8:1::/64 } return",
        "ip6 saddr { 64:ff9b::/96, fe80::/10 } ip6 saddr { fe80::1 } return",
        "update @trigger { ip saddr timeout 3600s }",
      ]),
    CompiledCase(
      testDescription: "IPv6 by whole addresses: only the protected ones are spared",
      rules: "{ enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Trigger; }",
      settings: "settings = { triggerIPv6Prefix = 128; protected = ( \"2001:db8:1::5\", \"fe80::1\" ); };",
      lines: [
        "chain keep_trigger {", "ip6 saddr { 2001:db8:1::5, fe80::1 } return",
        "update @trigger { ip saddr timeout 3600s }",
      ]),
    CompiledCase(
      testDescription: "what is only observed is left out",
      rules: """
        { enabled = 1; observe = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Delete; },
        { enabled = 1; propertyName = Protocol; propertyValue = 50; filterActionName = Delete; }
        """,
      lines: ["meta l4proto 50 counter name r2 drop"], gaps: ["1 leftOut: it is only observed"]),
    CompiledCase(
      testDescription: "who must prove something is not entered by one packet",
      rules: "{ enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Trigger; }",
      settings: "settings = { triggerProof = repeated; };", lines: ["meta l4proto 47 goto undecided"],
      gaps: ["1 undecided: nftables cannot ask for 'triggerProof = repeated'"]),
    CompiledCase(
      testDescription: "a rule with rules below it jumps to their chain, which returns",
      rules: """
        { enabled = 1; propertyName = Direction; propertyValue = in; children = (
          { enabled = 1; propertyName = "IP version"; propertyValue = 6; filterActionName = Delete; }); },
        { enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Pass; }
        """,
      lines: [
        "counter name r1 jump in_1", "meta l4proto 47 counter name r2 accept", "chain in_1 {",
        "meta nfproto ipv6 counter name r1_1 drop", "}", "chain outbound {", "meta l4proto 47 counter name r2 accept",
      ]),
    CompiledCase(
      testDescription: "what stands below a final action counts, and the chain ends with the verdict",
      rules: """
        { enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Delete; children = (
          { enabled = 1; propertyName = "IP version"; propertyValue = 4; filterActionName = Pass; },
          { enabled = 1; filterActionName = "Keep address"; }); }
        """,
      lines: [
        "meta l4proto 47 counter name r1 goto in_1", "chain in_1 {", "meta nfproto ipv4 counter name r1_1 drop",
        "counter name r1_2 jump keep_address", "drop", "}",
      ]),
    CompiledCase(
      testDescription: "++ goes on behind the next rule",
      rules: """
        { enabled = 1; propertyName = "IP version"; propertyValue = 6; filterActionName = "++"; },
        { enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Delete; },
        { enabled = 1; filterActionName = Pass; }
        """,
      lines: [
        "meta nfproto ipv6 counter name r1 goto in_from_3", "meta l4proto 47 counter name r2 drop", "goto in_from_3",
        "chain in_from_3 {", "counter name r3 accept",
      ]),
    CompiledCase(
      testDescription: "Exit group right below the group returns",
      rules: """
        { enabled = 1; filterActionName = Group; children = (
          { enabled = 1; propertyName = "IP version"; propertyValue = 6; filterActionName = "Exit group"; },
          { enabled = 1; filterActionName = Delete; }); }
        """,
      lines: [
        "counter name r1 jump in_1", "meta nfproto ipv6 counter name r1_1 return", "counter name r1_2 drop",
      ]),
    CompiledCase(
      testDescription: "Exit group further down leaves a chain that was gone to",
      rules: """
        { enabled = 1; filterActionName = Group; children = (
          { enabled = 1; propertyName = Protocol; propertyValue = 47; children = (
            { enabled = 1; propertyName = "IP version"; propertyValue = 6; filterActionName = "Exit group"; }); },
          { enabled = 1; filterActionName = Delete; }); }
        """,
      lines: [
        "counter name r1 jump in_1", "meta l4proto 47 counter name r1_1 goto in_1_1", "goto in_from_1_2",
        "chain in_1_1 {", "meta nfproto ipv6 counter name r1_1_1 return", "goto in_from_1_2", "}",
        "chain in_from_1_2 {", "counter name r1_2 drop",
      ]),
    CompiledCase(
      testDescription: "later fragments are sent away before a port is asked",
      rules: "{ enabled = 1; propertyName = \"Dest port\"; propertyValue = 23; filterActionName = Delete; }",
      lines: [
        "ip frag-off & 0x1fff != 0 goto undecided", "frag frag-off != 0 goto undecided",
        "meta l4proto { tcp, udp } th dport 23 counter name r1 drop",
      ], gaps: ["1 undecided: later fragments"]),
    CompiledCase(
      testDescription: "unless they have been decided about",
      rules: noFragments
        + "{ enabled = 1; propertyName = \"Dest port\"; propertyValue = 23; filterActionName = Delete; }",
      lines: [
        "ip frag-off & 0x1fff 1-8191 counter name r1 drop",
        "meta nfproto ipv6 frag frag-off 1-8191 counter name r1 drop",
        "meta l4proto { tcp, udp } th dport 23 counter name r2 drop",
      ]),
    CompiledCase(
      testDescription: "!= of a port is also what has none",
      rules: noFragments
        + "{ enabled = 1; propertyName = \"Dest port\"; relationName = \"!=\"; propertyValue = 23; filterActionName = Delete; }",
      lines: [
        "meta l4proto != { tcp, udp } counter name r2 drop",
        "meta l4proto { tcp, udp } th dport != 23 counter name r2 drop",
      ]),
    CompiledCase(
      testDescription: "!= of a net is also the other family",
      rules:
        "{ enabled = 1; propertyName = \"Source net\"; relationName = \"!=\"; propertyValue = \"192.0.2.0/24\"; filterActionName = Delete; }",
      lines: ["ip saddr != 192.0.2.0/24 counter name r1 drop", "meta nfproto ipv6 counter name r1 drop"]),
    CompiledCase(
      testDescription: "a find in a table renews the entry, != does not",
      rules: """
        { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; },
        { enabled = 1; propertyName = Include; relationName = "!="; propertyValue = address; filterActionName = Delete; }
        """,
      settings: "settings = { triggerDuration = 60; triggerIPv6Prefix = 48; };",
      lines: [
        "ip saddr @trigger update @trigger { ip saddr timeout 60s } counter name r1 drop",
        "ip6 saddr != { 64:ff9b::/96, fe80::/10 } ip6 saddr & ffff:ffff:ffff:: @trigger6 "
          + "update @trigger6 { ip6 saddr & ffff:ffff:ffff:: timeout 60s } counter name r1 drop",
        "ip6 saddr { 64:ff9b::/96, fe80::/10 } ip6 saddr @trigger6 update @trigger6 { ip6 saddr timeout 60s } counter name r1 drop",
        "ip saddr != @address counter name r2 drop", "ip6 saddr != @address6 counter name r2 drop",
      ]),
    CompiledCase(
      testDescription: "unlimited entries need no renewal",
      rules: "{ enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; }",
      settings: "settings = { triggerDuration = unlimited; };",
      lines: ["flags dynamic", "ip saddr @trigger counter name r1 drop"]),
    CompiledCase(
      testDescription: "nothing after a rule that looks into the payload is decided",
      rules: """
        { enabled = 1; propertyName = "Data content"; propertyValue = x; filterActionName = Delete; },
        { enabled = 1; filterActionName = Delete; }
        """,
      lines: ["goto undecided", "}"], gaps: ["1 undecided: it looks into the payload"]),
    CompiledCase(
      testDescription: "one that only tells is left out",
      rules: """
        { enabled = 1; propertyName = "Data content"; propertyValue = x; filterActionName = Log; },
        { enabled = 1; filterActionName = Delete; }
        """,
      lines: ["counter name r2 drop"], gaps: ["1 leftOut: it looks into the payload"]),
    CompiledCase(
      testDescription: "Delay holds inbound packets only",
      rules: "{ enabled = 1; propertyName = Protocol; propertyValue = 47; filterActionName = Delay; }",
      lines: ["meta l4proto 47 goto undecided", "chain outbound {", "meta l4proto 47 counter name r1 accept"],
      gaps: ["1 undecided: nftables cannot delay"]),
    CompiledCase(
      testDescription: "interfaces by name, by beginning, and by the document's list",
      rules: """
        { enabled = 1; propertyName = Interface; propertyValue = "eth*"; filterActionName = Log; },
        { enabled = 1; propertyName = Interface; propertyValue = external; filterActionName = Delete; },
        { enabled = 1; propertyName = Interface; propertyValue = internal; filterActionName = Delete; }
        """,
      settings:
        "interfaces = ( { name = br0; filters = 1; external = 0; }, { name = wg0; filters = 0; external = 1; } );",
      lines: [
        "iifname { \"wg0\" } accept", "iifname \"eth*\" counter name r1 log prefix \"1: \"",
        "iifname != { \"br0\", \"lo\" } counter name r2 drop", "iifname { \"br0\", \"lo\" } counter name r3 drop",
      ]),
    CompiledCase(
      testDescription: "a damaged TCP option may be read otherwise",
      rules: "{ enabled = 1; propertyName = TCPOptions; propertyValue = \"2,4\"; filterActionName = Delete; }",
      lines: ["meta l4proto tcp tcp option 2 exists tcp option 4 exists goto undecided"],
      gaps: ["1 undecided: TCP options"]),
  ])
  func lowering(_ row: CompiledCase) throws {
    let ruleset = try Self.compiled("{ rules = ( \(row.rules) ); \(row.settings) }")
    var rest = Self.lines(ruleset.text)[...]
    for line in row.lines {
      let place = try #require(rest.firstIndex(of: line), "\(line)\n\(ruleset.text)")
      rest = rest[(place + 1)...]
    }
    let gaps = ruleset.gaps.map { "\($0.number) \($0.outcome.rawValue): \($0.reason)" }
    #expect(gaps.count == row.gaps.count, "\(gaps)")
    for (found, expected) in zip(gaps, row.gaps) { #expect(found.hasPrefix(expected)) }
  }

  @Test func namesCannotBreakOut() throws {
    let ruleset = try Self.compiled(
      #"{ rules = ( { nodeName = "a\" drop\n} # \\ \#(String(repeating: "ü", count: 99))"; enabled = 1; filterActionName = Log; } ); }"#
    )
    let lines = ruleset.text.split(separator: "\n").filter { $0.contains("a  drop") }
    #expect(lines.count >= 2)
    #expect(lines.allSatisfy { $0.count { $0 == "\"" } % 2 == 0 && $0.utf8.count < 400 })
  }
}
