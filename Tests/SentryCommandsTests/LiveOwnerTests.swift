import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Rules about programs and users, met by real ones.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("setpriv").isThere, LiveQueue.needs))
struct LiveOwnerTests {
  private static let page = "http://\(Cable.senderAddress):80/"
  private static let pageV6 = "http://[\(Cable.senderIPv6)]:80/"

  /// curl tells how it ended; patient enough for a first packet that is lost and sent again.
  private func curl(
    _ page: String = page, on cable: Cable, patience: Int = 20, as user: String? = nil
  ) async throws -> Int32 {
    let prefix = user.map { "setpriv --reuid \($0) --clear-groups " } ?? ""
    return try await cable.script(
      at: .watched, "exec \(prefix)curl --silent --output /dev/null --globoff --max-time \(patience) '\(page)'"
    ).status
  }

  private func python(_ page: String = page, on cable: Cable, patience: Int) async throws -> Int32 {
    try await cable.run(
      at: .watched, "python3", "-c",
      "import urllib.request; urllib.request.urlopen('\(page)', timeout=\(patience)).read()"
    ).status
  }

  private static let timedOut: Int32 = 28

  private func owners(_ daemon: LiveDaemon) async throws -> OwnerReport { try #require(await daemon.status().owners) }

  private func with(_ rules: String, _ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try LiveQueue.document(rules, in: folder)) { cable, daemon in
      let server = try await cable.startWebServer(at: .sender, port: 80)
      try await body(cable, daemon)
      withExtendedLifetime(server) {}
    }
  }

  /// Outbound TCP, narrowed further.
  private static func outbound(_ children: String) -> String {
    LiveQueue.rule(
      "Direction", "outbound", "children = ( \(LiveQueue.rule("Protocol", "TCP", "children = ( \(children) );")) );")
  }

