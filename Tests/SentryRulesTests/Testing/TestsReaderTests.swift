import SentryPacket
import Testing

@testable import SentryRules

/// How the tests of a document are read.
@Suite struct TestsReaderTests {
  /// A document with two rules and these tests.
  private static func document(_ tests: String) -> String {
    "{ rules = ({ enabled = 1; }, { enabled = 1; children = ({ enabled = 1; }); }); tests = (\(tests)); }"
  }

  private func tests(_ text: String) throws -> [DocumentTest] { try ruleSet(Self.document(text)).tests }

  @Test func everyKeyIsRead() throws {
    let tests = try tests(
      """
      { name = "one packet"; packet = "udp 203.0.113.9:1 > me:2"; repeat = 3; every = "0.5"; expect = "Drop connection";
        rule = "2.1"; logged = 2; triggered = (203.0.113.9, "2001:db8::1"); },
      { packets = ("udp 203.0.113.9:1 > me:2", { after = 30; packet = "udp 203.0.113.9:3 > me:4"; rule = 0;
                   reason = "short header"; }, { packet = "udp 203.0.113.9:3 > me:4"; rule = none; triggered = none; }); }
      """)
    #expect(tests.map(\.title) == ["one packet", "udp 203.0.113.9:1 > me:2"])
    let one = try #require(tests.first?.steps.first)
    #expect(one.count == 3 && one.interval == 0.5 && one.delay == 0)
    #expect(one.expectation.verdict == .dropConnection)
    #expect(one.expectation.decider == .rule("2.1"))
    #expect(one.expectation.entriesLogged == 2)
    let triggered = try ["203.0.113.9", "2001:db8::1"].map { try #require(IPAddress($0)) }
    #expect(one.expectation.triggered == .addresses(triggered))
    let sequence = try #require(tests.last?.steps)
    #expect(sequence.map(\.delay) == [0, 30, 0])
    #expect(sequence[0].expectation.isEmpty)
    #expect(sequence[1].expectation.decider == .builtIn && sequence[1].expectation.reason == "short header")
    #expect(sequence[2].expectation.decider == .endOfRules && sequence[2].expectation.triggered == .nobody)
  }

  @Test(
    arguments: [
      ("expect = del", "did you mean 'delete' or 'delay'?"), ("expect = rej", "did you mean 'reject'?"),
      ("expect = drop", "did you mean 'delete' or 'dropConnection'?"), ("expect = accept", "did you mean 'pass'?"),
      ("expect = dleete", "did you mean 'delete'?"), ("expect = block", "did you mean 'delete'?"),
      ("expect = x", nil), ("rule = non", "did you mean 'none'?"), ("triggered = nobody", "did you mean 'none'?"),
      ("triggered = noone", "did you mean 'none'?"), ("reason = \"short heder\"", "did you mean 'short header'?"),
      ("reason = \"short\"", "did you mean 'short IP header', 'short TCP header' or 'short header'?"),
      ("reason = \"bad luck\"", nil),
    ] as [(String, String?)])
  func slipsAreGuessed(_ entry: String, _ hint: String?) {
    let document = RuleDocument(reading: Self.document("{ packet = \"udp 203.0.113.9:1 > me:2\"; \(entry); }"))
    #expect(document.diagnostics.map(\.id) == [.badTest])
    #expect(document.diagnostics.first?.hint == hint)
  }

  @Test func mistakesStandWhereTheyAre() {
    func expect(_ tests: String, _ location: SourceLocation = #_sourceLocation) {
      expectDocument(Self.document(tests), .badTest, location: location)
    }
    let packet = "packet = \"udp 203.0.113.9:1 > me:2\"; "
    expect("«\"udp 203.0.113.9:1 > me:2\"»")
    expect("«{ name = x; }»")
    expect("{ \(packet)expect = «dump»; }")
    expect("{ \(packet)expect = pass; rule = «3»; }")
    expect("{ \(packet)expect = pass; rule = «(1)»; }")
    expect("{ \(packet)expect = pass; «rul» = 1; }")
    expect("{ \(packet)expect = pass; after = «soon»; }")
    expect("{ \(packet)expect = pass; after = «\"-1\"»; }")
    expect("{ \(packet)expect = pass; repeat = «0»; }")
    expect("{ \(packet)logged = «many»; }")
    expect("{ \(packet)triggered = «somebody»; }")
    expect("{ packets = «()»; }")
    expect("{ packets = «\"udp 203.0.113.9:1 > me:2\"»; }")
    expect("{ packets = ({ \(packet)expect = pass; «name» = x; }); }")
    expect("{ packets = ({ \(packet)expect = pass; }); «expect» = pass; }")
    expect("{ packets = («{ expect = pass; }»); }")
    expect("{ packets = ({ \(packet)expect = pass; }, «( )»); }")
    expect("{ packet = \"udp 203.0.113.9:1 > me:2 «out»\"; expect = pass; }")
    expect("{ packet = \"udp me:1 > 203.0.113.9:2 «in»\"; expect = pass; }")
    expect("{ packet = \"udp 203.0.113.9:1 > me:2 at 2026-05-06T08:30:00\"; after = «1»; expect = pass; }")
    expectDocument("{ rules = ({ enabled = 1; }); tests = «{ }»; }", .badTest)
  }

  @Test func aBadPacketPointsIntoItsText() {
    expectDocument(Self.document("{ packet = \"udp 203.0.113.9:1 > me:2 «tll» 5\"; expect = pass; }"), .badPacket)
    expectDocument(Self.document("{ packet = 'udp 203.0.113.9:1 > me:2 \"a\" «tll» 5'; expect = pass; }"), .badPacket)
    // Escapes of the document stand before the place.
    expectDocument(
      Self.document(#"{ packet = "udp 203.0.113.9:1 > me:2 \"ü\\r\\n\U00fc\" «tll» 5"; expect = pass; }"#), .badPacket)
    expectDocument(Self.document(#"{ packet = "udp 203.0.113.9:1 > me:2 \"a«\\q»\""; expect = pass; }"#), .badPacket)
    expectDocument(Self.document("{ packet = «tpc»; expect = pass; }"), .badPacket)
  }

  @Test func aBadPacketOfAnXMLDocumentHasItsPlace() {
    let document = RuleDocument(
      reading: """
        <plist version="1.0"><dict><key>rules</key><array><dict><key>enabled</key><true/></dict></array>
        <key>tests</key><array><dict><key>packet</key><string>tpc</string><key>expect</key><string>pass</string></dict></array>
        </dict></plist>
        """)
    #expect(document.diagnostics.map(\.id) == [.badPacket])
    let words = document.diagnostics.map { String(decoding: document.source.bytes[$0.range], as: UTF8.self) }
    #expect(words == ["tpc"])
  }

  @Test func aTestThatExpectsNothingIsAWarning() {
    let document = expectDocument(Self.document("«{ packet = \"udp 203.0.113.9:1 > me:2\"; }»"), .emptyTest)
    #expect(document.outcome == ["emptyTest warning"])
  }

  @Test func testsCannotGoOnForEver() {
    let packet = "packet = \"udp 203.0.113.9:1 > me:2\"; expect = pass; "
    let many = String(repeating: "{ \(packet)repeat = 100000; },", count: 11)
    expectDocument("{ rules = ({ enabled = 1; }); tests = «(\(many))»; }", .badTest)
    let long = String(repeating: "{ \(packet)repeat = 2; every = 315360000; },", count: 2)
    expectDocument("{ rules = ({ enabled = 1; }); tests = «(\(long))»; }", .badTest)
  }

  @Test func loopbackPacketsAlwaysComeIn() throws {
    _ = try tests("{ packet = \"udp me:1 > me:2 on lo in\"; expect = pass; }")
    expectDocument(Self.document("{ packet = \"udp me:1 > me:2 on lo «out»\"; expect = pass; }"), .badTest)
  }

  /// settings.local belongs to this host, too.
  @Test func aNeighbourOnALocalNetIsThisHost() throws {
    let rules = try ruleSet(
      """
      { rules = ({ enabled = 1; }); settings = { local = "192.0.2.0/24"; };
        tests = ({ packet = "udp 192.0.2.77:1 > 203.0.113.9:2 out"; expect = pass; }); }
      """)
    #expect(rules.tests.count == 1)
  }

  @Test func testsStayWhenADocumentIsWrittenAnew() throws {
    let text = Self.document(
      #"{ name = "a \"b\""; packet = "tcp 203.0.113.9:1 > me:80 \"GET /\\r\\n\""; expect = pass; rule = none; }"#)
    let rules = try ruleSet(text)
    let written = CanonicalDocument.text(of: rules)
    #expect(rules.tests.count == 1)
    #expect(try ruleSet(written).tests == rules.tests, "\(written)")
  }
}
