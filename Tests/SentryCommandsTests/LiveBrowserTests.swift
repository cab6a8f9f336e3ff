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

  /// Runs a script of Tests/Dashboard beside a daemon that shows pages, while packets flow.
  ///
  /// - Returns: what it printed.
  static func run(_ script: String, within limit: Duration = .seconds(120)) async throws -> ProgramRun {
    var run: ProgramRun?
    try await Cable.with(.usual) { cable in
      let server = try await cable.startWebServer(at: .watched, port: 80)
      try await LiveDaemon.with(on: cable, options: ["--web", "127.0.0.1:8787"]) { daemon in
        let traffic = try cable.start(at: .sender, "python3", TestFiles.path("Tests/Dashboard/traffic.py"))
        let variables = [
          "SENTRY": try Program.sentry.path, "SENTRY_SOCKET": daemon.socket, "AXE": axe ?? "",
          "PYTHONDONTWRITEBYTECODE": "1",
        ]
        let words = variables.map { "\($0)='\($1)'" }.joined(separator: " ")
        run = try await cable.script(
          at: .watched, "\(words) python3 \(TestFiles.path("Tests/Dashboard"))/\(script)", within: limit)
        try await traffic.stop()
      }
      try await server.stop()
    }
    return try #require(run)
  }
}

@Suite(.serialized, .enabled(if: LiveBrowser.isPossible, LiveBrowser.needs))
struct LiveBrowserTests {
  @Test(
    .timeLimit(.minutes(4)),
    arguments: [
      "login", "live", "disable", "paste", "findings", "trial", "second_editor", "triggered", "explain", "hostile",
      "keyboard",
    ])
  func scenarioGoesAsItShould(_ name: String) async throws {
    let run = try await LiveBrowser.run("run.py \(name)")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }

  @Test(.timeLimit(.minutes(4)), .enabled(if: LiveBrowser.axe != nil, "needs axe-core, which make test fetches"))
  func pagesKeepNobodyOut() async throws {
    let run = try await LiveBrowser.run("run.py accessibility")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }
}
