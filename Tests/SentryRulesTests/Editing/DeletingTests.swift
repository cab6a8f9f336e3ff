import SentryRules
import Testing

@Suite struct DeletingTests {
  @Test func linesAndCommentsGoAndNumbersFollow() throws {
    let result = try open(sample).delete([number("1")])
    #expect(
      result.text == """
        // My firewall.
        {
          rules = ( // the list

            /* 2 is a group. */
            { /* 1 */ nodeName = group; enabled = 0; propertyName = Protocol; propertyValue = 6; children = (
              { /* 1.1 */ nodeName = a; enabled = 1; }, // first
              // about b
              { /* 1.2 */ nodeName = b; enabled = 1; children = (
                { /* 1.2.1 */ enabled = 1; }
              ); }
            ); },
            { /* 2 */ nodeName = last; enabled = 1; }
          );
          settings = { triggerDuration = 60; }; // a minute
        }

        """)
  }

  @Test(
    arguments: [
      ("( { a = 1; }, { b = 1; }, { c = 1; } )", ["2"], "( { a = 1; }, { c = 1; } )"),
      ("( { a = 1; }, { b = 1; }, { c = 1; } )", ["3"], "( { a = 1; }, { b = 1; } )"),
      ("( { a = 1; }, { b = 1; }, { c = 1; } )", ["1"], "( { b = 1; }, { c = 1; } )"),
      ("( { a = 1; }, { b = 1; }, { c = 1; } )", ["2", "3"], "( { a = 1; } )"),
      ("( { a = 1; }, { b = 1; }, { c = 1; } )", ["1", "2"], "( { c = 1; } )"),
      ("( { a = 1; }, { b = 1; } )", ["1", "2"], "()"),
      ("(\n  { a = 1; }, // one\n  { b = 1; } )", ["2"], "(\n  { a = 1; } // one\n   )"),
      ("( // the list\n  { a = 1; } )", ["1"], "( // the list\n   )"),
      ("(\r\n  { a = 1; }, // one\r\n  { b = 1; } )", ["2"], "(\r\n  { a = 1; } // one\r\n   )"),
      ("(\n  { a = 1; },\n  { b = 1; },\n)\n", ["2"], "(\n  { a = 1; },\n)\n"),
      ("(\r\n  { a = 1; },\r\n  { b = 1; }\r\n)\r\n", ["2"], "(\r\n  { a = 1; }\r\n)\r\n"),
      ("(\n  { a = 1; }, { b = 1; },\n  { c = 1; }\n)", ["2"], "(\n  { a = 1; },\n  { c = 1; }\n)"),
      ("(\n  { a = 1; }, { b = 1; },\n  { c = 1; }\n)", ["1"], "(\n  { b = 1; },\n  { c = 1; }\n)"),
      ("( { children = ( { a = 1; } ); enabled = 1; } )", ["1.1"], "( { enabled = 1; } )"),
      ("( { enabled = 1; children = ( { a = 1; } ); } )", ["1.1"], "( { enabled = 1; } )"),
      ("({ enabled = 1; children = ( { a = 1; } /* keep */ // and this\n ); })", ["1.1"], "({ enabled = 1; })"),
      (
        "({ enabled = 1; children = ( // the list\n  { a = 1; }\n); })", ["1.1"],
        "({ enabled = 1; children = ( // the list\n); })"
      ),
      ("{ nodeName = only; enabled = 1; }", ["1"], "()"),
      ("( { nodeNumber = \"1\"; }, { nodeNumber = \"2\"; } )", ["1"], "( { nodeNumber = \"1\"; } )"),
      ("( { a = 1; }, { b = 1; children = ( { c = 1; } ); } )", ["2", "2.1"], "( { a = 1; } )"),
      ("( { /* 7 */ a = 1; }, { /* why 2 */ b = 1; }, { // 3\n } )", ["1"], "( { /* why 2 */ b = 1; }, { // 3\n } )"),
    ] as [(String, [String], String)])
  func layouts(_ before: String, _ numbers: [String], _ after: String) throws {
    let document = try open(before)
    #expect(try document.delete(document.rules(named: numbers)).text == after)
  }

  /// No line is left that only the rule filled, and empty lines part what is left as they parted it before.
  @Test(
    arguments: [
      ("(\n  { a = 1; },\n\n  { b = 1; },\n\n  { c = 1; }\n)", ["2"], "(\n  { a = 1; },\n\n  { c = 1; }\n)"),
      ("(\n  { a = 1; },\n\n  { b = 1; },\n\n  { c = 1; }\n)", ["1"], "(\n  { b = 1; },\n\n  { c = 1; }\n)"),
      ("(\n  { a = 1; },\n\n  { b = 1; },\n\n  { c = 1; }\n)", ["3"], "(\n  { a = 1; },\n\n  { b = 1; }\n)"),
      ("(\n  { a = 1; },\n\n  { b = 1; },\n\n  { c = 1; }\n)", ["2", "3"], "(\n  { a = 1; }\n)"),
      ("(\n  { a = 1; },\n\n\n  { b = 1; },\n\n  { c = 1; }\n)", ["2"], "(\n  { a = 1; },\n\n\n  { c = 1; }\n)"),
      ("(\n  { a = 1; },\n\n  { b = 1; },\n\n\n  { c = 1; }\n)", ["2"], "(\n  { a = 1; },\n\n\n  { c = 1; }\n)"),
      (
        "(\r\n  { a = 1; },\r\n\r\n  { b = 1; },\r\n  \r\n  { c = 1; }\r\n)", ["2"],
        "(\r\n  { a = 1; },\r\n\r\n  { c = 1; }\r\n)"
      ),
      ("(\n\n  { a = 1; },\n\n  { b = 1; }\n\n)", ["1"], "(\n\n  { b = 1; }\n\n)"),
      ("(\n\n  { a = 1; },\n\n  { b = 1; }\n\n)", ["2"], "(\n\n  { a = 1; }\n\n)"),
      ("(\n  { a = 1; },\n  { b = 1; },\n\n  { c = 1; }\n)", ["2"], "(\n  { a = 1; },\n\n  { c = 1; }\n)"),
      ("(\n  { a = 1; }\n  ,{ b = 1; }\n  ,{ c = 1; }\n)", ["3"], "(\n  { a = 1; }\n  ,{ b = 1; }\n)"),
      ("(\n  { a = 1; },\n  { b = 1; }, { c = 1; }\n)", ["2", "3"], "(\n  { a = 1; }\n)"),
      ("(\n  { a = 1; }, { b = 1; },\n  { c = 1; }\n)", ["1", "2"], "(\n  { c = 1; }\n)"),
      (
        "(\n  { a = 1; },\n\n  // about b\n\n  { b = 1; },\n\n  { c = 1; }\n)", ["2"],
        "(\n  { a = 1; },\n\n  // about b\n\n  { c = 1; }\n)"
      ),
    ] as [(String, [String], String)])
  func noEmptyLinesAreLeftBehind(_ before: String, _ numbers: [String], _ after: String) throws {
    let document = try open(before)
    #expect(try document.delete(document.rules(named: numbers)).text == after)
  }

  @Test func childrenMoveUp() throws {
    let result = try open(sample).delete([number("2")], keepingChildren: true)
    #expect(
      result.text == """
        // My firewall.
        {
          rules = ( // the list
            // Nobody needs it.
            { /* 1 */ nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; }, // one

            { /* 2 */ nodeName = a; enabled = 1; }, // first
            // about b
            { /* 3 */ nodeName = b; enabled = 1; children = (
              { /* 3.1 */ enabled = 1; }
            ); },
            { /* 4 */ nodeName = last; enabled = 1; }
          );
          settings = { triggerDuration = 60; }; // a minute
        }

        """)
  }

  @Test func childrenOfNestedRulesMoveUpOnce() throws {
    let result = try open(sample).delete([number("2"), number("2.2")], keepingChildren: true)
    #expect(
      result.text.contains(
        """
            { /* 2 */ nodeName = a; enabled = 1; }, // first
            { /* 3 */ enabled = 1; },
            { /* 4 */ nodeName = last; enabled = 1; }
        """), "\(result.text)")
  }

  @Test(
    arguments: [
      ("( { x = 1; children = ( { a = 1; }, { b = 1; } ); }, { c = 1; } )", "( { a = 1; }, { b = 1; }, { c = 1; } )"),
      ("( { children = ( { a = 1; } ); x = 1; } )", "( { a = 1; } )"),
      ("( { x = 1; children = ( ); }, { c = 1; } )", "( { c = 1; } )"),
      ("( { x = 1; children = ( { a = 1; }, ); } )", "( { a = 1; } )"),
      ("{ nodeName = x; children = ( { a = 1; } ); }", "( { a = 1; } )"),
    ])
  func childrenMoveUpInOneLine(_ before: String, _ after: String) throws {
    #expect(try open(before).delete([number("1")], keepingChildren: true).text == after)
  }
}
