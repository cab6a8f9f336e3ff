import Foundation
import SentryRules
import Testing

/// What people paste: each of these is the same two rules, the first with a child.
@Suite struct SnippetTextTests {
  static let rules = [
    "1 promiscuous resets Direction == inbound ->", "1.1  TCP header flags == rst Delay",
    "2 ping ICMP type == 8 (echo request) Log",
  ]

  static let plain = """
    (
      { nodeName = "promiscuous resets"; enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
        { enabled = 1; propertyName = "TCP header flags"; propertyValue = rst; filterActionName = Delay; }
      ); },
      { nodeName = ping; enabled = 1; propertyName = "ICMP type"; propertyValue = "8 (echo request)"; filterActionName = Log; }
    )
    """

  private static func quoted(_ text: String, _ mark: String) -> String {
    text.split(separator: "\n").map { mark + $0 }.joined(separator: "\n")
  }

  @Test(
    arguments: [
      ("as it is", plain, []),
      ("a whole document", "{ rules = \(plain); settings = {}; }", ["the rules of a whole document"]),
      (
        "a whole document with more than rules",
        "{ rules = \(plain); tests = (); interfaces = ({ name = eth0; }); "
          + "settings = { blockIPv6 = 1; }; mine = 1; yours = 2; }",
        ["the rules of a whole document without its interfaces, settings and other keys"]
      ),
      (
        "quoted in an answer", "Hi,\n\nyou wrote:\n" + quoted(plain, "> ") + "\n\nThanks!\n--\nme",
        ["from quoted e-mail text", "the text around the rules left out"]
      ),
      ("quoted twice", quoted(plain, "> > "), ["from quoted e-mail text"]),
      ("quoted tightly", quoted(plain, ">>"), ["from quoted e-mail text"]),
      ("quoted with CR LF", quoted(plain, "> ").replacing("\n", with: "\r\n"), ["from quoted e-mail text"]),
      (
        "in text", "Try this (it helps):\n\n" + plain + "\n\nIt works {for me}.",
        ["the text around the rules left out"]
      ),
      ("typographic quotes", plain.replacing(/"([^"]*)"/) { "“\($0.1)”" }, ["typographic quotes straightened"]),
      ("German quotes", plain.replacing(/"([^"]*)"/) { "„\($0.1)“" }, ["typographic quotes straightened"]),
      ("French quotes", plain.replacing(/"([^"]*)"/) { "«\($0.1)»" }, ["typographic quotes straightened"]),
      ("single quotes", plain.replacing(/"([^"]*)"/) { "‘\($0.1)’" }, ["typographic quotes straightened"]),
      ("half straightened", plain.replacing(/"([^"]*)"/) { "“\($0.1)\"" }, ["typographic quotes straightened"]),
      ("no-break blanks", plain.replacing(" ", with: "\u{A0}"), ["no-break blanks replaced"]),
      (
        "wrapped lines",
        quoted(
          plain.replacing("(echo request", with: "(echo \nrequest").replacing(
            "promiscuous resets", with: "promiscuous\nresets"), "> "),
        ["from quoted e-mail text", "broken lines joined"]
      ),
      (
        "quoted with bars and in turns", quoted(quoted(plain, "> "), "| ") + "\n| thanks\n",
        ["from quoted e-mail text", "the text around the rules left out"]
      ),
      (
        "no-break blanks within texts", plain.replacing("TCP header", with: "TCP\u{A0}header"),
        ["no-break blanks replaced"]
      ),
      (
        "quoted-printable",
        "Hi Bob,=20\n" + plain.replacing("=", with: "=3D").replacing("; propertyName", with: ";=\n propertyName"),
        ["quoted-printable decoded", "the text around the rules left out"]
      ),
      (
        "a message as it is stored, in two forms",
        """
        From: a@example.org
        Content-Type: multipart/alternative;
         boundary="b1"

        --b1
        Content-Type: text/plain; charset="utf-8"
        Content-Transfer-Encoding: quoted-printable

        \(plain.replacing("=", with: "=3D"))
        --b1
        Content-Type: text/html

        <p>{ nodeName = "never"; enabled = 1; }</p>
        --b1--
        """, ["quoted-printable decoded"]
      ),
      (
        "base64",
        "Content-Transfer-Encoding: base64\n\n"
          + Data(plain.utf8).base64EncodedString(options: .lineLength76Characters),
        ["base64 decoded"]
      ),
      (
        "HTML of a mail program",
        "<html><head><style>p { color: red }</style></head><body><div>Look:</div>"
          + plain.split(separator: "\n").map {
            "<div class=\"x\">" + $0.replacing("\"", with: "&quot;").replacing("  ", with: "&nbsp; ") + "<br></div>"
          }.joined(separator: "\n") + "<p>Bye</p></body></html>",
        ["HTML turned into text", "the text around the rules left out"]
      ),
      (
        "HTML, laid out beforehand", "<p>Look</p><pre>\n\(plain)\n</pre>",
        ["HTML turned into text", "the text around the rules left out"]
      ),
      ("HTML signs", plain.replacing("\"", with: "&quot;"), ["HTML signs replaced"]),
      (
        "HTML quotation", quoted(plain.replacing("\"", with: "&quot;"), "&gt; "),
        ["HTML signs replaced", "from quoted e-mail text"]
      ),
    ] as [(String, String, [String])])
  func sameRules(_ what: String, _ text: String, _ remarks: [String]) throws {
    let snippet = try snippet(text)
    #expect(snippet.count == 2)
    #expect(snippet.ruleCount == 3)
    #expect(Set(snippet.remarks) == Set(remarks), "\(what)")
    let pasted = try open("()").paste(snippet, .end)
    let ruleSet = try #require(RuleDocument(reading: pasted.bytes).ruleSet, "\(what): \(pasted.text)")
    let found = ruleSet.rules.map {
      "\($0.number) \($0.name) \($0.property.name) \($0.relation.name) \($0.value) \($0.action.name)"
    }
    #expect(found == Self.rules, "\(what)")
  }

  @Test func severalPiecesOfOneMailAreTakenInOrder() throws {
    let mail = """
      > First
      > { nodeName = one; enabled = 1; }
      > and then
      > ( { nodeName = two; enabled = 1; } )
      Good?
      """
    #expect(try snippet(mail).count == 2)
  }

  @Test func apostrophesWithinTextsStay() throws {
    let snippet = try snippet("( { nodeName = “don’t \"log\"”; enabled = 1; } )")
    let pasted = try open("()").paste(snippet, .end)
    #expect(RuleDocument(reading: pasted.bytes).ruleSet?.rules.first?.name == "don’t \"log\"")
  }

  @Test(
    arguments: [
      ("straight double quotes", "{ nodeName = \"it’s (me\"; enabled = 1; value = “x”; }", "it’s (me"),
      ("straight single quotes", "{ nodeName = 'it’s (me'; enabled = 1; value = “x”; }", "it’s (me"),
      ("typographic quotes of the same kind", "{ nodeName = ‘it’s (me’; enabled = 1; }", "it’s (me"),
      ("a double quote within single ones", "{ nodeName = 'a \" b'; enabled = 1; value = “x”; }", "a \" b"),
    ])
  func marksWithinTextsStay(_ what: String, _ text: String, _ name: String) throws {
    let pasted = try open("()").paste(snippet("I’ve got:\n" + text), .end)
    #expect(RuleDocument(reading: pasted.bytes).ruleSet?.rules.first?.name == name, "\(what): \(pasted.text)")
  }

  @Test func mailInTheWindowsCodePageIsRead() throws {
    let bytes = Array("{ nodeName = ".utf8) + [0x93, 0x67, 0xFC, 0x6E, 0x94] + Array("; enabled = 1; }".utf8)
    let pasted = try open("()").paste(Snippet(reading: bytes, fileName: "snippet"), .end)
    #expect(RuleDocument(reading: pasted.bytes).ruleSet?.rules.first?.name == "gün")
  }

  @Test func oneBrokenRuleKeepsTheOthersOut() throws {
    let error = #expect(throws: EditError.self) {
      try snippet("Two:\n{ nodeName = a; enabled = 1; }\nand\n{ enabled = 1; propertyName = Protocl; }")
    }
    #expect(error?.findings.contains { $0.id == .unknownProperty } == true)
  }

  @Test func wholeDocumentsInATextGiveTheirRules() throws {
    let page = "Write\n{ rules = ( { nodeName = a; enabled = 1; } ); }\nand test\n{ packet = \"x\"; expect = pass; }\n"
    #expect(try snippet(page).ruleCount == 1)
    #expect(try snippet(page + "or\n( { nodeName = b; enabled = 1; }, ).").ruleCount == 2)
  }

  @Test(
    arguments: [
      ("Hello Bob,\n\nhow are you (and yours)?\n", "found 2 lines of text that begin with 'Hello Bob,'"),
      ("", "it is empty"), (" \n", "it is empty"), ("a = b", "found 'a = b'"), ("()", "found '()'"),
      ("{ foo = 1; }", "found '{ foo = 1; }'"), ("\u{0}\u{1}", "2 bytes that are no text"),
    ])
  func textWithoutRulesIsRefusedInOneMessage(_ text: String, _ found: String) throws {
    let error = try #require(#expect(throws: EditError.self) { try snippet(text) })
    #expect(error.message.contains(found), "\(error.message)")
    #expect(error.message.contains("expected rules, { enabled = 1;"))
    #expect(error.findings.isEmpty)
  }

  @Test func blanksBeforeACommaAreNotKept() throws {
    let pasted = try open("(\n  { enabled = 1; }\n)\n").paste(
      snippet(
        "( { nodeName = a; enabled = 1; }  , { nodeName = b; enabled = 1; } /* b */ ,\n { nodeName = c; enabled = 1; }\n,)"
      ), .end)
    let expected = [
      "{ nodeName = a; enabled = 1; },", "{ nodeName = b; enabled = 1; }, /* b */", "{ nodeName = c; enabled = 1; }",
    ]
    #expect(pasted.text == "(\n  { enabled = 1; },\n" + expected.map { "  \($0)\n" }.joined() + ")\n")
  }

  @Test func xmlIsUnderstood() throws {
    let xml = """
      <?xml version="1.0" encoding="UTF-8"?>
      <plist version="1.0"><array><dict><key>enabled</key><integer>1</integer><key>nodeName</key><string>x</string></dict></array></plist>
      """
    #expect(try snippet(xml).remarks == ["XML"])
    #expect(try snippet("I use:\n" + xml + "\nRegards").remarks == ["XML", "the text around the rules left out"])
  }

  @Test func classicTextsKeepTheirComments() throws {
    let snippet = try snippet("( { enabled = 1; filterAction = 16; /* log it */ nodeNumber = \"3.1\"; } )")
    #expect(snippet.remarks == ["classic form"])
    #expect(try open("()").paste(snippet, .end).text.contains("/* log it */"))
  }

  @Test func theErrorsOfTheNearestReadingAreTold() throws {
    let error = #expect(throws: EditError.self) {
      try snippet("Hello,\n> ( { enabled = 1; propertyName = Protocl; } )\nBye")
    }
    #expect(error?.findings.map(\.id) == [.unknownProperty])
  }

  /// What would take for ever if each sign looked at all the rest.
  @Test(arguments: ["{", "{}", "<!--", "<b ", "<b \"", "&", "“", "(\n", "= 3D", "<p", "enabled=({"])
  func hostileTextsTakeNoLongerThanOthers(_ sign: String) {
    let text = "<p>nodeName = x\n" + String(repeating: sign, count: 2_000)
    #expect(throws: EditError.self) { try snippet(text) }
    #expect(throws: EditError.self) { try snippet(text + String(repeating: "}", count: 2_000)) }
  }
}
