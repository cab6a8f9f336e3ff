import Foundation
import SentryControl
import SentryTestSupport
import Testing

private enum LiveNetwork {
  static let isPossible =
    geteuid() == 0 && Program.sentry.isThere
    && ["ip", "nc", "hping3", "sysctl"].allSatisfy { Program($0).isThere }

  static let needs: Comment = "needs root, the built program, and the tools ip, nc, hping3 and sysctl"
}

@Suite(.serialized, .enabled(if: LiveNetwork.isPossible, LiveNetwork.needs))
struct LiveNetworkTests {
  /// One daemon on one cable, both gone at the end whatever happens.
  private func withWatchedCable(_ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    try await Cable.with(.onlyTests) { cable in
      try await LiveDaemon.with(on: cable) { try await body(cable, $0) }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func probeOfTelnetIsTriggered() async throws {
    try await withWatchedCable { cable, daemon in
      #expect(daemon.program.errors.contains("nothing is enforced"))
      #expect(try await daemon.sentry("triggered", "list").output.hasPrefix("no addresses"))
      try await Program("ip").run(
        ["netns", "exec", cable.sender, "nc", "-z", "-w1", Cable.watchedAddress, "23"])
      try await waitUntil("the prober is in the trigger table") {
        let list = try await daemon.sentry("triggered", "list")
        return list.output.contains(Cable.senderAddress) && list.output.contains("2.1.5.1")
      }
      #expect(try await daemon.sentry("log").output.contains("packet dropped 2.1.5.1"))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func everyPacketOfAFloodIsJudgedOnceOrCountedAsDropped() async throws {
    try await withWatchedCable { cable, daemon in
      let changed = try daemon.folder.write("changed.plist", changedDocument())
      let before = try await cable.kernelCounts()
      let start = try await daemon.interface()

      let applied = try await withFlood(on: cable, seconds: 5) {
        try await waitUntil("the old rules judge the flood") {
          try await daemon.interface().judged > start.judged + 1_000
        }
        let reply = try await daemon.sentry("apply", changed, "--format", "json")
        #expect(reply.status == 0, "\(reply.errors)")
        try await waitUntil("the new rules judge the flood") {
          try await daemon.interface().judgedByCurrentRules > 1_000
        }
        return try JSONDecoder().decode(ApplyReply.self, from: Data(reply.output.utf8))
      }

      var sums = (counted: UInt64(0), kernel: UInt64(0))
      do {
        try await waitUntil("all packets are accounted for") {
          let interface = try await daemon.interface()
          let now = try await cable.kernelCounts()
          #expect(now.sent == before.sent, "nothing but the flood is on the cable")
          sums.counted =
            interface.judgedEarlier + interface.judgedByCurrentRules + interface.dropped
            - (start.judgedEarlier + start.judgedByCurrentRules + start.dropped)
          sums.kernel = now.received - before.received
          return sums.counted == sums.kernel
        }
      } catch {
        Issue.record("old + new + dropped = \(sums.counted), the interface received \(sums.kernel)")
        throw error
      }
      let finish = try await daemon.status()
      let interface = try #require(finish.interfaces.first)
      #expect(interface.judgedEarlier == applied.replaced?.judged)
      #expect(finish.generations.map(\.judged).reduce(0, +) == interface.judged)
      #expect(interface.received - start.received == sums.kernel)
    }
  }

  /// Sends packets as fast as the sender can, for that long or until `body` is done, whichever is later.
  private func withFlood<Value>(on cable: Cable, seconds: Int, _ body: () async throws -> Value) async throws -> Value {
    let end = ContinuousClock.now + .seconds(seconds)
    let flood = try Program("ip").start(
      ["netns", "exec", cable.sender, "hping3", "--udp", "--flood", "-q", "-p", "9", Cable.nobody])
    do {
      let value = try await body()
      try await ContinuousClock().sleep(until: end)
      try await flood.kill()
      return value
    } catch {
      try? await flood.kill()
      throw error
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func shownDocumentLoadsAgain() async throws {
    try await withWatchedCable { cable, daemon in
      let shown = try await daemon.sentry("show-active")
      #expect(shown.status == 0)
      let file = try daemon.folder.write("shown.plist", shown.output)
      let check = try await daemon.sentry("check", "--strict", file)
      #expect(check.status == 0, "\(check.output)")
      // Unchanged rules keep their counters: all of them, if the document is the same.
      let again = try await daemon.sentry("apply", file, "--format", "json")
      let applied = try JSONDecoder().decode(ApplyReply.self, from: Data(again.output.utf8))
      #expect(applied.keptCounters == applied.document.ruleCount)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func badDocumentLeavesTheRunningRulesAlone() async throws {
    try await withWatchedCable { _, daemon in
      let bad = try daemon.folder.write(
        "bad.plist", "{ rules = (\n  { enabled = 1; propertyName = \"Dest prot\"; }\n); }\n")
      let result = try await daemon.sentry("apply", bad)
      #expect(result.status == 65)
      #expect(result.errors.contains("bad.plist:2:"))
      #expect(result.errors.contains("the rules in force stay as they are"))
      #expect(try await daemon.status().document.generation == 1)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func lostInterfaceIsReportedAndComesBack() async throws {
    try await withWatchedCable { cable, daemon in
      try await cable.unplug()
      try await waitUntil("the interface is reported as lost") { try await !daemon.interface().capturing }
      #expect(try await daemon.sentry("log").output.contains("cable0 is not watched any more"))
      try await cable.plug()
      try await waitUntil("the interface is watched again") { try await daemon.interface().capturing }
      let before = try await daemon.interface().judged
      try await Program("ip").run(
        ["netns", "exec", cable.sender, "nc", "-z", "-w1", Cable.watchedAddress, "23"])
      try await waitUntil("packets are judged again") { try await daemon.interface().judged > before }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func secondDaemonOnTheSameSocketIsRefused() async throws {
    try await withWatchedCable { _, daemon in
      let second = try await Program.sentry.run(
        ["run", LiveDaemon.defaultDocument, "-i", "lo", "--socket", daemon.socket])
      #expect(second.status == 74)
      #expect(second.errors.contains("another sentry"))
      #expect(try await daemon.sentry("status").status == 0)
    }
  }

  /// The shipped document with one more rule in front.
  private func changedDocument() throws -> String {
    let text = try String(contentsOfFile: LiveDaemon.defaultDocument, encoding: .utf8)
    // At the end, where it changes no other rule's number: the document's tests name them.
    let end = try #require(text.range(of: "}\n  );\n\n  // SETTINGS"))
    return text.replacingCharacters(
      in: end, with: "}, { enabled = 1; propertyName = Protocol; propertyValue = 17; }\n  );\n\n  // SETTINGS")
  }
}

@Suite(.enabled(if: Program.sentry.isThere, "needs the built program"))
struct LiveExitStatusTests {
  @Test func withoutADaemonTheMessageShowsHowToStartOne() async throws {
    // Not 'off': without a daemon it takes out of this very host what one has left (`LiveFailureTests` has a host of its own).
    for command in [["status"], ["log"], ["on"], ["show-active"], ["triggered", "list"]] {
      let result = try await Program.sentry.run(
        command, environment: ["SENTRY_SOCKET": "/nonexistent/sentry.sock"])
      #expect(result.status == 69, "\(command)")
      #expect(result.errors.contains("sentry run"), "\(command)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func unknownModeIsNamedWithThoseThereAre() async throws {
    let result = try await Program.sentry.run(["run", "--mode", "quiz", "-i", "lo"])
    #expect(result.status == 2)
    #expect(result.errors.contains("'quiz'"))
    #expect(result.errors.contains("queue"))
  }

  @Test func interfaceThatIsNotThereIsNamedWithThoseThatAre() async throws {
    let folder = try TemporaryFolder()
    let socket = folder.path("sentry.sock")
    let result = try await Program.sentry.run(["run", LiveDaemon.defaultDocument, "-i", "nosuch0", "--socket", socket])
    #expect(result.status == 66 || result.status == 77)
    #expect(result.errors.contains("nosuch0"))
    #expect(!FileManager.default.fileExists(atPath: socket))
  }
}
