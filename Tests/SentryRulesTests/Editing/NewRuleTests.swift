import SentryRules
import Testing

@Suite struct NewRuleTests {
  @Test(
    arguments: [
      ("( { a = 1; } )", Target.end, "( { a = 1; }, NEW )"),
      ("( { a = 1; } )", .before("1"), "( NEW, { a = 1; } )"),
      ("( { a = 1; } )", .into("1"), "( { a = 1; children = (\n  NEW\n); } )"),
      (
        "( { a = 1; children = ( { b = 1; }, { c = 1; } ); } )", .into("1"),
        "( { a = 1; children = ( { enabled = 1; propertyName = Any; children = (\n  { b = 1; }\n); }, { c = 1; } ); } )"
      ),
      (
        "( { a = 1; children = ( { b = 1; } ); } )", .into("1"),
        "( { a = 1; children = ( { enabled = 1; propertyName = Any; children = (\n  { b = 1; }\n); } ); } )"
      ),
    ] as [(String, Target, String)])
  func places(_ before: String, _ target: Target, _ after: String) throws {
    let result = try open(before).insert(NewRule(), target.target())
    #expect(result.text == after.replacing("NEW", with: "{ enabled = 1; propertyName = Any; }"))
  }

  @Test func everythingCanBeSaid() throws {
    var rule = NewRule()
    rule.name = "no \"telnet\""
    rule.property = "Dest port"
    rule.relation = "!="
    rule.value = "23 (telnet)"
    rule.action = "Delete"
    rule.parameter = "ünder"
    let result = try open("( { /* 1 */ enabled = 1; } )").insert(rule, .after(number("1")))
    #expect(
      result.text == """
        ( { /* 1 */ enabled = 1; }, { /* 2 */ nodeName = "no \\"telnet\\""; enabled = 1; propertyName = "Dest port"; \
        relationName = "!="; propertyValue = "23 (telnet)"; filterActionName = Delete; parameter = "ünder"; } )
        """)
  }

  @Test func firstChildMovesDownWithItsComment() throws {
    let result = try open(sample).insert(NewRule(), .into(number("2")))
    #expect(
      result.text.contains(
        """
            { /* 2 */ nodeName = group; enabled = 0; propertyName = Protocol; propertyValue = 6; children = (
              { /* 2.1 */ enabled = 1; propertyName = Any; children = (
                { /* 2.1.1 */ nodeName = a; enabled = 1; } // first
              ); },
              // about b
              { /* 2.2 */ nodeName = b; enabled = 1; children = (
        """), "\(result.text)")
  }

  @Test func mistakesAreFoundBeforeAnythingIsWritten() throws {
    var rule = NewRule()
    rule.property = "Dest prt"
    let document = try open(sample)
    let error = #expect(throws: EditError.self) { try document.insert(rule, .end) }
    #expect(error?.findings.map(\.hint) == ["did you mean 'Dest port'?"])
  }
}
