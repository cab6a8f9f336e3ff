import Foundation
import SentryTestSupport
import Testing

/// What `triggered why` and `traffic` refuse before they ask anybody.
@Suite struct WhyCommandTests {
  @Test func aFileThatIsThereIsNotReplaced() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("notes.txt", "mine")
    let socket = folder.path("none.sock")
    let words = ["triggered", "why", "203.0.113.9", "--socket", socket, "--write"]
    for name in [path, "/dev/null", folder.path("new.pcap")] {
      let run = try await Program.sentry.run(words + [name])
      #expect(run.status == (name == path ? 74 : 69), "\(name): \(run.errors)")
      #expect(run.errors.contains("--force") == (name == path), "\(name): \(run.errors)")
    }
    #expect(try await Program.sentry.run(words + [path, "--force"]).status == 69)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
  }

  @Test func aBeginningInTheFutureIsSaidToBe() async throws {
    let run = try await Program.sentry.run(["traffic", "top", "--since", "9999-12-31"])
    #expect(run.status == 2)
    #expect(run.errors.contains("--since is in the future"), "\(run.errors)")
  }
}
