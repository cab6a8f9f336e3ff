import Foundation
import SentryControl
import SentryRules
import SentryTestSupport
import Testing

/// Programs that may talk and programs that may not: real ones, in namespaces.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("setpriv").isThere, LiveQueue.needs))
struct LiveApplicationTests {
  private typealias Bench = ApplicationBench
  private static let refused = ApplicationBench.refused

  private func with(_ settings: String, _ rules: String = "", _ body: (Bench) async throws -> Void) async throws {
    try await Bench.with(settings, rules, body)
  }

  @Test(.timeLimit(.minutes(12)))
  func onlyTheAllowedProgramGetsOut() async throws {
    try await with("{ unknown = deny; }") { bench in
      let (one, two) = (try await bench.copy("curl", as: "one"), try await bench.copy("curl", as: "two"))
      _ = try await bench.sentry("allow", one, "--outbound")
      #expect(try await bench.fetch(by: one) == 0)
      #expect(try await bench.fetch(by: two) == Self.refused)
      _ = try await bench.sentry("deny", one)
      #expect(try await bench.fetch(by: one) == Self.refused)
      _ = try await bench.sentry("allow", two)
      #expect(try await bench.fetch(by: two) == 0)
    }
  }

  /// Two programs on one range of ports.
  @Test(.timeLimit(.minutes(12)))
  func onlyTheAllowedProgramIsReached() async throws {
    try await with("{ unknown = deny; }") { bench in
      let (one, two) = (try await bench.copy("nc", as: "one"), try await bench.copy("nc", as: "two"))
      let servers = try [(one, "8001"), (two, "8002")].map { program, port in
        try bench.cable.start(
          at: .watched, "bash", "-c",
          "while :; do \(program) -l -p \(port) </dev/null >/dev/null || \(program) -l \(port) </dev/null >/dev/null; done"
        )
      }
      for port in [8_001, 8_002] { try await bench.cable.waitUntilListening(at: .watched, "tcp", port) }
      _ = try await bench.sentry("allow", one, "--inbound")
      func knock(_ port: String) async throws -> Int32 {
        try await bench.cable.run(at: .sender, "nc", "-z", "-w", "10", Cable.watchedAddress, port).status
      }
      #expect(try await knock("8001") == 0)
      #expect(try await knock("8002") != 0)
      for server in servers { try await server.kill() }
    }
  }

  /// Also where the kernel lets its packets pass by itself.
  @Test(.timeLimit(.minutes(12)), .enabled(if: Program("iperf3").isThere, "needs iperf3"))
  func aPermissionTakenBackEndsOpenConnections() async throws {
    try await with("{ unknown = allow; }", LiveQueue.rule("Protocol", "6", "")) { bench in
      let server = try bench.cable.start(at: .watched, "iperf3", "--server")
      try await bench.cable.waitUntilListening(at: .watched, "tcp", 5_201)
      let upload = try bench.cable.start(
        at: .sender, "iperf3", "--client", Cable.watchedAddress, "--time", "300", "--bitrate", "50M")
      try await waitUntil("it passes in the kernel") {
        try await bench.daemon.queue().kernel?.flows?.packets ?? 0 > 100
      }
      _ = try await bench.sentry("deny", Program("iperf3").path)
      try await waitUntil("it has ended") { !upload.isRunning }
      #expect(try await bench.daemon.matches(ofRule: "1.1") > 0)
      if server.isRunning { try await server.kill() }
    }
  }

  /// The packet that asked goes on, and is not sent again: where the machine was slow it may have been, and it is tried anew.
  @Test(.timeLimit(.minutes(12)))
  func whatWaitsGoesOnWithTheAnswer() async throws {
    try await with("{ timeout = 300; }") { bench in
      var wasSentOnce = false
      for attempt in 1...5 where !wasSentOnce {
        let program = try await bench.copy("curl", as: "tool\(attempt)")
        let before = try await Self.synRetransmissions(bench.cable)
        async let status = bench.fetch(by: program, patience: 60)
        let question = try await bench.question()
        #expect(question.path == program && question.direction == "outbound" && question.peer == Cable.senderAddress)
        #expect(question.peerPort == 80 && !question.changed && question.user == "root")
        _ = try await bench.sentry("answer", "\(question.number)", "allow")
        #expect(try await status == 0)
        wasSentOnce = try await Self.synRetransmissions(bench.cable) == before
        #expect(try await bench.fetch(by: program) == 0, "it is not asked again")
        #expect(try await bench.questions().waiting.isEmpty)
      }
      #expect(wasSentOnce)
      #expect(try await bench.daemon.log().contains("has answered question 1"))
    }
  }

