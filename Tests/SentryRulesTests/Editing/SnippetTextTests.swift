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
}
