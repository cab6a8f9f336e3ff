import SentryRules
import Testing

@Suite struct SettingFieldTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String, field: RuleField, text: String, before: String, after: String
  }

  @Test(arguments: [
    Case(
      testDescription: "the quotes stay", field: .value, text: "22", before: "({ propertyValue = \"23\"; })",
      after: "({ propertyValue = \"22\"; })"),
    Case(
      testDescription: "comments stay", field: .value, text: "22",
      before: "({ propertyValue = /* why */ 23 /* this */; })", after: "({ propertyValue = /* why */ 22 /* this */; })"),
    Case(
      testDescription: "text is quoted where it must be", field: .name, text: "a; b",
      before: "({ nodeName = x; })", after: "({ nodeName = \"a; b\"; })"),
    Case(
      testDescription: "a new entry stands where it usually does", field: .relation, text: "!=",
      before: "({ enabled = 1; propertyName = Protocol; propertyValue = 6; })",
      after: "({ enabled = 1; propertyName = Protocol; relationName = \"!=\"; propertyValue = 6; })"),
    Case(
      testDescription: "a name comes first", field: .name, text: "x", before: "({ enabled = 1; })",
      after: "({ nodeName = x; enabled = 1; })"),
    Case(
      testDescription: "an empty rule gets its first entry", field: .value, text: "6", before: "({})",
      after: "({ propertyValue = 6; })"),
    Case(
      testDescription: "what goes without saying goes", field: .relation, text: "==",
      before: "({ relationName = \"!=\"; enabled = 1; })", after: "({ enabled = 1; })"),
    Case(
      testDescription: "what is gone already stays so", field: .parameter, text: "", before: "({ enabled = 1; })",
      after: "({ enabled = 1; })"),
    Case(
      testDescription: "a number gives way to the name", field: .property, text: "Protocol",
      before: "({ enabled = 1; property = 19; propertyName = \"Dest port\"; })",
      after: "({ enabled = 1; propertyName = \"Protocol\"; })"),
    Case(
      testDescription: "also where there was no name", field: .action, text: "Delete",
      before: "({ filterAction = 4; enabled = 1; })", after: "({ enabled = 1; filterActionName = Delete; })"),
    Case(
      testDescription: "a number and a name go together", field: .relation, text: "==",
      before: "({ enabled = 1; relation = 1; relationName = \"!=\"; })", after: "({ enabled = 1; })"),
    Case(
      testDescription: "an unfinished entry is finished", field: .value, text: "6", before: "({ propertyValue; })",
      after: "({ propertyValue = 6; })"),
    Case(
      testDescription: "the last of two counts", field: .enabled, text: "1", before: "({ enabled = 0; })",
      after: "({ enabled = 1; })"),
    Case(
      testDescription: "a document of one rule", field: .value, text: "6",
      before: "{ nodeName = x; propertyValue = 17; }", after: "{ nodeName = x; propertyValue = 6; }"),
  ])
  func writesOneEntry(_ c: Case) throws {
    #expect(try open(c.before).set(c.field, of: number("1"), to: c.text).text == c.after)
  }

  @Test func valuesOfOtherFormsAreWrittenToo() throws {
    let xml = """
      <?xml version="1.0" encoding="UTF-8"?>
      <plist version="1.0"><array><dict><key>enabled</key><integer>1</integer>
      <key>relation</key><integer>0</integer><key>propertyName</key><string>Protocol</string></dict></array></plist>
      """
    let document = try EditableDocument(reading: Array(xml.utf8), fileName: "x.plist")
    let result = try document.set(.relation, of: number("1"), to: "!=")
    let draft = DraftDocument(reading: result.bytes, fileName: "x.plist")
    #expect(draft.rules.map(\.relation) == ["!="])
    #expect(draft.rules.map(\.property) == ["Protocol"])
  }

  @Test func whatIsNoSwitchIsRefused() throws {
    #expect(throws: EditError.self) { try open("({})").set(.enabled, of: number("1"), to: "maybe") }
    #expect(throws: EditError.self) { try open("({})").set(.name, of: number("2"), to: "x") }
  }

  /// The middle generation's 10 is Trigger, the newest's 10 is not: only rule 1 tells which this is.
  @Test func meaningOfOtherNumbersIsNotChanged() throws {
    let text = """
      ( { enabled = 1; filterAction = 10; filterActionName = Trigger; }, { enabled = 1; filterAction = 10; } )
      """
    #expect(throws: EditError.self) { try open(text).set(.action, of: number("1"), to: "Delete") }
  }
}

@Suite struct DraftDocumentTests {
  @Test func outlineIsThereWhateverIsWrong() {
    let text = """
      { rules = (
        { nodeName = a; enabled = 1; propertyName = "Dest prot"; propertyValue = 23; filterActionName = Delete;
          children = ( { enabled = 1; property = 10; propertyValue = nonsense; } ); },
        { enabled = no; propertyName = protocol; filterActionName = "drop connection"; }
      ); }
      """
    let draft = DraftDocument(reading: Array(text.utf8), fileName: "draft")
    #expect(draft.document.ruleSet == nil)
    #expect(draft.rules.map(\.number) == ["1", "1.1", "2"])
    #expect(draft.rules.map(\.property) == ["Dest prot", "Protocol", "Protocol"])
    #expect(draft.rules.map(\.action) == ["Delete", "->", "Drop connection"])
    #expect(draft.rules.map(\.isOn) == [true, true, false])
    #expect(draft.rules.map(\.childCount) == [1, 0, 0])
    let places = draft.document.diagnostics.filter { $0.severity == .error }.map(draft.rule)
    #expect(places == ["1", "1.1", "2"])
  }

  @Test(arguments: ["", "{", "(((", "<?xml", "bplist00", "{ rules = 7; }", "\u{0}"])
  func nothingToBeSeenIsNoTrap(_ text: String) {
    let draft = DraftDocument(reading: Array(text.utf8), fileName: "draft")
    #expect(draft.rules.isEmpty)
  }

  @Test func outlineOfRulesIsThatOfTheirText() throws {
    let document = RuleDocument(reading: sample)
    let ruleSet = try #require(document.ruleSet)
    let drafted = DraftDocument(reading: Array(sample.utf8), fileName: "draft").rules
    #expect(OutlinedRule.all(of: ruleSet).map(\.described) == drafted.map(\.described))
  }
}

extension OutlinedRule {
  fileprivate var described: String {
    "\(number) \(name) \(isEnabled) \(isOn) \(property) \(relation) \(value) \(action) \(parameter) \(depth) \(childCount)"
  }
}
