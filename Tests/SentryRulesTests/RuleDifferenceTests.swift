import SentryRules
import Testing

@Suite struct RuleDifferenceTests {
  private func changes(_ before: String, _ after: String) throws -> [String] {
    let difference = RuleDifference(
      from: try #require(RuleDocument(reading: before).ruleSet), to: try #require(RuleDocument(reading: after).ruleSet))
    return difference.rules.map { change in
      let fields = change.fields.map { " \($0.field) \($0.old)→\($0.new)" }.joined()
      return "\(change.kind.rawValue) \(change.old ?? "-") \(change.new ?? "-")\(fields)"
    }
  }

  private static func rule(_ name: String, _ more: String = "") -> String {
    "{ nodeName = \(name); enabled = 1; \(more)}"
  }

  private static let (a, b, c) = (rule("a"), rule("b", "propertyName = Protocol; propertyValue = 6; "), rule("c"))

  @Test(
    arguments: [
      ("( \(a), \(b) )", "( \(a), \(b) )", []),
      ("( \(a), \(b) )", "( \(b) )", ["removed 1 -"]),
      ("( \(b) )", "( \(a), \(b) )", ["added - 1"]),
      ("( \(a), \(b), \(c) )", "( \(c), \(a), \(b) )", ["moved 3 1"]),
      ("( \(a), \(b), \(c) )", "( \(b), \(c), \(a) )", ["moved 1 3"]),
      ("( \(a) )", "( { nodeName = a; enabled = 0; } )", ["changed 1 1 enabled 1→0"]),
      (
        "( \(b) )", "( { nodeName = b; enabled = 1; propertyName = Protocol; propertyValue = 17; } )",
        ["changed 1 1 propertyValue 6→17"]
      ),
      (
        "( \(b) )", "( { nodeName = z; enabled = 1; propertyName = Protocol; propertyValue = 6; } )",
        ["changed 1 1 nodeName b→z"]
      ),
      (
        "( \(rule("p", "children = ( \(b) ); ")), \(c) )", "( \(rule("p")), \(rule("c", "children = ( \(b) ); ")) )",
        ["moved 1.1 2.1"]
      ),
      (
        "( \(rule("p", "children = ( \(b), \(c) ); ")) )", "( \(rule("q", "children = ( \(b) ); ")) )",
        ["changed 1 1 nodeName p→q", "removed 1.2 -"]
      ),
      (
        "( \(a), \(b), \(c) )",
        "( \(a), \(c), { nodeName = z; enabled = 1; propertyName = Protocol; propertyValue = 6; } )",
        ["moved 2 3 nodeName b→z"]
      ),
      (
        "( \(rule("p", "children = ( \(b) ); ")), \(c) )",
        "( \(rule("p")), \(c), { nodeName = z; enabled = 1; propertyName = Protocol; propertyValue = 6; } )",
        ["moved 1.1 3 nodeName b→z"]
      ),
      ("( \(rule("x")) )", "( { nodeName = a; enabled = 1; mine = 1; } )", ["changed 1 1 nodeName x→a mine none→1"]),
      ("( { enabled = 1; mine = 1; } )", "( { enabled = 1; mine = (1, 2); } )", ["changed 1 1 mine 1→( 1, 2 )"]),
      ("( { enabled = 1; mine = 1; x = 2; } )", "( { x = 2; enabled = 1; mine = 1; } )", []),
    ] as [(String, String, [String])])
  func rules(_ before: String, _ after: String, _ expected: [String]) throws {
    #expect(try changes(before, after) == expected)
  }

  /// Backwards the same rules are paired: what was added is removed.
  @Test(
    arguments: [
      ("a 1, b 2, c 3", "b 2, z 1, c 3"), ("a 1, b 2, c 3", "b 2, c 3, z 1"), ("a 1, b 2, c 3", "z 3, a 1, b 2"),
      ("a 1, b 2", "b 2, c 3, z 1, d 4"), ("a 1", "b 7, c 1"), ("a 1, b 2, c 3", "x 3, y 1"), ("a 1, b 1", "c 1"),
    ])
  func backwardsItIsTheSame(_ before: String, _ after: String) throws {
    func document(_ short: String) -> String {
      let rules = short.split(separator: ", ").map { rule in
        let words = rule.split(separator: " ")
        return Self.rule(
          "\(words[0])", "propertyName = \"Dest port\"; propertyValue = \(words[1]); filterActionName = Log; ")
      }
      return "( \(rules.joined(separator: ", ")) )"
    }
    func counts(_ before: String, _ after: String) throws -> [String: Int] {
      let kinds = try changes(document(before), document(after)).map { ($0.split(separator: " ")[0], 1) }
      return Dictionary(kinds.map { (String($0), $1) }, uniquingKeysWith: +)
    }
    let (there, back) = (try counts(before, after), try counts(after, before))
    #expect(there["added"] == back["removed"] && there["removed"] == back["added"])
  }

  /// In time that grows with their number, not with its square.
  @Test func manyRulesThatDifferInAFewPlaces() throws {
    let ports = Array(1...40_000)
    func document(_ ports: some Sequence<Int>) -> String {
      let rules = ports.map { "{ enabled = 1; propertyName = \"Dest port\"; propertyValue = \($0); }" }
      return "( " + rules.joined(separator: ", ") + " )"
    }
    let after = ports.filter { $0 != 20_000 }.map { $0 == 30_000 ? 60_000 : $0 }
    #expect(
      try changes(document(ports), document(after)) == [
        "removed 20000 -", "changed 30000 29999 propertyValue 30000→60000",
      ])
  }

