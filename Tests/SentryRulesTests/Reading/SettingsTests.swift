import SentryDiagnostics
import SentryPacket
import SentryRules
import Testing

private func settings(_ entries: String) throws -> Settings {
  try ruleSet("{ rules = ({ enabled = 1; }); settings = { \(entries) }; }").settings
}

@Test func aDocumentWithoutSettingsHasTheDefaults() throws {
  let settings = try ruleSet("({ enabled = 1; })").settings
  #expect(settings == Settings())
  #expect(settings.triggerDuration == 3600)
  #expect(settings.triggerIPv6Prefix == 64)
  #expect(settings.triggersPerMinute == 600)
  #expect(settings.triggerProof == .none)
  #expect(!settings.observe)
  #expect(settings.addressCapacity == 131_072)
  #expect(settings.connectionCapacity == 262_144)
  #expect(settings.fragmentCapacity == 16_384)
  #expect(settings.delayCapacity == 256)
  #expect(settings.delaySeconds == 0.75)
  #expect(settings.malformed == .delete)
  #expect(!settings.blockIPv6)
  #expect(settings.helpers.isEmpty)
  #expect(settings.protectedNetworks == [])
  #expect(settings.blockedPage == nil)
  #expect(settings.mailTo == [] && settings.mailFrom == nil)
  #expect(settings.mailsPerMinute == 3)
  #expect(settings.notificationsPerMinute == 60)
  #expect(settings.notificationsPerRule == 6)
}

@Test func everySettingIsRead() throws {
  let settings = try settings(
    """
    triggerDuration = 60; triggerIPv6Prefix = 56; addressCapacity = 1000; connectionCapacity = 2000;
    fragmentCapacity = 300; delayCapacity = 0; delaySeconds = "0.5"; local = ("192.0.2.0/24", "2001:db8::/32");
    protected = ("198.51.100.53", "2001:db8:1::-2001:db8:1::9"); interfaceNames = { en0 = eth0; };
    malformed = pass; blockIPv6 = 1; blockedPage = "Ask \\"Bob\\".";
    triggersPerMinute = 60; triggerProof = handshake; observe = 1;
    mailTo = ("a@example.org", "b@example.net"); mailFrom = "gate@example.org"; mailsPerMinute = 0;
    notificationsPerMinute = 10000; notificationsPerRule = 1; helpers = (ftp, "ftp 2121", TFTP, "ftp 21");
    """)
  #expect(settings.triggersPerMinute == 60)
  #expect(settings.helpers == [Helper(.ftp), Helper(.ftp, port: 2_121), Helper(.tftp)])
  #expect(settings.mailTo == ["a@example.org", "b@example.net"])
  #expect(settings.mailFrom == "gate@example.org")
  #expect(settings.mailsPerMinute == 0)
  #expect(settings.notificationsPerMinute == 10_000)
  #expect(settings.notificationsPerRule == 1)
  #expect(settings.triggerProof == .handshake)
  #expect(settings.observe)
  #expect(settings.triggerDuration == 60)
  #expect(settings.triggerIPv6Prefix == 56)
  #expect(settings.addressCapacity == 1000)
  #expect(settings.connectionCapacity == 2000)
  #expect(settings.fragmentCapacity == 300)
  #expect(settings.delayCapacity == 0)
  #expect(settings.delaySeconds == 0.5)
  #expect(settings.localNetworks == [try NetText.range("192.0.2.0/24"), try NetText.range("2001:db8::/32")])
  #expect(
    settings.protectedNetworks == [
      try NetText.range("198.51.100.53"), try NetText.range("2001:db8:1::-2001:db8:1::9"),
    ])
  #expect(settings.interfaceNames == ["en0": "eth0"])
  #expect(settings.malformed == .pass)
  #expect(settings.blockIPv6)
  #expect(settings.blockedPage == "Ask \"Bob\".")
}

