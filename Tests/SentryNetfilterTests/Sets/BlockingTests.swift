import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryNetfilter

struct BlockingCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rules: String
  var settings = ""
  /// The numbers of the rules that count what is dropped; empty where nothing is blocked.
  var counting: [String] = []
  /// What goes on to the early chain and the queue, whoever sent it.
  var exemptions: [String] = []
  /// Who is kept out of the sets.
  var sparedSources: [String] = []
  var sparesAuthorized = false
  /// How the reason begins why nothing is blocked.
  var obstacle: String?
}

struct BlockingTests {
  private static let eth0 = InterfaceEntry(name: "eth0", isFiltered: true, isExternal: true)
  private static let lo = InterfaceEntry(name: "lo", isFiltered: true, isExternal: false)

  private static func rule(_ property: String, _ value: String, _ action: String, _ rest: String = "") -> String {
    #"{ enabled = 1; propertyName = "\#(property)"; propertyValue = "\#(value)"; filterActionName = "\#(action)"; \#(rest) }"#
  }

  private static func parent(_ property: String, _ value: String, _ children: String...) -> String {
    rule(property, value, "->", "children = ( \(children.joined(separator: ", ")) );")
  }

  private static func deletes(_ children: String = "") -> String {
    rule("Include", "trigger", "Delete", children.isEmpty ? "" : "children = ( \(children) );")
  }

  @Test func theDefaultDocument() throws {
    let ruleSet = try #require(RuleDocument(reading: TestFiles.text("Documents/Default.plist")).ruleSet)
    for interfaces in [[Self.eth0], [Self.eth0, Self.lo]] {
      let blocking = Blocking(ruleSet, interfaces: interfaces)
      let plan = try #require(blocking.plan)
      #expect(plan.number == "2.1.1")
      #expect(plan.counting.map { ruleSet.rules[$0].number } == ["1", "1.3", "1.4", "2", "2.1", "2.1.1"])
      let loopback = interfaces.count == 2 ? [#"1.3.1 iifname { "lo" }"#] : []
      #expect(
        plan.exemptions.map { "\($0.number) \($0.match.text)" } == [
          "1.1 ip frag-off & 0x1fff 1-8191", "1.1 frag frag-off 1-8191",
        ] + loopback + [
          "1.3.3 ip daddr 127.0.0.0/8", "1.3.3 ip6 daddr ::ffff:127.0.0.0-::ffff:127.255.255.255",
          "1.4.1 ip hdrlength > 5",
        ])
      #expect(plan.sparedSources == [try AddressRange("127.0.0.0/8")])
      #expect(!plan.sparesAuthorized)
      #expect(plan.seconds == 3_600 && plan.ipv6PrefixLength == 64)
    }
  }

