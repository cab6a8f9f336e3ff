import SentryControl
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

/// What holds for a while is shown, and can be taken back.
@Suite struct TemporaryPermissionTests {
  private typealias Bench = ApplicationDeskBench

  private static func held(_ bench: Bench, _ path: String) async -> [TemporaryPermissionReport] {
    await bench.desk.known.temporary[path] ?? []
  }

  /// Answered once, and asked again after it was taken back.
  private func answered(_ word: String) async throws -> (bench: Bench, path: String) {
    let bench = try await Bench()
    let path = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    let reply = try await bench.desk.answer(1, ApplicationAnswerRequest(answer: word, once: true), by: "anna")
    #expect(reply.question.holdsSeconds == ApplicationDesk.temporarySeconds && reply.permission == nil)
    return (bench, path)
  }

  @Test(arguments: ["allow", "deny"]) func onceIsShownAndTakenBack(_ word: String) async throws {
    let (bench, path) = try await answered(word)
    let held = try #require(await Self.held(bench, path).first)
    #expect(held.direction == "outbound" && held.answer == word && held.by == "anna" && held.replaced == nil)
    let remaining = try #require(held.remainingSeconds)
    #expect((1...Double(ApplicationDesk.temporarySeconds)).contains(remaining))
    let reply = try await bench.desk.forget(ForgetPermissionRequest(path: path), by: "root")
    #expect(reply.forgotten.isEmpty && reply.temporary?.map(\.answer) == [word])
    #expect(await Self.held(bench, path).isEmpty)
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == nil, "somebody is asked again")
    #expect(bench.told.news.withLock { $0.last?.rechecks } == true, "open connections, too")
    await #expect(throws: PermissionRefusal(.missing, "nothing was decided about \(path)")) {
      _ = try await bench.desk.forget(ForgetPermissionRequest(path: path), by: "root")
    }
  }

  /// As the web page forgets.
  @Test func leavingAWayUndecidedTakesItBack() async throws {
    let (bench, path) = try await answered("deny")
    let wish = PermissionRequest(path: path, inbound: "undecided", outbound: "undecided")
    _ = try await bench.desk.permit(wish, by: "root")
    #expect(await Self.held(bench, path).isEmpty)
    #expect(await bench.desk.known.entries.isEmpty)
    await #expect(throws: PermissionRefusal.self) { _ = try await bench.desk.permit(wish, by: "root") }
  }

  @Test func aDecisionTakesItsPlace() async throws {
    let (bench, path) = try await answered("deny")
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "allow"), by: "root")
    #expect(await Self.held(bench, path).isEmpty)
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == .allowed)
  }

  @Test func thatNobodyHasAnsweredIsShown() async throws {
    let bench = try await Bench(Bench.policy(.ask, timeout: 1))
    let path = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    try await waitUntil("it is over") { bench.told.last(1)?.permission(of: 0, .outbound) == .denied }
    let held = await Self.held(bench, path)
    #expect(held.map(\.answer) == ["deny"] && held.map(\.by) == [nil])
    let settled = await bench.desk.questionsReply().settled
    #expect(settled.map(\.holdsSeconds) == [ApplicationDesk.temporarySeconds] && settled.map(\.void) == [nil])
  }

  @Test func whatIsThereIsSaidToWhoForgetsAnothers() async throws {
    let bench = try await Bench()
    let path = try await bench.meet(1, "tool", "one")
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "deny"), by: "root")
    let message = "nothing was decided about \(path) for root alone; what was decided: outbound denied, for everybody"
    await #expect(throws: PermissionRefusal(.missing, message)) {
      _ = try await bench.desk.forget(ForgetPermissionRequest(path: path, user: "0"), by: "root")
    }
  }

  /// Nobody has denied what goes on by other rules.
  @Test func whatNeedsNoAnswerIsVoid() async throws {
    let bench = try await Bench()
    _ = try await bench.meet(1, "tool", "one")
    await bench.wait(1)
    await bench.desk.follow(nil)
    await bench.desk.follow(Bench.policy(.ask))
    await bench.wait(1)
    await bench.desk.take([.abandoned])
    let reply = await bench.desk.questionsReply()
    #expect(reply.waiting.isEmpty && reply.settled.map(\.number) == [1, 2])
    for question in reply.settled {
      #expect(question.void == true && question.answer == nil && question.by == nil)
      #expect(question.remainingSeconds == nil && question.holdsSeconds == nil)
    }
  }
}