@Test(
  arguments: [
    ("malformed = del", "did you mean 'delete'?"), ("malformed = drop", "did you mean 'delete'?"),
    ("malformed = allow", "did you mean 'pass'?"), ("malformed = maybe", nil),
    ("triggerDuration = unlimted", "did you mean 'unlimited'?"),
    ("triggerDuration = forever", "did you mean 'unlimited'?"),
    ("triggerDuration = long", nil), ("triggersPerMinute = unlimted", "did you mean 'unlimited'?"),
    ("triggerProof = repaeted", "did you mean 'repeated'?"), ("blockIPv6 = ture", "did you mean 'true'?"),
    ("blockIPv6 = maybe", nil),
    ("helpers = tfpt", "did you mean 'tftp'?"), ("helpers = sip", nil),
    ("addressCap = 1", "did you mean 'addressCapacity'?"),
  ] as [(String, String?)])
func slipsInSettingsAreGuessed(_ entry: String, _ hint: String?) {
  let document = RuleDocument(reading: "{ rules = ({ enabled = 1; }); settings = { \(entry); }; }")
  #expect(document.diagnostics.first?.hint == hint, "\(document.rendered)")
  #expect(document.diagnostics.count == 1)
}

@Test func triggersMayLastForEver() throws {
  #expect(try settings("triggerDuration = unlimited;").triggerDuration == nil)
}

@Test func asManyAsComeMayTrigger() throws {
  #expect(try settings("triggersPerMinute = unlimited;").triggersPerMinute == nil)
}

@Test func aBlockedPageMayBeSoLong() throws {
  #expect(try settings("blockedPage = \"\(String(repeating: "ü", count: 4096))\";").blockedPage?.utf8.count == 8192)
}

@Test func recipientsMayStandInOneText() throws {
  #expect(try settings("mailTo = \"a@example.org, b@example.org\";").mailTo == ["a@example.org", "b@example.org"])
}

@Test func localNetsMayStandInOneText() throws {
  #expect(try settings("local = \"192.0.2.1, 198.51.100.0/24\";").localNetworks.count == 2)
}

@Test func protectedNetsMayStandInOneText() throws {
  #expect(try settings("protected = \"192.0.2.1, 198.51.100.0/24\";").protectedNetworks.count == 2)
}

@Test(arguments: [
  "triggerDuration = «0»;", "triggerDuration = «forever»;", "triggerDuration = «4294967296»;",
  "triggerIPv6Prefix = «0»;", "triggersPerMinute = «0»;", "triggersPerMinute = «1000001»;",
  "triggersPerMinute = «few»;",
  "triggerProof = «2»;", "triggerProof = «hand»;",
  "triggerIPv6Prefix = «129»;", "addressCapacity = «0»;", "addressCapacity = «\"-1\"»;",
  "connectionCapacity = «99999999»;",
  "fragmentCapacity = «many»;", "delayCapacity = «65537»;", "delaySeconds = «61»;", "delaySeconds = «nan»;",
  "delaySeconds = «\"-1\"»;", "local = «everyone»;", "local = (\"192.0.2.1\", «\"192.0.2.9-1\"»);", "local = («(1)»);",
  "protected = «everyone»;", "protected = (\"192.0.2.1\", «\"192.0.2.9-1\"»);", "protected = («(1)»);",
  "interfaceNames = «eth0»;", "interfaceNames = { en0 = «\"\"»; };", "malformed = «drop»;",
  "helpers = «sip»;", "helpers = (ftp, «\"ftp 0\"»);", "helpers = «\"ftp 65536\"»;", "helpers = («(1)»);",
  "helpers = «\"ftp 21 22\"»;",
  "mailTo = «nobody»;", "mailTo = «\"-oQ/tmp@example.org\"»;",
  "mailTo = (\"a@example.org\", «\"b@example.org\\nBcc: c@d.e\"»);",
  "mailFrom = «\"Bob <bob@example.org>\"»;", "mailsPerMinute = «1001»;", "notificationsPerMinute = «0»;",
  "notificationsPerRule = «many»;",
  "blockedPage = «\"\"»;", "blockedPage = «(1)»;", "blockedPage = «\"\(String(repeating: "ü", count: 4097))\"»;",
])
func badSetting(_ entry: String) {
  expectDocument("{ rules = ({ enabled = 1; }); settings = { \(entry) }; }", .badSetting)
}

@Test func aSwitchMustBeOne() {
  expectDocument("{ rules = ({ enabled = 1; }); settings = { blockIPv6 = «perhaps»; }; }", .badValue)
}

