import SentryDiagnostics
import SentryPacket
import SentryRules
import Testing

@Test(arguments: [
  CheckCase("the same test and action", "Dest port == 23: Log\nDest port == 23: Log", finds: "2"),
  CheckCase("with other rules between", "Dest port == 23: Log\nDest port == 24: Log\nDest port == 23: Log", finds: "3"),
  CheckCase("another name does not matter", "'a' Dest port == 23: Log\n'b' Dest port == 23: Log", finds: "2"),
  CheckCase("another action", "Dest port == 23: Log\nDest port == 23: Alert"),
  CheckCase("another relation", "Dest port <= 23: Log\nDest port >= 23: Log"),
  CheckCase("in another list", "Protocol == 6:\n  Dest port == 23: Log\nProtocol == 17:\n  Dest port == 23: Log"),
  CheckCase("one of them is off", "- Dest port == 23: Log\nDest port == 23: Log"),
  CheckCase("with children", "Protocol == 6:\n  Dest port == 23: Log\nProtocol == 6:\n  Dest port == 24: Log"),
  CheckCase("a table may have changed", "Include == address: Log\nAny: Keep address\nInclude == address: Log"),
  CheckCase("the next find", "Data content == [+1]a: Log\nData content == [+1]a: Log"),
  CheckCase("behind ++", "Protocol == 6: ++\nDest port == 23: Log\nProtocol == 17: ++\nDest port == 23: Log"),
])
func duplicateRule(_ c: CheckCase) throws { try c.expect(.duplicateRule) }

@Test func aFinalDuplicateIsToldOnce() throws {
  let document = RuleDocument(reading: try ShortRules.document("Dest port == 23: Delete\nDest port == 23: Delete"))
  #expect(document.findings().map(\.id) == [.duplicateRule])
}

@Test(arguments: [
  CheckCase("every time to live", "TTL <= 255: Log", finds: "1"),
  CheckCase("every one from 0", "TTL >= 0: Log", finds: "1"),
  CheckCase("all but one", "TTL <= 254: Log"),
  CheckCase("every protocol", "Protocol == 0-255: Log", finds: "1"),
  CheckCase("every version", "IP version >= 4: Log", finds: "1"),
  CheckCase("one version", "IP version >= 6: Log"),
  CheckCase("every length that there is", "Packet length >= 20: Log", finds: "1"),
  CheckCase("every class", "DSCP == 0-63: Log", finds: "1"),
  CheckCase("every fragment offset", "IPFragmentOffset >= 0: Log", finds: "1"),
  CheckCase("every rate", "Source match rate >= 0: Log", finds: "1"),
  CheckCase("the whole day", "Time of day == 0:00-24:00: Log", finds: "1"),
  CheckCase("the whole week", "Day of week == 0-6: Log", finds: "1"),
  CheckCase("every state", "Connection state == new,established,closing,none: Log", finds: "1"),
  CheckCase("a port at all", "Dest port == 0-65535: Log"),
  CheckCase("an ICMP message at all", "ICMP type >= 0: Log"),
  CheckCase("a tag at all", "VLAN == 0-4095: Log"),
  CheckCase("one of the two families", "Source net == 0.0.0.0/0: Log"),
  CheckCase("Any says so itself", "Any: Log"),
  CheckCase("nothing", "DSCP != 0-63: Log"),
  CheckCase("a rule that is off", "- TTL <= 255: Log"),
])
func alwaysMatches(_ c: CheckCase) throws { try c.expect(.alwaysMatches) }

@Test(arguments: [
  CheckCase("until then", "Date and time <= 2025-12-31 12:00:00 +0000: Log", finds: "1"),
  CheckCase("a second ago", "Date and time == 2026-01-01 11:59:59 +0000: Log", finds: "1"),
  CheckCase("now", "Date and time == 2026-01-01 12:00:00 +0000: Log"),
  CheckCase("from then on", "Date and time >= 2025-12-31 12:00:00 +0000: Log"),
  CheckCase("not then", "Date and time != 2025-12-31 12:00:00 +0000: Log"),
  CheckCase("a rule that is off", "- Date and time <= 2025-12-31 12:00:00 +0000: Log"),
])
func pastDate(_ c: CheckCase) throws {
  var host = HostFacts()
  host.now = Timestamp(seconds: 1_767_268_800)  // 2026-01-01 12:00:00 UTC
  try c.expect(.pastDate, on: host)
}

