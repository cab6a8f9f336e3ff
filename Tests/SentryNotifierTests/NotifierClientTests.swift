import Foundation
import SentryProcesses
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// The two ends together: a process of the program that was built.
@Suite(.enabled(if: Program.sentry.isThere, "needs the built program"))
struct NotifierClientTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.setMode(0o755, of: folder.url.path)
  }

  private static let nobody = Confinement(user: 65_534, group: 65_534)

  private func client(_ confinement: Confinement = nobody) throws -> NotifierClient {
    try NotifierClient(confinement, command: .init(path: Program.sentry.path, arguments: ["sentry", "notifier"]))
  }

  private func script(_ name: String) -> NoticeWork {
    .script(ScriptOrder(folder: folder.url.path, name: name, input: "{}"))
  }

  private func reply(_ client: NotifierClient, _ work: NoticeWork) async throws -> NoticeReply {
    try #require(client.send(NoticeRequest(number: 7, work: work)) == .sent)
    for await reply in client.replies { return reply }
    throw ProcessError(name: "it has ended", code: 0)
  }

  @Test(.timeLimit(.minutes(12))) func whatIsAskedIsAnswered() async throws {
    _ = try folder.writeScript("hello", "echo hello")
    let client = try client()
    #expect(try await reply(client, script("hello")) == NoticeReply(number: 7, .done("hello")))
    #expect(try await reply(client, .probe("gopher://x")).isDone == false)
  }

  /// What a script finds out about itself is true for the process that runs it.
  @Test(.enabled(if: geteuid() == 0, "needs root"), .timeLimit(.minutes(12)))
  func itHasNoRights() async throws {
    _ = try folder.writeScript(
      "who",
      """
      echo "$(id -u) $(id -G) $(umask) $(ulimit -c) $(pwd) $(ls /proc/self/fd | tr '\\n' ' ')" \\
        "$(grep -E '^(Cap|NoNewPrivs)' /proc/self/status | tr -d '\\t\\n')"
      """)
    let client = try client()
    let text = try #require(try await reply(client, script("who")).text)
    // The fourth open file is that of the folder which ls reads.
    #expect(text.hasPrefix("65534 65534 0077 0 / 0 1 2 3  "), "\(text)")
    let none = "0000000000000000"
    #expect(
      text.hasSuffix("CapInh:\(none)CapPrm:\(none)CapEff:\(none)CapBnd:\(none)CapAmb:\(none)NoNewPrivs:1"), "\(text)")
    let status = try String(contentsOfFile: "/proc/\(client.process)/status", encoding: .utf8)
    for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(client.process)/task") {
      let status = try String(contentsOfFile: "/proc/\(client.process)/task/\(thread)/status", encoding: .utf8)
      #expect(status.contains("CapBnd:\t\(none)") && status.contains("NoNewPrivs:\t1"))
    }
    #expect(status.contains("Uid:\t65534\t65534\t65534\t65534\n"))
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"), .timeLimit(.minutes(12)))
  func asRootItDoesNothing() async throws {
    let client = try client(Confinement(user: 0, group: 0))
    for await _ in client.replies { Issue.record("it has answered") }
    let direct = try await Program.sentry.run(["notifier"])
    #expect(direct.status == 77 && direct.errors.contains("does nothing with rights"), "\(direct.errors)")
  }

  @Test(.timeLimit(.minutes(12))) func itEndsWithItsClientAndSoDoesWhatItRuns() async throws {
    let place = folder.path("out")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try folder.setMode(0o777, of: place)
    _ = try folder.writeScript("wait", "echo $$ > '\(place)/new'; mv '\(place)/new' '\(place)/child'; exec sleep 1000")
    var client: NotifierClient? = try client()
    let process = try #require(client?.process)
    #expect(client?.send(NoticeRequest(number: 1, work: script("wait"))) == .sent)
    try await waitUntil("the script runs") { !folder.text("out/child").isEmpty }
    let child = try #require(Int32(folder.text("out/child").trimmingCharacters(in: .newlines)))
    client = nil
    try await waitUntil("both are gone") { kill(process, 0) != 0 && kill(child, 0) != 0 }
  }

  @Test(.timeLimit(.minutes(12))) func itsEndIsNoticed() async throws {
    let client = try client()
    kill(client.process, SIGKILL)
    for await _ in client.replies {}
    #expect(client.send(NoticeRequest(number: 1, work: .probe("ping://localhost"))) == .closed)
  }

  @Test func whatIsTooLongIsNotSent() throws {
    let client = try client()
    let text = String(repeating: "x", count: 200_000)
    #expect(client.send(NoticeRequest(number: 1, work: .probe(text))) == .tooLong)
  }
}