@Test func unknownSettingsAreWarnings() {
  let document = expectDocument(
    "{ rules = ({ enabled = 1; }); settings = { «delayCapactiy» = 5; «volume» = 11; }; }", .unknownSetting,
    .unknownSetting)
  #expect(document.outcome == ["unknownSetting warning", "unknownSetting warning"])
  #expect(document.diagnostics.map(\.hint) == ["did you mean 'delayCapacity'?", nil])
  expectDocument("{ rules = ({ enabled = 1; }); settings = «none»; }", .wrongType)
}

/// The classic menu of durations, by index.
@Test(arguments: [(0, nil), (1, 60), (2, 600), (3, 3600), (4, 36_000), (5, 86_400), (6, 864_000)] as [(Int, UInt32?)])
func classicTriggerDuration(_ index: Int, _ seconds: UInt32?) throws {
  let rules = try ruleSet(
    "{ SentryDocument_filterTable = { children = ({ enabled = 1; }); }; SentryDocument_triggerDuration = \(index); }")
  #expect(rules.settings.triggerDuration == seconds)
}

@Test func aClassicDurationOutsideTheMenuIsOneHour() {
  let document = expectDocument("{ rules = ({ enabled = 1; }); SentryDocument_triggerDuration = «255»; }", .badSetting)
  #expect(document.outcome == ["badSetting warning"])
  #expect(document.ruleSet?.settings.triggerDuration == 3600)
}

@Test func ourSettingsWin() throws {
  let rules = try ruleSet(
    """
    { rules = ({ enabled = 1; }); SentryDocument_triggerDuration = 0; SentryDocument_blockIPv6 = 1;
      settings = { triggerDuration = 5; }; }
    """
  )
  #expect(rules.settings.triggerDuration == 5)
  #expect(rules.settings.blockIPv6)
}

@Test func interfacesAreNamedByThisSystem() throws {
  #expect(Settings().systemName(of: "lo0") == "lo")
  #expect(Settings().systemName(of: "en0") == "en0")
  #expect(try settings("interfaceNames = { lo0 = dummy0; };").systemName(of: "lo0") == "dummy0")
}

@Test func interfaceEntries() throws {
  let rules = try ruleSet(
    """
    { rules = ({ enabled = 1; }); settings = { interfaceNames = { en1 = eth1; }; };
      interfaces = ({ name = eth0; }, { name = en1; filters = 1; external = 0; bridge = 1; },
        { name = lo; filters = 0; }); }
    """)
  #expect(
    rules.interfaces == [
      InterfaceEntry(name: "eth0", isFiltered: true, isExternal: true),
      InterfaceEntry(name: "eth1", isFiltered: true, isExternal: false, isBridged: true),
      InterfaceEntry(name: "lo", isFiltered: false, isExternal: false),
    ])
}

@Test func classicInterfaceEntries() throws {
  let rules = try ruleSet(
    """
    { SentryDocument_filterTable = { children = ({ enabled = 1; }); };
      SentryDocument_interfaceArray = (
        { interfaceID = lo0; interfaceName = "Loopback (lo0)"; filterOn = 0; natOn = 0; },
        { interfaceName = "Built-in Ethernet (en0)"; filterOn = 1; externalOn = 1; bridgeOn = 1;
          ifNet = "192.0.2.10/24"; }
      ); }
    """)
  #expect(
    rules.interfaces == [
      InterfaceEntry(name: "lo", isFiltered: false, isExternal: false),
      InterfaceEntry(name: "en0", isFiltered: true, isExternal: true, isBridged: true),
    ])
}

@Test func badInterfaceEntries() {
  expectDocument("{ rules = ({ enabled = 1; }); interfaces = («{ filters = 1; }»); }", .badInterface)
  expectDocument("{ rules = ({ enabled = 1; }); interfaces = («eth0»); }", .badInterface)
  expectDocument("{ rules = ({ enabled = 1; }); interfaces = «eth0»; }", .wrongType)
  expectDocument("{ rules = ({ enabled = 1; }); interfaces = ({ name = eth0; filters = «maybe»; }); }", .badValue)
  expectDocument("{ rules = ({ enabled = 1; }); interfaces = ({ name = eth0; «filter» = 1; }); }", .unknownKey)
}
