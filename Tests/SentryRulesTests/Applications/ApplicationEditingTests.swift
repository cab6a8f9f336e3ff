import SentryRules
import SentryTestSupport
import Testing

/// `sentry applications on` and `off`, in any document.
@Suite struct ApplicationEditingTests {
  private func document(_ text: String) throws -> EditableDocument {
    try EditableDocument(reading: Array(text.utf8), fileName: "doc.plist")
  }

  private func shipped(_ name: String) throws -> EditableDocument {
    try EditableDocument(reading: TestFiles.bytes("Documents/\(name)"), fileName: name)
  }

  private func rules(_ document: EditableDocument) throws -> [OutlinedRule] {
    DraftDocument(reading: try document.unchanged(), fileName: "x").rules
  }

  @Test(arguments: ["Default.plist", "Services.plist", "BlockAll.plist", "AllowAll.plist"])
  func shippedDocumentsGetTheGroupFirst(_ name: String) throws {
    var editing = ApplicationEditing(try shipped(name))
    try editing.switchOn(.init(unknown: .deny))
    let result = try editing.edited
    let read = RuleDocument(reading: result.bytes)
    let rules = try #require(read.ruleSet)
    #expect(rules.rules.first?.name == ApplicationGroup.name)
    #expect(rules.settings.applications?.unknown == .deny)
    #expect(rules.program().asksForPermissions)
    let before = try #require(RuleDocument(reading: try shipped(name).unchanged()).ruleSet)
    #expect(rules.rules.count == before.rules.count + 4)
  }

  @Test func whatIsThereIsSwitched() throws {
    var editing = ApplicationEditing(try document("{ rules = ( { enabled = 1; } ); }"))
    try editing.switchOn(.init())
    try editing.switchOff()
    #expect(ApplicationGroup.isOn(in: try rules(editing.document)) == false)
    try editing.switchOn(.init(timeoutSeconds: 60, otherwise: .allow))
    #expect(ApplicationGroup.isOn(in: try rules(editing.document)) == true)
    let settings = try #require(RuleDocument(reading: try editing.edited.bytes).ruleSet).settings.applications
    #expect(settings?.unknown == .ask && settings?.timeoutSeconds == 60 && settings?.otherwise == .allow)
    #expect(try rules(editing.document).count { $0.depth == 0 } == 2)
  }

  @Test func otherSettingsStay() throws {
    var editing = ApplicationEditing(
      try document("{ rules = ( { enabled = 1; } ); settings = { /* mine */ observe = 1; }; }"))
    try editing.switchOn(.init())
    let text = String(decoding: try editing.edited.bytes, as: UTF8.self)
    #expect(text.contains("/* mine */ observe = 1;"))
    #expect(RuleDocument(reading: Array(text.utf8)).ruleSet?.settings.observe == true)
  }

  @Test func aListOfRulesHasNoPlaceForSettings() throws {
    var editing = ApplicationEditing(try document("( { enabled = 1; } )"))
    #expect(throws: EditError.self) { try editing.switchOn(.init()) }
  }

  @Test func modesTakeItAlong() throws {
    var editing = ApplicationEditing(try shipped("Services.plist"))
    try editing.switchOn(.init(unknown: .deny))
    let block = try shipped("BlockAll.plist").taking(choicesOf: editing.document)
    let rules = try #require(RuleDocument(reading: try block.unchanged()).ruleSet)
    #expect(rules.settings.applications?.unknown == .deny)
    #expect(rules.rules.first?.name == ApplicationGroup.name && rules.rules.first?.isEnabled == true)
    #expect(block.mode == .blockAll)
  }
}
