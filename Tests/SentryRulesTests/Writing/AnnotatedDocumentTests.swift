import SentryRules
import Testing

private func annotated(_ text: String, _ remark: (Int) -> String?) throws -> String {
  let annotated = AnnotatedDocument.text(of: RuleDocument(reading: text), remark: remark)
  return try #require(annotated)
}

@Test func commentsFollowTheBraceAndNothingElseChanges() throws {
  let text = """
    // Mine.
    (
      {enabled = 1; /* on */ children = (
          {	enabled = "1";	}  // a tab
      ); },
      { nodeName = "{ not a brace"; enabled = 1; }
    )
    """
  #expect(
    try annotated(text) { "\($0) matches" } == """
      // Mine.
      (
        { /* 1: 0 matches */ enabled = 1; /* on */ children = (
            { /* 1.1: 1 matches */	enabled = "1";	}  // a tab
        ); },
        { /* 2: 2 matches */ nodeName = "{ not a brace"; enabled = 1; }
      )
      """)
}

@Test(
  arguments: [
    ("({ /* 1 */ enabled = 1; })", "({ /* 1: new */ enabled = 1; })"),
    ("({ /* 7.3 */ enabled = 1; })", "({ /* 1: new */ enabled = 1; })"),
    ("({/*1.2.3: 12 matches, 720 bytes*/enabled = 1; })", "({/* 1: new */enabled = 1; })"),
    ("({ /* 80 is http */ enabled = 1; })", "({ /* 1: new */ /* 80 is http */ enabled = 1; })"),
    ("({ /* see 2.3 */ enabled = 1; })", "({ /* 1: new */ /* see 2.3 */ enabled = 1; })"),
    ("({ /* */ enabled = 1; })", "({ /* 1: new */ /* */ enabled = 1; })"),
    ("({ // 1\n enabled = 1; })", "({ /* 1: new */ // 1\n enabled = 1; })"),
  ] as [(String, String)])
func onlyOurOwnCommentsAreReplaced(_ text: String, _ expected: String) throws {
  #expect(try annotated(text) { _ in "new" } == expected)
}

@Test func annotatingAgainReplaces() throws {
  let text = "({enabled=1;children=({enabled=1;},{\nenabled=1;});})"
  let once = try annotated(text) { "\($0) matches */ x" }
  #expect(try annotated(once) { "\($0) matches */ x" } == once)
  #expect(
    try annotated(once) { _ in nil }
      == "({ /* 1 */ enabled=1;children=({ /* 1.1 */ enabled=1;},{ /* 1.2 */\nenabled=1;});})")
  #expect(try ruleSet(once) == ruleSet(text))
}

@Test func documentsThatAreNotTextHaveNoAnnotation() {
  let xml = "<plist version=\"1.0\"><array><dict><key>enabled</key><true/></dict></array></plist>"
  #expect(AnnotatedDocument.text(of: RuleDocument(reading: xml)) { _ in nil } == nil)
  #expect(AnnotatedDocument.text(of: RuleDocument(reading: "(")) { _ in nil } == nil)
}
