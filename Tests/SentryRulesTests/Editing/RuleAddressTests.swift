import SentryRules
import Testing

@Suite struct RuleAddressTests {
  @Test(
    arguments: [
      (["1"], ["1"]), (["2.2.1", "1"], ["1", "2.2.1"]), (["1-3"], ["1", "2", "3"]), (["2.1-2.2"], ["2.1", "2.2"]),
      (["2.1-2"], ["2.1", "2.2"]), (["1,3", "1"], ["1", "3"]), (["telnet"], ["1"]), (["b", "2.1"], ["2.1", "2.2"]),
    ] as [([String], [String])])
  func numbers(_ texts: [String], _ expected: [String]) throws {
    #expect(try open(sample).rules(named: texts).map(\.description) == expected)
  }

  @Test(
    arguments: [
      ("4", "there is no rule 4: the document has rules 1 to 3"),
      ("2.3", "there is no rule 2.3: rule 2 has rules 2.1 to 2.2"),
      ("2.3.1", "there is no rule 2.3: rule 2 has rules 2.1 to 2.2"),
      ("1.1", "there is no rule 1.1: rule 1 has no rules below it"),
      ("2.2.2", "there is no rule 2.2.2: rule 2.2 has rule 2.2.1 only"),
      ("telnt", "no rule is called 'telnt'; did you mean 'telnet'?"),
      ("3-1", "'3-1' is no range of rules"),
      ("1-2.2", "'1-2.2' is no range of rules"),
      ("0", "'0' is no number of a rule"),
      ("1..2", "'1..2' is no number of a rule"),
      ("99999999999999999999", "is no number of a rule"),
      ("", "no rule is called ''"),
    ])
  func refusals(_ text: String, _ message: String) throws {
    let document = try open(sample)
    let error = #expect(throws: EditError.self) { try document.rules(named: [text]) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func ambiguousNamesAreListed() throws {
    let document = try open("({ nodeName = x; }, { nodeName = y; children = ({ nodeName = x; }); })")
    let error = #expect(throws: EditError.self) { try document.rule(named: "x") }
    #expect(error?.message == "2 rules are called 'x': 1, 2.1; give a number")
  }

  @Test func documentsWithoutRules() throws {
    let error = #expect(throws: EditError.self) { try open("{ rules = (); }").rule(named: "1") }
    #expect(error?.message == "there is no rule 1: the document has no rules")
  }
}
