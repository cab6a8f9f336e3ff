import SentryRules
import Testing

@Suite struct PastingTests {
  static let two = "( { /* 9 */ nodeName = p; enabled = 1; }, { nodeName = q; enabled = 1; } )"

  /// One rule may come without braces; it gets some.
  @Test(arguments: [
    ("nodeName = x; enabled = 1;", "(\n  { a = 1; },\n  { nodeName = x; enabled = 1; }\n)"),
    ("nodeName = x; enabled = 1; // c", "(\n  { a = 1; },\n  { nodeName = x; enabled = 1; // c\n  }\n)"),
    ("nodeName = x;\nenabled = 1;\n", "(\n  { a = 1; },\n  { nodeName = x;\n  enabled = 1;\n  }\n)"),
  ])
  func aRuleWithoutBraces(_ pasted: String, _ after: String) throws {
    let text = try open("(\n  { a = 1; }\n)").paste(snippet(pasted), .end).text
    #expect(text == after)
  }

  @Test(
    arguments: [
      ("( { a = 1; }, { b = 1; } )", Target.end, "( { a = 1; }, { b = 1; }, P3, Q )"),
      ("( { a = 1; }, { b = 1; } )", .after("1"), "( { a = 1; }, P2, Q, { b = 1; } )"),
      ("( { a = 1; }, { b = 1; } )", .before("1"), "( P1, Q, { a = 1; }, { b = 1; } )"),
      ("( { a = 1; }, { b = 1; } )", .into("1"), "( { a = 1; children = (\n  P1.1,\n  Q\n); }, { b = 1; } )"),
      ("(\n  { a = 1; },\n  { b = 1; },\n)", .end, "(\n  { a = 1; },\n  { b = 1; },\n  P3,\n  Q,\n)"),
      ("(\n  { a = 1; }\n)", .after("1"), "(\n  { a = 1; },\n  P2,\n  Q\n)"),
      ("(\n  { a = 1; } // one\n)", .after("1"), "(\n  { a = 1; }, // one\n  P2,\n  Q\n)"),
      ("(\n  // one\n  { a = 1; }\n)", .before("1"), "(\n  P1,\n  Q,\n  // one\n  { a = 1; }\n)"),
      ("(\r\n\t{ a = 1; }\r\n)", .after("1"), "(\r\n\t{ a = 1; },\r\n\tP2,\r\n\tQ\r\n)"),
      (
        "(\r\n\t{\r\n\t\ta = 1;\r\n\t}\r\n)", .into("1"),
        "(\r\n\t{\r\n\t\ta = 1;\r\n\t\tchildren = (\r\n\t\t\tP1.1,\r\n\t\t\tQ\r\n\t\t);\r\n\t}\r\n)"
      ),
      ("()", .end, "(\n  P1,\n  Q\n)"),
      ("{ rules = (); }", .end, "{ rules = (\n  P1,\n  Q\n); }"),
      ("{}", .end, "{ rules = (\n  P1,\n  Q\n); }"),
      ("{\n  settings = {};\n}", .end, "{\n  settings = {};\n  rules = (\n    P1,\n    Q\n  );\n}"),
      ("{ nodeName = one; }", .end, "(\n{ nodeName = one; },\nP2,\nQ\n)"),
      ("{ nodeName = one; }", .before("1"), "(\nP1,\nQ,\n{ nodeName = one; }\n)"),
      ("( { a = 1; children = ( { b = 1; } ); } )", .into("1"), "( { a = 1; children = ( P1.1, Q, { b = 1; } ); } )"),
      ("( { a = 1; children = (); } )", .into("1"), "( { a = 1; children = (\n  P1.1,\n  Q\n); } )"),
    ] as [(String, Target, String)])
  func places(_ before: String, _ target: Target, _ after: String) throws {
    let result = try open(before).paste(snippet(Self.two), target.target())
    let expected = after.replacing("Q", with: "{ nodeName = q; enabled = 1; }")
      .replacing(/P([0-9.]+)/) { "{ /* \($0.1) */ nodeName = p; enabled = 1; }" }
    #expect(result.text == expected)
  }

  @Test func pasteAndDeleteIsTheSame() throws {
    for place in ["1", "2", "2.1", "2.2", "2.2.1", "3"] {
      for target in try [EditTarget.after(number(place)), .before(number(place)), .into(number(place))] {
        let pasted = try open(sample).paste(snippet(Self.two), target)
        #expect(pasted.inserted.count == 2)
        #expect(try open(pasted.text).delete(pasted.inserted).text == sample, "\(target)\n\(pasted.text)")
      }
    }
  }

  @Test func insertedNumbersAreToldAndThoseBehindFollow() throws {
    let result = try open(sample).paste(snippet(Self.two), .after(number("1")))
    #expect(result.inserted.map(\.description) == ["2", "3"])
    #expect(result.text.contains("/* 4.2.1 */"))
    #expect(result.text.contains("/* 5 */ nodeName = last"))
    #expect(
      result.text.contains(
        "// one\n    { /* 2 */ nodeName = p; enabled = 1; },\n    { nodeName = q; enabled = 1; },\n\n"))
  }

  @Test func layoutOfTheSnippetIsIndentedAnew() throws {
    let text = "(\n\t// about it\n\t{\n\t\tnodeName = \"two\nlines\";\n\t\tenabled = 1;\n\t} // end\n)\n"
    let result = try open(sample).paste(snippet(text), .into(number("2.2.1")))
    #expect(
      result.text.contains(
        """
                { /* 2.2.1 */ enabled = 1; children = (
                  // about it
                  {
                  \tnodeName = "two
        lines";
                  \tenabled = 1;
                  } // end
                ); }
        """), "\(result.text)")
  }

  @Test func classicRulesComeInByName() throws {
    let text =
      "( { enabled = 1; filterAction = 16; nodeNumber = \"3.1\"; property = 19; propertyValue = 22; relation = 0; } )"
    let result = try open("( { /* 1 */ enabled = 1; } )").paste(snippet(text), .end)
    #expect(
      result.text == """
        ( { /* 1 */ enabled = 1; }, { /* 2 */ enabled = 1; propertyName = "Dest port"; propertyValue = 22; filterActionName = Log; } )
        """)
  }

  @Test func rulesWithErrorsAreRefused() throws {
    let error = #expect(throws: EditError.self) { try snippet("( { enabled = 1; propertyName = Protocl; } )") }
    #expect(error?.findings.map(\.id) == [.unknownProperty])
    #expect(throws: EditError.self) { try snippet("") }
    #expect(throws: EditError.self) { try snippet("()") }
    #expect(throws: EditError.self) { try snippet("hello") }
  }
}

/// A target by words, for tables.
enum Target: Sendable {
  case end
  case after(String)
  case before(String)
  case into(String)

  func target() throws -> EditTarget {
    switch self {
    case .end: .end
    case .after(let text): .after(try number(text))
    case .before(let text): .before(try number(text))
    case .into(let text): .into(try number(text))
    }
  }
}
