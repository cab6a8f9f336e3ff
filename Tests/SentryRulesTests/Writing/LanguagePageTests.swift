import SentryTestSupport
import Testing

@testable import SentryRules

@Test(arguments: [LanguagePage.properties, .actions])
func pageIsFresh(_ page: LanguagePage) throws {
  #expect(
    try GeneratedFile(page.path).holds(page.markdown),
    "\(page.path) is out of date: RECORD=1 swift test writes it again")
}

extension LanguagePage: CustomTestStringConvertible {
  public var testDescription: String { path }
}

extension LanguageEntry: CustomTestStringConvertible {
  public var testDescription: String { name }
}

@Test(arguments: LanguageEntry.properties + LanguageEntry.actions)
func theExampleIsADocumentWithoutFindings(_ entry: LanguageEntry) throws {
  let document = RuleDocument(reading: entry.example)
  #expect(document.diagnostics.isEmpty, "\(document.rendered)")
  let rules = try #require(document.ruleSet).rules
  #expect(rules.contains { entry.name == $0.property.name || entry.name == $0.action.name })
}

@Test(arguments: LanguageEntry.properties + LanguageEntry.actions)
func whatIsSaidReadsAsSentences(_ entry: LanguageEntry) {
  #expect(entry.summary.first?.isUppercase == false && !entry.summary.hasSuffix("."))
  for text in [entry.details] + entry.facts.filter({ $0.title == "Without it" }).map(\.text) where !text.isEmpty {
    #expect(text.hasSuffix("."), "\(text)")
  }
}

@Test func pagesHaveAnEntryForEachWord() {
  #expect(LanguageEntry.properties.map(\.name) == allProperties.map { $0.name })
  #expect(LanguageEntry.actions.map(\.name) == allActions.map { $0.name })
}

@Test func anEntryOnATerminal() throws {
  let entry = try #require(LanguageEntry.properties.first { $0.name == "Dest port" })
  #expect(
    LanguageText.text(of: entry) == """
      Dest port: the port the packet goes to

        Value        a number from 0 to 65535, or a range low-high
        For example  137-139
        Relations    == != >= <=
        Without it   A packet that is not TCP or UDP matches != and nothing else.
        Also read    Destination Port
        Number       19 (2003: 17)

        A later fragment has no ports of its own; it has those of its first, if that
        was seen.

        In a document:

        (
          { enabled = 1; propertyName = "Dest port"; propertyValue = "137-139";
            filterActionName = Log; }
        )

      """)
}

@Test(arguments: [LanguageEntry.properties, LanguageEntry.actions])
func theListFitsATerminal(_ entries: [LanguageEntry]) {
  let lines = LanguageText.list(entries).split(separator: "\n")
  #expect(lines.count == entries.count)
  #expect(lines.filter { $0.count > 80 }.map { String($0) } == [])
}

@Test(arguments: LanguageEntry.properties + LanguageEntry.actions)
func anEntryFitsATerminal(_ entry: LanguageEntry) {
  #expect(LanguageText.text(of: entry).split(separator: "\n").filter { $0.count > 80 }.map { String($0) } == [])
}

@Test(arguments: [
  ("one two three", 7, ["one two", "three"]), ("", 5, [""]), ("overlong word", 4, ["overlong", "word"]),
  ("a b", 1, ["a", "b"]),
])
func wrappingBreaksAtBlanks(text: String, width: Int, lines: [String]) {
  #expect(text.wrapped(to: width) == lines)
}
