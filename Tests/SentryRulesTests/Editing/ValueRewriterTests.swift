import SentryRules
import SentryTestSupport
import Testing

/// XML and binary documents take the same edits as texts.
@Suite struct ValueRewriterTests {
  private static func form(_ form: DocumentConversion, of text: String) throws -> EditableDocument {
    let bytes = try form.bytes(of: #require(RuleDocument(reading: text).ruleSet))
    return try EditableDocument(reading: bytes, fileName: "x")
  }

  private typealias Edit = @Sendable (EditableDocument) throws -> EditedDocument

  static let edits: [(String, @Sendable (EditableDocument) throws -> EditedDocument)] = [
    ("disable", { try $0.setEnabled(false, [number("1"), number("2.2.1")]) }),
    ("delete", { try $0.delete([number("2.1"), number("3")]) }),
    ("delete the only child", { try $0.delete([number("2.2.1")]) }),
    ("keep children", { try $0.delete([number("2"), number("2.2")], keepingChildren: true) }),
    ("move", { try $0.move([number("3"), number("2.2.1")], .before(number("1"))) }),
    ("move into", { try $0.move([number("1")], .into(number("2.2"))) }),
    ("paste", { try $0.paste(snippet(PastingTests.two), .into(number("1"))) }),
    ("paste at the end", { try $0.paste(snippet(PastingTests.two), .end) }),
    ("new child", { try $0.insert(NewRule(), .into(number("2"))) }),
  ]

  @Test(arguments: edits.indices, [DocumentConversion.xml, .binary, .classic])
  func editsAgreeWithThoseOfTexts(index: Int, form: DocumentConversion) throws {
    let (name, edit) = Self.edits[index]
    let expected = try edit(open(sample))
    let found = try edit(Self.form(form, of: sample))
    #expect(found.inserted == expected.inserted, "\(name)")
    let document = RuleDocument(reading: found.bytes)
    #expect(document.form?.rawValue == (form == .classic ? "text" : form.rawValue))
    #expect(document.ruleSet == RuleDocument(reading: expected.bytes).ruleSet, "\(name)")
  }

  @Test func storedNumbersFollow() throws {
    let xml = """
      <plist version="1.0"><array>
      <dict><key>nodeNumber</key><string>1</string></dict><dict><key>nodeNumber</key><string>2</string></dict>
      </array></plist>
      """
    let result = try open(xml).delete([number("1")])
    #expect(result.text.contains("<string>1</string>"))
    #expect(!result.text.contains("<string>2</string>"))
  }

  @Test func rulesWhoseMeaningOthersTellAreKept() throws {
    // Only rule 1 tells that the numbers are those of 2005, when 10 was Trigger and not Authorize.
    let text = "( { enabled = 1; filterAction = 11; filterActionName = Delay; }, { enabled = 1; filterAction = 10; } )"
    let document = try open(text)
    #expect(throws: EditError.self) { try document.delete([number("1")]) }
    #expect(try document.delete([number("2")]).text.contains("Delay"))
  }
}
