import ArgumentParser
import SentryControl
import SentryJournal
import SentryTestSupport
import Testing

@testable import SentryCommands

/// What people read when rules change.
@Suite struct ApplyTextTests {
  private static let old = DocumentReport(name: "old.plist", appliedTime: 0, ruleCount: 3, generation: 1)
  private static let new = DocumentReport(name: "new.plist", appliedTime: 1, ruleCount: 1, generation: 2)
  private static let lockout = LockoutReport(
    peer: "203.0.113.9", port: 22, packet: "a new connection like", rule: "2", name: "all", verdict: "reject",
    enforced: true)

  private static var reply: ApplyReply {
    ApplyReply(
      applied: true, findings: [], document: new, replaced: GenerationReport(document: old, judged: 7), keptCounters: 0)
  }

  @Test func theDifferenceAndTheTrialAreTold() {
    var reply = Self.reply
    reply.difference = DifferenceReport(
      rules: [
        RuleChangeReport(kind: .added, old: nil, new: "1", name: "", summary: "Any Log"),
        RuleChangeReport(kind: .removed, old: "3", new: nil, name: "", summary: "Any Log"),
      ], settings: [FieldChangeReport(field: "local", old: "none", new: "192.0.2.0/24")])
    reply.trial = TrialReport(before: Self.old, user: "alice", seconds: 60, remaining: 60)
    #expect(
      Apply.summary(of: reply) == """
        applied: 1 rule of new.plist, counters of 0 kept
        difference: 1 rule added, 1 removed, 1 other change
        judged by the old rules (old.plist): 7 packets
        on trial: old.plist returns in 60 seconds, unless 'sentry confirm' comes first
        """)
  }

  @Test(
    arguments: [
      (DifferenceCounts(), "none"), (DifferenceCounts(added: 1), "1 rule added"),
      (DifferenceCounts(removed: 2_000, moved: 1), "2,000 rules removed, 1 moved"),
      (DifferenceCounts(other: 2), "2 other changes"),
    ] as [(DifferenceCounts, String)])
  func differencesAreCounted(_ counts: DifferenceCounts, _ text: String) {
    #expect(DifferenceText.counts(counts) == text)
  }

  @Test func aRefusalNamesTheRuleAndTheWayOut() {
    var reply = ApplyReply(applied: false, findings: [], document: Self.old)
    reply.lockout = Self.lockout
    #expect(
      Apply.refusal(of: reply, "new.plist") == """
        new.plist was refused: rule 2 all would reject a new connection like the SSH connection from 203.0.113.9 to port 22; \
        the rules in force stay as they are (old.plist)
          --force insists; apply --confirm 60 puts it in force on trial
        """)
    #expect(LoginText.warning(about: reply) == nil, "the refusal says it")
  }

  @Test func whatWasAppliedAllTheSameIsAWarning() {
    var reply = Self.reply
    #expect(LoginText.warning(about: reply) == nil)
    reply.lockout = Self.lockout
    #expect(LoginText.warning(about: reply) == Self.lockout.text)
    reply.lockout?.enforced = false
    #expect(LoginText.warning(about: reply) == Self.lockout.text + ", were verdicts carried out")
    reply.lockout = nil
    reply.hiddenLogin = true
    #expect(LoginText.warning(about: reply)?.hasPrefix("your SSH connection cannot be seen") == true)
  }

  @Test func earlierDocumentsAreATable() {
    let reply = DocumentsReply(documents: [
      PastDocumentReport(
        number: 0, time: 7_200, user: "alice", name: "b.plist", change: "rule 2 disabled", ruleCount: 1_200,
        difference: DifferenceCounts(), onTrial: true),
      PastDocumentReport(
        number: 1, time: 3_600, user: "0", name: "a.plist", change: nil, ruleCount: 3,
        difference: DifferenceCounts(added: 3, removed: 1_200)),
      PastDocumentReport(
        number: 2, time: 0, user: "bob", name: "x.plist", change: nil, ruleCount: nil, difference: nil),
    ])
    let lines = Rollback.lines(of: reply, style: Style(isOn: false), clock: LocalTime(timeZone: .gmt))
    #expect(
      lines == [
        "back  put in force         by     rules  would change                  document",
        "   0  1970-01-01 02:00:00  alice  1,200  in force, on trial            b.plist (rule 2 disabled)",
        "   1  1970-01-01 01:00:00  0          3  3 rules added, 1,200 removed  a.plist",
        "   2  1970-01-01 00:00:00  bob        -  cannot be read                x.plist",
      ])
  }

  @Test func statusNamesWhatReturns() {
    var reply = StatusReply(
      mode: "queue", enabled: true, document: Self.new, startTime: 0, time: 10, interfaces: [], generations: [],
      tables: [], verdicts: [:], lostEvents: 0, memoryBytes: nil)
    reply.trial = TrialReport(before: Self.old, user: "alice", seconds: 60, remaining: 1)
    let text = StatusText(reply, style: Style(isOn: false)).text
    #expect(
      text.contains("\non trial   put in force by alice; unless somebody confirms it, old.plist returns in 1 second\n"))
  }

  @Test(arguments: [
    ["apply", "--confirm", "4", "x"], ["apply", "--confirm", "3601", "x"], ["apply", "--confirm", "-5", "x"],
    ["apply", "--confirm", "1m", "x"], ["apply", "--watch", "-"], ["apply", "--watch", "--confirm", "60", "x"],
    ["rollback", "0"], ["rollback", "x"], ["rollback", "--list", "2"], ["rollback", "--list", "--force"],
    ["confirm", "x"],
  ])
  func whatHasNoMeaningIsRefused(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try Sentry.parseAsRoot(arguments) }
  }

  @Test(arguments: [
    ["apply", "--confirm", "5", "x"], ["apply", "--confirm", "3600", "--force", "x"], ["rollback", "9"],
  ])
  func whatHasIsNot(_ arguments: [String]) throws { _ = try Sentry.parseAsRoot(arguments) }
}

@Suite struct WatchedFileTests {
  /// Each save is handed over once, however it is done.
  @Test(.timeLimit(.minutes(12)))
  func savesAreSeen() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.plist", "one")
    var file = WatchedFile(path: path)
    try "two".write(toFile: path, atomically: false, encoding: .utf8)
    #expect(try await file.nextSave { _ in } == Array("two".utf8))
    try "six".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try await file.nextSave { _ in } == Array("six".utf8))
  }
}