  /// Of triggered addresses the kernel drops, too, what the group would refuse.
  @Test func permissionsOfProgramsLeaveTheDefaultDocumentsSets() throws {
    let document = try EditableDocument(
      reading: TestFiles.bytes("Documents/Default.plist"), fileName: "Default.plist")
    var editing = ApplicationEditing(document)
    try editing.switchOn(.init())
    let ruleSets = try [document.unchanged(), editing.edited.bytes].map {
      try #require(RuleDocument(reading: $0).ruleSet)
    }
    let plans = try ruleSets.map { try #require(Blocking($0, interfaces: [Self.eth0, Self.lo]).plan) }
    #expect(plans[1].number == "3.1.1")
    #expect(plans[0].exemptions == plans[1].exemptions && plans[0].sparedSources == plans[1].sparedSources)
    let names = zip(ruleSets, plans).map { ruleSet, plan in plan.counting.map { ruleSet.rules[$0].name } }
    #expect(names[0] == names[1])
    let passing =
      "( \(Self.rule("Application permission", "allowed", "Pass")), \(Self.rule("Include", "trigger", "Delete")) )"
    let reason = Blocking(try #require(RuleDocument(reading: passing).ruleSet), interfaces: [Self.eth0]).obstacle
    #expect(reason?.contains("only the daemon can tell") == true, "where it may let packets pass it stays in the way")
  }

  @Test(arguments: [
    BlockingCase(testDescription: "a rule by itself", rules: deletes(), counting: ["1"]),
    BlockingCase(
      testDescription: "Delete no log", rules: rule("Include", "trigger", "Delete no log"), counting: ["1"]),
    BlockingCase(
      testDescription: "rules above it that every inbound packet matches count, too",
      rules: parent("Direction", "inbound", parent("Interface", "eth*", parent("Any", "", deletes()))),
      counting: ["1", "1.1", "1.1.1", "1.1.1.1"]),
    BlockingCase(
      testDescription: "children that keep it from the log count", rules: deletes(rule("Any", "", "Dont log")),
      counting: ["1", "1.1"]),
    BlockingCase(
      testDescription: "outbound rules before it never see its packets",
      rules: parent("Direction", "outbound", rule("Any", "", "Log")) + "," + deletes(), counting: ["2"]),
    BlockingCase(
      testDescription: "a Pass for authorized addresses keeps them out",
      rules: rule("Include", "authorize", "Pass") + "," + deletes(), counting: ["2"], sparesAuthorized: true),
    BlockingCase(
      testDescription: "a source before it is kept out",
      rules: rule("Source net", "192.0.2.0/24", "Pass") + "," + deletes(), counting: ["2"],
      sparedSources: ["192.0.2.0/24"]),
    BlockingCase(
      testDescription: "what goes to a net before it goes to the queue",
      rules: rule("Dest net", "192.0.2.0/24", "Pass") + "," + deletes(), counting: ["2"],
      exemptions: ["ip daddr 192.0.2.0/24", "ip6 daddr ::ffff:192.0.2.0-::ffff:192.0.2.255"]),
    BlockingCase(
      testDescription: "also where the rule for it would log", rules: rule("IP version", "6", "Log") + "," + deletes(),
      counting: ["2"], exemptions: ["meta nfproto ipv6"]),
    BlockingCase(
      testDescription: "one interface is served by the queue",
      rules: parent("Interface", "lo", rule("Any", "", "Pass")) + "," + deletes(), counting: ["2"],
      exemptions: [#"iifname { "lo" }"#]),
    BlockingCase(
      testDescription: "fragments that the early chain deletes are for it, and so are all but the first",
      rules: rule("IPFragmentOffset", "1-63", "Delete") + "," + deletes(), counting: ["2"],
      exemptions: ["ip frag-off & 0x1fff 1-8191", "frag frag-off 1-8191"]),
    BlockingCase(
      testDescription: "so are first ones and packets in one piece where a rule asks for them",
      rules: rule("IPFragmentOffset", "0", "Log") + "," + deletes(), counting: ["2"],
      exemptions: ["ip frag-off & 0x1fff 0", "frag frag-off 0", "meta nfproto ipv6 exthdr frag missing"]),
    BlockingCase(
      testDescription: "blocked IPv6 is for the check before the rules", rules: deletes(),
      settings: "blockIPv6 = 1;", counting: ["1"]),
    BlockingCase(
      testDescription: "a disabled rule before it is not there",
      rules: "{ enabled = 0; propertyName = Protocol; propertyValue = 6; filterActionName = Pass; }," + deletes(),
      counting: ["2"]),

    BlockingCase(
      testDescription: "no such rule", rules: rule("Dest port", "23", "Trigger"),
      obstacle: "no rule asks for triggered addresses"),
    BlockingCase(
      testDescription: "a document that never asks", rules: rule("Source net", "192.0.2.1", "Delete"),
      obstacle: "no rule asks for triggered addresses"),
    BlockingCase(
      testDescription: "a port before it", rules: rule("Dest port", "80", "Pass") + "," + deletes(),
      obstacle: "rule 1 comes first, and only the daemon"),
    BlockingCase(
      testDescription: "a protocol above it", rules: parent("Protocol", "6", deletes()),
      obstacle: "rule 1 comes first, and only the daemon"),
    BlockingCase(
      testDescription: "a log entry of everything before it", rules: rule("Any", "", "Log") + "," + deletes(),
      obstacle: "rule 1 comes first and has its say about every packet"),
    BlockingCase(
      testDescription: "everything has passed by then", rules: rule("Any", "", "Pass") + "," + deletes(),
      obstacle: "rule 1 comes first and has its say"),
    BlockingCase(
      testDescription: "another table before it", rules: rule("Include", "address", "Log") + "," + deletes(),
      obstacle: "rule 1 comes first, and only the daemon"),
    BlockingCase(
      testDescription: "Reject", rules: rule("Include", "trigger", "Reject"),
      obstacle: "rule 1 does not delete what triggered addresses send"),
    BlockingCase(
      testDescription: "all but triggered addresses",
      rules:
        #"{ enabled = 1; propertyName = Include; relationName = "!="; propertyValue = trigger; filterActionName = Delete; }"#,
      obstacle: "rule 1 asks for all but triggered addresses"),
    BlockingCase(
      testDescription: "a mail below it", rules: deletes(rule("Any", "", "Alert")),
      obstacle: "rule 1.1 needs the daemon for what rule 1 deletes"),
    BlockingCase(
      testDescription: "a count below it", rules: deletes(rule("Protocol", "6", "->")),
      obstacle: "rule 1.1 counts only some of what rule 1 deletes"),
    BlockingCase(
      testDescription: "the rule is only observed", rules: "{ observe = 1;" + deletes().dropFirst(),
      obstacle: "rule 1 only observes what triggered addresses send"),
    BlockingCase(
      testDescription: "a rule before it observes everything",
      rules: "{ observe = 1; enabled = 1; filterActionName = \"->\"; }, " + deletes(),
      obstacle: "rule 1 comes first and has its say"),
    BlockingCase(
      testDescription: "all is only observed", rules: deletes(), settings: "observe = 1;",
      obstacle: "'observe = 1' lets every packet pass"),
    BlockingCase(
      testDescription: "malformed packets pass", rules: deletes(), settings: "malformed = pass;",
      obstacle: "'malformed = pass' lets through"),
  ])
  func analysis(_ row: BlockingCase) throws {
    let document = RuleDocument(reading: "{ rules = ( \(row.rules) ); settings = { \(row.settings) }; }")
    let ruleSet = try #require(document.ruleSet, "\(document.diagnostics.map(\.message))")
    let interfaces = [Self.eth0, Self.lo]
    // `eth*` is to mean all.
    let filtered = row.rules.contains("eth*") ? [Self.eth0] : interfaces
    let blocking = Blocking(ruleSet, interfaces: filtered)
    #expect((blocking.plan?.counting ?? []).map { ruleSet.rules[$0].number } == row.counting)
    #expect((blocking.plan?.exemptions ?? []).map(\.match.text) == row.exemptions)
    #expect((blocking.plan?.sparedSources ?? []) == (try row.sparedSources.map { try AddressRange($0) }))
    #expect((blocking.plan?.sparesAuthorized ?? false) == row.sparesAuthorized)
    #expect((blocking.obstacle ?? "").hasPrefix(row.obstacle ?? ""))
    #expect((blocking.obstacle == nil) == (row.obstacle == nil))
  }

  @Test func tooManyExemptionsAreTheQueuesWork() throws {
    let nets = (0..<40).map { Self.rule("Dest net", "192.0.2.\($0)", "Pass") }.joined(separator: ",")
    let ruleSet = try #require(RuleDocument(reading: "{ rules = ( \(nets), \(Self.deletes()) ); }").ruleSet)
    let blocking = Blocking(ruleSet, interfaces: [Self.eth0])
    #expect(blocking.obstacle?.hasPrefix("too many rules come first") == true)
  }

  @Test func sourcesAreNeverTooMany() throws {
    let nets = (0..<40).map { Self.rule("Source net", "192.0.2.\($0)", "Pass") }.joined(separator: ",")
    let ruleSet = try #require(RuleDocument(reading: "{ rules = ( \(nets), \(Self.deletes()) ); }").ruleSet)
    let plan = try #require(Blocking(ruleSet, interfaces: [Self.eth0]).plan)
    #expect(plan.sparedSources.count == 40 && plan.exemptions.isEmpty)
  }

  /// nftables has to agree that a packet satisfies a condition or its opposite.
  @Test func oppositesOfConditions() {
    let fragments = EarlyTest.fragments(1...63)
    #expect(fragments.map(\.opposite) == ["ip frag-off & 0x1fff != 1-63", nil])
    #expect(EarlyTest.fragments(1...8191).map(\.opposite) == ["ip frag-off & 0x1fff 0", nil])
    #expect(EarlyMatch.withOptions.and(.everything) == .withOptions)
    #expect(EarlyMatch.everything.and(.withOptions) == .withOptions)
    #expect(EarlyMatch.withOptions.and(fragments[0])?.opposite == nil)
  }
}
