import Testing

@testable import SentryCommands

@Suite struct ShownDocumentTests {
  @Test(arguments: [
    ("{\n\tnodeName = a;\r\n}", "{\n\tnodeName = a;\r\n}"), ("a\u{1B}[2J\u{7}", "a␛[2J␇"),
    ("a\u{202E}b\u{85}c", "a\\U202eb\\U0085c"), ("größe", "größe"),
  ])
  func aDocumentDoesNotSteerTheTerminal(_ text: String, _ shown: String) {
    #expect(ShowActive.harmless(text) == shown)
  }
}
