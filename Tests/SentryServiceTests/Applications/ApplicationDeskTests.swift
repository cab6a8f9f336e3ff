import Foundation
import SentryControl
import SentryPacket
import SentryProcesses
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

/// The desk that decides, with a stand-in for the packet thread.
@Suite struct ApplicationDeskTests {
  private typealias Bench = ApplicationDeskBench

  @Test func theSettingsSayWhatBecomesOfOthers() async throws {
    let bench = try await Bench(nil)
    for (number, policy, expected) in [
      (1, nil, .unknown), (2, Bench.policy(.allow), .allowed), (3, Bench.policy(.deny), .denied),
      (4, Bench.policy(.ask), nil),
    ] as [(UInt32, ApplicationSettings?, ApplicationPermission?)] {
      await bench.desk.follow(policy)
      _ = try await bench.meet(number, "tool\(number)", "x")
      #expect(bench.told.last(number)?.permission(of: 0, .inbound) == expected)
    }
  }

  @Test func nobodyIsAskedWhereNothingIsHeld() async throws {
    let bench = try await Bench(silence: "this is a dry run")
    _ = try await bench.meet(1, "tool", "x")
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == .unknown)
    #expect(await bench.desk.policyReport?.silence == "this is a dry run")
  }

  @Test func whatIsAllowedIsThisExecutableAndNoOther() async throws {
    let bench = try await Bench(nil)
    let path = try await bench.meet(1, "tool", "one")
    let kept = try await bench.desk.permit(PermissionRequest(path: path, outbound: "allow"), by: "root")
    #expect(kept.sha256 == (try ExecutableDigest.of(path).sha256))
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == .allowed)
    #expect(bench.told.last(1)?.permission(of: 0, .inbound) == .unknown)
    #expect(bench.told.news.withLock { $0.last?.rechecks } == true, "open connections, too")
    try FileManager.default.removeItem(atPath: path)
    _ = try await bench.meet(2, "tool", "two")
    #expect(bench.told.last(2)?.permission(of: 0, .outbound) == .changed)
    #expect(await bench.desk.changedPaths() == [path])
    // Another daemon reads what was decided.
    let told = ApplicationDeskBench.Told()
    let next = Bench.desk(bench.folder, told)
    await next.begin(nil)
    #expect(await next.known.entries.map(\.report) == [kept])
    _ = try await bench.desk.forget(ForgetPermissionRequest(path: path), by: "root")
    #expect(bench.told.last(2)?.permission(of: 0, .outbound) == .unknown)
    await #expect(throws: PermissionRefusal.self) {
      _ = try await bench.desk.forget(ForgetPermissionRequest(path: path), by: "root")
    }
  }

  @Test func anotherExecutableIsNotAllowedWhatTheFormerWas() async throws {
    let bench = try await Bench(nil)
    let path = try await bench.meet(1, "tool", "one")
    _ = try await bench.desk.permit(PermissionRequest(path: path, inbound: "allow"), by: "root")
    try FileManager.default.removeItem(atPath: path)
    _ = try await bench.meet(2, "tool", "two")
    let kept = try await bench.desk.permit(PermissionRequest(path: path, outbound: "allow"), by: "root")
    #expect(kept.inbound == nil && kept.outbound == "allow")
    #expect(bench.told.last(2)?.permission(of: 0, .inbound) == .unknown)
    #expect(bench.told.last(2)?.permission(of: 0, .outbound) == .allowed)
    let both = try await bench.desk.permit(PermissionRequest(path: path, inbound: "allow"), by: "root")
    #expect(both.inbound == "allow" && both.outbound == "allow", "of the same executable both stay")
  }

  /// Of two people who answer at once, the second is told so, and nothing of his answer is kept.
  @Test func oneAnswerCounts() async throws {
    let bench = try await Bench()
    let path = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    async let first = try? bench.desk.answer(1, ApplicationAnswerRequest(answer: "allow"), by: "anna")
    async let second = try? bench.desk.answer(1, ApplicationAnswerRequest(answer: "deny"), by: "bert")
    let replies = await [first, second].compactMap(\.self)
    #expect(replies.count == 1)
    let entries = await bench.desk.known.entries
    #expect(entries.map(\.path) == [path] && entries.map(\.report) == replies.compactMap(\.permission))
  }

  /// Who holds a login's connection open and cannot be told is rehearsed as a program that nobody has answered for.
  @Test(
    arguments: [
      (ApplicationDeskBench.policy(.ask), .denied), (ApplicationDeskBench.policy(.ask, otherwise: .allow), .allowed),
      (ApplicationDeskBench.policy(.allow), .allowed),
      (ApplicationDeskBench.policy(.deny), .denied), (nil, .unknown),
    ] as [(ApplicationSettings?, ApplicationPermission)])
  func aProgramThatCannotBeToldIsRehearsed(
    _ policy: ApplicationSettings?, _ expected: ApplicationPermission
  ) async throws {
    let bench = try await Bench(policy)
    #expect(await bench.desk.rehearsed(nil, user: nil, .inbound, policy) == expected)
  }

  @Test func anAnswerIsRemembered() async throws {
    let bench = try await Bench()
    let path = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    await bench.wait(1)
    let waiting = await bench.desk.questionsReply().waiting
    #expect(waiting.map(\.path) == [path], "one question for both")
    let number = try #require(waiting.first?.number)
    await #expect(throws: PermissionRefusal.self) {
      _ = try await bench.desk.answer(number, ApplicationAnswerRequest(answer: "perhaps"), by: "anna")
    }
    let reply = try await bench.desk.answer(number, ApplicationAnswerRequest(answer: "allow"), by: "anna")
    #expect(reply.permission?.how == "asked" && reply.permission?.outbound == "allow")
    #expect(reply.question.by == "anna" && reply.question.remainingSeconds == nil)
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == .allowed)
    await #expect(throws: PermissionRefusal(.gone, "question \(number) is settled already")) {
      _ = try await bench.desk.answer(number, ApplicationAnswerRequest(answer: "deny"), by: "anna")
    }
  }

  @Test func onceIsNotRemembered() async throws {
    let bench = try await Bench()
    _ = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    let reply = try await bench.desk.answer(1, ApplicationAnswerRequest(answer: "deny", once: true), by: "anna")
    #expect(reply.permission == nil)
    try await waitUntil("it is told") { bench.told.last(1)?.permission(of: 0, .outbound) == .denied }
    #expect(await bench.desk.known.entries.isEmpty)
  }

  @Test(arguments: [(ApplicationSettings.Otherwise.deny, ApplicationPermission.denied), (.allow, .allowed)])
  func withoutAnAnswerTheOtherHolds(
    _ otherwise: ApplicationSettings.Otherwise, _ expected: ApplicationPermission
  ) async throws {
    let policy = Bench.policy(.ask, timeout: 1, otherwise: otherwise)
    let bench = try await Bench(policy)
    _ = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    try await waitUntil("it is over") { bench.told.last(1)?.permission(of: 0, .outbound) == expected }
    #expect(bench.told.last(1)?.permission(of: 0, .inbound) == nil, "nobody was asked about that")
    let reply = await bench.desk.questionsReply()
    #expect(reply.waiting.isEmpty && reply.settled.map(\.by) == [nil])
    #expect(await bench.desk.known.counts == ApplicationCountsReport(asked: 1, timedOut: 1))
  }

  /// One user's programs do not keep others from being asked about.
  @Test func aUserHasAShareOfTheQuestions() async throws {
    let bench = try await Bench()
    for number in 1...20 as ClosedRange<UInt32> {
      _ = try await bench.meet(number, "tool\(number)", "x")
      await bench.wait(number, user: 1_000)
    }
    #expect(await bench.desk.questionsReply().waiting.count == ApplicationQuestions.limitOfUser)
    #expect(await bench.desk.known.counts.unasked == 20 - ApplicationQuestions.limitOfUser)
    #expect(bench.told.texts.withLock { $0.count { $0.contains("too much waits") } } == 1)
    _ = try await bench.meet(21, "other", "x")
    await bench.wait(21, user: 1_001)
    #expect(await bench.desk.questionsReply().waiting.last?.user == "1001")
    await bench.desk.take([.abandoned])
    #expect(await bench.desk.questionsReply().waiting.isEmpty)
  }

  @Test func aDecisionSettlesTheQuestion() async throws {
    let bench = try await Bench()
    let path = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "deny"), by: "root")
    #expect(await bench.desk.questionsReply().waiting.isEmpty)
  }

  /// A hostile name comes to nobody's terminal as it is.
  @Test func whatIsToldCanBeShown() async throws {
    let bench = try await Bench()
    _ = try await bench.meet(1, "a\u{1B}[2J\nb", "one")
    await bench.wait(1)
    let texts = bench.told.texts.withLock { $0 }
    #expect(texts.count == 1 && texts.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\n") }, "\(texts)")
  }

  /// Somebody has damaged the file while the daemon did not run: what was decided last holds.
  @Test func whatWasDecidedOutlivesADamagedFile() async throws {
    let bench = try await Bench(nil)
    let path = try await bench.meet(1, "tool", "one")
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "deny"), by: "root")
    let entries = await bench.desk.known.entries
    _ = try bench.folder.write("applications.plist", "{ applications = ( { path = ")
    let next = Bench.desk(bench.folder, ApplicationDeskBench.Told())
    await next.begin(nil)
    #expect(await next.known.entries == entries)
    #expect(await next.known.problem?.contains("applications.plist:1:") == true)
  }

  @Test func aFileThatCannotBeReadIsNotWrittenOver() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("applications.plist", "{ applications = wrong; }")
    let told = ApplicationDeskBench.Told()
    let desk = Bench.desk(folder, told)
    await desk.begin(nil)
    #expect(await desk.known.problem?.contains("applications.plist:1:1") == true)
    await #expect(throws: PermissionRefusal.self) {
      _ = try await desk.permit(PermissionRequest(path: "/usr/bin/nowhere", outbound: "deny"), by: "root")
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "{ applications = wrong; }")
    try FileManager.default.removeItem(atPath: path)
    _ = try await desk.permit(PermissionRequest(path: "/usr/bin/nowhere", outbound: "deny"), by: "root")
    #expect(await desk.known.problem == nil)
  }
}
