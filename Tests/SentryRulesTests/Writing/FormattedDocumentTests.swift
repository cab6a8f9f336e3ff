import SentryDiagnostics
import SentryPropertyList
import SentryRules
import SentryTestSupport
import Testing

private func formatted(_ text: String) throws -> String {
  try #require(FormattedDocument(reading: Array(text.utf8)).text)
}

@Suite struct FormattedDocumentTests {
  /// What follows a comment to the end of the line never becomes part of it.
  @Test(
    arguments: [
      ("( { enabled = 1; } // t\n, /* s */\n)", "(\n  { /* 1 */ enabled = 1; propertyName = Any; } /* s */ // t\n)\n"),
      (
        "( { enabled = 1; } // t\n, // s\n)",
        "(\n  // t\n  { /* 1 */ enabled = 1; propertyName = Any; } // s\n)\n"
      ),
      (
        "( { enabled = 1 // t\n; /* s */\n } )",
        "(\n  { /* 1 */\n    enabled = 1; /* s */ // t\n    propertyName = Any;\n  }\n)\n"
      ),
      (
        "( { enabled = 1; property = 0; // a\n propertyName = Any; // b\n } )",
        "(\n  { /* 1 */\n    enabled = 1;\n    // a\n    propertyName = Any; // b\n  }\n)\n"
      ),
      (
        "{ rules = (); mine = ( a // t\n, /* s */\n b ); }",
        "{\n  rules = (\n  );\n  mine = (\n    a, /* s */ // t\n    b\n  );\n}\n"
      ),
    ])
  func lineCommentsComeLast(_ before: String, _ after: String) throws {
    let text = try formatted(before)
    #expect(text == after)
    #expect(try formatted(text) == text)
  }

  @Test func everyCommentKeepsItsPlace() throws {
    let text = """
      // A.

      // B.
      { // C
      // D
      settings={triggerDuration=60;/* E */}; // F

      rules = ( // G
      // H
        {nodeName=x;enabled=1;}, // I


        { // J
          enabled = 0 ; // K
          // L
          filterAction = 16; /* M */ propertyName = Any;
          children = ( // N
            { enabled = 1; } // O
            // P
          ); // Q
          // R
        } // S
      // T
      );
      // U
      } // V
      """
    #expect(
      try formatted(text) == """
        // A.

        // B.
        { // C
          // D
          settings = {
            triggerDuration = 60; /* E */
          }; // F

          rules = ( // G
            // H
            { /* 1 */ nodeName = x; enabled = 1; propertyName = Any; }, // I

            { /* 2 */ // J
              enabled = 0; // K
              /* M */
              propertyName = Any;
              // L
              filterActionName = Log;
              children = ( // N
                { /* 2.1 */ enabled = 1; propertyName = Any; } // O
                // P
              ); // Q
              // R
            } // S
            // T
          );
          // U
        }
        // V

        """)
  }

  @Test func canonicalTextStays() throws {
    let ruleSet = try #require(RuleDocument(reading: sample).ruleSet)
    let text = CanonicalDocument.text(of: ruleSet)
    #expect(try formatted(text) == text)
  }

  @Test(
    arguments: [
      ("{ nodeName = x; enabled = 1; }", "(\n  { /* 1 */ nodeName = x; enabled = 1; propertyName = Any; }\n)\n"),
      ("()", "(\n)\n"),
      (
        "{ SentryDocument_filterTable = { children = ( { enabled = 1; /* why */ } ); }; SentryDocument_triggerDuration = 1; } // end",
        """
        {
          rules = (
            { /* 1 */
              enabled = 1; /* why */
              propertyName = Any;
            }
          );

          settings = { triggerDuration = 60; };
        }
        // end

        """
      ),
    ])
  func otherRoots(_ before: String, _ after: String) throws {
    #expect(try formatted(before) == after)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func formattingAgainChangesNothingAndKeepsEverything(block: UInt64) throws {
    for seed in block * 25..<(block + 1) * 25 {
      let random = RandomDocument(seed: seed)
      let once = try formatted(random.text)
      #expect(try formatted(once) == once, "seed \(seed)\n\(random.text)\n---\n\(once)")
      let before = RuleDocument(reading: random.text).ruleSet
      let after = RuleDocument(reading: once).ruleSet
      #expect(before == after && before?.keptKeys.map(\.value) == after?.keptKeys.map(\.value), "seed \(seed)")
      #expect(Self.comments(once) == random.comments.sorted(), "seed \(seed)\n\(random.text)\n---\n\(once)")
    }
  }

  /// All comments but those that hold a number only, blanks and line ends made alike.
  private static func comments(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    let syntax = PropertyList.read(bytes, fileName: "x").document?.syntax
    let comments = syntax?.tokens.flatMap { token in
      TriviaComments(in: token.leadingTrivia, of: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    }
    return (comments ?? []).map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
      .filter { !$0.contains(/^\/\* [0-9.]+ \*\/$/) }.sorted()
  }
}
