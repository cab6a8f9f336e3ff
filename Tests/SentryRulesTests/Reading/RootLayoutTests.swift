import SentryDiagnostics
import SentryPropertyList
import SentryRules
import Testing

private let one =
  "{ nodeName = first; enabled = 1; propertyName = Protocol; propertyValue = 6; children = ({ enabled = 1; }); }"
private let expected = ["1 'first' Protocol == 6: ->", "1.1 Any ==: ->"]

@Test(arguments: [
  ("our own", "{ rules = (\(one)); }"),
  ("the classic table", "{ SentryDocument_filterTable = { children = (\(one)); }; }"),
  (
    "the classic table among strays",
    """
    { expandedState = 1; propertyName = 0; filterActionName = 0; nodeCount = 9;
      SentryDocument_filterTable = { enabled = 0; children = (\(one)); }; }
    """
  ),
  ("an array, as copied", "(\(one))"),
  ("a bare rule", one),
  ("a bare rule without braces", String(one.dropFirst().dropLast())),
  ("the oldest layout", "{ enabled = 1; expandedState = 1; children = (\(one)); }"),
  (
    "the oldest layout with the root's own property",
    "{ property = 0; propertyName = Any; filterActionName = \"->\"; children = (\(one)); }"
  ),
])
func rootLayout(_ what: String, _ text: String) throws {
  #expect(try ruleSet(text).lines == expected, "\(what)")
}

@Test(arguments: [
  "nodeNumber = \"2.3\";", "nodeName = x;", "property = 10; propertyValue = 6;", "filterActionName = Delete;",
  "filterAction = 5;",
])
func aRootThatSaysWhatOnlyRulesSayIsARule(_ entries: String) throws {
  let rules = try ruleSet("{ enabled = 1; \(entries) children = ({ enabled = 1; }); }")
  #expect(rules.rules.map(\.number) == ["1", "1.1"])
}

@Test func thePromiscuousResetsOf2003() throws {
  let document = RuleDocument(
    reading: """
      {
          children = (
              {
                  enabled = 1;
                  filterAction = 7;
                  filterActionName = Delay;
                  nodeNumber = "2.3.1";
                  property = 14;
                  propertyName = "TCP header flags";
                  propertyValue = rst;
                  relation = 0;
                  relationName = "==";
              }
          );
          enabled = 1;
          filterAction = 0;
          filterActionName = "->";
          nodeName = "promiscuous resets";
          nodeNumber = "2.3";
          property = 2;
          propertyName = Direction;
          propertyValue = inbound;
          relation = 0;
          relationName = "==";
      }
      """)
  #expect(document.diagnostics.isEmpty)
  #expect(
    document.ruleSet?.lines == [
      "1 'promiscuous resets' Direction == inbound: ->", "1.1 TCP header flags == rst: Delay",
    ])
}

@Test func aClassicXMLDocument() throws {
  let document = RuleDocument(
    reading: """
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0"><dict>
        <key>SentryDocument_blockIPv6</key><integer>1</integer>
        <key>SentryDocument_triggerDuration</key><string>2</string>
        <key>SentryDocument_interfaceArray</key><array><dict>
          <key>interfaceID</key><string>en0</string><key>interfaceName</key><string>Built-in Ethernet (en0)</string>
          <key>filterOn</key><integer>1</integer><key>externalOn</key><true/>
        </dict></array>
        <key>SentryDocument_filterTable</key><dict>
          <key>children</key><array><dict>
            <key>enabled</key><true/><key>nodeCount</key><string>2</string><key>nodeNumber</key><string>7</string>
            <key>property</key><string>19</string><key>propertyName</key><string>Dest port</string>
            <key>propertyValue</key><integer>23</integer><key>relation</key><integer>0</integer>
            <key>filterAction</key><integer>10</integer><key>filterActionName</key><string>Trigger</string>
            <key>matchCount</key><string>18446744073709551615</string><key>children</key><array/>
          </dict></array>
        </dict>
      </dict></plist>
      """)
  #expect(document.form == .xml)
  let rules = try #require(document.ruleSet, "\(document.rendered)")
  #expect(rules.lines == ["1 Dest port == 23: Trigger"])
  #expect(rules.settings.blockIPv6)
  #expect(rules.settings.triggerDuration == 600)
  #expect(rules.interfaces == [InterfaceEntry(name: "en0", isFiltered: true, isExternal: true)])
}

@Test func documentsThatAreNone() {
  expectDocument("«hello»", .notARuleDocument)
  expectDocument("{ rules = «none»; }", .wrongType)
  expectDocument("({ enabled = 1; }, «\"a rule\"», { enabled = 1; children = «7»; })", .wrongType, .wrongType)
  expectDocument("{ SentryDocument_filterTable = «(1)»; }", .wrongType)
  #expect(RuleDocument(reading: [UInt8]()).ruleSet == nil)
  #expect(RuleDocument(reading: [0xFF, 0x00, 0x80]).ruleSet == nil)
}

@Test func aDocumentWithoutRulesPassesEverything() throws {
  for text in ["()", "{}", "{ rules = (); }"] {
    let document = RuleDocument(reading: text)
    #expect(document.outcome == ["noRules warning"])
    #expect(document.ruleSet?.program().instructions.isEmpty == true)
  }
}

@Test func otherRootKeysAreKeptWithOneNote() throws {
  let document = expectDocument(
    "{ rules = ({ enabled = 1; }); «SentryDocument_natArray» = (1, 2); Preferences_logFormat = 1; }", .keptKeys)
  #expect(document.outcome == ["keptKeys note"])
  let kept = document.ruleSet?.keptKeys ?? []
  #expect(kept.map(\.key) == ["SentryDocument_natArray", "Preferences_logFormat"])
  #expect(kept.map(\.value) == [.array(["1", "2"]), "1"])
}

@Test func ourListsStandForTheClassicOnes() throws {
  let document = expectDocument(
    """
    { rules = ({ enabled = 1; nodeName = ours; }); interfaces = ({ name = eth0; });
      «SentryDocument_filterTable» = { children = ({ enabled = 1; nodeName = theirs; }); };
      SentryDocument_interfaceArray = ({ interfaceID = en0; }); }
    """, .keptKeys)
  #expect(document.ruleSet?.lines == ["1 'ours' Any ==: ->"])
  #expect(document.ruleSet?.interfaces.map(\.name) == ["eth0"])
  #expect(document.ruleSet?.keptKeys.count == 2)
}

@Test func aSlipInARootKeyIsAWarning() {
  let document = expectDocument("{ rules = ({ enabled = 1; }); «setings» = { }; }", .unknownKey)
  #expect(document.diagnostics.map(\.hint) == ["did you mean 'settings'?"])
}
