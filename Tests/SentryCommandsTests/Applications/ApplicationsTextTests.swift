import SentryControl
import Testing

@testable import SentryCommands

@Suite struct ApplicationsTextTests {
  private static let hostile = "/tmp/a\u{1B}[2J\nb\u{202E}c"

  private static func question(_ number: Int, remaining: Double? = 30, answer: String? = nil)
    -> ApplicationQuestionReport
  {
    ApplicationQuestionReport(
      number: number, path: hostile, process: 4_711, user: "anna\u{7}", direction: "outbound", transport: "tcp",
      peer: "203.0.113.9", peerPort: 443, localPort: 40_000, changed: false, time: 0, remainingSeconds: remaining,
      answer: answer)
  }

  private func isSafe(_ line: String) -> Bool {
    !line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || $0.value == 0x202E }
  }

  /// Names are anybody's to choose.
  @Test func whatIsShownMovesNoCursor() throws {
    let permission = PermissionReport(
      path: Self.hostile, user: "a\u{1B}b", outbound: "allow", time: 0, by: "root", how: "command")
    let reply = ApplicationsReply(
      time: 0, asked: true,
      applications: [
        ApplicationReport(
          path: Self.hostile, processes: [1], users: ["x\u{1B}"], listens: ["80/tcp"], connections: 1, peers: 1,
          permissions: [permission])
      ], problem: "bad\u{1B}[0m")
    var view = QuestionsView(isJSON: false, takesAnswers: true)
    let lines =
      ApplicationsText(style: Style(isOn: false)).lines(of: reply) + [ApplicationsText.line(permission)]
      + (try view.lines(of: ApplicationQuestionsReply(time: 0, waiting: [Self.question(1)])))
      + (try view.lines(
        of: ApplicationQuestionsReply(time: 0, settled: [Self.question(1, remaining: nil, answer: "deny")])))
    #expect(lines.allSatisfy(isSafe), "\(lines)")
  }

  @Test func aQuestionIsShownOnceAndUrgedOnce() throws {
    var view = QuestionsView(isJSON: false, takesAnswers: true)
    func lines(_ remaining: Double) throws -> [String] {
      try view.lines(of: ApplicationQuestionsReply(time: 0, waiting: [Self.question(7, remaining: remaining)]))
    }
    let first = try lines(30)
    #expect(first.count == 1 && first[0].hasSuffix("[30 seconds] (a)llow, (d)eny, allow (o)nce?"))
    #expect(try lines(29).isEmpty)
    #expect(try lines(9.5) == ["7: 10 seconds left"])
    #expect(try lines(9).isEmpty)
    #expect(view.only == 7)
    let end = try view.lines(
      of: ApplicationQuestionsReply(time: 0, settled: [Self.question(7, remaining: nil, answer: "deny")]))
    #expect(end.count == 1 && end[0].hasPrefix("7: denied, nobody has answered: /tmp/a"))
    #expect(view.only == nil && view.whichIsMeant == "no question waits")
  }

  /// A letter alone never goes to a question that was not meant.
  @Test func oneOfSeveralHasToBeNamed() throws {
    var view = QuestionsView(isJSON: false, takesAnswers: true)
    let both = ApplicationQuestionsReply(time: 0, waiting: [Self.question(7), Self.question(8)])
    _ = try view.lines(of: both)
    #expect(view.only == nil && view.whichIsMeant == "2 questions wait: say which one, as in 7 a")
    let answered = Self.question(7, remaining: nil, answer: "deny")
    let line = view.line(for: answered)
    #expect(line.hasPrefix("7: denied") && line.hasSuffix(" outbound") && isSafe(line))
    #expect(view.only == 8)
    #expect(
      try view.lines(of: ApplicationQuestionsReply(time: 0, waiting: [Self.question(8)], settled: [answered])) == [])
  }

  @Test(
    arguments: [
      ("a", nil, Applications.Answer.Word.allow, false), (" D ", nil, .deny, false), ("3 o", 3, .allow, true),
      ("12 allow", 12, .allow, false),
    ] as [(String, Int?, Applications.Answer.Word, Bool)])
  func answersAreRead(_ line: String, _ number: Int?, _ word: Applications.Answer.Word, _ isOnce: Bool) throws {
    let answer = try #require(QuestionAnswer(line))
    #expect(answer.number == number && answer.word == word && answer.isOnce == isOnce)
  }

  @Test(arguments: ["", "x", "3", "a b", "-1 perhaps", "a 3"])
  func otherLinesAreNone(_ line: String) { #expect(QuestionAnswer(line) == nil) }

  @Test func programsAreFoundByWhatPeopleCallThem() throws {
    let names = ProgramNames(
      ApplicationsReply(
        time: 0, asked: false,
        applications: [
          ApplicationReport(path: "/opt/one/tool", processes: [90]), ApplicationReport(path: "/opt/two/tool"),
          ApplicationReport(path: "/opt/two/other", processes: [7, 8]),
        ]))
    #expect(try names.path(of: "other") == "/opt/two/other")
    #expect(try names.path(of: "8") == "/opt/two/other")
    #expect(try names.path(of: "/nowhere/at/all") == "/nowhere/at/all")
    #expect(throws: CommandFailure.self) { try names.path(of: "tool") }
    #expect(throws: CommandFailure.self) { try names.path(of: "no-such-program-anywhere") }
  }

  private static func ended(_ change: (inout ApplicationQuestionReport) -> Void) -> String {
    var question = ApplicationQuestionReport(
      number: 3, path: "/usr/bin/wget", process: 4_711, user: "anna", direction: "outbound", transport: "tcp",
      peer: "203.0.113.9", peerPort: 443, localPort: 40_000, changed: false, time: 0)
    change(&question)
    return ApplicationsText.end(of: question)
  }

  /// Who answered, for how long, and about what.
  @Test func theEndOfAQuestionSaysWhatHolds() {
    #expect(Self.ended { ($0.answer, $0.by) = ("allow", "root") } == "3: allowed by root: /usr/bin/wget outbound")
    #expect(
      Self.ended { ($0.answer, $0.by, $0.holdsSeconds) = ("allow", "root", 300) }
        == "3: allowed once by root, for 5 minutes: /usr/bin/wget outbound")
    #expect(
      Self.ended { ($0.answer, $0.holdsSeconds) = ("deny", 300) }
        == "3: denied for 5 minutes, nobody has answered: /usr/bin/wget outbound")
    #expect(
      Self.ended { ($0.answer, $0.by, $0.untilRestart) = ("deny", "root", true) }
        == "3: denied by root, what runs the replaced file alone, until sentry is restarted: /usr/bin/wget outbound")
    #expect(Self.ended { $0.void = true } == "3: no longer asked about: /usr/bin/wget outbound")
  }

  @Test func aReplacedFileIsToldFromAChangedOne() {
    var question = Self.question(1)
    question.replaced = true
    #expect(ApplicationsText.line(question).hasSuffix("; it runs a file that has been replaced"))
  }

  @Test func theListShowsWhatHoldsForAWhile() {
    func held(_ direction: String, _ answer: String, _ seconds: Double?) -> TemporaryPermissionReport {
      TemporaryPermissionReport(
        direction: direction, answer: answer, remainingSeconds: seconds, replaced: seconds == nil ? true : nil)
    }
    var application = ApplicationReport(path: "/usr/bin/wget")
    application.temporary = [
      held("inbound", "allow", 181), held("outbound", "deny", 59.5), held("outbound", "deny", nil),
    ]
    let lines = ApplicationsText(style: Style(isOn: false)).lines(
      of: ApplicationsReply(time: 0, asked: true, applications: [application]))
    #expect(lines[1].contains("allowed, 4 min") && lines[1].contains("denied, 60 s"), "\(lines)")
    #expect(lines[2].contains("replaced file") && lines[2].contains("denied, until restart"), "\(lines)")
  }
}
