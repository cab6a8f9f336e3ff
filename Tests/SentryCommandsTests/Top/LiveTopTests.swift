import Foundation
import SentryTestSupport
import Testing

/// `sentry top` in a real terminal, with a real daemon.
@Suite(
  .serialized, .enabled(if: LiveQueue.isPossible && TmuxTerminal.isPossible, "needs tmux and what queue mode needs"))
struct LiveTopTests {
  private static let document = """
    { rules = (
        { nodeName = probe; enabled = 1; propertyName = "Dest port"; propertyValue = 9; filterActionName = Trigger; },
        { nodeName = rest; enabled = 1; propertyName = Any; }
    ); }
    """

  private func send(port: Int, on cable: Cable) async throws {
    let script = "for i in 1 2 3 4 5; do echo x > /dev/udp/\(Cable.watchedAddress)/\(port); done 2>/dev/null; true"
    _ = try await cable.run(at: .sender, "bash", "-c", script)
  }

  private func withDaemon(_ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("rules.plist", Self.document)
    try await Cable.with(.onlyTests) { cable in
      try await LiveDaemon.with(on: cable, document) { daemon in try await body(cable, daemon) }
    }
  }

  /// Says what became of the terminal's settings, too.
  private func script(_ daemon: LiveDaemon, before: String = "") throws -> String {
    """
    export LC_ALL=C.UTF-8
    stty echo icanon
    before=$(stty -g)
    \(before) \(try Program.sentry.path) top --socket \(daemon.socket)
    echo "status $?"
    [ "$before" = "$(stty -g)" ] && echo "settings as before"
    """
  }

