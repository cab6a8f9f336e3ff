import ArgumentParser
import Foundation
import SentryControl
import SentryDiagnostics
import SentryEngine
import SentryJournal
import SentryRules
import Testing

@testable import SentryCommands

private let plain = Style(isOn: false)
private let utc = LocalTime(timeZone: .gmt)

@Suite struct TimeTextTests {
  @Test(
    arguments: [
      (0, "0s"), (45, "45s"), (60, "1m"), (3_599, "59m 59s"), (3_600, "1h"), (7_201, "2h"), (7_260, "2h 1m"),
      (864_000, "10d"), (90_000, "1d 1h"), (-5, "0s"),
    ] as [(Int64, String)])
  func durations(_ seconds: Int64, _ text: String) { #expect(TimeText.duration(seconds: seconds) == text) }

  @Test func numbersThatNoDaemonSendsDoNotTrap() {
    for seconds in [Double.nan, .infinity, -.infinity, 1e300] { _ = TimeText.wholeSeconds(seconds) }
    #expect(TimeText.wholeSeconds(59.9) == 59)
  }
}

@Suite struct TriggeredListTests {
  @Test func columnsAreAlignedAndTheLatestIsFirst() {
    let reply = TableReply(
      table: "trigger", time: 1_714_979_349,
      entries: [
        TableEntryReport(
          address: "198.51.100.4", matchCount: 1, lastTime: 1_714_979_289, triggeredBy: "2.1.5.1 telnet probe",
          duration: 3_600),
        TableEntryReport(
          address: "2001:db8::/64", matchCount: 12_345, lastTime: 1_714_979_290, triggeredBy: "3", duration: nil),
      ])
    #expect(
      Triggered.List.lines(of: reply, style: plain, clock: utc) == [
        "address        type     matches  triggered by          last time            remaining   duration",
        "2001:db8::/64  trigger   12,345  3                     2024-05-06 07:08:10          -  unlimited",
        "198.51.100.4   trigger        1  2.1.5.1 telnet probe  2024-05-06 07:08:09        59m         1h",
      ])
  }

  @Test func emptyTableSaysSo() {
    let reply = TableReply(table: "authorize", time: 0, entries: [])
    #expect(Triggered.List.lines(of: reply, style: plain, clock: utc) == ["no addresses in table authorize"])
  }
}

@Suite struct TableChangeTextTests {
  @Test func whatWasAddedIsCounted() {
    let reply = TableAddReply(table: "trigger", added: 1_200, replaced: 3, evicted: 0)
    #expect(Triggered.Add.text(of: reply) == "table trigger: 1,200 added, 3 replaced")
  }

  @Test func aFullTableIsSaid() {
    let reply = TableAddReply(table: "address", added: 9, replaced: 0, evicted: 1)
    #expect(
      Triggered.Add.text(of: reply) == """
        table address: 9 added, 0 replaced
          it was full: 1 entry made way (settings.addressCapacity)
        """)
  }

  @Test func anImportHasALineForEachTable() {
    let tables = ["trigger", "authorize"].map { TableAddReply(table: $0, added: 2, replaced: 1, evicted: 0) }
    #expect(
      Triggered.Import.text(of: TableImportReply(tables: tables, rejected: 1, findings: [])) == """
        table trigger: 2 added, 1 replaced
        table authorize: 2 added, 1 replaced
        1 line left out
        """)
    #expect(
      Triggered.Import.text(of: TableImportReply(tables: [], rejected: 0, findings: [])) == "no addresses in the list")
  }

  @Test func missingEntriesAreNamed() {
    let reply = TableRemoveReply(table: "trigger", removed: [], missing: ["192.0.2.1", "2001:db8::/32"])
    #expect(Triggered.Remove.complaint(reply) == "table trigger has no entry for 192.0.2.1, 2001:db8::/32")
  }

  @Test func aRemovalThatTheKernelHasYetToFollowSaysSo() {
    #expect(Removal.text("trigger", removed: 1_200, underWay: nil) == "table trigger: 1,200 removed")
    #expect(
      Removal.text("trigger", removed: 1, underWay: true)
        == "table trigger: 1 removed; the kernel has not let go of all yet, and drops what they send until then")
  }

  @Test func aClassicExportEndsItsLinesAsTheClassicProgramDid() {
    var text = Array("192.0.2.1\ttrigger\ta\t3\n192.0.2.2\ttrigger\tb\t3\n".utf8)
    Triggered.Export.endLinesWithCarriageReturn(&text)
    #expect(text == Array("192.0.2.1\ttrigger\ta\t3\r192.0.2.2\ttrigger\tb\t3\r".utf8))
  }

  @Test(arguments: [
    ["add"], ["add", "example.org"], ["add", "192.0.2.1", "--duration", "0"],
    ["add", "192.0.2.1", "--table", "friends"],
    ["add", "192.0.2.20-192.0.2.10"], ["remove"], ["import"], ["import", "a", "--type", "friends"],
    ["export", "--table", "friends"],
  ])
  func wrongArgumentsAreUsageErrors(arguments: [String]) {
    #expect(throws: (any Error).self) { try Triggered.parseAsRoot(arguments) }
  }
}