  /// Of the watched host, as /proc/net/netstat counts them.
  private static func synRetransmissions(_ cable: Cable) async throws -> String {
    let text = try await cable.run(at: .watched, "cat", "/proc/net/netstat").output
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("TcpExt:") }.map { $0.split(separator: " ") }
    let index = try #require(lines.first?.firstIndex(of: "TCPSynRetrans"))
    return String(try #require(lines.last)[index])
  }

  /// TCP sends it again, and then it is up to the kernel, which by itself lets everything pass.
  @Test(.timeLimit(.minutes(12)))
  func whatWaitsOutlivesAnOrderlyStop() async throws {
    try await with("{ timeout = 300; }") { bench in
      let program = try await bench.copy("curl", as: "tool")
      async let status = bench.fetch(by: program, patience: 60)
      _ = try await bench.question()
      #expect(try await bench.daemon.program.stop() == 0)
      #expect(try await status == 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whereNobodyAnswersTheOtherHolds() async throws {
    try await with("{ timeout = 2; otherwise = deny; }") { bench in
      let program = try await bench.copy("curl", as: "tool")
      #expect(try await bench.fetch(by: program) == Self.refused)
      #expect(try await bench.fetch(by: program) == Self.refused)
      #expect(try await bench.list().counts == ApplicationCountsReport(asked: 1, timedOut: 1))
      #expect(try await bench.daemon.log().contains("nobody has answered question 1"))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aReplacedExecutableIsAskedAgain() async throws {
    try await with("{ timeout = 300; }") { bench in
      let program = try await bench.copy("curl", as: "tool")
      _ = try await bench.sentry("allow", program)
      #expect(try await bench.fetch(by: program) == 0)
      // Bytes behind its end change nothing but what it is.
      let run = try await Program("bash").run([
        "-c", "cp \(program) \(program).new && echo >> \(program).new && mv \(program).new \(program)",
      ])
      #expect(run.status == 0)
      #expect(try await bench.list().applications.first { $0.path == program }?.changed == true)
      async let status = bench.fetch(by: program, patience: 60)
      let question = try await bench.question()
      #expect(question.path == program && question.changed)
      _ = try await bench.sentry("answer", "\(question.number)", "deny")
      #expect(try await status == Self.refused)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aPermissionMayBeOneUsers() async throws {
    try await with("{ unknown = deny; }") { bench in
      let program = try await bench.copy("curl", as: "tool")
      _ = try await bench.sentry("allow", program, "--user", "nobody")
      #expect(try await bench.fetch(by: program, as: "nobody") == 0)
      #expect(try await bench.fetch(by: program) == Self.refused)
    }
  }

  /// Nobody has seen how it was opened: it counts as opened by others, for somebody listens at its end.
  @Test(.timeLimit(.minutes(12)))
  func aConnectionOlderThanTheRulesKeepsItsWay() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(LiveQueue.rule("Protocol", "6", ""), in: folder)
    let state = try TemporaryFolder()
    try await LiveQueue.run(document, options: ["--state-directory", state.url.path]) { cable, daemon in
      let bench = Bench(cable: cable, daemon: daemon, folder: folder)
      let server = try await bench.copy("python3", as: "server")
      let program = """
        import socket
        listener = socket.create_server(('', 8001))
        connection = listener.accept()[0]
        while True: open('\(folder.path("heard"))', 'ab', 0).write(connection.recv(1))
        """
      let listening = try cable.start(at: .watched, "env", "PYTHONHOME=/usr", server, "-c", program)
      try await cable.waitUntilListening(at: .watched, "tcp", 8_001)
      let client = try cable.start(
        at: .sender, "bash", "-c",
        "exec 3<>/dev/tcp/\(Cable.watchedAddress)/8001; echo a >&3; until [ -e \(folder.path("go")) ]; do sleep 0.1; done; "
          + "echo b >&3; sleep 600")
      func heard() -> String { (try? String(contentsOfFile: folder.path("heard"), encoding: .utf8)) ?? "" }
      try await waitUntil("the first is heard") { heard() == "a\n" }
      _ = try await bench.sentry("allow", server, "--inbound")
      _ = try await bench.sentry("on", "--unknown", "deny")
      _ = try folder.write("go", "")
      try await waitUntil("the second is heard") { heard() == "a\nb\n" }
      for program in [client, listening] { try await program.kill() }
    }
  }

  /// The flow is known, but its socket has ended, and another program has the port.
  @Test(.timeLimit(.minutes(12)))
  func aDeniedProgramDoesNotInheritAPort() async throws {
    try await with("{ unknown = deny; }") { bench in
      let (good, bad) = (try await bench.copy("python3", as: "good"), try await bench.copy("python3", as: "bad"))
      _ = try await bench.sentry("allow", good)
      func talk(_ count: Int) -> String {
        """
        import socket, time
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.bind(('', 6101)); end.connect(('\(Cable.senderAddress)', 7002))
        said = 'sent'
        for _ in range(\(count)):
          try: end.send(b'a')
          except ConnectionRefusedError: said = 'refused'; break
          time.sleep(0.1)
        open('\(bench.folder.path("said"))', 'a').write(said + '\\n')
        """
      }
      let server = try bench.cable.start(
        at: .sender, "python3", "-c",
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 7002))\nwhile True: s.recv(64)"
      )
      try await bench.cable.waitUntilListening(at: .sender, "udp", 7_002)
      let first = try bench.start(talk(3), by: good)
      try await waitUntil("the allowed one is done") { bench.text(of: "said") == "sent\n" && !first.isRunning }
      // Each packet keeps what is known of the flow alive.
      let second = try bench.start(talk(600), by: bad)
      try await waitUntil("the other one is done") { bench.text(of: "said").count > 5 && !second.isRunning }
      #expect(bench.text(of: "said") == "sent\nrefused\n")
      try await server.kill()
    }
  }