@Test func withoutAClockNoDateIsPast() throws {
  try CheckCase("long ago", "Date and time <= 2005-12-31 12:00:00 +0000: Log").expect(.pastDate)
}

@Test(arguments: [
  CheckCase("the same rate twice", "TTL == 1: Rate limit in (2M)\nTTL == 2: Rate limit in (2M)", finds: "2"),
  CheckCase(
    "both ways", "TTL == 1: Rate limit (1M)\nTTL == 2: Rate limit (1M)\nAny: Rate limit out (2M)", finds: "2", "3"),
  CheckCase("as a child", "TTL == 1: Rate limit in (2M)\n  TTL == 2: Rate limit in (1M)", finds: "1.1"),
  CheckCase("something is left", "TTL == 1: Rate limit in (2M)\nTTL == 2: Rate limit in (2.1M)"),
  CheckCase("each direction by itself", "TTL == 1: Rate limit in (2M)\nTTL == 2: Rate limit out (1M)"),
  CheckCase("the only one", "TTL == 1: Rate limit (1)"),
  CheckCase("the larger is off", "- TTL == 1: Rate limit in (2M)\nTTL == 2: Rate limit in (1M)"),
])
func rateGivesWay(_ c: CheckCase) throws { try c.expect(.rateGivesWay) }

@Test(arguments: [
  CheckCase("no action, no children, no name", "Dest port == 23:", finds: "1"),
  CheckCase("a Group without children", "Dest port == 23: Group", finds: "1"),
  CheckCase("a name: it counts", "'telnet' Dest port == 23:"),
  CheckCase("children that are off", "Dest port == 23:\n  - Any: Log"),
  CheckCase("a rule that is off", "- Dest port == 23:"),
  CheckCase("a separator", "None:"),
  CheckCase("Reset parent without a parent", "Idle seconds >= 9: Reset parent", finds: "1"),
  CheckCase("Reset parent with one", "'x' Any:\n  Parent idle seconds >= 9: Reset parent"),
])
func noEffect(_ c: CheckCase) throws { try c.expect(.noEffect) }

@Test(arguments: [
  CheckCase("a child that is on", "- Any:\n  Dest port == 23: Log", finds: "1"),
  CheckCase("the child off, too", "- Any:\n  - Dest port == 23: Log"),
  CheckCase("no children", "- Any: Log"),
  CheckCase("once for the outermost", "- Any:\n  - Any:\n    Any: Log\n  Any: Log", finds: "1"),
  CheckCase("one further down, too", "'a' Any:\n  - Any:\n    Any: Log\n- Any:\n  Any: Log", finds: "1.1", "2"),
])
func disabledParent(_ c: CheckCase) throws { try c.expect(.disabledParent) }

@Test(arguments: [
  ("- Any:\n  Any: Log", "rule 1 is disabled, so the enabled rule below it never runs"),
  (
    "- Any:\n  Any: Group\n    Any: Log\n  - Any: Group\n    Any: Log",
    "rule 1 is disabled, so the 2 enabled rules below it never run"
  ),
])
func disabledParentsSayHowManyRulesWouldRun(rules: String, message: String) throws {
  let findings = RuleDocument(reading: try ShortRules.document(rules)).findings()
  #expect(findings.map(\.message) == [message])
  #expect(findings.map(\.severity) == [.note])
}

/// The key may also be missing, as in documents of the classic program.
@Test func aParentWithoutAWordAboutItIsDisabledToo() {
  let document = RuleDocument(reading: "( { children = ( { enabled = 1; filterActionName = Log; } ); } )")
  #expect(document.findings().map(\.id) == [.disabledByDefault, .disabledParent])
}

