import Foundation
import SentryTestSupport
import Testing

/// Metrics of a real daemon at a port, as Prometheus fetches them.
@Suite(
  .serialized, .enabled(if: LiveQueue.isPossible && Program("curl").isThere, "needs curl and what queue mode needs"))
struct LiveMetricsTests {
  /// - Returns: the answer, the status code behind it.
  private func fetch(_ cable: Cable, _ words: String) async throws -> ProgramRun {
    try await cable.script(at: .watched, "curl --silent --max-time 10 --write-out '%{http_code}' \(words)")
  }

  @Test(.timeLimit(.minutes(12)))
  func portGivesWhatTheCommandPrints() async throws {
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      try await LiveDaemon.with(on: cable, options: ["--metrics", "127.0.0.1:9797"]) { daemon in
        let answer = try await fetch(cable, "http://127.0.0.1:9797/metrics")
        #expect(answer.output.hasSuffix("200"))
        let command = try await daemon.sentry("metrics")
        #expect(command.status == 0)
        func names(_ text: String) -> [Substring] { text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") } }
        #expect(names(command.output).count > 30)
        #expect(names(answer.output) == names(command.output))
        #expect(try await fetch(cable, "http://127.0.0.1:9797/v1/status").output.hasSuffix("404"))
        #expect(
          try await fetch(cable, "--header 'Host: evil.example' http://127.0.0.1:9797/metrics").output.hasSuffix("421"))
        let few = try await daemon.sentry("metrics", "--rules", "2").output
        #expect(few.split(separator: "\n").count { $0.hasPrefix("sentry_rule_packets_total") } == 2)
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func takenPortIsSaidAndNothingRuns() async throws {
    let folder = try TemporaryFolder()
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      try await LiveDaemon.with(on: cable, options: ["--metrics", "127.0.0.1:9797"]) { _ in
        let second = try await Program("ip").run([
          "netns", "exec", cable.watched, Program.sentry.path, "run", LiveDaemon.defaultDocument, "-i", "cable0",
          "--socket", folder.path("other.sock"), "--metrics", "127.0.0.1:9797",
        ])
        #expect(second.status == 74)
        #expect(second.errors.contains("metrics cannot be had at 127.0.0.1:9797"))
      }
    }
  }
}
