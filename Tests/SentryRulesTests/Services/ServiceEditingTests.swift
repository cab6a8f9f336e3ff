import SentryRules
import SentryTestSupport
import Testing

/// Services are switched by what people call them, in the shipped document and in others.
@Suite struct ServiceEditingTests {
  private let table: ServiceTable

  init() throws {
    table = try #require(ServiceTable(reading: TestFiles.bytes("Documents/Services.plist")))
  }

  private func shipped() throws -> EditableDocument {
    try EditableDocument(reading: TestFiles.bytes("Documents/Services.plist"), fileName: "Services.plist")
  }

  private func small(_ services: String = "") throws -> EditableDocument {
    let list = services.isEmpty ? "" : "children = ( \(services) );"
    return try EditableDocument(
      reading: Array("{ rules = ( { nodeName = Services; enabled = 1; \(list) } ); }".utf8), fileName: "small.plist")
  }

  private func service(_ word: String, of document: EditableDocument) throws -> Service {
    let rules = DraftDocument(reading: try document.unchanged(), fileName: "edited").rules
    let group = try #require(ServiceGroup(in: rules))
    return try #require(group.service(called: word))
  }

  /// IANA "Service Name and Transport Protocol Port Number Registry".
  @Test(arguments: [
    ("ssh", "22/tcp"), ("Screen sharing", "5900-5909/tcp"), ("HTTPS", "80/tcp, 443/tcp, 443/udp"),
    ("samba", "139/tcp, 445/tcp, 137-138/udp"), ("dns", "53/tcp, 853/tcp, 53/udp, 853/udp"), ("ntp", "123/udp"),
  ])
  func portsThatBelongTogetherAreKnown(word: String, ports: String) throws {
    #expect(try service(word, of: shipped()).portList == ports)
  }

  @Test func nothingButSSHIsAllowedAtFirst() throws {
    let rules = DraftDocument(reading: try shipped().unchanged(), fileName: "shipped").rules
    let group = try #require(ServiceGroup(in: rules))
    #expect(group.services.filter(\.isAllowed).map(\.title) == ["Remote login"])
    #expect(group.services.allSatisfy { $0.isPlain && !$0.ports.isEmpty })
    // No word names two.
    #expect(Set(group.words.map { $0.lowercased() }).count >= group.services.flatMap(\.words).count)
  }

  @Test func aSwitchIsAllThatChangesInTheText() throws {
    var editing = try ServiceEditing(shipped(), table: table)
    try editing.allow("web")
    let before = String(decoding: try shipped().unchanged(), as: UTF8.self)
    let after = String(decoding: try editing.edited.bytes, as: UTF8.self)
    #expect(
      after == before.replacing("(web, http, https)\"; enabled = 0;", with: "(web, http, https)\"; enabled = 1;"))
    #expect(editing.changes == ["Web server allowed (80/tcp, 443/tcp, 443/udp)"])
    try editing.deny("http")
    #expect(try editing.edited.bytes == shipped().unchanged())
  }

  @Test func whatADocumentDoesNotHaveComesFromTheTable() throws {
    var editing = try ServiceEditing(small(), table: table)
    try editing.allow("vnc")
    try editing.allow("8080/tcp")
    try editing.allow("8000-8010/udp")
    #expect(try service("Screen sharing", of: editing.document).isAllowed)
    #expect(try service("8080/tcp", of: editing.document).portList == "8080/tcp")
    #expect(try service("8000-8010/udp", of: editing.document).isAllowed)
    #expect(RuleDocument(reading: try editing.edited.bytes).diagnostics.isEmpty)
  }

  @Test func portsNameAServiceThatHasNoOthers() throws {
    var editing = try ServiceEditing(shipped(), table: table)
    try editing.deny("22/tcp")
    #expect(try !service("ssh", of: editing.document).isAllowed)
    #expect(editing.changes == ["Remote login denied (22/tcp)"])
    try editing.allow("samba")
    let error = #expect(throws: EditError.self) { try editing.deny("445/tcp") }
    #expect(error?.message.contains("445/tcp belongs to Windows file sharing") == true)
  }

  @Test func sourcesComeAndGo() throws {
    var editing = try ServiceEditing(shipped(), table: table)
    try editing.allow("samba", from: ["192.168.0.0/24", "2001:db8::/32"])
    let limited = try service("smb", of: editing.document)
    #expect(limited.sources == ["192.168.0.0/24", "2001:db8::/32"])
    #expect(limited.portList == "139/tcp, 445/tcp, 137-138/udp")
    #expect(editing.changes[0].hasSuffix("only from 192.168.0.0/24, 2001:db8::/32"))
    // Denied and allowed again, it is as it was.
    try editing.deny("smb")
    try editing.allow("smb")
    #expect(try service("smb", of: editing.document).sources == limited.sources)
    try editing.allow("smb", from: [])
    #expect(try service("smb", of: editing.document).sources.isEmpty)
    #expect(RuleDocument(reading: try editing.edited.bytes).diagnostics.allSatisfy { $0.severity == .note })
  }

  @Test func aRuleThatAsksForMoreKeepsItsOwnWords() throws {
    let own = """
      { nodeName = mine; enabled = 1; propertyName = "Time of day"; propertyValue = "8:00-18:00"; children = (
        { enabled = 1; propertyName = "Dest port"; propertyValue = 8443; filterActionName = Pass; } ); }
      """
    var editing = try ServiceEditing(small(own), table: table)
    try editing.deny("mine")
    try editing.allow("MINE")
    #expect(throws: EditError.self) { try editing.allow("mine", from: ["192.0.2.0/24"]) }
  }

  @Test func otherDocumentsAreLeftAlone() throws {
    let other = try EditableDocument(reading: TestFiles.bytes("Documents/Default.plist"), fileName: "Default.plist")
    let error = #expect(throws: EditError.self) { try ServiceEditing(other, table: table) }
    #expect(error?.message.contains("sentry mode services") == true)
  }

  @Test func slipsAreToldWhatIsNear() throws {
    var editing = try ServiceEditing(shipped(), table: table)
    let error = #expect(throws: EditError.self) { try editing.allow("smaba") }
    #expect(error?.message.contains("did you mean 'samba'?") == true)
    for bad in ["0/tcp/udp", "65536/tcp", "9-8/udp", "22/any", "", "\u{1B}[2J"] {
      #expect(throws: EditError.self) { try editing.allow(bad) }
    }
    #expect(try editing.edited.bytes == shipped().unchanged())
  }
}
