import SentryService
import Testing

@Suite struct SubmittedDocumentTests {
  /// The name comes from whoever applies the document and goes to logs and terminals.
  @Test func aNameCannotMoveTheCursorOrBreakALine() {
    let document = SubmittedDocument(name: "a\u{1B}[31m\nb.plist", reading: Array("( )".utf8))
    #expect(document.name == "a?[31m?b.plist")
  }
}
