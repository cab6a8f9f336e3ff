import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryProcesses

/// The two ends together: a process of the program that was built.
@Suite(.enabled(if: Program.sentry.isThere, "needs the built program"))
struct OwnerClientTests {
  private static let nobody = LocalFlow(
    local: IPAddress(v4: 0xC633_6407), 1, remote: IPAddress(v4: 0xCB00_7109), 2, protocolNumber: 6)

  private func client() throws -> OwnerClient {
    try OwnerClient(.init(path: Program.sentry.path, arguments: ["sentry", "owner-lookup"]))
  }

  @Test(.timeLimit(.minutes(12))) func answersComeInTheOrderOfTheQuestions() async throws {
    let client = try client()
    for number in 1...5 as ClosedRange<UInt32> { #expect(client.ask(number, Self.nobody, interface: 0)) }
    var answers: [OwnerAnswer] = []
    try await waitUntil("all are answered") {
      #expect(client.receive { answer, _ in answers.append(answer) })
      return answers.count == 5
    }
    #expect(answers == (1...5).map { OwnerAnswer(number: $0, outcome: .noSocket, user: nil) })
  }

  @Test(.timeLimit(.minutes(12))) func itsEndIsNoticed() async throws {
    let client = try client()
    #expect(client.receive { _, _ in })
    kill(client.process, SIGKILL)
    try await waitUntil("its end is noticed") { !client.receive { _, _ in } }
    #expect(!client.ask(1, Self.nobody, interface: 0))
  }

  @Test(.timeLimit(.minutes(12))) func itEndsWithItsClient() async throws {
    var client: OwnerClient? = try client()
    let process = try #require(client?.process)
    client = nil
    try await waitUntil("it is gone, and nobody waits for it any more") { kill(process, 0) == -1 && errno == ESRCH }
  }

  @Test func whatIsNoProgramIsSaid() {
    #expect(throws: ProcessError(name: "posix_spawn", code: ENOENT)) {
      _ = try OwnerClient(.init(path: "/nowhere/sentry", arguments: ["sentry"]))
    }
  }

  /// Typed by a person.
  @Test func withoutADaemonItSaysWhoStartsIt() async throws {
    let run = try await Program.sentry.run(["owner-lookup"])
    #expect(run.status == 2)
    #expect(run.errors.contains("owner-lookup is started by 'sentry run'"))
  }
}
