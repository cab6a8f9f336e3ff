import Foundation
import SentryTestSupport
import Testing

/// Documents change under load.
@Suite(
  .serialized,
  .enabled(
    if: LiveQueue.isPossible && Program("iperf3").isThere && Program("hping3").isThere,
    "needs iperf3, hping3 and what queue mode needs"))
struct LiveApplyTests {
  private static let times = 200

  /// Both forbid UDP port 9, by different rules, and neither forbids anything else.
  private static let documents = [
    LiveQueue.rule("Dest port", "9", "filterActionName = Delete;"),
    LiveQueue.rule(
      "Protocol", "17",
      #"children = ( { enabled = 1; propertyName = IPFragmentOffset; propertyValue = "1-63"; filterActionName = Delete; }, "#
        + #"{ enabled = 1; propertyName = "Dest port"; propertyValue = "0-20"; filterActionName = Delete; } );"#),
  ]

  @Test(.timeLimit(.minutes(12)))
  func noConnectionIsLostAndNothingForbiddenPasses() async throws {
    let folder = try TemporaryFolder()
    let paths = try Self.documents.enumerated().map { number, rules in
      try LiveQueue.document(rules, in: folder, name: "\(number).plist")
    }
    try await LiveQueue.run(paths[0]) { cable, daemon in
      try await cable.countArrivals("udp dport 9")
      let server = try cable.start(at: .watched, "iperf3", "--server")
      try await cable.waitUntilListening(at: .watched, "tcp", 5_201)
      let download = try cable.start(
        at: .sender, "iperf3", "--client", Cable.watchedAddress, "--time", "300", "--bitrate", "10M", "--parallel", "2")
      let forbidden = try cable.start(
        at: .sender, "hping3", "--udp", "-q", "-i", "u2000", "-p", "9", Cable.watchedAddress)
      try await waitUntil("the load is judged") { try await daemon.status().verdicts["delete", default: 0] > 200 }

      // One program for all: to start two hundred would be most of the work.
      let apply = try await cable.script(
        at: .sender,
        """
        for ((i = 0; i < \(Self.times); i++)); do
          curl --silent --show-error --fail --output /dev/null --unix-socket \(daemon.socket) \\
            --upload-file \(folder.url.path)/$((i % 2)).plist "http://localhost/v1/rules?name=$i" || exit 1
        done
        """, within: .seconds(280))
      #expect(apply.status == 0, "\(apply.errors)")

      let status = try await daemon.status()
      #expect(status.document.generation == UInt32(Self.times) + 1)
      #expect(download.isRunning && forbidden.isRunning)
      // Still the same two connections and the one that controls them.
      let connections = try await cable.run(
        at: .sender, "ss", "--no-header", "--numeric", "state", "established", "dport", "=", "5201")
      #expect(connections.output.split(separator: "\n").count == 3)
      #expect(try await cable.arrivals() == 0)
      #expect(status.queue?.overflowed == 0)
      #expect(status.verdicts["delete", default: 0] > 200)
      for program in [download, forbidden, server] { try await program.kill() }
    }
  }
}
