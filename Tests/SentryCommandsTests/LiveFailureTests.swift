import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// What becomes of packets when the daemon, the kernel's rules, or an interface go away.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("ping").isThere, LiveQueue.needs))
struct LiveFailureTests {
  private static let policies = ["fail-open", "fail-closed"]
  private static let telnetIsClosed = LiveQueue.rule("Dest port", "23", "filterActionName = Delete;")

  private func reaches(_ cable: Cable, patience: Int) async throws -> Bool {
    try await cable.run(
      at: .sender, "ping", "-n", "-q", "-c", "1", "-W", "\(patience)", Cable.watchedAddress
    ).status == 0
  }

  private func hasOurTable(_ cable: Cable) async throws -> Bool {
    try await cable.run(at: .watched, "nft", "list", "tables").output.contains("inet sentry")
  }

  private func hasOurRules(_ cable: Cable) async throws -> Bool {
    let saved = try await cable.script(at: .watched, "iptables-save; ip6tables-save").output
    let isInIptables = saved.contains("sentry-queue")
    return try await hasOurTable(cable) || isInIptables
  }

  private func options(_ policy: String, _ folder: TemporaryFolder) -> [String] {
    ["--mode", "queue", "--policy", policy, "--state-directory", folder.url.path]
  }

  /// What `sentry` says at the watched end.
  private func sentry(_ cable: Cable, _ arguments: String) async throws -> ProgramRun {
    try await cable.script(at: .watched, "\(Program.sentry.path) \(arguments)")
  }

  // MARK: The daemon goes

  @Test(.timeLimit(.minutes(12)), arguments: policies)
  func killedUnderLoadThePolicyHoldsUntilOffOrTheNextStart(_ policy: String) async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await Cable.with(.usual) { cable in
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder, options: options(policy, folder))
      let load = try cable.start(
        at: .sender, "ping", "-q", "-f", "-i", "0.002", Cable.watchedAddress)
      try await waitUntil("the load is judged") { try await daemon.interface().judged > 500 }
      try await daemon.program.kill()
      let passes = policy == "fail-open"
      #expect(try await reaches(cable, patience: passes ? 10 : 2) == passes)
      #expect(try await hasOurRules(cable), "nobody could take them out")

      // The next one cleans up behind the last.
      let next = try await LiveDaemon.start(on: cable, document, in: folder, options: options(policy, folder))
      #expect(next.program.errors.contains("what an earlier run had left in the kernel was replaced"))
      #expect(try await reaches(cable, patience: 10))
      try await next.program.kill()

