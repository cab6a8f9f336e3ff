import Foundation
import SentryControl
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

/// A program that was updated while it runs: program 1 is the old process, program 2 what stands at the path now.
@Suite struct ReplacedProgramTests {
  private let bench: ApplicationDeskBench
  private let path: String

  init() async throws {
    bench = try await ApplicationDeskBench()
    path = try await bench.meet(1, "browser", "one")
  }

  private func allow() async throws {
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "allow"), by: "root")
  }

  private func update() async throws {
    try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
    _ = try await bench.meet(2, "browser", "two")
  }

  private func answer(_ number: Int, _ word: String) async throws -> ApplicationAnswerReply {
    try await bench.desk.answer(number, ApplicationAnswerRequest(answer: word), by: "anna")
  }

  private func hold(_ old: ApplicationPermission?, _ new: ApplicationPermission?) -> Bool {
    bench.told.last(1)?.permission(of: 0, .outbound) == old && bench.told.last(2)?.permission(of: 0, .outbound) == new
  }

  /// Each is answered for once, and nobody is asked again.
  @Test func bothGoOnOnceTheNewOneIsAllowed() async throws {
    try await allow()
    try await update()
    #expect(hold(.allowed, nil))
    await bench.wait(2)
    let question = try #require(await bench.desk.questionsReply().waiting.first)
    #expect(question.changed && question.replaced == nil)
    let reply = try await answer(question.number, "allow")
    #expect(reply.permission?.former?.outbound == true && reply.question.untilRestart == nil)
    #expect(hold(.allowed, .allowed))
    #expect(await bench.desk.changedPaths().isEmpty)
  }

  @Test func denyingThePathEndsBoth() async throws {
    try await allow()
    try await update()
    try await allow()
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "deny"), by: "root")
    #expect(hold(.denied, .denied))
    _ = try await bench.desk.forget(ForgetPermissionRequest(path: path), by: "root")
    #expect(hold(nil, nil))
  }

  /// What is said of the old process takes nothing from the new one, and is not written down for the path.
  @Test(arguments: [("deny", ApplicationPermission.denied), ("allow", .allowed)])
  func anAnswerAboutTheOldOneIsForThatAlone(_ word: String, _ expected: ApplicationPermission) async throws {
    try await update()
    try await allow()
    let kept = await bench.desk.known.entries
    await bench.wait(1)
    let question = try #require(await bench.desk.questionsReply().waiting.first)
    #expect(question.replaced == true && !question.changed)
    #expect(bench.told.texts.withLock { $0.last }?.hasSuffix("runs a file that has been replaced.") == true)
    let reply = try await answer(question.number, word)
    #expect(reply.permission == nil && reply.question.untilRestart == true)
    try await waitUntil("it is told") { hold(expected, .allowed) }
    #expect(await bench.desk.known.entries == kept)
    let held = TemporaryPermissionReport(direction: "outbound", answer: word, by: "anna", replaced: true)
    #expect(await bench.desk.known.temporary == [path: [held]])
    // It holds whatever the settings say of others from now on.
    await bench.desk.follow(ApplicationDeskBench.policy(word == "deny" ? .allow : .deny))
    #expect(hold(expected, .allowed))
  }

  @Test func whatWasSaidOfTheOldOneIsTakenBackWithThePath() async throws {
    try await update()
    try await allow()
    await bench.wait(1)
    _ = try await answer(1, "deny")
    try await waitUntil("it is told") { hold(.denied, .allowed) }
    try await allow()
    #expect(hold(.denied, .allowed), "that was said of the new one")
    let reply = try await bench.desk.forget(ForgetPermissionRequest(path: path), by: "root")
    #expect(reply.forgotten.count == 1 && reply.temporary?.count == 1)
    #expect(hold(nil, nil))
  }

  /// A question about the old one waits on when the new one is allowed.
  @Test func allowingTheNewOneAnswersNotForTheOld() async throws {
    await bench.wait(1)
    try await update()
    try await allow()
    #expect(await bench.desk.questionsReply().waiting.map(\.number) == [1])
    #expect(hold(nil, .allowed))
  }
}