  /// By their names, whatever their order; and no password is shown.
  @Test func listsAreToldByName() throws {
    func document(_ lists: String) throws -> RuleSet {
      try #require(RuleDocument(reading: "{ rules = (); lists = ( \(lists) ); }").ruleSet)
    }
    let drop = "{ name = drop; source = \"https://lists.example/drop\"; format = drop; }"
    let own = "{ name = own; source = \"/etc/own\"; refresh = 1m; }"
    func other(_ before: String, _ after: String) throws -> [String] {
      try RuleDifference(from: document(before), to: document(after)).other.map { "\($0.field): \($0.old)→\($0.new)" }
    }
    #expect(try other("\(drop), \(own)", "\(own), \(drop)") == [])
    #expect(try other("\(drop), \(own)", own) == ["list drop: https://lists.example/drop for table trigger→none"])
    #expect(
      try other(
        own, "{ name = a; source = \"http://bob:secret@lists.example/\"; table = address; enabled = 0; }, \(own)")
        == ["list a: none→http://lists.example/ for table address, not enabled"])
    #expect(
      try other(own, "{ name = own; source = \"/etc/mine\"; refresh = 120; duration = 1d; enabled = 0; }") == [
        "list own source: /etc/own→/etc/mine", "list own refresh: 60→120", "list own enabled: 1→0",
        "list own duration: unlimited→86400",
      ])
  }

  @Test func settingsInterfacesAndOtherKeys() throws {
    let before =
      "{ rules = (); settings = { triggerDuration = 60; blockIPv6 = 1; }; interfaces = ({ name = eth0; }); x = 1; }"
    let after =
      "{ rules = (); settings = { triggerDuration = 90; }; interfaces = ({ name = eth0; external = 0; }, { name = lo; }); y = ( 1 ); }"
    let difference = RuleDifference(
      from: try #require(RuleDocument(reading: before).ruleSet), to: try #require(RuleDocument(reading: after).ruleSet))
    func lines(_ fields: [RuleDifference.Field]) -> [String] { fields.map { "\($0.field) \($0.old)→\($0.new)" } }
    #expect(lines(difference.settings) == ["triggerDuration 60→90", "blockIPv6 1→default"])
    #expect(lines(difference.interfaces) == ["eth0 external 1→0", "interface none→lo"])
    #expect(lines(difference.other) == ["x 1→none", "y none→( 1 )"])
    #expect(!difference.isEmpty)
  }

  @Test func formDoesNotMatter() throws {
    let ruleSet = try #require(RuleDocument(reading: sample).ruleSet)
    for form in DocumentConversion.allCases {
      let other = try #require(RuleDocument(reading: form.bytes(of: ruleSet)).ruleSet)
      #expect(RuleDifference(from: ruleSet, to: other).isEmpty)
    }
  }

  @Test func theOrderOfKeysDoesNotMatter() throws {
    let documents = ["expect = pass; rule = none;", "rule = none; expect = pass;"].map { expectation in
      RuleDocument(reading: "{ rules = (); tests = ({ packet = \"udp 203.0.113.9:1 > me:2\"; \(expectation) }); }")
    }
    let (one, other) = (try #require(documents[0].ruleSet), try #require(documents[1].ruleSet))
    #expect(RuleDifference(from: one, to: other).isEmpty)
  }

  @Test func elementsOfArraysAreComparedOneByOne() throws {
    func ruleSet(_ list: String) throws -> RuleSet {
      try #require(RuleDocument(reading: "{ rules = (); kept = ( \(list) ); }").ruleSet)
    }
    let difference = RuleDifference(from: try ruleSet("a, b, c, d"), to: try ruleSet("a, x, y, c, d"))
    #expect(difference.other.map { "\($0.field) \($0.old)→\($0.new)" } == ["kept[2] b→x", "kept[3] none→y"])
  }
}
