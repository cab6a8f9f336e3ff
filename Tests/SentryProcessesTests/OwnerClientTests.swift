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

  @Test func answersComeInTheOrderOfTheQuestions() throws {
    let client = try client()
    for number in 1...5 as ClosedRange<UInt32> { #expect(client.ask(number, Self.nobody, interface: 0)) }
    var answers: [OwnerAnswer] = []
    try waitOnThread("all are answered") {
      #expect(client.receive { answer, _ in answers.append(answer) })
      return answers.count == 5
    }
    #expect(answers == (1...5).map { OwnerAnswer(number: $0, outcome: .notLocal, user: nil) })
  }

  /// As the unit of a service may have it: what its programs see is what process 1 sees all the same.
  @Test(
    .timeLimit(.minutes(12)),
    .enabled(if: geteuid() == 0 && Program("unshare").isThere && Program("nc").isThere, "needs root, unshare and nc"))
  func aFolderThatIsHiddenFromUsIsSeen() async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.resolvingSymlinksInPath().path
    #expect(try await Program("cp").run(["-L", Program("nc").path, "\(path)/server"]).status == 0)
    let port: UInt16 = 47_113
    // In namespaces of its own, where a shell is process 1.
    let server = "(\(path)/server -u -l -p \(port) 127.0.0.1 || \(path)/server -u -l 127.0.0.1 \(port))"
    let hidden = try "mount -t tmpfs none \(path) && exec \(Program.sentry.path) owner-lookup"
    let client = try OwnerClient(
      .init(
        path: Program("unshare").path,
        arguments: [
          "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
          "\(server) & unshare --mount sh -c '\(hidden)'",
        ]))
    let loopback = IPAddress(v4: 0x7F00_0001)
    let flow = LocalFlow(local: loopback, port, remote: loopback, 9, protocolNumber: IPProtocol.udp)
    var executable = ""
    var number: UInt32 = 0
    try await waitUntil("its program is told") {
      number += 1
      _ = client.ask(number, flow, interface: 0)
      _ = client.receive { _, path in
        let bytes = (0..<path.byteCount).compactMap { path.wire8(at: $0) }
        if !bytes.isEmpty { executable = String(decoding: bytes, as: UTF8.self) }
      }
      return !executable.isEmpty
    }
    #expect(executable == "\(path)/server")
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