@Test(arguments: [
  CheckCase("any direction", "Dest port == 23: Trigger", finds: "1"),
  CheckCase("inbound only", "Direction == inbound:\n  Dest port == 23: Trigger"),
  CheckCase("outbound only", "Direction == outbound:\n  Dest port == 23: Trigger", finds: "1.1"),
  CheckCase("outbound has ended before", "Direction == outbound: Pass\nDest port == 23: Trigger"),
  CheckCase("from elsewhere", "Source net == 203.0.113.0/24: Trigger"),
  CheckCase("from here, says settings.local", "Source net == 192.0.2.0/24: Trigger", finds: "1"),
  CheckCase("from here, says the host", "Source net == 198.51.100.0/24: Trigger", finds: "1"),
  CheckCase("passed before", "Source net == 192.0.2.0/24: Pass\nSource net == 192.0.2.1: Trigger"),
  CheckCase("asked by the clock", "Idle seconds >= 9: Trigger"),
])
func triggerCatchesOwnAddress(_ c: CheckCase) throws {
  var host = HostFacts()
  host.addresses = [try #require(IPAddress("198.51.100.7"))]
  try c.expect(.triggerCatchesOwnAddress, on: host, settings: "settings = { local = \"192.0.2.1\"; };")
}

/// A rule must not be blamed for whom it cannot lock out.
@Test(arguments: [
  (CheckCase("all of them", "Dest port == 23: Trigger"), "192.0.2.1, 198.51.100.0/24"),
  (CheckCase("all but the host's", "Dest port == 23: Trigger", finds: "1"), "192.0.2.1"),
  (CheckCase("somebody else", "Dest port == 23: Trigger", finds: "1"), "203.0.113.0/24"),
  (CheckCase("the ones it can catch", "Source net == 192.0.2.0/24: Trigger"), "192.0.2.1"),
])
func triggersMayCatchProtectedAddressesOfThisHost(_ c: CheckCase, protected: String) throws {
  var host = HostFacts()
  host.addresses = [try #require(IPAddress("198.51.100.7"))]
  let settings = "settings = { local = \"192.0.2.1\"; protected = \"\(protected)\"; };"
  try c.expect(.triggerCatchesOwnAddress, on: host, settings: settings)
}

@Test(arguments: [
  CheckCase("the name server, protected", "Protocol == 17:\n  Source port == 53: Trigger"),
  CheckCase("the router, which is not", "Protocol == 1:\n  ICMP type == 3: Trigger", finds: "1.1"),
])
func triggersMayCatchProtectedServers(_ c: CheckCase) throws {
  var host = HostFacts()
  host.resolvers = [try #require(IPAddress("192.0.2.53"))]
  host.gateways = [try #require(IPAddress("192.0.2.254"))]
  try c.expect(.triggerCatchesServer, on: host, settings: "settings = { protected = \"192.0.2.53\"; };")
}

@Test(arguments: [
  CheckCase(
    "all high ports", "Direction == inbound:\n  Protocol == 17:\n    Dest port == 1024-65535: Trigger", finds: "1.1.1"),
  CheckCase(
    "flows we know pass before",
    "Direction == inbound:\n  Include == state: Pass\n  Protocol == 17:\n    Dest port == 1024-65535: Trigger"),
  CheckCase("only low ports", "Direction == inbound:\n  Dest port == 0-67: Trigger"),
  CheckCase("only from elsewhere", "Source net == 203.0.113.0/24:\n  Any: Trigger"),
  CheckCase("the router's errors", "Protocol == 1:\n  ICMP type == 3: Trigger", finds: "1.1"),
  CheckCase("pings, which a router does not send", "Protocol == 1:\n  ICMP type == 8: Trigger"),
  CheckCase("who is in a table by now", "Include == address: Trigger"),
  CheckCase("floods", "Source match rate >= 100: Trigger"),
  CheckCase("names that the server answers about", "DNS name == *.example.org: Trigger", finds: "1"),
])
func triggerCatchesServer(_ c: CheckCase) throws {
  var host = HostFacts()
  host.resolvers = [try #require(IPAddress("192.0.2.53")), try #require(IPAddress("127.0.0.53"))]
  host.gateways = [try #require(IPAddress("192.0.2.254"))]
  try c.expect(.triggerCatchesServer, on: host)
}

@Test(arguments: [
  CheckCase(
    "new connections only", "Direction == inbound:\n  TCP header flags == syn,-ack: Trigger", finds: "1.1"),
  CheckCase("segments that may acknowledge", "Direction == inbound:\n  TCP header flags == syn: Trigger"),
  CheckCase("whatever comes", "Direction == inbound:\n  Dest port == 23: Trigger"),
])
func triggerLacksProof(_ c: CheckCase) throws {
  try c.expect(.triggerLacksProof, settings: "settings = { triggerProof = handshake; };")
}

/// Past a rule that is only observed come all packets.
@Test func observedRulesEndNothing() throws {
  let rules = """
    { enabled = 1; propertyName = Protocol; propertyValue = 17; children = (
        { enabled = 1; observe = 1; filterActionName = Delete; },
        { enabled = 1; propertyName = "Source port"; propertyValue = 53; filterActionName = Pass; } ); },
      { enabled = 1; observe = 1; filterActionName = Trigger; }
    """
  let found = RuleDocument(reading: "( \(rules) )").findings().map(\.id)
  #expect(found == [])
  let enforced = RuleDocument(reading: "( \(rules.replacing("observe = 1; ", with: "")) )").findings().map(\.id)
  #expect(enforced.contains(.unreachableRules) && enforced.contains(.cutsOffSSH))
}

@Test(arguments: [
  CheckCase("all new connections", "Direction == inbound:\n  TCP header flags == syn,-ack: Delete", finds: "1.1"),
  CheckCase("all that comes in", "Direction == inbound: Delete", finds: "1"),
  CheckCase("all that goes out", "Direction == outbound: Delete"),
  CheckCase("what is left after ssh", "Dest port == 22: Pass\nDirection == inbound: Delete"),
  CheckCase("what is left after a net", "Source net == 192.0.2.0/24: Pass\nDirection == inbound: Delete"),
  CheckCase("what is left after a table", "Include == authorize: Pass\nDirection == inbound: Delete"),
  CheckCase("another port", "Dest port == 23: Delete"),
  CheckCase("floods", "Source match rate >= 50: Delete"),
  CheckCase("a name", "TLS server name == www.example.org: Delete"),
  CheckCase("by a table first", "Include == trigger: Delete\nDirection == inbound: Reject", finds: "2"),
  CheckCase("from one family only", "Source net == 0.0.0.0/0: Delete", finds: "1"),
  CheckCase("in a list that ends all", "Interface == external:\n  Dest port == 80: Pass\n  Any: Delete", finds: "1.2"),
  CheckCase("in a group that is left", "Any: Group\n  Dest port == 22: Exit group\n  Any: Delete"),
  CheckCase("on internal interfaces", "Interface == internal:\n  Any: Delete"),
  CheckCase("on one interface", "Interface == eth0:\n  Any: Delete"),
])
func cutsOffSSH(_ c: CheckCase) throws { try c.expect(.cutsOffSSH) }

@Test(arguments: [
  CheckCase("the external one", "Interface == eth0:\n  Any: Delete", finds: "1.1"),
  CheckCase("the internal one", "Interface == eth1:\n  Any: Delete"),
])
func cutsOffSSHOnAListedInterface(_ c: CheckCase) throws {
  try c.expect(
    .cutsOffSSH, settings: "interfaces = ( { name = eth0; external = 1; }, { name = eth1; external = 0; } );")
}

@Test(arguments: [
  CheckCase("somebody else may come in", "Source net == 192.0.2.1: Pass\nDirection == inbound: Delete", finds: "2"),
  CheckCase("you may come in", "Source net == 203.0.113.9: Pass\nDirection == inbound: Delete"),
  CheckCase("by another port", "Dest port == 22: Pass\nDirection == inbound: Delete", finds: "2"),
  CheckCase("by your port", "Dest port == 2222: Pass\nDirection == inbound: Delete"),
])
func cutsOffTheConnectionYouSitAt(_ c: CheckCase) throws {
  var host = HostFacts()
  host.sshConnection = HostFacts.SSHConnection(
    peer: try #require(IPAddress("203.0.113.9")), address: try #require(IPAddress("192.0.2.7")), port: 2222)
  try c.expect(.cutsOffSSH, on: host)
  let document = RuleDocument(reading: try ShortRules.document(c.rules))
  #expect(document.findings(on: host).filter { $0.id == .cutsOffSSH }.allSatisfy { $0.severity == .warning })
}

@Test(arguments: [
  CheckCase("fifteen bytes", "Interface == abcdefghijklmno: Log"),
  CheckCase("sixteen bytes", "Interface == abcdefghijklmnop: Log", finds: "1"),
  CheckCase("a title before it", "Interface == My very long network (eth0): Log"),
])
func longInterfaceName(_ c: CheckCase) throws { try c.expect(.longInterfaceName) }

@Test(arguments: [(256, 4_096, 0), (257, 4_096, 1), (256, 4_097, 1), (70_000, 100_000, 2)])
func longText(name: Int, parameter: Int, findings: Int) {
  // More bytes than characters.
  let (name, parameter) = (String(repeating: "é", count: name), String(repeating: "ü", count: parameter))
  let document = RuleDocument(
    reading: """
      ( { nodeName = "\(name)"; enabled = 1; propertyName = Any; filterActionName = Log; parameter = "\(parameter)"; } )
      """)
  #expect(document.findings().map(\.id) == [Diagnostic.ID](repeating: .longText, count: findings))
}

@Test func interfacesAreListedOnceAndByPossibleNames() {
  expectDocument(
    "{ rules = ( { nodeName = a; enabled = 1; } ); interfaces = ( { name = lo; }, «{ name = lo0; }» ); }",
    .duplicateInterface)
  expectDocument(
    "{ rules = ( { nodeName = a; enabled = 1; } ); interfaces = ( «{ name = abcdefghijklmnop; }» ); }",
    .longInterfaceName)
}

@Test(arguments: [
  ("Source net", "==", "0.0.0.0/0", true), ("Source net", "==", "10.0.0.0/8", false),
  ("Source net", ">=", "10.0.0.0/8", true), ("Source net", "==", "2001:db8::1", true),
  ("IPFragmentOffset", "==", "1-63", true), ("IPFragmentOffset", "==", "0", false),
  ("IPOptions", "==", "3", true), ("Interface", "==", "eth0", true), ("Interface", "==", "external", false),
  ("Data content", "==", "[+4]x", true), ("Data content", "==", "x", false), ("Data content", "a=A", "a@b", true),
  ("Dest port", "<=", "1023", true), ("Dest port", ">=", "1023", false), ("Idle seconds", "==", "60", true),
])
func classicDiffers(property: String, relation: String, value: String, differs: Bool) throws {
  let rules = try ShortRules.document("\(property) \(relation) \(value): Log")
  #expect(RuleDocument(reading: rules).findings().count { $0.id == .classicDiffers } == 0, "our own documents")
  let classic = rules.replacing("enabled = 1;", with: "enabled = 1; filterAction = 16;")
  let findings = RuleDocument(reading: classic).findings()
  #expect(findings.contains { $0.id == .classicDiffers } == differs, "\(findings.map(\.message))")
}

@Test func eachClassicDifferenceIsToldOnce() throws {
  let text =
    "( { enabled = 1; filterAction = 16; propertyName = IPOptions; propertyValue = 3; },"
    + "{ enabled = 1; filterActionName = Log; propertyName = IPOptions; propertyValue = 7; } )"
  #expect(RuleDocument(reading: text).findings().count { $0.id == .classicDiffers } == 1)
}

/// Findings about what a rule asks for point at it, wherever the text says it.
@Test(
  arguments: [
    ("( { enabled = 1; propertyName = TTL; propertyValue = «0-255»; filterActionName = Log; } )", .alwaysMatches),
    ("enabled = 1; propertyName = TTL; propertyValue = «0-255»; filterActionName = Log;", .alwaysMatches),
    (
      "( { children = ( { enabled = 1; propertyName = «Any»; relationName = \"!=\"; filterActionName = Log; } ); enabled = 1; } )",
      .neverMatches
    ),
    (
      """
      ( { enabled = 1; propertyName = Protocol; propertyValue = "1 (ICMP)"; children = (
        { enabled = 1; filterActionName = Log; propertyValue = «"23 (telnet)"»; propertyName = "Dest port"; } ); } )
      """, .neverMatches
    ),
    (
      """
      <array><dict><key>enabled</key><true/><key>propertyName</key><string>TTL</string>
      <key>propertyValue</key><string>«0-255»</string><key>filterActionName</key><string>Log</string></dict></array>
      """, .alwaysMatches
    ),
  ] as [(String, Diagnostic.ID)])
func findingsPointAtWhatARuleAsksFor(_ marked: String, _ id: Diagnostic.ID) throws {
  let text = marked.replacing("«", with: "").replacing("»", with: "")
  let document = RuleDocument(reading: text)
  let finding = try #require(document.findings().first { $0.id == id }, "\(document.findings().map(\.message))")
  let start = try #require(marked.utf8.firstRange(of: "«".utf8)).lowerBound
  let end = try #require(marked.utf8.firstRange(of: "»".utf8)).lowerBound
  let offset = marked.utf8.distance(from: marked.startIndex, to: start)
  #expect(finding.range == offset..<marked.utf8.distance(from: marked.startIndex, to: end) - 2)
  #expect(finding.path == nil)
}

@Test func inABinaryDocumentTheyNameThePath() throws {
  let ruleSet = try ruleSet("( { enabled = 1; propertyName = TTL; propertyValue = 0-255; filterActionName = Log; } )")
  let document = RuleDocument(reading: try DocumentConversion.binary.bytes(of: ruleSet))
  #expect(document.findings().map(\.path) == ["rules[0].propertyValue"])
}