@Suite struct ShowActiveTests {
  @Test(arguments: [
    (RuleReport(number: "1", name: "", enabled: true, matchDelta: 0, byteDelta: 0), "0 matches, 0 bytes"),
    (
      RuleReport(number: "1", name: "", enabled: true, matchCount: 1, byteCount: 1, matchDelta: 1, byteDelta: 1),
      "1 match (+1), 1 byte (+1)"
    ),
    (
      RuleReport(
        number: "1", name: "", enabled: true, matchCount: 1_234, byteCount: 99_000, matchDelta: 12, byteDelta: 720),
      "1234 matches (+12), 99000 bytes (+720)"
    ),
  ])
  func counters(_ rule: RuleReport, _ text: String) { #expect(ShowActive.counterText(of: rule) == text) }

  @Test func documentKeepsItsTextAroundTheCounters() throws {
    var command = try ShowActive.parse([])
    let reply = ActiveRulesReply(
      document: DocumentReport(name: "a.plist", appliedTime: 0, ruleCount: 1, generation: 1), enabled: true, time: 0,
      text: "// mine\n{ rules = ( { nodeName = a; enabled = 1; } ); }\n",
      rules: [RuleReport(number: "1", name: "a", enabled: true, matchCount: 2, byteCount: 80)])
    #expect(
      try command.text(of: reply)
        == "// mine\n{ rules = ( { /* 1: 2 matches, 80 bytes */ nodeName = a; enabled = 1; } ); }\n")
    command.noCounters = true
    #expect(try command.text(of: reply) == "// mine\n{ rules = ( { /* 1 */ nodeName = a; enabled = 1; } ); }\n")
    command.format = .ipfw
    #expect(
      try command.text(of: reply) == """
        00100 count ip from any to any // 1 a
        65535 allow ip from any to any // the end of the rules

        """)
  }
}

@Suite struct ApplySummaryTests {
  @Test func saysWhatTheOldRulesJudged() {
    let old = DocumentReport(name: "old.plist", appliedTime: 0, ruleCount: 3, generation: 1)
    let new = DocumentReport(name: "new.plist", appliedTime: 1, ruleCount: 42, generation: 2)
    let reply = ApplyReply(
      applied: true, findings: [], document: new, replaced: GenerationReport(document: old, judged: 12_345),
      keptCounters: 2)
    #expect(
      Apply.summary(of: reply) == """
        applied: 42 rules of new.plist, counters of 2 kept
        judged by the old rules (old.plist): 12,345 packets
        """)
  }
}

