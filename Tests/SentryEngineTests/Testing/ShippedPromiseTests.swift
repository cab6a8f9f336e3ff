import SentryEngine
import SentryRules
import SentryTestSupport
import Testing

/// What shipped documents promise holds after commands have changed them.
@Suite struct ShippedPromiseTests {
  @Test(arguments: ["Default.plist", "Services.plist", "BlockAll.plist", "AllowAll.plist"])
  func documentsKeepThemWhereProgramsAreAskedAbout(_ name: String) throws {
    let shipped = try EditableDocument(reading: TestFiles.bytes("Documents/\(name)"), fileName: name)
    var editing = ApplicationEditing(shipped)
    try editing.switchOn(.init(unknown: .ask))
    let rules = try #require(RuleDocument(reading: try editing.edited.bytes).ruleSet)
    #expect(!rules.tests.isEmpty)
    #expect(DocumentTests.failures(of: rules).map(\.message) == [])
  }
}
