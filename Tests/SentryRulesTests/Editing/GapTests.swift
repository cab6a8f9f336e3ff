import SentryDiagnostics
import SentryRules
import Testing

/// A text that is cut off gives no rule: what is left of it may be children of a rule that matches far less.
@Suite struct GapTests {
  static let head = #"{ enabled = 1; propertyName = "Source net"; propertyValue = "203.0.113.0/24"; children = ("#
  static let child = "{ enabled = 1; propertyName = Any; filterActionName = Delete; }"
  private static let withoutBrace = String(head.dropFirst(2))

  @Test(
    arguments: [
      ("the end is missing", "\(head)\n\(child)\n", ":2:"),
      ("the end is missing, in prose", "Hi,\n\(head)\n\(child)\nBye", ":2:"),
      ("the end is missing, quoted", "> \(head)\n> \(child)\n", ":2:"),
      ("the end of a list is missing", "( \(head)\n\(child)\n", ":2:"),
      ("the end of a list of whole rules is missing", "Hi,\n( \(child),\n\(child)\nBye", ":2:"),
      ("the end of a rule without braces is missing", "\(withoutBrace)\n\(child)\n", ":2:"),
      ("the end of a rule without braces is missing, in prose", "Hi,\n\(withoutBrace)\n\(child)\nBye", ":2:"),
      ("the last of several is cut", "Hi,\n\(child)\nand\n{ enabled = 1; nodeName =", ":4:"),
      ("a rule without braces and more behind it", "\(withoutBrace)\n\(child)\n);\n);\n}\n", ":4:1:"),
      ("brackets behind a rule without children", "enabled = 1; propertyName = Any;\n);\n}\n", ":2:1:"),
      ("a rule without braces in prose", "Hi,\n\(withoutBrace)\n\(child)\n);\nBye", ":2:"),
      ("the beginning is missing", "propertyValue = x; children = (\n\(child) ); }", ":1:"),
      ("the beginning is missing, in prose", "Hi,\npropertyValue = x; children = (\n\(child) ); }\nBye", ":3:"),
      ("only the end is there", "Hi\n\(child)\n// more\n); }\n", ":4:1:"),
      ("a rule before is without its beginning", "Hi\nnodeName = a;\n}\n\(child)\n", ":3:1:"),
      ("an answer within the quotation", "> \(head)\n> \(child),\nThat's wrong.\n> \(child)\n> ); }\n", ":1:3:"),
      ("a comment without an end", "Hi,\n/* old\n\(child)\n", ":2:1:"),
      (
        "XML whose end is missing",
        "Hi <dict><key>enabled</key><integer>1</integer><key>children</key>\n<array><dict><key>enabled</key></dict></array>",
        ":2:"
      ),
      (
        "XML whose beginning is missing",
        "Hi\n<key>children</key><array><dict><key>enabled</key><integer>1</integer></dict></array>", ":2:"
      ),
    ])
  func partsOfRulesAreRefused(_ what: String, _ text: String, _ place: String) throws {
    let error = try #require(#expect(throws: EditError.self, "\(what)") { try snippet(text) })
    #expect(error.message.contains("snippet is cut off, or its brackets do not match; nothing was changed"), "\(what)")
    #expect(error.message.contains("expected whole rules, { enabled = 1; … }"))
    let findings = error.findings.rendered(in: try #require(error.source), usesColor: false)
    #expect(findings.first?.hasPrefix("snippet\(place)") == true, "\(what): \(findings)")
  }

  private static let family = """
    ( { nodeName = top; enabled = 1; children = ( // "two"
      { nodeName = "child 1"; enabled = 1; }, /* { nodeName = "child old"; enabled = 1; } */
      { nodeName = “child 2”; enabled = 1; children = ( { nodeName = "child 3"; enabled = 1; } ); }
    ); } )
    """

  /// However much of the beginning or of the end is missing.
  @Test(
    arguments: [
      ("as it is", "", "", ""), ("quoted", "> ", "", ""), ("in prose", "", "Hi, (all)\nI've this:\n", "\nBye :)\n"),
      ("quoted in an answer", "> ", "Hi,\n", "\nThat's all\n"),
    ])
  func noCutGivesAChildAlone(_ what: String, _ mark: String, _ before: String, _ after: String) throws {
    let text = Self.family.split(separator: "\n").map { mark + $0 }.joined(separator: "\n")
    for cut in 1..<text.count {
      for part in [text.prefix(cut), text.suffix(cut)] {
        guard let snippet = try? snippet(before + part + after) else { continue }
        let pasted = try open("()").paste(snippet, .end)
        let rules = try #require(RuleDocument(reading: pasted.bytes).ruleSet?.rules)
        let tops = rules.filter { !$0.number.description.contains(".") }.map(\.name)
        #expect(!tops.contains { $0.hasPrefix("child") }, "\(what), cut to:\n\(part)")
      }
    }
  }

  /// What the quoted lines hold open is not closed by an answer between them.
  @Test(
    arguments: [
      ("a rule between the lines", "> \(head)\nI use:\n\(child)\n> ); }\n"),
      ("a rule within a quoted comment", "> /*\n\(child)\n> */\n"),
      ("prose between the children", "> \(head)\n> \(child),\nwhat about this?\n> \(child) ); }\n"),
    ])
  func answersWithinQuotedRulesAreRefused(_ what: String, _ text: String) {
    #expect(throws: EditError.self, "\(what)") { try snippet(text) }
  }

  @Test(
    arguments: [
      ("faces", "It fails :(\n{ enabled = 1; nodeName = a; } ;-)\nBye :)", ["a"]),
      ("brackets of the prose", "(like { enabled = 1; nodeName = a; })\n a) b) {for me, don't", ["a"]),
      ("a list in a line", "Use ({ enabled = 1; nodeName = a; }, { enabled = 1; nodeName = b; }), please", ["a", "b"]),
      ("paths and addresses", "See /etc/* and https://x/ { enabled = 1; nodeName = a; /* 1 */ }", ["a"]),
      (
        "a comment over lines", "Hi,\n/* { enabled = 1; nodeName = old; } */\n{ enabled = 1; nodeName = a; }\n", ["a"]
      ),
      (
        "comments at the ends of lines",
        "Hi,\n// { enabled = 1; nodeName = old; }\n{ enabled = 1; nodeName = a; } // { enabled = 1; nodeName = b; }\n",
        ["a"]
      ),
      (
        "comments that are quoted",
        "Hi,\n> /* { enabled = 1; nodeName = old; }\n> */\n> { enabled = 1; nodeName = a; }",
        ["a"]
      ),
      (
        "comments of XML",
        "Hi <!-- <dict><key>nodeName</key><string>old</string></dict> -->"
          + "<dict><key>enabled</key><integer>1</integer><key>nodeName</key><string>a</string></dict>", ["a"]
      ),
    ])
  func wholeRulesAreTakenAndCommentsAreNot(_ what: String, _ text: String, _ names: [String]) throws {
    let pasted = try open("()").paste(snippet(text), .end)
    #expect(RuleDocument(reading: pasted.bytes).ruleSet?.rules.map(\.name) == names, "\(what): \(pasted.text)")
  }

  @Test func commentsAloneAreNoRules() {
    #expect(throws: EditError.self) { try snippet("Hi,\n/* { enabled = 1; nodeName = old; } */\nBye") }
    #expect(throws: EditError.self) { try snippet("Hi,\n// { enabled = 1; nodeName = old; }\nBye") }
  }
}