      // So does a person.
      let off = try await sentry(cable, "off --socket \(next.socket) --state-directory \(folder.url.path)")
      #expect(off.status == 0, "\(off.errors)")
      #expect(off.output.contains("taken out"))
      #expect(try await !hasOurRules(cable))
      #expect(!FileManager.default.fileExists(atPath: folder.path("kernel.nft")))
      #expect(try await reaches(cable, patience: 10))
      // There is nothing left to take out.
      let again = try await sentry(cable, "off --socket \(next.socket) --state-directory \(folder.url.path)")
      #expect(again.status == 69)
      #expect(again.errors.contains("no sentry is running"))
      #expect(again.errors.contains("nothing of one is left in the kernel, nor kernel.nft in \(folder.url.path)"))
      try await load.kill()
    }
  }

  @Test(.timeLimit(.minutes(12)), arguments: policies)
  func stoppedThePolicyDecides(_ policy: String) async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await Cable.with(.usual) { cable in
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder, options: options(policy, folder))
      #expect(try await reaches(cable, patience: 10))
      #expect(try await daemon.program.stop() == 0)
      let passes = policy == "fail-open"
      #expect(try await reaches(cable, patience: passes ? 10 : 2) == passes)
      #expect(try await hasOurRules(cable) == !passes)
      #expect(daemon.program.errors.contains("packets are dropped until sentry runs again") == !passes)
      // For the next boot; the system may be on its way down.
      #expect(FileManager.default.fileExists(atPath: folder.path("kernel.nft")))
    }
  }

  /// It hangs; nobody asks it any more.
  @Test(.timeLimit(.minutes(12)))
  func offWorksWithoutAnAnswer() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await Cable.with(.usual) { cable in
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder, options: options("fail-closed", folder))
      let number = daemon.program.number
      #expect(kill(number, SIGSTOP) == 0)
      #expect(try await !reaches(cable, patience: 1))
      let off = try await sentry(cable, "off --socket \(daemon.socket) --state-directory \(folder.url.path)")
      #expect(off.status == 0, "\(off.errors)")
      let silence = "the sentry at \(daemon.socket) (process \(number)) does not answer within 10 seconds"
      #expect(off.output.contains("\(silence); its part of the kernel was taken out: every packet passes"))
      #expect(off.output.contains("to end it: kill -KILL \(number)"))
      #expect(try await !hasOurRules(cable))
      #expect(try await reaches(cable, patience: 10))
      let status = try await sentry(cable, "status --socket \(daemon.socket)")
      #expect(status.status == 75)
      #expect(status.errors.contains(silence))
      // What was asked for and given up is not done when it goes on.
      #expect(kill(number, SIGCONT) == 0)
      try await waitUntil("it answers again") { try await daemon.sentry("status").status == 0 }
      #expect(try await daemon.status().enabled)
      #expect(try await daemon.program.stop() == 0)
    }
  }

  /// Starts a program in a terminal of its own and says its number; the terminal goes with whoever holds it.
  private static let terminal = """
    import os, pty, sys, time
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    with open(sys.argv[1], 'w') as note:
        note.write(str(child))
    while True:
        os.read(terminal, 4096)
    """

  /// The terminal, or the remote shell, that it runs in is gone.
  @Test(.timeLimit(.minutes(12)), .enabled(if: Program("python3").isThere, "needs python3"))
  func withoutItsTerminalItEndsInOrder() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await Cable.with(.usual) { cable in
      let socket = folder.path("sentry.sock")
      let terminal = try cable.start(
        at: .watched, "python3", "-c", Self.terminal, folder.path("number"), try Program.sentry.path, "run", document,
        "-i", "cable0", "--socket", socket, "--mode", "queue", "--state-directory", folder.url.path)
      let answers = { try await Program.sentry.run(["status"], environment: ["SENTRY_SOCKET": socket]).status == 0 }
      try await waitUntil("it answers", answers)
      let number = try #require(pid_t(try String(contentsOfFile: folder.path("number"), encoding: .utf8)))
      // Somebody moved its log files; the terminal is still there.
      #expect(kill(number, SIGHUP) == 0)
      #expect(try await answers())
      #expect(try await hasOurRules(cable))
      try await terminal.kill()
      try await waitUntil("its rules are taken out of the kernel") { try await !hasOurRules(cable) }
      #expect(!FileManager.default.fileExists(atPath: socket))
      #expect(try await reaches(cable, patience: 10))
    }
  }

  // MARK: Switched off and on

  @Test(.timeLimit(.minutes(12)), arguments: policies)
  func offTakesTheRulesOutAndOnPutsThemBack(_ policy: String) async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await LiveQueue.run(document, options: ["--policy", policy, "--state-directory", folder.url.path]) {
      cable, daemon in
      #expect(try await daemon.sentry("off").output == "sentry is off\n")
      #expect(try await !hasOurRules(cable))
      #expect(try await reaches(cable, patience: 10))
      #expect(try await daemon.sentry("status").output.contains("hands over no packets"))
      #expect(try await daemon.sentry("on").output == "sentry is on\n")
      #expect(try await hasOurRules(cable))
      let before = try await daemon.interface().judged
      #expect(try await reaches(cable, patience: 10))
      #expect(try await daemon.interface().judged >= before + 2)
      // Otherwise fail-closed would leave its rules behind, which another test is about.
      #expect(try await daemon.sentry("off").status == 0)
    }
  }

  // MARK: Others

  @Test(.timeLimit(.minutes(12)))
  func whatSomebodyFlushesIsPutBackAndTold() async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try LiveQueue.document(Self.telnetIsClosed, in: folder)) { cable, daemon in
      for flush in ["nft flush ruleset", "iptables -t mangle -F"] {
        let before = try await daemon.queue().kernel?.restorations ?? 0
        #expect(try await cable.script(at: .watched, flush).status == 0)
        if try await daemon.queue().kernel?.form == "native", flush.hasPrefix("iptables") { continue }
        try await waitUntil("it is put back after '\(flush)'") {
          try await daemon.queue().kernel?.restorations ?? 0 > before
        }
      }
      #expect(try await daemon.log().contains("it was put back"))
      let judged = try await daemon.interface().judged
      #expect(try await reaches(cable, patience: 10))
      #expect(try await daemon.interface().judged >= judged + 2)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aSecondDaemonIsRefusedWhateverItSharesWithTheFirst() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await LiveQueue.run(document) { cable, daemon in
      let start = "run \(document) -i cable0 --mode queue"
      let sameSocket = try await sentry(cable, "\(start) --socket \(daemon.socket)")
      #expect(sameSocket.status == 74)
      #expect(sameSocket.errors.contains("another sentry listens on"))
      let sameQueue = try await sentry(cable, "\(start) --socket \(folder.path("second.sock"))")
      #expect(sameQueue.status != 0)
      let first = "process \(daemon.program.number), --socket \(daemon.socket)"
      #expect(
        sameQueue.errors.contains(
          "another sentry judges this host's packets, through queue 0: stop it first (\(first))"),
        "\(sameQueue.errors)")
      let sameHost = try await sentry(cable, "\(start) --queue-number 1 --socket \(folder.path("third.sock"))")
      #expect(sameHost.status != 0)
      #expect(
        sameHost.errors.contains(
          "another sentry judges this host's packets, through queue 0: stop it first (\(first))"),
        "\(sameHost.errors)")
      // Nor does 'off' take away what a daemon works with.
      let off = try await sentry(
        cable, "off --socket \(folder.path("third.sock")) --state-directory \(folder.url.path)")
      #expect(off.status == 69)
      #expect(off.errors.contains("through queue 0"))
      #expect(off.errors.contains("(\(first))"), "\(off.errors)")
      #expect(try await hasOurRules(cable))
      #expect(try await reaches(cable, patience: 10))
      #expect(try await daemon.queue().kernel?.restorations == 0)
    }
  }

  /// A copy in another directory would be loaded at the next boot.
  @Test(.timeLimit(.minutes(12)))
  func offSaysWhereItHasLookedForTheCopy() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await Cable.with(.onlyTests) { cable in
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder, options: options("fail-closed", folder))
      try await daemon.program.kill()
      let elsewhere = try TemporaryFolder()
      let off = try await sentry(cable, "off --socket \(daemon.socket) --state-directory \(elsewhere.url.path)")
      #expect(off.status == 0)
      #expect(off.output.contains("no kernel.nft, for the next boot, is in \(elsewhere.url.path)"), "\(off.output)")
      #expect(FileManager.default.fileExists(atPath: folder.path("kernel.nft")))
    }
  }

  @Test(.timeLimit(.minutes(12)), .enabled(if: Program("setpriv").isThere, "needs setpriv"))
  func aRightThatIsMissingIsNamed() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
    // The built program may lie where only root may go.
    let program = folder.path("sentry")
    // By another process: what we write, programs that start meanwhile have open for a moment, too, and it cannot be run.
    #expect(try await Program("cp").run([Program.sentry.path, program]).status == 0)
    try await Cable.with(.onlyTests) { cable in
      func start(_ rights: String) async throws -> ProgramRun {
        try await cable.script(
          at: .watched,
          """
          exec setpriv --reuid 65534 --clear-groups --inh-caps \(rights) --ambient-caps \(rights) \(program) \
            run -i cable0 --mode queue --socket \(folder.path("s.sock"))
          """)
      }
      let withoutRaw = try await start("+net_admin")
      #expect(withoutRaw.status == 77, "\(withoutRaw.errors)")
      #expect(withoutRaw.errors.contains("run as root or with CAP_NET_RAW and CAP_NET_ADMIN"), "\(withoutRaw.errors)")
      let withoutAdmin = try await start("+net_raw")
      #expect(withoutAdmin.status == 77, "\(withoutAdmin.errors)")
      #expect(withoutAdmin.errors.contains("run as root or with CAP_NET_ADMIN"), "\(withoutAdmin.errors)")
      #expect(try await !hasOurRules(cable))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func anInterfaceThatIsNotThereIsNamed() async throws {
    let folder = try TemporaryFolder()
    try await Cable.with(.usual) { cable in
      let run = try await sentry(cable, "run -i nosuch0 --mode queue --socket \(folder.path("s.sock"))")
      #expect(run.status == 66)
      #expect(run.errors.contains("nosuch0"))
      #expect(try await !hasOurRules(cable))
    }
  }

  // MARK: The interface goes

  @Test(.timeLimit(.minutes(12)))
  func anInterfaceThatVanishesAndReturnsIsJudgedAgain() async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try LiveQueue.document(Self.telnetIsClosed, in: folder)) { cable, daemon in
      try await cable.unplug()
      try await waitUntil("the interface is reported as lost") { try await !daemon.interface().capturing }
      #expect(try await daemon.log().contains("cable0 is not watched any more"))
      try await cable.plug()
      let before = try await daemon.interface().judged
      #expect(try await reaches(cable, patience: 10))
      // At once, not only when it is noticed.
      #expect(try await daemon.interface().judged >= before + 2)
      try await waitUntil("the interface is watched again") { try await daemon.interface().capturing }
    }
  }

  // MARK: Counts

  @Test(.timeLimit(.minutes(12)))
  func whatTheQueueHandsOverAddsUp() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.telnetIsClosed, in: folder)
    try await LiveQueue.run(document, options: ["--queue-mark", "0x10000000"]) { cable, daemon in
      #expect(try await cable.run(at: .sender, "ping", "-q", "-f", "-c", "300", Cable.watchedAddress).status == 0)
      let interface = try await daemon.interface()
      #expect(interface.judged >= 600)
      #expect(interface.received == interface.judged + interface.unjudged)
      #expect(interface.inbound + interface.outbound == interface.judged)
      let queue = try await daemon.queue()
      #expect(queue.overflowed + queue.undelivered + queue.refused + queue.unsent == 0)
      #expect(queue.problem == nil)
    }
  }
}
