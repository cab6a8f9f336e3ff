import SentryRules
import SentryTestSupport
import Testing

/// The documents of the modes, and what goes along from one to the next.
@Suite struct FirewallModeTests {
  private func shipped(_ mode: FirewallMode) throws -> EditableDocument {
    try EditableDocument(reading: TestFiles.bytes("Documents/\(mode.fileName)"), fileName: mode.fileName)
  }

  @Test(arguments: FirewallMode.allCases)
  func eachIsKnownByItsRules(_ mode: FirewallMode) throws {
    #expect(try shipped(mode).mode == mode)
  }

  @Test func rulesOfOnesOwnAreNoMode() throws {
    let own = try EditableDocument(reading: TestFiles.bytes("Documents/Default.plist"), fileName: "Default.plist")
    #expect(own.mode == nil)
    for mode in FirewallMode.allCases {
      #expect(try shipped(mode).taking(choicesOf: own).unchanged() == shipped(mode).unchanged())
    }
  }

  @Test func whatIsNotAsShippedIsNamed() throws {
    for mode in FirewallMode.allCases { #expect(try shipped(mode).changes(from: shipped(mode)).isEmpty) }
    var editing = try ServiceEditing(
      shipped(.services), table: #require(ServiceTable(reading: shipped(.services).unchanged())))
    try editing.allow("8080/tcp")
    try editing.deny("ssh")
    #expect(try editing.document.changes(from: shipped(.services)).isEmpty, "that is chosen, not changed")
    var programs = ApplicationEditing(editing.document)
    try programs.switchOn(ApplicationEditing.Choice(unknown: .ask))
    #expect(try programs.document.changes(from: shipped(.services)).isEmpty, "so is this")

    let text = String(decoding: try shipped(.blockAll).unchanged(), as: UTF8.self)
    func changes(_ text: String) throws -> ModeChanges {
      let document = try EditableDocument(reading: Array(text.utf8), fileName: "changed")
      #expect(document.mode == .blockAll)
      return try document.changes(from: shipped(.blockAll))
    }
    let open = "rules = ( { nodeName = mine; enabled = 1; filterActionName = Pass; children = ( { enabled = 1; } ); },"
    let first = try #require(text.range(of: "rules = ("))
    #expect(try changes(text.replacingCharacters(in: first, with: open)).text == "rule 1 (mine)")
    let off = try changes(text.replacing("nodeName = refused; enabled = 1;", with: "nodeName = refused; enabled = 0;"))
    #expect(off.text == "rule 4.4 (refused), without rule 4.4 (refused)")
    let unfiltered = try #require(text.range(of: "  tests = ("))
    #expect(
      try changes(
        text.replacingCharacters(
          in: unfiltered, with: "interfaces = ( { name = eth0; filters = 0; } ); settings = { observe = 1; }; tests = ("
        )
      ).added == ["interfaces", "settings.observe"])
  }

  @Test func choicesGoAlong() throws {
    let table = try #require(ServiceTable(reading: TestFiles.bytes("Documents/Services.plist")))
    var editing = try ServiceEditing(shipped(.services), table: table)
    try editing.deny("ssh")
    try editing.allow("8080/tcp")
    let stealth = try editing.document.setEnabled(true, editing.document.rules(named: ["Stealth"]))
    var document = try EditableDocument(reading: stealth.bytes, fileName: "chosen")
    let chosen = try document.unchanged()
    for mode in [FirewallMode.blockAll, .allowAll, .blockAll, .services] {
      document = try shipped(mode).taking(choicesOf: document)
      #expect(document.mode == mode)
      let rules = DraftDocument(reading: try document.unchanged(), fileName: "on the way").rules
      #expect(FirewallMode.stealth(of: rules) == true)
      let group = try #require(ServiceGroup(in: rules))
      #expect(group.services.filter(\.isAllowed).map(\.name) == ["8080/tcp"])
      #expect(RuleDocument(reading: try document.unchanged()).ruleSet != nil)
    }
    let again = DraftDocument(reading: try document.unchanged(), fileName: "again").rules
    #expect(again.map(\.number) == DraftDocument(reading: chosen, fileName: "chosen").rules.map(\.number))
  }
}
