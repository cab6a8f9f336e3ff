import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// A daemon at the watched end of a cable.
struct LiveDaemon {
  let program: RunningProgram
  let socket: String
  let folder: TemporaryFolder

  private struct Ended: Error {}

  /// The document the project ships.
  static let defaultDocument = TestFiles.path("Documents/Default.plist")

  /// Starts a daemon and waits until it answers.
  static func start(
    on cable: Cable, _ document: String = defaultDocument, in folder: TemporaryFolder,
    interfaces: [String] = ["cable0"], options: [String] = []
  ) async throws -> LiveDaemon {
    let socket = folder.path("sentry.sock")
    let program = try Program("ip").start(
      ["netns", "exec", cable.watched, Program.sentry.path, "run", document, "--socket", socket]
        + interfaces.flatMap { ["-i", $0] } + options)
    let daemon = LiveDaemon(program: program, socket: socket, folder: folder)
    try await waitUntil("the daemon answers") {
      guard program.isRunning else {
        Issue.record("the daemon said: \(program.errors)")
        throw Ended()
      }
      return try await daemon.sentry("status").status == 0
    }
    return daemon
  }

  /// A daemon for `body`, which must end well afterwards.
  static func with(
    on cable: Cable, _ document: String = defaultDocument, interfaces: [String] = ["cable0"], options: [String] = [],
    _ body: (LiveDaemon) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let daemon = try await start(on: cable, document, in: folder, interfaces: interfaces, options: options)
    do {
      try await body(daemon)
    } catch {
      Issue.record("the daemon said: \(daemon.program.errors)")
      _ = try? await daemon.program.stop()
      throw error
    }
    #expect(try await daemon.program.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socket))
  }

  func sentry(_ arguments: String...) async throws -> ProgramRun {
    try await Program.sentry.run(arguments, environment: ["SENTRY_SOCKET": socket])
  }

  func status() async throws -> StatusReply {
    try await JSONDecoder().decode(StatusReply.self, from: Data(sentry("status", "--format", "json").output.utf8))
  }

  func interface() async throws -> InterfaceReport { try #require(await status().interfaces.first) }

  func queue() async throws -> QueueReport { try #require(await status().queue) }

  /// How many packets a rule has matched.
  func matches(ofRule number: String) async throws -> UInt64 {
    let text = try await sentry("show-active", "--format", "json").output
    let reply = try JSONDecoder().decode(ActiveRulesReply.self, from: Data(text.utf8))
    return try #require(reply.rules.first { $0.number == number }).matchCount
  }

  /// Who is triggered now, and by which rule: the listing for people.
  func triggered() async throws -> String { try await sentry("triggered", "list").output }

  func log() async throws -> String { try await sentry("log").output }
}
