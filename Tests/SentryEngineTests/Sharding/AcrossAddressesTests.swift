import SentryPacket
import SentryRules
import Testing

@testable import SentryEngine

/// Which documents need the packets of every address in one engine, and for which rule.
@Suite struct AcrossAddressesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var rules: String
    /// The number of the rule, and what it needs; `nil` for none.
    var across: (rule: String, need: AcrossAddresses.Need)?
    var shared: Set<AddressTableKind> = []
  }

  private static let any = rule("Any", then: "->", rule("Parent match count", ">=", "3", then: "Delete"))
  private static let include = rule("Include", "==", "address", then: "->")

  static let cases: [Case] = [
    Case(testDescription: "a packet's own numbers", rules: rule("Dest port", "==", "23", then: "Trigger")),
    Case(testDescription: "the entry of its source", rules: rule("Include", "==", "trigger", then: "Delete")),
    Case(testDescription: "its flow", rules: rule("Include", "==", "state", then: "Drop connection")),
    Case(testDescription: "a parent's count", rules: any, across: ("1.1", .matchCount)),
    Case(testDescription: "the root's count is always 0", rules: rule("Parent match count", "==", "0", then: "Pass")),
    Case(
      testDescription: "the count of an entry",
      rules: rule("Include", "==", "address", then: "->", rule("Parent match count", ">=", "3", then: "Delete"))),
    Case(
      testDescription: "the count of an entry that several have",
      rules: rule("Include", "==", "address", then: "->", rule("Parent match count", ">=", "3", then: "Delete")),
      across: ("1.1", .sharedEntry), shared: [.address]),
    Case(
      testDescription: "the count of an entry in another table than the one they have",
      rules: rule("Include", "==", "address", then: "->", rule("Parent match count", ">=", "3", then: "Delete")),
      shared: [.trigger]),
    Case(
      testDescription: "no entry, where Include asks that there is none",
      rules: rule("Include", "!=", "address", then: "->", rule("Parent match count", ">=", "3", then: "Delete")),
      across: ("1.1", .matchCount)),
    Case(
      testDescription: "another Include in between has forgotten the entry",
      rules: rule(
        "Include", "==", "address", then: "->", rule("Include", "==", "trigger", then: "->"),
        rule("Parent match count", ">=", "3", then: "Delete")),
      across: ("1.2", .matchCount)),
    Case(
      testDescription: "an Include before makes no difference",
      rules: include + ", "
        + rule("Include", "==", "address", then: "->", rule("Parent match count", ">=", "3", then: "Delete"))),
    Case(
      testDescription: "a rate", rules: rule("Any", then: "->", rule("Parent match rate", ">=", "3", then: "Delete")),
      across: ("1.1", .matchRate)),
    Case(
      testDescription: "bytes", rules: rule("Any", then: "->", rule("Parent byte count", ">=", "3", then: "Delete")),
      across: ("1.1", .byteCount)),
    Case(
      testDescription: "idleness, of a top-level rule, too", rules: rule("Idle seconds", ">=", "3", then: "Log"),
      across: ("1", .idleTime)),
    Case(
      testDescription: "a parent's idleness",
      rules: rule("Any", then: "->", rule("Parent idle seconds", ">=", "3", then: "Log")), across: ("1.1", .idleTime)),
    Case(
      testDescription: "resetting a parent, also below Include",
      rules: rule("Include", "==", "address", then: "->", rule("Any", then: "Reset parent")),
      across: ("1.1", .resetCount)),
    Case(testDescription: "resetting the root does nothing", rules: rule("Any", then: "Reset parent")),
    Case(testDescription: "delaying", rules: rule("Any", then: "Delay"), across: ("1", .delayQueue)),
    Case(
      testDescription: "the rate of any source", rules: rule("Source match rate", ">=", "3", then: "Delete"),
      across: ("1", .ownRate)),
    Case(
      testDescription: "the rate of others only",
      rules: rule(
        "Direction", "==", "inbound", then: "->", rule("Source match rate", ">=", "3", then: "Delete"))),
    Case(
      testDescription: "the first of two", rules: any + ", " + rule("Any", then: "Delay"), across: ("1.1", .matchCount)),
    Case(
      testDescription: "rules that are switched off do not count",
      rules: "{ enabled = 0; propertyName = Any; filterActionName = Delay; }"),
  ]

  @Test(arguments: cases)
  func theFirstRuleIsNamed(c: Case) throws {
    let ruleSet = try Bench.ruleSet("( \(c.rules) )")
    let across = ruleSet.program().firstAcrossAddresses(sharedTables: c.shared)
    #expect(across.map { ruleSet.rules[Int($0.rule)].number } == c.across?.rule)
    #expect(across?.need == c.across?.need)
  }
}
