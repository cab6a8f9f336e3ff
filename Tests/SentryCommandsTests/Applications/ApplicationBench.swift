import Foundation
import SentryControl
import SentryRules
import SentryTestSupport
import Testing

/// A daemon in queue mode whose rules go by what was decided about programs, and programs to try it with.
struct ApplicationBench {
  static let refused: Int32 = 7
  private static let page = "http://\(Cable.senderAddress):80/"

  let cable: Cable
  let daemon: LiveDaemon
  let folder: TemporaryFolder

  /// A program of its own: another executable of the same kind.
  func copy(_ program: String, as name: String) async throws -> String {
    let path = folder.url.resolvingSymlinksInPath().appendingPathComponent(name).path
    // By another process: what we write, programs that start meanwhile have open for a moment, too, and it cannot be run.
    let run = try await Program("bash").run(["-c", "cp -L \(Program(program).path) \(path) && chmod 755 \(path)"])
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  func fetch(by program: String, patience: Int = 20, as user: String? = nil) async throws -> Int32 {
    let prefix = user.map { "setpriv --reuid \($0) --clear-groups " } ?? ""
    return try await cable.script(
      at: .watched, "exec \(prefix)\(program) --silent --output /dev/null --max-time \(patience) \(Self.page)"
    ).status
  }

  func sentry(_ arguments: String...) async throws -> ProgramRun {
    let run = try await Program.sentry.run(
      ["applications"] + arguments, environment: ["SENTRY_SOCKET": daemon.socket])
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    return run
  }

  func questions() async throws -> ApplicationQuestionsReply {
    let run = try await Program("curl").run([
      "--silent", "--unix-socket", daemon.socket, "http://sentry\(ControlPath.applicationQuestions)",
    ])
    return try JSONDecoder().decode(ApplicationQuestionsReply.self, from: Data(run.output.utf8))
  }

  func question() async throws -> ApplicationQuestionReport {
    try await waitUntil("somebody is asked") { try await !questions().waiting.isEmpty }
    return try #require(try await questions().waiting.first)
  }

  func list() async throws -> ApplicationsReply {
    try JSONDecoder().decode(ApplicationsReply.self, from: Data(try await sentry("list", "--json").output.utf8))
  }

  /// A script for python3, run by a program of its own, which must be a copy of that.
  func start(_ script: String, by python: String, at end: Cable.End = .watched) throws -> RunningProgram {
    try cable.start(at: end, "env", "PYTHONHOME=/usr", python, "-c", script)
  }

  func text(of name: String) -> String { (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? "" }

  /// The group, then rules of the test's own.
  private static func document(_ settings: String, _ rules: String = "") -> String {
    "{ settings = { applications = \(settings); };\nrules = ( \(ApplicationGroup.text)\(rules.isEmpty ? "" : ", \(rules)") ); }"
  }

  /// - Parameters:
  ///   - settings: those of `settings.applications`.
  ///   - rules: behind the group.
  static func with(
    _ settings: String, _ rules: String = "", _ body: (ApplicationBench) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
    let document = try folder.write("rules.plist", document(settings, rules))
    let state = try TemporaryFolder()
    try await LiveQueue.run(document, options: ["--state-directory", state.url.path]) { cable, daemon in
      let server = try await cable.startWebServer(at: .sender, port: 80)
      try await body(ApplicationBench(cable: cable, daemon: daemon, folder: folder))
      withExtendedLifetime(server) {}
    }
  }
}
