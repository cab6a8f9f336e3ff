import Foundation
import SentryTestSupport
import Testing

/// Manual pages and completions, made from the commands.
@Suite struct ManualTests {
  @Test(.enabled(if: Program("python3").isThere, "needs python3"))
  func eachCommandHasAPageThatRendersWithoutAWarning() async throws {
    let folder = try TemporaryFolder()
    let help = try await Program.sentry.run(["--experimental-dump-help"])
    let run = try await Program("python3").run(
      [TestFiles.path("Packaging/manual.py"), folder.url.path], input: Data(help.output.utf8),
      environment: ["VERSION": "1.2.3"])
    #expect(run.status == 0, "\(run.errors)")
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    for name in ["sentry.1", "sentry-run.1", "sentry-triggered-list.1", "sentry-service-install.1"] {
      #expect(pages.contains(name))
    }
    // What is not for people has none.
    #expect(!pages.contains("sentry-notifier.1"))
    guard Program("man").isThere else { return }
    for name in pages {
      let page = try await Program("man").run(
        ["--warnings", "-l", folder.path(name)], environment: ["MANWIDTH": "80", "LC_ALL": "C.UTF-8"])
      #expect(page.status == 0)
      #expect(page.errors == "", "\(name)")
      #expect(page.output.contains("sentry 1.2.3"), "\(name)")
    }
    let page = try await Program("man").run(
      ["-l", folder.path("sentry-run.1")], environment: ["MANWIDTH": "80", "LC_ALL": "C.UTF-8"])
    #expect(page.output.contains("sentry run -i eth0 --mode queue --dry-run\n"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func theShellTakesTheCompletions(_ shell: String) async throws {
    let script = try await Program.sentry.run(["--generate-completion-script", shell])
    #expect(script.status == 0)
    #expect(script.output.contains("triggered"))
    guard Program(shell).isThere else { return }
    let folder = try TemporaryFolder()
    let run = try await Program(shell).run(["-n", try folder.write("completions", script.output)])
    #expect(run.status == 0, "\(run.errors)")
  }
}
