import Foundation
import SentryTestSupport
import Testing

/// A running daemon, and who has started it and wants to hear how it is doing.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveServiceTests {
  private static func rules(_ port: Int) -> String {
    "{ rules = ( \(LiveQueue.rule("Dest port", "\(port)", "filterActionName = Log;")) ); }"
  }

  private func next(_ reader: DatagramReader) throws -> [String] {
    let datagram = try #require(reader.next(within: 30_000))
    return String(decoding: datagram, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The next news but for signs of life, and the status by itself.
  private func nextNews(_ reader: DatagramReader) throws -> [String] {
    while true {
      let news = try next(reader)
      if news != ["WATCHDOG=1"], news.count > 1 { return news }
    }
  }

  /// What systemd(1) hears of a daemon's life, with SIGHUP in it.
  @Test(.timeLimit(.minutes(12)), arguments: [false, true])
  func itsLifeIsTold(_ isAbstract: Bool) async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("rules.plist", Self.rules(9))
    let address = isAbstract ? "@sentry-test-\(UUID().uuidString)" : folder.path("notify")
    let reader = try DatagramReader(at: address)
    try await Cable.with(.onlyTests) { cable in
      // An abstract address belongs to a network namespace: the daemon stays in ours, and watches its loopback interface.
      let program =
        isAbstract
        ? try Program.sentry.start(
          ["run", document, "-i", "lo", "--socket", folder.path("sentry.sock")],
          environment: ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"])
        : try Program("ip").start(
          [
            "netns", "exec", cable.watched, Program.sentry.path, "run", document, "-i", "cable0", "--mode", "queue",
            "--socket",
            folder.path("sentry.sock"), "--state-directory", folder.url.path,
          ], environment: ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"])
      let work = isAbstract ? "monitor on lo" : "queue on cable0"
      #expect(try nextNews(reader) == ["READY=1", "STATUS=\(work) by \(document), 1 rule"])
      // It answers at once.
      let status = try await Program.sentry.run(["status"], environment: ["SENTRY_SOCKET": folder.path("sentry.sock")])
      #expect(status.status == 0)
      var beats = 0
      while beats < 2 { beats += try next(reader) == ["WATCHDOG=1"] ? 1 : 0 }

      _ = try folder.write("rules.plist", "{ rules = (")
      #expect(kill(program.number, SIGHUP) == 0)
      let reloading = try nextNews(reader)
      #expect(reloading.first == "RELOADING=1")
      #expect(reloading.dropFirst().first?.wholeMatch(of: /MONOTONIC_USEC=[0-9]+/) != nil)
      let refused = try nextNews(reader)
      #expect(refused.first == "READY=1")
      #expect(
        refused.last?.hasPrefix("STATUS=\(work) by \(document), 1 rule; \(document) was refused: ") == true,
        "\(refused)")
      #expect(program.errors.contains("\(document):1:"), "\(program.errors)")

      _ = try folder.write("rules.plist", Self.rules(7))
      #expect(kill(program.number, SIGHUP) == 0)
      #expect(try nextNews(reader).first == "RELOADING=1")
      #expect(try nextNews(reader) == ["READY=1", "STATUS=\(work) by \(document), 1 rule"])
      let active = try await Program.sentry.run(
        ["show-active"], environment: ["SENTRY_SOCKET": folder.path("sentry.sock")])
      #expect(active.output.contains(#"propertyValue = "7""#))

      #expect(kill(program.number, SIGTERM) == 0)
      #expect(try nextNews(reader) == ["STOPPING=1", "STATUS=ending"])
      let end = try await program.waitForEnd(within: .seconds(20))
      #expect(end.status == 0, "\(end.errors)")
    }
  }
}