  @Test(.timeLimit(.minutes(12)))
  func rulesAndAddressesAreShownAndChanged() async throws {
    try await withDaemon { cable, daemon in
      try await TmuxTerminal.with(script(daemon)) { terminal in
        try await terminal.waitUntil("the screen is drawn") { $0.first?.hasPrefix("sentry  monitor  on") == true }
        try await send(port: 9, on: cable)
        try await terminal.waitUntil("the sender is triggered") { lines in
          lines.contains { $0.contains(Cable.senderAddress) && $0.contains("1 probe") }
        }
        let lines = try await terminal.lines()
        #expect(lines.count >= 24 && lines.allSatisfy { $0.count <= 80 })
        #expect(lines[23].hasPrefix("q quit"))
        try await terminal.waitUntil("the rule's matches are there") { lines in
          lines.contains { $0.contains("1 probe") && $0.contains(" 5 ") }
        }
        // What passes makes its sender a host.
        try await send(port: 10, on: cable)
        try await terminal.waitUntil("the sender is a host") { lines in
          lines.drop { !$0.contains("Hosts, by packets") }.contains { $0.hasPrefix("  \(Cable.senderAddress)") }
        }

        try await terminal.press("Tab", "r")
        try await terminal.waitUntil("it asks") { $0.contains { $0.hasPrefix("Remove \(Cable.senderAddress) from") } }
        try await terminal.press("n")
        try await terminal.waitUntil("it does nothing") { $0.contains("nothing was done") }
        #expect(try await daemon.triggered().contains(Cable.senderAddress))
        try await terminal.press("r", "y")
        try await terminal.waitUntil("it is gone") { $0.contains { $0.contains("no address is triggered") } }
        #expect(try await !daemon.triggered().contains(Cable.senderAddress))

        // By number, the first is the first.
        try await terminal.press("BTab", "s", "s", "s", "Home", "e")
        try await terminal.waitUntil("it asks") { $0.contains { $0.hasPrefix("Disable rule 1 'probe'?") } }
        try await terminal.press("y")
        try await terminal.waitUntil("the rule is off") { $0.contains { $0.contains("1 probe (disabled)") } }
        #expect(try await daemon.sentry("show-active").output.contains("enabled = 0"))
        try await terminal.press("e", "y")
        try await terminal.waitUntil("it is on again") { lines in
          lines.contains { $0.contains("1 probe") } && !lines.contains { $0.contains("(disabled)") }
        }
        #expect(try await daemon.status().document.generation == 3)
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func sizesPausesAndHelpWork() async throws {
    try await withDaemon { cable, daemon in
      try await TmuxTerminal.with(script(daemon)) { terminal in
        try await terminal.waitUntil("the screen is drawn") { $0.first?.hasPrefix("sentry  monitor  on") == true }
        try await terminal.resize(width: 120, height: 40)
        try await terminal.waitUntil("it fills the larger one") { lines in
          lines.count >= 40 && lines[39].hasPrefix("q quit") && lines[0].count > 100
        }
        try await terminal.resize(width: 60, height: 15)
        try await terminal.waitUntil("it fits the smaller one") { lines in
          lines.count >= 15 && lines[14].hasPrefix("q quit") && lines.allSatisfy { $0.count <= 60 }
        }
        try await terminal.press("?")
        try await terminal.waitUntil("help is there") { $0.first == "sentry top: keys" }
        try await terminal.press("x", "p")
        try await terminal.waitUntil("it pauses") { $0.first?.contains("PAUSED") == true }
        try await send(port: 9, on: cable)
        try await waitUntil("the daemon has seen it") { try await daemon.triggered().contains(Cable.senderAddress) }
        // More than two screens that would have come.
        let still = try await terminal.text()
        let start = ContinuousClock.now
        while ContinuousClock.now < start + .milliseconds(2_500) {
          #expect(try await terminal.text() == still)
          try await Task.sleep(for: .milliseconds(250))
        }
        #expect(!still.contains(Cable.senderAddress))
        try await terminal.press("p")
        try await terminal.waitUntil("it goes on") { $0.contains { $0.contains(Cable.senderAddress) } }
        try await terminal.press("q")
        try await terminal.waitUntil("it ends") { $0.contains("status 0") && $0.contains("settings as before") }
        #expect(try await terminal.isAsBefore())
      }
    }
  }

  /// The statuses are those of sh for signals (128 and the number), and our own.
  @Test(
    .timeLimit(.minutes(12)),
    arguments: [
      ("INT", "status 0"), ("TERM", "status 0"), ("HUP", "status 0"), ("QUIT", "status 0"), ("SEGV", "status 139"),
      ("ABRT", "status 134"),
    ])
  func terminalComesBack(_ signal: String, _ status: String) async throws {
    try await withDaemon { _, daemon in
      try await TmuxTerminal.with(script(daemon)) { terminal in
        try await terminal.waitUntil("the screen is drawn") { $0.first?.hasPrefix("sentry  monitor  on") == true }
        #expect(try await !terminal.isAsBefore())
        try await terminal.signal(signal)
        try await terminal.waitUntil("it ends") { $0.contains(status) && $0.contains("settings as before") }
        #expect(try await terminal.isAsBefore())
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func terminalComesBackWhenTheDaemonIsGone() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("rules.plist", Self.document)
    try await Cable.with(.onlyTests) { cable in
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder)
      try await TmuxTerminal.with(script(daemon)) { terminal in
        try await terminal.waitUntil("the screen is drawn") { $0.first?.hasPrefix("sentry  monitor  on") == true }
        #expect(try await daemon.program.stop() == 0)
        try await terminal.waitUntil("it ends") { $0.contains("status 69") && $0.contains("settings as before") }
        #expect(try await terminal.text().contains("sentry: no sentry is running at"))
        #expect(try await terminal.isAsBefore())
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func colourIsLeftOutWhereItIsNotWanted() async throws {
    try await withDaemon { _, daemon in
      for (variable, hasColour) in [("env -u NO_COLOR", true), ("NO_COLOR=1", false)] {
        try await TmuxTerminal.with(script(daemon, before: variable)) { terminal in
          try await terminal.waitUntil("the screen is drawn") { $0.first?.hasPrefix("sentry  monitor  on") == true }
          // "on" is green (ECMA-48 §8.3.117).
          #expect(try await terminal.look().contains("\u{1B}[32m") == hasColour)
        }
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func withoutATerminalOneScreenIsPrinted() async throws {
    try await withDaemon { _, daemon in
      let refusal = try await daemon.sentry("top")
      #expect(refusal.status == 2)
      #expect(refusal.errors.contains("--once"))
      let once = try await daemon.sentry("top", "--once")
      #expect(once.status == 0)
      #expect(once.output.hasPrefix("sentry  monitor  on"))
      #expect(!once.output.contains("\u{1B}"))
      #expect(once.output.contains("\n  Rules, by rate"))
      #expect(once.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }
}