  /// Nothing is known of it but that its program may not: both ends hear that it has ended.
  @Test(.timeLimit(.minutes(12)))
  func aDeniedConnectionOlderThanTheDaemonEnds() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "rules.plist",
      "{ settings = { applications = { unknown = deny; }; };\nrules = ( \(ApplicationGroup.text) ); }")
    let talk = """
      import socket, sys, time
      def say(word): open('\(folder.path("said"))', 'a').write(word + '\\n')
      if sys.argv[1] == 'server': end = socket.create_server(('', 8001)).accept()[0]
      else: end = socket.create_connection(('\(Cable.senderAddress)', 8001)); say('begun')
      try:
        while True:
          if sys.argv[1] == 'server': end.send(b'a'); time.sleep(0.1)
          elif not end.recv(64): break
      except ConnectionError: pass
      say(sys.argv[1] + ' ended')
      """
    func said() -> String { (try? String(contentsOfFile: folder.path("said"), encoding: .utf8)) ?? "" }
    try await Cable.with(.usual) { cable in
      let server = try cable.start(at: .sender, "python3", "-c", talk, "server")
      try await cable.waitUntilListening(at: .sender, "tcp", 8_001)
      let client = try cable.start(at: .watched, "python3", "-c", talk, "client")
      try await waitUntil("it is open") { said() == "begun\n" }
      try await LiveDaemon.with(on: cable, document, interfaces: ["cable0"], options: ["--mode", "queue"]) { _ in
        try await waitUntil("both ends have heard") {
          said().contains("client ended\n") && said().contains("server ended\n")
        }
      }
      for program in [server, client] { try await program.kill() }
    }
  }

  /// A stranger who knocks where the rules would let nobody in anyway has nobody asked.
  @Test(.timeLimit(.minutes(12)))
  func nobodyIsAskedWhereTheAnswerWouldChangeNothing() async throws {
    let refusing = LiveQueue.rule(
      "Direction", "inbound",
      "children = ( \(LiveQueue.rule("TCP header flags", "syn,-ack", "filterActionName = Reject;")) );")
    try await with("{ timeout = 300; }", refusing) { bench in
      let server = try await bench.cable.startWebServer(at: .watched, port: 8_080)
      let knock = try await bench.cable.run(at: .sender, "nc", "-z", "-w", "10", Cable.watchedAddress, "8080")
      #expect(knock.status != 0)
      #expect(try await bench.list().counts.asked == 0)
      withExtendedLifetime(server) {}
    }
  }
}
