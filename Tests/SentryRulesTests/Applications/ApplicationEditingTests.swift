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

  /// Before the first rule that lets connections pass, and behind those that only delete.
  @Test(arguments: [("Default.plist", "2"), ("Services.plist", "1"), ("BlockAll.plist", "1"), ("AllowAll.plist", "4")])
  func shippedDocumentsGetTheGroup(_ name: String, _ place: String) throws {
    var editing = ApplicationEditing(try shipped(name))
    try editing.switchOn(.init(unknown: .deny))
    let result = try editing.edited
    let read = RuleDocument(reading: result.bytes)
    let rules = try #require(read.ruleSet)
    #expect(rules.rules.first { $0.name == ApplicationGroup.name }?.number == place)
    #expect(rules.settings.applications?.unknown == .deny)
    #expect(rules.program().asksForPermissions)
    let before = try #require(RuleDocument(reading: try shipped(name).unchanged()).ruleSet)
    #expect(rules.rules.count == before.rules.count + 3)
  }

  @Test(arguments: [
    (
      "{ enabled = 1; propertyName = \"Dest port\"; propertyValue = 23; filterActionName = Delete; }",
      "behind all others"
    ),
    (
      delete + ", { enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; }",
      "before rule 2"
    ),
    (delete + ", { enabled = 1; children = ( { enabled = 0; filterActionName = Delay; } ); }", "before rule 2"),
    (
      "{ enabled = 0; propertyName = Include; propertyValue = authorize; filterActionName = Pass; }",
      "before all others"
    ),
    (
      "{ enabled = 1; propertyName = IPFragmentOffset; propertyValue = \"0-63\"; filterActionName = Pass; }",
      "before all others"
    ),
    ("{ enabled = 1; propertyName = Interface; propertyValue = eth0; filterActionName = Pass; }", "before all others"),
  ])
  func theGroupStandsBeforeWhatLetsConnectionsPass(_ rules: String, _ place: String) throws {
    var editing = ApplicationEditing(try document("{ rules = ( \(rules) ); }"))
    try editing.switchOn(.init())
    #expect(editing.changes.first == "the rules of Applications have come in \(place)")
  }

  private static let delete =
    "{ enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; }"

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

  @Test func modesTakeItFromRulesOfOnesOwn() throws {
    var editing = ApplicationEditing(try shipped("Default.plist"))
    try editing.switchOn(.init(unknown: .deny))
    let services = try shipped("Services.plist").taking(choicesOf: editing.document)
    let rules = try #require(RuleDocument(reading: try services.unchanged()).ruleSet)
    #expect(rules.settings.applications?.unknown == .deny)
    #expect(rules.rules.contains { $0.name == ApplicationGroup.name && $0.isEnabled })
    #expect(services.mode == .services)
  }
}
