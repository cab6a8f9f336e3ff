import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Somebody turns the firewall off and on while a document is on trial.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveTrialSwitchTests {
  private static let open = LiveQueue.rule("Dest port", "82", "nodeName = other; filterActionName = Delete;")
  private static let closed = LiveQueue.rule("Dest port", "81", "nodeName = closed; filterActionName = Delete;")

  /// A machine that serves port 81, which only the document on trial closes.
  private struct Machine {
    let cable: Cable
    let daemon: LiveDaemon
    let state: TemporaryFolder

    func say(_ words: String) async throws {
      let arguments = words.split(separator: " ").map(String.init)
      let run = try await Program.sentry.run(arguments, environment: ["SENTRY_SOCKET": daemon.socket])
      #expect(run.status == 0, "\(words): \(run.errors)")
    }

    func canConnect() async throws -> Bool {
      try await cable.run(at: .sender, "nc", "-z", "-w", "1", Cable.watchedAddress, "81").status == 0
    }

    /// The next boot begins with the kernel's part.
    var hasBootCopy: Bool { FileManager.default.fileExists(atPath: state.path("kernel.nft")) }
  }

  /// - Parameter trialSeconds: for how long the closing document is on trial when `body` begins.
  private func withTrial(_ trialSeconds: Int, _ body: (Machine) async throws -> Void) async throws {
    let state = try TemporaryFolder()
    let open = try LiveQueue.document(Self.open, in: state, name: "open.plist")
    let closed = try LiveQueue.document(Self.closed, in: state, name: "closed.plist")
    try await LiveQueue.run(open, options: ["--state-directory", state.url.path]) { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 81)
      let machine = Machine(cable: cable, daemon: daemon, state: state)
      #expect(try await machine.canConnect())
      #expect(machine.hasBootCopy)
      try await machine.say("apply --confirm \(trialSeconds) \(closed)")
      #expect(try await !machine.canConnect())
      try await body(machine)
      withExtendedLifetime(server) {}
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func offAndOnLeaveTheTrialAsItIs() async throws {
    try await withTrial(600) { machine in
      try await machine.say("off")
      #expect(try await machine.canConnect())
      #expect(!machine.hasBootCopy)
      #expect(try await machine.daemon.status().trial != nil)
      try await machine.say("on")
      #expect(try await !machine.canConnect())
      #expect(try await machine.daemon.status().trial != nil)
      // What is on trial is not what the next boot begins with; what was before is, once it is back.
      #expect(!machine.hasBootCopy)
      try await machine.say("rollback")
      #expect(try await machine.canConnect())
      #expect(machine.hasBootCopy)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aTrialThatEndsWhileOffLeavesTheRulesBefore() async throws {
    try await withTrial(10) { machine in
      try await machine.say("off")
      try await waitUntil("the rules before are back", within: .seconds(60)) {
        try await machine.daemon.status().trial == nil
      }
      #expect(try await machine.daemon.status().document.name.hasSuffix("open.plist"))
      #expect(try await machine.daemon.status().enabled == false)
      #expect(!machine.hasBootCopy)
      try await machine.say("on")
      #expect(try await machine.canConnect())
      #expect(machine.hasBootCopy)
      #expect(try await machine.daemon.matches(ofRule: "1") == 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whatIsConfirmedWhileOffCountsOnceOn() async throws {
    try await withTrial(600) { machine in
      try await machine.say("off")
      try await machine.say("confirm")
      #expect(try await machine.canConnect())
      #expect(!machine.hasBootCopy)
      try await machine.say("on")
      #expect(try await !machine.canConnect())
      #expect(machine.hasBootCopy)
    }
  }
}