  @Test(.timeLimit(.minutes(12)))
  func onlyTheNamedProgramGetsOut() async throws {
    let rules = Self.outbound(
      LiveQueue.rule("Application", "curl", #"relationName = "!="; filterActionName = Delete;"#))
    try await with(rules) { cable, daemon in
      for page in [Self.page, Self.pageV6] {
        #expect(try await curl(page, on: cable) == 0)
        #expect(try await python(page, on: cable, patience: 3) != 0)
        #expect(try await curl(page, on: cable) == 0)
      }
      let owners = try await owners(daemon)
      #expect(owners.process != nil)
      #expect(owners.lookups >= 6)
      #expect(owners.averageWait > 0)
      #expect(owners.hidden == 0)
      #expect(try await daemon.sentry("status").output.contains("owners     looked up by process "))
    }
  }

  /// Everybody may make a mount namespace, and put any program in the place of any other there.
  @Test(
    .timeLimit(.minutes(12)), .enabled(if: Self.namespacesAreOpen, "needs unshare and user namespaces for everybody"))
  func nobodyGetsOutUnderTheNameOfAnother() async throws {
    let curl = try Program("curl").path
    let rules = Self.outbound(
      LiveQueue.rule("Application", curl, #"relationName = "!="; filterActionName = Delete;"#))
    try await with(rules) { cable, _ in
      #expect(try await self.curl(on: cable, as: Self.nobody) == 0)
      let deceiver = try await cable.script(
        at: .watched,
        """
        exec setpriv --reuid \(Self.nobody) --clear-groups unshare --map-root-user --mount sh -c '
          mount --bind "$(readlink -f \(Program("python3").path))" \(curl) && exec \(curl) -c "
        import urllib.request; urllib.request.urlopen(\\"\(Self.page)\\", timeout=3)"'
        """)
      #expect(deceiver.status == 1)
      #expect(deceiver.errors.contains("timed out"), "\(deceiver.errors)")
      #expect(try await self.curl(on: cable, as: Self.nobody) == 0)
    }
  }

  private static let nobody = "65534"

  private static let namespacesAreOpen = {
    let probe = Process()
    probe.executableURL = URL(fileURLWithPath: "/bin/sh")
    probe.arguments = [
      "-c",
      "exec setpriv --reuid \(nobody) --clear-groups unshare --map-root-user --mount mount --bind /bin /bin 2>/dev/null",
    ]
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }()

  @Test(.timeLimit(.minutes(12)))
  func aNamedUserIsKeptIn() async throws {
    let rules = Self.outbound(LiveQueue.rule("User", "nobody", "filterActionName = Delete;"))
    try await with(rules) { cable, _ in
      let statuses = [
        try await curl(on: cable), try await curl(on: cable, patience: 3, as: "nobody"), try await curl(on: cable),
      ]
      #expect(statuses == [0, Self.timedOut, 0])
    }
  }

  /// Who listens is asked of packets that come in: the page of one server is to be had, that of the other is not.
  @Test(.timeLimit(.minutes(12)))
  func whatComesInIsTheListeners() async throws {
    let rules = LiveQueue.rule(
      "Direction", "inbound",
      "children = ( \(LiveQueue.rule("User", "nobody", "filterActionName = Reject;")) );")
    try await with(rules) { cable, _ in
      let ours = try await cable.startWebServer(at: .watched, port: 8_080)
      let theirs = try cable.start(
        at: .watched, "setpriv", "--reuid", "nobody", "--clear-groups", Program("python3").path, "-m",
        "http.server", "8081", "--directory", "/")
      try await cable.waitUntilListening(at: .watched, "tcp", 8_081)
      func status(_ port: Int) async throws -> Int32 {
        try await cable.run(
          at: .sender, "curl", "--silent", "--output", "/dev/null", "--max-time", "20",
          "http://\(Cable.watchedAddress):\(port)/"
        ).status
      }
      #expect(try await status(8_080) == 0)
      #expect(try await status(8_081) == 7)
      withExtendedLifetime((ours, theirs)) {}
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whoLooksUpIsStartedAgain() async throws {
    let rules = Self.outbound(
      LiveQueue.rule("Application", "curl", #"relationName = "!="; filterActionName = Delete;"#))
    try await with(rules) { cable, daemon in
      let first = try #require(try await owners(daemon).process)
      kill(first, SIGKILL)
      try await waitUntil("it runs again") {
        let process = try await owners(daemon).process
        return process != nil && process != first
      }
      #expect(try await owners(daemon).losses == 1)
      #expect(
        try await daemon.log().contains(
          "the process that looks up applications and users has ended; it will be started again"))
      #expect(try await curl(on: cable) == 0)
    }
  }

  /// It hears of the end of its daemon from nobody but the kernel; while it is stopped it cannot hear.
  @Test(.timeLimit(.minutes(12)), arguments: [false, true])
  func itEndsWithAKilledDaemon(_ isStopped: Bool) async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(LiveQueue.rule("User", "nobody", "filterActionName = Delete;"), in: folder)
    try await Cable.with(.onlyTests) { cable in
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder)
      let process = try #require(try await owners(daemon).process)
      if isStopped { kill(process, SIGSTOP) }
      try await daemon.program.kill()
      try await waitUntil("it has ended") { kill(process, 0) == -1 && errno == ESRCH }
    }
  }

  /// Nobody looks anything up for rules that do not ask; and the process goes with the rules that did.
  @Test(.timeLimit(.minutes(12)))
  func onlyRulesThatAskHaveAProcess() async throws {
    let folder = try TemporaryFolder()
    let plain = try LiveQueue.document(LiveQueue.rule("Any", "", "filterActionName = Pass;"), in: folder)
    let asking = try LiveQueue.document(
      LiveQueue.rule("Application", "curl", "filterActionName = Log;"), in: folder, name: "asking.plist")
    try await LiveQueue.run(plain) { cable, daemon in
      let server = try await cable.startWebServer(at: .sender, port: 80)
      #expect(try await daemon.status().owners == nil)
      #expect(try await daemon.sentry("apply", asking).status == 0)
      let process = try #require(try await owners(daemon).process)
      #expect(try await curl(on: cable) == 0)
      #expect(try await daemon.matches(ofRule: "1") > 0)
      #expect(try await daemon.sentry("apply", plain).status == 0)
      #expect(try await daemon.status().owners == nil)
      #expect(kill(process, 0) == -1 && errno == ESRCH)
      #expect(try await curl(on: cable) == 0)
      withExtendedLifetime(server) {}
    }
  }

  /// Copies wait, too; a program that goes on for a while is found.
  @Test(.timeLimit(.minutes(12)))
  func inMonitorModeWhoIsSeenIsCounted() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(
      LiveQueue.rule("Application", "nc", #"relationName = "a=A"; filterActionName = Log;"#)
        + ", " + LiveQueue.rule("User", "0", "filterActionName = Log;"), in: folder)
    try await Cable.with(.usual) { cable in
      try await LiveDaemon.with(on: cable, document) { daemon in
        let server = try await cable.startWebServer(at: .sender, port: 80)
        let client = try cable.start(at: .watched, "python3", "-c", Self.keptOpen)
        try await waitUntil("the user is seen") { try await daemon.matches(ofRule: "2") > 0 }
        #expect(try await daemon.matches(ofRule: "1") == 0)
        withExtendedLifetime((server, client)) {}
      }
    }
  }

  private static let keptOpen = """
    import socket, time
    s = socket.create_connection(('\(Cable.senderAddress)', 80))
    while True: s.send(b'x'); time.sleep(0.5)
    """
}