@Suite struct StatusTextTests {
  @Test func everyNumberHasItsPlace() {
    let document = DocumentReport(name: "gateway.plist", appliedTime: 1_714_979_289, ruleCount: 42, generation: 2)
    let old = DocumentReport(name: "old.plist", appliedTime: 1_714_979_200, ruleCount: 1, generation: 1)
    let reply = StatusReply(
      mode: "monitor", enabled: true, document: document, startTime: 1_714_979_200, time: 1_714_982_800,
      interfaces: [
        InterfaceReport(
          name: "eth0", capturing: true, filters: true, external: true, received: 1_500, judged: 1_400,
          judgedEarlier: 400,
          judgedByCurrentRules: 1_000, unjudged: 0, dropped: 100, inbound: 900, outbound: 500, packetsPerSecond: 7),
        InterfaceReport(name: "wg0", capturing: false, problem: "it went down", filters: true, external: false),
      ],
      generations: [GenerationReport(document: old, judged: 400), GenerationReport(document: document, judged: 1_000)],
      tables: [TableSizeReport(table: "trigger", count: 3, changesPerSecond: 1)], verdicts: ["pass": 1_400],
      lostEvents: 1,
      memoryBytes: 20 << 20)
    #expect(
      StatusText(reply, style: plain, clock: utc).text == """
        monitor mode, on
        document   gateway.plist, 42 rules, applied 2024-05-06 07:08:09
        running    for 1h

        interface  received  earlier rules  these rules  while off  dropped  inbound  outbound  per second
        eth0          1,500            400        1,000          0      100      900       500           7
        wg0               0              0            0          0        0        0         0           0  not watched: it went down

        rules          applied              judged
        old.plist      2024-05-06 07:06:40     400
        gateway.plist  2024-05-06 07:08:09   1,000

        table    entries  per second
        trigger        3           1

        memory 20.0 MiB, 1 log event lost
        """)
  }

  @Test(arguments: [true, nil])
  func aRemovalThatIsUnderWayHasALine(removing: Bool?) {
    let document = DocumentReport(name: "gateway.plist", appliedTime: 1, ruleCount: 42, generation: 2)
    let blocks = BlockingReport(
      rule: "2.1", entries: 3, leftToQueue: 0, dropped: 7, changes: 9, lagMilliseconds: 4, slowestLagMilliseconds: 12,
      loadMilliseconds: 1, endedConnections: 0, checks: 5, differences: 0, removing: removing, problem: nil)
    let reply = StatusReply(
      mode: "queue", enabled: true, document: document, startTime: 1, time: 2, interfaces: [], generations: [],
      tables: [], verdicts: [:], lostEvents: 0, memoryBytes: 0,
      queue: QueueReport(
        number: 0, policy: "fail-open", dryRun: false, waiting: 0, held: 0, overflowed: 0, undelivered: 0, refused: 0,
        unsent: 0, problem: nil,
        kernel: KernelPartReport(
          form: "native", interfaces: ["eth0"], restorations: 0, unjudged: 0, decides: [], notCovered: [],
          blocks: blocks)))
    let lines = StatusText(reply, style: plain, clock: utc).text.split(separator: "\n")
    #expect(lines.contains("in step    within 4 ms, at most 12 ms; checked 5 times, 0 differences put right"))
    #expect(
      lines.contains("removing   what was taken out of the table: the kernel drops what it sends until that is done")
        == (removing == true))
  }
}

@Suite struct FindingsTextTests {
  private let text = "{ rules = ( { enabled = 1; propertyName = \"Dest prot\"; } ); }"

  @Test func findingsWeShareAreDrawnWithTheirLine() throws {
    let document = RuleDocument(reading: text, fileName: "a.plist")
    let sent = document.diagnostics.map { DiagnosticRecord($0, in: document.source) }
    let lines = FindingsText.lines(sent, of: "a.plist", Array(text.utf8), hasColour: false)
    #expect(lines == document.diagnostics.map { $0.rendered(in: document.source) })
    #expect(lines.first?.contains("^") == true)
  }

  @Test func testFailuresAreDrawnWithTheirLine() throws {
    let text = "{ rules = ({ enabled = 1; }); tests = ({ packet = \"udp 203.0.113.9:1 > me:2\"; expect = delete; }); }"
    let document = RuleDocument(reading: text, fileName: "a.plist")
    let failures = DocumentTests.failures(of: try #require(document.ruleSet))
    let sent = failures.map { DiagnosticRecord($0, in: document.source) }
    let lines = FindingsText.lines(sent, of: "a.plist", Array(text.utf8), hasColour: false)
    #expect(lines == failures.map { $0.rendered(in: document.source) })
    #expect(lines.first?.contains("^") == true)
  }

  @Test func findingsOfAnotherVersionAreToldAsTheyCame() throws {
    let document = RuleDocument(reading: text, fileName: "a.plist")
    var other = try #require(document.diagnostics.first.map { DiagnosticRecord($0, in: document.source) })
    other.message = "no such property"
    other.hint = "ask somebody"
    other.id = "fromTheFuture"
    let lines = FindingsText.lines([other], of: "a.plist", Array(text.utf8), hasColour: false)
    #expect(lines == ["a.plist:1:43: error: no such property (ask somebody) [fromTheFuture]"])
  }
}

@Suite struct SocketOptionTests {
  @Test func commandLineBeatsEnvironmentBeatsDefault() throws {
    let none = try SocketOption.parse([])
    #expect(none.path(in: [:]) == "/run/sentry/sentry.sock")
    #expect(none.path(in: ["SENTRY_SOCKET": ""]) == "/run/sentry/sentry.sock")
    #expect(none.path(in: ["SENTRY_SOCKET": "/tmp/a"]) == "/tmp/a")
    #expect(try SocketOption.parse(["--socket", "/tmp/b"]).path(in: ["SENTRY_SOCKET": "/tmp/a"]) == "/tmp/b")
  }
}
