import SentryDiagnostics
import SentryRules
import Testing

@Test func numbersComeFromPositions() throws {
  let rules = try ruleSet(
    """
    (
      { enabled = 1; nodeNumber = "9"; children = (
        { enabled = 1; }, { enabled = 1; children = ({ enabled = 1; }); }); },
      { enabled = 1; nodeNumber = "9.9"; },
      { enabled = 1; children = ({ enabled = 1; }); }
    )
    """)
  #expect(rules.rules.map(\.number) == ["1", "1.1", "1.2", "1.2.1", "2", "3", "3.1"])
  #expect(rules.rules.map(\.parent) == [-1, 0, 0, 2, -1, -1, 5])
  #expect(rules.rules.map(\.depth) == [0, 1, 1, 2, 0, 0, 1])
  #expect(rules.rules.map(\.subtreeEnd) == [4, 2, 4, 4, 5, 7, 7])
  #expect(Array(rules.children(of: -1)) == [0, 4, 5])
  #expect(Array(rules.children(of: 0)) == [1, 2])
  #expect(Array(rules.children(of: 4)) == [])
}

/// Every type that a document was seen to hold a switch in.
@Test(arguments: [
  ("1", true), ("\"1\"", true), ("0", false), ("\"0\"", false), ("YES", true), ("no", false), ("2", true),
])
func enabledInText(_ value: String, _ isEnabled: Bool) throws {
  #expect(try ruleSet("({ enabled = \(value); })").rules.map(\.isEnabled) == [isEnabled])
}

@Test(arguments: [
  ("<true/>", true), ("<false/>", false), ("<integer>1</integer>", true), ("<integer>0</integer>", false),
  ("<string>1</string>", true), ("<string>0</string>", false),
])
func enabledInXML(_ value: String, _ isEnabled: Bool) throws {
  let rules = try ruleSet("<plist version=\"1.0\"><array><dict><key>enabled</key>\(value)</dict></array></plist>")
  #expect(rules.rules.map(\.isEnabled) == [isEnabled])
}

@Test func aRuleThatDoesNotSayIsDisabledWithOneNote() {
  let document = expectDocument("(«{» nodeName = a; }, { nodeName = b; }, { enabled = 1; })", .disabledByDefault)
  #expect(document.outcome == ["disabledByDefault note"])
  #expect(document.ruleSet?.rules.map(\.isEnabled) == [false, false, true])
}

@Test func aSwitchThatIsNeitherIsAnError() {
  expectDocument("({ enabled = «perhaps»; })", .badValue)
  expectDocument("({ enabled = «(1)»; })", .badValue)
}

@Test func valuesAreCheckedWhereTheyStand() {
  expectDocument("({ enabled = 1; propertyName = «\"Dest port\"»; })", .missingValue)
  expectDocument("({ enabled = 1; propertyName = \"Dest port\"; propertyValue = «\"\"»; })", .missingValue)
  expectDocument("({ enabled = 1; property = «19»; })", .missingValue)
  expectDocument("({ enabled = 1; propertyName = \"Dest port\"; propertyValue = «\"139-137\"»; })", .badValue)
  expectDocument("({ enabled = 1; propertyName = \"Dest port\"; propertyValue = «(80)»; })", .wrongType)
  expectDocument("({ enabled = 0; propertyName = \"Dest port\"; propertyValue = «http»; })", .badValue)
}

@Test func aValueThatIsNotUsedIsKept() throws {
  let rules = try ruleSet("({ enabled = 1; propertyName = Any; propertyValue = \"en0 (Ethernet)\"; })")
  #expect(rules.rules.map(\.value) == ["en0 (Ethernet)"])
}

@Test func namesAndParametersMayBeNumbersButNotLists() throws {
  #expect(try ruleSet("({ enabled = 1; nodeName = 5; parameter = 7; })").lines == ["1 '5' Any ==: -> [7]"])
  let document = expectDocument("({ enabled = 1; nodeName = «(a)»; })", .wrongType)
  #expect(document.outcome == ["wrongType warning"])
}

@Test func unknownKeysAreNotedOnceEach() {
  let document = expectDocument(
    """
    ({ enabled = 1; «colour» = red; }, { enabled = 1; colour = blue; «propertyNam» = x; },
     { enabled = 1; propertyNam = y; })
    """,
    .unknownKey, .unknownKey)
  #expect(document.outcome == ["unknownKey note", "unknownKey warning"])
  #expect(document.diagnostics.last?.hint == "did you mean 'propertyName'?")
}

@Test func classicStatisticsAndPositionsAreIgnored() {
  expectDocument(
    """
    ({ enabled = 1; expandedState = 1; nodeCount = "x"; nodeNumber = (1); matchCount = 12; matchDelta = 1;
       byteCount = "9"; byteDelta = 0;
       lastTime = 1131000000; })
    """)
}

@Test func relationsWithoutOrderAreReadAsEqual() {
  let document = expectDocument(
    "({ enabled = 1; propertyName = Include; relationName = «\">=\"»; propertyValue = trigger; })", .relationReadAsEqual
  )
  #expect(document.outcome == ["relationReadAsEqual warning"])
  expectDocument(
    "({ enabled = 1; propertyName = \"Dest port\"; relationName = «\"a=A\"»; propertyValue = 80; })",
    .relationReadAsEqual)
  expectDocument(
    """
    ({ enabled = 1; propertyName = "DNS name"; relationName = "a=A"; propertyValue = "Example.org"; },
     { enabled = 1; propertyName = "URL keyword"; relationName = "a=A"; propertyValue = "Admin"; })
    """)
}

