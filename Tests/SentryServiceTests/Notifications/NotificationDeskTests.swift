import Foundation
import Logging
import SentryControl
import SentryEngine
import SentryNotifier
import SentryPacket
import SentryProcesses
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryService

/// With a stand-in for the process that carries out notifications, which does what a test wants.
@Suite(.enabled(if: Program("python3").isThere, "needs Python"), .timeLimit(.minutes(12)))
struct NotificationDeskTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// - Parameter body: lines of Python that see `request`, its `number` and its `kind`, and may call `answer(number, isDone, text)`.
  private func notifier(_ body: String) throws -> HelperCommand {
    let lines = body.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    let path = try folder.write(
      "notifier",
      """
      #!/usr/bin/env python3
      import json, os, socket
      daemon = socket.socket(fileno=0)
      def answer(number, isDone=True, text=None):
        daemon.send(json.dumps({'number': number, 'isDone': isDone, 'text': text}).encode())
      with open('\(folder.path("starts"))', 'a') as file: file.write('x')
      while message := daemon.recv(1 << 18):
        request = json.loads(message)
        number = request['number']; kind = next(iter(request['work']))
        with open('\(folder.path("requests"))', 'a') as file: file.write(kind + '\\n')
      \(lines)
      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return HelperCommand(path: path, arguments: ["notifier"])
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
  }

  private var requests: [String] { text("requests").split(separator: "\n").map(String.init) }

  /// How often the process was started.
  private var starts: Int { text("starts").count }

  private final class Told: Sendable {
    private let told = Mutex<[(text: String, rule: UInt32?)]>([])
    var all: [String] { told.withLock { $0.map(\.text) } }
    var rules: [UInt32?] { told.withLock { $0.map(\.rule) } }
    func append(_ text: String, _ rule: UInt32?) { told.withLock { $0.append((text, rule)) } }
  }

  private static let document = """
    { rules = ( { enabled = 1; propertyName = Any; filterActionName = Email; parameter = "a@example.org"; },
                { enabled = 1; propertyName = Any; filterActionName = URL; parameter = "ping://192.0.2.1"; } );
      settings = { notificationsPerMinute = 1000; notificationsPerRule = 1000; mailsPerMinute = 1000; }; }
    """

  private static func quick() -> NotificationDesk.Patience {
    var patience = NotificationDesk.Patience()
    patience.pauses = .milliseconds(10)...(.seconds(60))
    patience.farewell = .milliseconds(200)
    return patience
  }

  private func with(
    _ command: HelperCommand, _ patience: NotificationDesk.Patience = quick(), user: String = "nobody",
    _ body: (NotificationDesk, Told) async throws -> Void
  ) async throws {
    let rules = try #require(SubmittedDocument(name: "a", reading: Array(Self.document.utf8)).document.ruleSet)
    let told = Told()
    var options = NotificationOptions()
    (options.command, options.mailWay, options.user) = (
      command, .server(try #require(MailOrder.Server("192.0.2.25"))), user
    )
    let intake = NoticeIntake(StormControl.Limits(rules.settings))
    let desk = NotificationDesk(
      options, intake: intake, rules: rules, labels: RuleLabels(), interfaces: [], isDryRun: false, patience: patience,
      log: Logger(label: "test"), tell: told.append)
    let life = Task { await desk.run() }
    let result: Result<Void, any Error>
    do {
      try await body(desk, told)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    life.cancel()
    await life.value
    await desk.end()
    try result.get()
  }

  private func events(_ kind: EngineEvent.Kind, _ count: Int) -> [EngineEvent] {
    Array(
      repeating: EngineEvent(time: Timestamp(seconds: 1), kind: kind, label: RuleLabels.builtIn, isLogged: false),
      count: count)
  }

  private func counts(_ action: String, _ desk: NotificationDesk) async throws -> [UInt64] {
    let kind = try #require(await desk.report()?.kinds.first { $0.action == action })
    return [kind.sent, kind.failed, kind.suppressed]
  }

  @Test func whatIsCarriedOutAndWhatFailsIsCounted() async throws {
    try await with(notifier("answer(number, kind == 'mail', 'hello')")) { desk, told in
      desk.intake.take(events(.email, 3) + events(.url, 2))
      try await waitUntil("all are answered") {
        let (mails, probes) = (try await counts("Email", desk), try await counts("URL", desk))
        return mails == [3, 0, 0] && probes == [0, 2, 0]
      }
      #expect(told.all.count { $0.hasSuffix(" failed: hello") } == 2)
      #expect(told.rules.allSatisfy { $0 == RuleLabels.builtIn }, "each is about the rule that wanted it")
      #expect(await desk.report()?.waiting == 0)
    }
  }

  /// Eight are under way, so many more wait, and the others are left out.
  @Test func whatWaitsIsBounded() async throws {
    try await with(notifier("pass")) { desk, told in
      desk.intake.take(events(.url, 1))
      try await waitUntil("one is under way") { requests.count == 1 }
      desk.intake.take(events(.url, 400))
      try await waitUntil("they are taken") { await desk.report()?.waiting ?? 0 > 1 }
      try await waitUntil("eight are under way") { requests.count == 8 }
      let suppressed = try await counts("URL", desk)[2]
      #expect(await UInt64(desk.report()?.waiting ?? 0) + suppressed == 401)
      #expect((401 - 8 - 256...401 - 256).contains(Int(suppressed)))
      #expect(told.all.count { $0.hasPrefix("more notifications wait than there is room for") } == 1)
    }
  }

  /// A mail that it was about to send is sent once more, a probe is not.
  @Test func aLostProcessIsStartedAgainAndItsMailSentOnceMore() async throws {
    try await with(notifier("if kind == 'mail': os._exit(1)")) { desk, told in
      desk.intake.take(events(.url, 1) + events(.email, 1))
      try await waitUntil("both have failed") {
        let (mails, probes) = (try await counts("Email", desk), try await counts("URL", desk))
        return mails == [0, 1, 0] && probes == [0, 1, 0]
      }
      #expect(requests == ["probe", "mail", "mail"])
      try await waitUntil("it lives") { starts == 3 }
      #expect(await desk.report()?.losses == 2)
      #expect(told.all.count { $0.contains("has ended; it is started again") } == 1)
    }
  }

  @Test func whatEndsAtOnceIsNotStartedAllTheTime() async throws {
    var patience = Self.quick()
    patience.pauses = .seconds(30)...(.seconds(60))
    try await with(notifier("os._exit(1)"), patience) { desk, _ in
      desk.intake.take(events(.url, 1))
      try await waitUntil("it is lost") { await desk.report()?.losses == 1 }
      desk.intake.take(events(.url, 1))
      try await waitUntil("the next waits") { await desk.report()?.waiting == 1 }
      #expect(starts == 1)
      #expect(await desk.report()?.problem == "it has ended")
    }
  }

  /// The mail is never answered; what comes after it is.
  @Test func whatIsStuckFailsAloneAndTheProcessLives() async throws {
    var patience = Self.quick()
    (patience.job, patience.process) = (.seconds(2), .seconds(6))
    try await with(notifier("if kind != 'mail': answer(number)"), patience) { desk, told in
      desk.intake.take(events(.email, 1))
      try await waitUntil("the mail has failed") {
        desk.intake.take(events(.url, 1))
        return try await counts("Email", desk) == [0, 1, 0]
      }
      #expect(told.all.contains { $0.hasSuffix(" failed: it was not answered in time") })
      try await waitUntil("what comes after it is done") { try await counts("URL", desk)[0] > 0 }
      #expect(await desk.report()?.losses == 0)
      #expect(starts == 1)
    }
  }

  @Test func aProcessThatAnswersNothingIsEnded() async throws {
    var patience = Self.quick()
    (patience.job, patience.process) = (.milliseconds(100), .milliseconds(200))
    try await with(notifier("pass"), patience) { desk, _ in
      desk.intake.take(events(.url, 1))
      try await waitUntil("it is lost") { await desk.report()?.losses ?? 0 > 0 }
      #expect(try await counts("URL", desk) == [0, 1, 0])
      try await waitUntil("another one runs") { starts > 1 }
    }
  }

  @Test(.enabled(if: geteuid() == 0, "needs root")) func whoDoesNotExistCarriesOutNothing() async throws {
    try await with(notifier("answer(number)"), user: "no-such-user-\(getpid())") { desk, _ in
      desk.intake.take(events(.url, 1))
      try await waitUntil("that is told") { await desk.report()?.problem?.contains("there is no user") == true }
      #expect(starts == 0)
    }
  }

  // MARK: By whom

  @Test func aDaemonOfAnotherUserRunsNothingThatOthersWrote() throws {
    let route = NotificationRoute(NotificationOptions(), user: 4_711)
    #expect(route.confinement?.user == 4_711)
    #expect(route.scriptRefusal != nil)
    #expect(route.mailWay == .server(try #require(MailOrder.Server("localhost"))))
    var options = NotificationOptions()
    options.mailWay = .program("/bin/true")
    #expect(NotificationRoute(options, user: 4_711).mailRefusal != nil)
    // Whoever names the daemon's own user wants it.
    options.user = "root"
    #expect(NotificationRoute(options, user: 0).scriptRefusal == nil)
    options.user = "nobody"
    let nobody = NotificationRoute(options, user: 65_534)
    #expect(nobody.scriptRefusal == nil && nobody.mailRefusal == nil && nobody.mailWay == .program("/bin/true"))
  }

  @Test func aMailProgramThatNeedsRightsIsToldOf() throws {
    let path = try folder.write("sendmail", "#!/bin/sh\n")
    for (mode, isFine) in [(0o755, true), (0o4755, false), (0o2755, false)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      #expect((NotificationRoute.obstacle(of: path) == nil) == isFine, "\(mode)")
    }
    var options = NotificationOptions()
    options.mailWay = .program(path)
    #expect(NotificationRoute(options, user: 0).mailRemark?.contains("needs rights by its file's mode") == true)
    #expect(NotificationRoute.obstacle(of: "/nowhere/sendmail") == "there is no /nowhere/sendmail")
  }
}
