import SentryDiagnostics
import SentryEngine
import SentryRules
import Testing

/// What becomes of a document's tests.
@Suite struct DocumentTestsTests {
  private static let rules = """
    { nodeName = caught; enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; },
    { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
    { enabled = 1; propertyName = "Dest port"; propertyValue = 113; filterActionName = Reject; },
    { nodeName = inside; enabled = 1; propertyName = Interface; propertyValue = internal; filterActionName = "Delete no log"; },
    { nodeName = wan; enabled = 1; propertyName = Interface; propertyValue = wan0; filterActionName = Log; },
    { nodeName = silent; enabled = 1; propertyName = Direction; propertyValue = outbound; filterActionName = Delete; }
    """

  private func failures(_ tests: String, rest: String = "") throws -> [String] {
    let document = RuleDocument(reading: "{ rules = (\(Self.rules)); tests = (\(tests)); \(rest) }")
    return DocumentTests.failures(of: try #require(document.ruleSet, "\(document.diagnostics)")).map(\.message)
  }

  @Test(arguments: [
    "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; expect = delete; rule = 2; logged = 1; triggered = 203.0.113.9;",
    "packet = \"tcp 203.0.113.9:1 > me:24 syn\"; expect = pass; rule = none; logged = 0; triggered = none;",
    "packet = \"tcp 203.0.113.9:1 > me:113 syn\"; expect = reject; rule = 3;",
    "packet = \"tcp 203.0.113.9:1 > me:24 syn internal\"; expect = delete; rule = 4; logged = 0;",
    "packet = \"tcp 203.0.113.9:1 > me:24 syn on wan0\"; expect = pass; logged = 1;",
    "packet = \"tcp me:1 > 203.0.113.9:24 syn out\"; expect = delete; rule = 6;",
    "packet = \"tcp 203.0.113.9:1 > me:24 cut 3\"; expect = delete; rule = 0; reason = \"short TCP header\";",
  ])
  func promisesThatAreKept(test: String) throws {
    #expect(try failures("{ \(test) }") == [])
  }

  @Test(arguments: [
    (
      "packet = \"tcp 203.0.113.9:1 > me:24 syn\"; expect = delete; rule = 2;",
      "expected delete by rule 2, found pass at the end of the rules"
    ),
    ("packet = \"tcp 203.0.113.9:1 > me:23 syn\"; expect = pass;", "expected pass, found delete by rule 2 telnet"),
    (
      "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; rule = none;",
      "expected at the end of the rules, found delete by rule 2 telnet"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; rule = 0;",
      "expected before the rules, found delete by rule 2 telnet"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; logged = 0;",
      "expected 0 log entries, found 1 log entry, delete by rule 2 telnet"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; triggered = none;",
      "expected nobody in table trigger, found 203.0.113.9"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; triggered = 203.0.113.8;",
      "expected 203.0.113.8 in table trigger, found 203.0.113.9"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:24 syn\"; triggered = 203.0.113.8;",
      "expected 203.0.113.8 in table trigger, found nobody there"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:24 cut 3\"; reason = \"short header\";",
      "expected (short header), found delete before the rules (short TCP header)"
    ),
    (
      "packet = \"tcp 203.0.113.9:1 > me:23 syn\"; repeat = 3; rule = 2;",
      "expected by rule 2, found delete by rule 1 caught (packet 2 of 3)"
    ),
  ])
  func promisesThatAreBroken(test: String, message: String) throws {
    #expect(try failures("{ \(test) }") == [message])
  }

  @Test func aSequenceSharesItsTablesAndTime() throws {
    let probe = "{ packet = \"tcp 203.0.113.9:1 > me:23 syn\"; expect = delete; rule = 2; }"
    func visit(after seconds: Int, _ rule: String) -> String {
      "{ after = \(seconds); packet = \"tcp 203.0.113.9:1 > me:24 syn\"; rule = \(rule); }"
    }
    #expect(try failures("{ packets = (\(probe), \(visit(after: 3599, "1")), \(visit(after: 3601, "none"))); }") == [])
    #expect(try failures("{ packets = (\(probe), \(visit(after: 3599, "none"))); }").count == 1)
    // The next test begins anew.
    #expect(try failures("\(probe), { packet = \"tcp 203.0.113.9:1 > me:24 syn\"; rule = none; }") == [])
  }

  @Test func everyPacketThatGoesWrongIsToldInItsPlace() throws {
    let text = """
      { rules = ({ enabled = 1; propertyName = Any; filterActionName = Delete; });
        tests = ({ name = both; packets = ({ packet = "udp 203.0.113.9:1 > me:2"; expect = pass; },
                                           { packet = "udp 203.0.113.9:1 > me:3"; expect = delay; }); });
      }
      """
    let document = RuleDocument(reading: text)
    let failures = DocumentTests.failures(of: try #require(document.ruleSet))
    #expect(failures.map { document.source.location(of: $0.range.lowerBound).line } == [2, 3])
    #expect(failures.map(\.hint) == ["in the test 'both'", "in the test 'both'"])
    #expect(failures.allSatisfy { $0.id == .testFailed && $0.severity == .error })
  }

  /// The interface is the document's first with filters; there `external` is what the document says.
  @Test func packetsArriveWhereTheDocumentSays() throws {
    let rest =
      "interfaces = ({ name = eth5; filters = 0; }, { name = wan0; external = 0; }, { name = wan1; external = 1; });"
    let packet = "tcp 203.0.113.9:1 > me:24 syn"
    #expect(try failures("{ packet = \"\(packet)\"; rule = 4; }", rest: rest) == [])
    #expect(try failures("{ packet = \"\(packet) external\"; rule = none; logged = 0; }", rest: rest) == [])
    #expect(try failures("{ packet = \"\(packet) on wan0 external\"; rule = none; logged = 1; }", rest: rest) == [])
    // No filters, no rules.
    #expect(try failures("{ packet = \"tcp 203.0.113.9:1 > me:23 syn on eth5\"; rule = none; }", rest: rest) == [])
  }

  @Test func idleRulesCountFromTheStart() throws {
    let rules = """
      { rules = ({ enabled = 1; propertyName = "Dest port"; propertyValue = 9; filterActionName = Pass; children = (
                   { enabled = 1; propertyName = "Parent idle seconds"; relationName = ">="; propertyValue = 60;
                     filterActionName = "Reset parent"; }); },
                 { enabled = 1; propertyName = Any; filterActionName = Delete; });
      """
    let tests = "tests = ({ packet = \"udp 203.0.113.9:1 > me:9 at 2026-05-06T08:30:00Z\"; expect = pass; }); }"
    let document = RuleDocument(reading: rules + tests)
    #expect(DocumentTests.failures(of: try #require(document.ruleSet)).isEmpty)
  }

  @Test func onlyTheChosenTestsRun() throws {
    let document = RuleDocument(
      reading: """
        { rules = ({ enabled = 1; }); tests = ({ name = a; packet = "udp 203.0.113.9:1 > me:9"; expect = delete; },
                                               { name = b; packet = "udp 203.0.113.9:1 > me:9"; expect = pass; }); }
        """)
    let rules = try #require(document.ruleSet)
    let results = DocumentTests.run(rules.tests.filter { $0.name == "b" }, of: rules)
    #expect(results.map(\.test.name) == ["b"])
    #expect(results.allSatisfy { $0.hasPassed })
    #expect(results.flatMap(\.steps).map(\.outcome) == ["pass at the end of the rules"])
    #expect(DocumentTests.run(rules).map(\.hasPassed) == [false, true])
  }
}
