import SentryRules
import Testing

@Suite struct CopyingTests {
  private func copy(_ rules: [String], isAlone: Bool = false) throws -> String {
    try CopiedRules(of: rules, from: Array(sample.utf8), fileName: "x", isAlone: isAlone).text
  }

  @Test func commentsComeAlong() throws {
    #expect(
      try copy(["2.2", "1"]) == """
        (
          // Nobody needs it.
          { /* 1 */ nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23;
            filterActionName = Delete; }, // one
          // about b
          { /* 2.2 */ nodeName = b; enabled = 1; propertyName = Any; children = (
            { /* 2.2.1 */ enabled = 1; propertyName = Any; }
          ); }
        )

        """)
  }

  @Test func whatIsBelowIsNotRepeated() throws {
    #expect(try copy(["2.2", "2.2.1"]) == copy(["2.2"]))
  }

  @Test func ruleOnlyLeavesTheChildren() throws {
    #expect(
      try copy(["2.2", "2.2.1"], isAlone: true) == """
        (
          // about b
          { /* 2.2 */ nodeName = b; enabled = 1; propertyName = Any; },
          { /* 2.2.1 */ enabled = 1; propertyName = Any; }
        )

        """)
  }

  @Test func aRuleWithAnEmptyLineAboveItBeginsTheCopy() throws {
    #expect(try copy(["2"], isAlone: true).hasPrefix("(\n  /* 2 is a group. */\n"))
    #expect(try copy(["1-2"], isAlone: true).contains("// one\n\n  /* 2 is a group. */\n"))
  }

  @Test func copyAndPasteIsTheSameRules() throws {
    for text in [try copy(["1-3"]), try CopiedRules(of: ["1-3"], from: Array(sample.utf8), fileName: "x").classicText] {
      let pasted = try open("()").paste(snippet(text), .end)
      #expect(
        try RuleDocument(reading: pasted.bytes).ruleSet?.rules == #require(RuleDocument(reading: sample).ruleSet).rules)
    }
  }

  @Test func documentsWithErrorsAreNotCopiedFrom() {
    let error = #expect(throws: EditError.self) {
      try CopiedRules(of: ["1"], from: Array("({ propertyName = Protocl; })".utf8), fileName: "x")
    }
    #expect(error?.findings.map(\.id) == [.unknownProperty])
  }
}
