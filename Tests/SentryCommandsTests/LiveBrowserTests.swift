import Foundation
import SentryTestSupport
import Testing

/// Web pages as people meet them: Chromium, driven by the scenarios of Tests/Dashboard, at a watched host with traffic.
enum LiveBrowser {
  static let isPossible =
    LiveQueue.isPossible && Program("chromium").isThere && Program("chromedriver").isThere

  static let needs: Comment = "needs chromium, chromium-driver, and what queue mode needs"

  /// The script of axe-core, where `make test` has put it.
  static let axe: String? = {
    let folder = TestFiles.path(".build/axe/lib")
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return names.first { $0.hasSuffix("axe_core_python/axe.min.js") }.map { "\(folder)/\($0)" }
  }()

  /// Plays scenarios of Tests/Dashboard, one after the other, beside a daemon that shows pages, while packets flow.
  ///
  /// - Parameter mode: the daemon's.
  /// - Returns: what became of each.
  static func play(_ scenarios: String..., mode: String = "monitor") async throws -> ProgramRun {
    let state = try TemporaryFolder()
    var run: ProgramRun?
    try await Cable.with(.usual) { cable in
      let server = try await cable.startWebServer(at: .watched, port: 80)
      let site = try TemporaryFolder()
      try Data(count: 1_000_000).write(to: site.url.appendingPathComponent("big"))
      let others = try await cable.startWebServer(at: .sender, port: 80, folder: site.url.path)
      let options = ["--mode", mode, "--web", "127.0.0.1:8787", "--state-directory", state.url.path]
      try await LiveDaemon.with(on: cable, options: options) { daemon in
        let traffic = try cable.start(at: .sender, "python3", TestFiles.path("Tests/Dashboard/traffic.py"))
        run = try await play(scenarios, cable, daemon)
        try await traffic.kill()
      }
      try await server.kill()
      try await others.kill()
    }
    return try #require(run)
  }

  private static func play(_ scenarios: [String], _ cable: Cable, _ daemon: LiveDaemon) async throws -> ProgramRun {
    let variables = [
      "SENTRY": try Program.sentry.path, "SENTRY_SOCKET": daemon.socket, "AXE": axe ?? "",
      "PYTHONDONTWRITEBYTECODE": "1",
    ]
    let words = variables.map { "\($0)='\($1)'" } + ["python3", TestFiles.path("Tests/Dashboard/run.py")] + scenarios
    return try await cable.script(at: .watched, words.joined(separator: " "), within: .seconds(600))
  }
}

@Suite(.serialized, .enabled(if: LiveBrowser.isPossible, LiveBrowser.needs))
struct LiveBrowserTests {
  @Test(.timeLimit(.minutes(12)))
  func peopleSeeWhatHappens() async throws {
    let run = try await LiveBrowser.play(
      "login", "live", "log", "traffic", "triggered", "explain", "hostile", "keyboard", "narrow", "shifts", "gone")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }

  @Test(.timeLimit(.minutes(12)))
  func peopleChangeRules() async throws {
    let run = try await LiveBrowser.play(
      "disable", "paste", "findings", "trial", "second_editor", "steady", "words", "leaving")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }

  @Test(.timeLimit(.minutes(12)))
  func peopleDecideWhatProgramsMayDo() async throws {
    let run = try await LiveBrowser.play("applications", mode: "queue")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }

  @Test(.timeLimit(.minutes(12)), .enabled(if: LiveBrowser.axe != nil, "needs axe-core, which make test fetches"))
  func pagesKeepNobodyOut() async throws {
    let run = try await LiveBrowser.play("accessibility")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }
}
