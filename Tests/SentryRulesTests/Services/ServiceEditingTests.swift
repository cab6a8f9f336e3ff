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
    #expect(error?.message.contains("445/tcp: Windows file sharing (139/tcp, 445/tcp, 137-138/udp) by rule") == true)
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

  /// Whatever opens a port that is denied is denied with it, or named.
  @Test func whatIsDeniedIsNotOpenElsewhere() throws {
    var editing = try ServiceEditing(shipped(), table: table)
    for word in ["8080/tcp", "8443/tcp", "ntp"] { try editing.allow(word) }
    try editing.deny("8000-9000/tcp")
    #expect(editing.changes.suffix(2) == ["8080/tcp denied", "8443/tcp denied"])
    try editing.deny("123")
    #expect(try !service("ntp", of: editing.document).isAllowed)
    try editing.allow("22")
    try editing.deny("ssh")
    #expect(editing.changes.last == "Remote login denied (22/tcp), but 22 by rule 2.36 stays open there")
    try editing.deny("22/tcp")
    #expect(editing.changes.last?.hasPrefix("Remote login was denied already") == true)
    try editing.allow("web")
    #expect(throws: EditError.self) { try editing.deny("443/udp") }
    try editing.deny("7/tcp")
    #expect(editing.changes.last == "7/tcp was not allowed")
  }

  /// Files travel over connections that the one to port 21 announces.
  @Test func transfersBelongToTheService() throws {
    var editing = try ServiceEditing(shipped(), table: table)
    try editing.allow("ftp", from: ["192.0.2.0/24"])
    let limited = try service("ftp", of: editing.document)
    #expect(limited.isPlain && limited.portList == "21/tcp" && limited.sources == ["192.0.2.0/24"])
    #expect(limited.announcedPorts.map(\.description) == ["1024-65535/tcp"])
    try editing.allow("ftp", from: [])
    #expect(try service("ftp", of: editing.document).announcedPorts.map(\.description) == ["1024-65535/tcp"])
    #expect(
      editing.changes == ["FTP server allowed (21/tcp), only from 192.0.2.0/24", "FTP server is allowed (21/tcp)"])

    // A rule from before, in a document that has no helper.
    let old = """
      { nodeName = "FTP server (ftp)"; enabled = 0; propertyName = Protocol; propertyValue = TCP; children = (
        { enabled = 1; propertyName = "Dest port"; propertyValue = 21; filterActionName = Pass; } ); }
      """
    var other = try ServiceEditing(small(old), table: table)
    try other.allow("ftp")
    #expect(try service("ftp", of: other.document).announcedPorts.count == 1)
    #expect(
      other.changes == ["FTP server allowed (21/tcp), but no transfers, which need settings.helpers (docs/FTP.md)"])
  }

  private static let net = #"propertyName = "Source net"; propertyValue = "203.0.113.0/24";"#
  private static let port =
    #"{ enabled = 1; propertyName = "Dest port"; propertyValue = 22; filterActionName = Pass; }"#

  /// Each would be lost: an exclusion, a port that is open to all, rules below a port, a second action, a name, a switch, a
  /// comment.
  @Test(arguments: [
    "{ enabled = 1; \(net) filterActionName = Delete; }, \(port)",
    "{ enabled = 1; \(net) children = ( \(port) ); }, \(port)",
    "{ enabled = 1; \(net) children = ( \(port) ); }, "
      + port.replacing("22", with: "80"),
    "{ enabled = 1; \(net) children = ( \(port) ); }, { enabled = 1; "
      + net.replacing("203", with: "198") + " children = ( \(port.replacing("22", with: "80")) ); }",
    port.replacing("Pass; }", with: "Pass; children = ( { enabled = 1; \(net) filterActionName = Pass; } ); }"),
    "{ enabled = 1; filterActionName = Log; }, \(port)", "{ enabled = 1; \(net) }, \(port)",
    port.replacing("enabled", with: "nodeName = evening; enabled"), port.replacing("= 1", with: "= 0"),
    port.replacing("Pass;", with: "Pass; parameter = x;"), "/* ask Ann */ \(port)",
    port.replacing("Pass;", with: "Pass; // ask Ann\n"),
  ])
  func rulesOfOnesOwnAreNotWrittenAnew(_ below: String) throws {
    let document = try small("{ nodeName = mine; enabled = 1; children = ( \(below) ); }")
    var editing = try ServiceEditing(document, table: table)
    #expect(throws: EditError.self) { try editing.allow("mine", from: ["203.0.113.0/24"]) }
    let mine = try service("mine", of: document)
    if !mine.isPlain { #expect(throws: EditError.self) { try editing.allow("mine", from: []) } }
    #expect(try editing.edited.bytes == document.unchanged())
    #expect(mine.sources.isEmpty)
    #expect(mine.isPlain == below.contains("ask Ann"))
    try editing.allow("mine")
    #expect(mine.isPlain || editing.changes[0].hasSuffix("only from whom rule 1.1 says"))
  }

  @Test func aPlainRuleMayBeBuiltInAnyOrder() throws {
    let own = """
      { nodeName = mine; enabled = 1; propertyName = Protocol; propertyValue = TCP; children = (
        { enabled = 1; \(Self.net) children = ( \(Self.port) ); },
        { enabled = 1; propertyName = "Source net"; propertyValue = "2001:db8::/32 (home)"; children = ( \(Self.port) ); } ); }
      """
    var editing = try ServiceEditing(small(own), table: table)
    #expect(try service("mine", of: editing.document).sources == ["203.0.113.0/24", "2001:db8::/32"])
    try editing.allow("mine", from: ["192.0.2.0/24"])
    #expect(editing.changes == ["mine is allowed (22/tcp), only from 192.0.2.0/24"])
    #expect(try service("mine", of: editing.document).sources == ["192.0.2.0/24"])
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