@Test func negationThatMatchesOtherProtocolsIsAWarning() {
  let document = expectDocument(
    """
    (
      { enabled = 1; propertyName = "Dest port"; relationName = «"!="»; propertyValue = 80; },
      { enabled = 1; propertyName = Protocol; propertyValue = 6; children = (
        { enabled = 1; propertyName = Any; children = (
          { enabled = 1; propertyName = "Dest port"; relationName = "!="; propertyValue = 80; }
        ); }
      ); },
      { enabled = 1; propertyName = Protocol; relationName = "!="; propertyValue = 6; },
      { enabled = 1; propertyName = "Source net"; relationName = "!="; propertyValue = "192.0.2.0/24"; }
    )
    """, .negationMatchesOthers)
  #expect(document.outcome == ["negationMatchesOthers warning"])
}

@Test func exitGroupOutsideAGroupIsAWarning() {
  let document = expectDocument(
    """
    (
      { enabled = 1; filterActionName = «Break»; },
      { enabled = 1; filterActionName = Group; children = (
        { enabled = 1; children = ({ enabled = 1; filterActionName = "Exit group"; }); }
      ); },
      { enabled = 1; children = ({ enabled = 1; filterActionName = «"Exit group"»; }); }
    )
    """, .exitGroupOutsideGroup, .exitGroupOutsideGroup)
  #expect(document.outcome == ["exitGroupOutsideGroup warning", "exitGroupOutsideGroup warning"])
}

@Test func twentyMistakesAreTwentyFindings() {
  let document = expectDocument(
    """
    {
      rules = (
        { enabled = «maybe»; propertyName = Any; },
        { enabled = 1; propertyName = «"Dest prot"»; propertyValue = 80; },
        { enabled = 1; propertyName = "Dest port"; propertyValue = «"139-137"»; },
        { enabled = 1; propertyName = "Dest port"; propertyValue = «70000»; },
        { enabled = 1; propertyName = «"Dest port"»; },
        { enabled = 1; propertyName = Direction; propertyValue = «sideways»; },
        { enabled = 1; propertyName = Include; propertyValue = «triggers»; },
        { enabled = 1; propertyName = "Source net"; propertyValue = «"192.0.2.300"»; },
        { enabled = 1; propertyName = "Dest net"; propertyValue = «"192.0.2.9-1"»; },
        { enabled = 1; propertyName = "TCP header flags"; propertyValue = «"syn,-akc"»; },
        { enabled = 1; propertyName = IPOptions; propertyValue = «"3,x"»; },
        { enabled = 1; propertyName = "Source MAC Address"; propertyValue = «"00:11:22"»; },
        { enabled = 1; propertyName = "Data content"; propertyValue = «"[0:64"»; },
        { enabled = 1; propertyName = Application; propertyValue = «"bin/curl"»; },
        { enabled = 1; propertyName = Protocol; relationName = «"="»; propertyValue = 6; },
        { enabled = 1; filterActionName = «Deleet»; },
        { enabled = 1; filterActionName = «"Exit group"»; },
        { enabled = 1; children = «none»; }
      );
      settings = { delaySeconds = «90»; «triggerDurration» = 60; };
    }
    """,
    .badValue, .unknownProperty, .badValue, .badValue, .missingValue, .badValue, .badValue, .badValue, .badValue,
    .badValue,
    .badValue, .badValue, .badValue, .badValue, .unknownRelation, .unknownAction, .exitGroupOutsideGroup, .wrongType,
    .badSetting, .unknownSetting)
  #expect(document.diagnostics.count == 20)
}

/// What the property list's reader has complained about is not complained about again.
@Test func valuesThatAreMissingAreOneFindingEach() {
  let document = RuleDocument(
    reading: """
      { rules = ({ enabled = ; propertyName = "Dest port"; propertyValue = ; }, { enabled = 1; propertyName = ; }); settings = ; }
      """)
  #expect(document.diagnostics.count == 4, "\(document.rendered)")
}

@Test func findingsInXMLPointAtTheElement() throws {
  let document = RuleDocument(
    reading: """
      <plist version="1.0"><array><dict><key>enabled</key><true/><key>children</key><array>
        <dict><key>enabled</key><true/><key>propertyName</key><string>Weather</string></dict>
      </array></dict></array></plist>
      """)
  #expect(document.outcome == ["unknownProperty error"])
  let range = try #require(document.diagnostics.first?.range)
  #expect(String(decoding: document.source.bytes[range], as: UTF8.self) == "Weather")
}

@Test func manySiblingsAndDeepNestsAreRead() throws {
  let many = String(repeating: "{enabled=1;propertyName=TTL;propertyValue=1;},", count: 50_000)
  #expect(try ruleSet("(\(many))").rules.last?.number == "50000")
  let deep = String(repeating: "{enabled=1;children=(", count: 200) + String(repeating: ");}", count: 200)
  #expect(try ruleSet("(\(deep))").rules.last?.depth == 199)
}
