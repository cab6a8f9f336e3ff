import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// The modes, looked at from outside by nmap, which knows nothing of sentry.
@Suite(
  .serialized,
  .enabled(if: LiveQueue.isPossible && Program("nmap").isThere && Program("ping").isThere, "needs nmap and queue mode"))
struct LiveModesTests {
  /// A host in a mode, with a web server on ports 80 and 8001, and somebody who takes UDP on port 9999.
  private static func run(_ document: String, _ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    try await LiveQueue.run(TestFiles.path("Documents/\(document)")) { cable, daemon in
      let servers = [
        try await cable.startWebServer(at: .watched, port: 80),
        try await cable.startWebServer(at: .watched, port: 8_001),
        try cable.start(at: .watched, "nc", "-u", "-l", "-k", "9999"),
      ]
      try await cable.waitUntilListening(at: .watched, "udp", 9_999)
      try await body(cable, daemon)
      for server in servers { try await server.kill() }
    }
  }

  /// `80/tcp` to `open`, `closed`, `filtered` or `open|filtered` (nmap(1), "Port scanning basics").
  private func nmap(
    _ address: String = Cable.watchedAddress, from source: String = Cable.senderAddress, on cable: Cable
  ) async throws -> [String: String] {
    let version = address.contains(":") ? "-6" : ""
    let run = try await cable.script(
      at: .sender,
      "nmap \(version) -n -Pn -sS -sU --max-retries 1 -e cable0 -S \(source) -p T:80,81,8001,U:9998,9999 \(address)")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.matches(of: /(?m)^([0-9]+\/(?:tcp|udp)) +([a-z|]+)/)
    return Dictionary(uniqueKeysWithValues: lines.map { (String($0.1), String($0.2)) })
  }

  /// What the daemon says of each port.
  private func reachable(_ daemon: LiveDaemon) async throws -> [String: ReachableSocketReport] {
    let text = try await daemon.sentry("reachable", "--format", "json").output
    let reply = try JSONDecoder().decode(ReachableReply.self, from: Data(text.utf8))
    #expect(reply.enforced && reply.enabled)
    return Dictionary(reply.sockets.map { ("\($0.port)/\($0.transport)", $0) }) { first, _ in first }
  }

  private func goesOut(_ cable: Cable) async throws {
    let server = try await cable.startWebServer(at: .sender, port: 80)
    for address in [Cable.senderAddress, "[\(Cable.senderIPv6)]"] {
      let curl = try await cable.run(
        at: .watched, "curl", "--silent", "--globoff", "--fail", "--max-time", "20", "--output", "/dev/null",
        "http://\(address)/")
      #expect(curl.status == 0, "\(address)")
    }
    try await server.kill()
  }

  private func pingIsAnswered(_ address: String, on cable: Cable) async throws -> Bool {
    try await cable.run(at: .sender, "ping", "-n", "-q", "-c", "1", "-W", "3", address).status == 0
  }

  @Test(.timeLimit(.minutes(12)))
  func nobodyComesInWhereAllIsBlocked() async throws {
    try await Self.run("BlockAll.plist") { cable, daemon in
      for address in [Cable.watchedAddress, Cable.watchedIPv6] {
        // Refused at once, whether somebody listens or not.
        #expect(
          try await Set(
            nmap(address, from: address.contains(":") ? Cable.senderIPv6 : Cable.senderAddress, on: cable).values) == [
              "closed"
            ])
        #expect(try await pingIsAnswered(address, on: cable))
      }
      try await goesOut(cable)
      let sockets = try await reachable(daemon)
      for port in ["80/tcp", "8001/tcp", "9999/udp"] { #expect(sockets[port]?.text == "blocked by 4.4", "\(port)") }
      let status = try await daemon.sentry("status").output
      #expect(status.contains("others reach no service of this host; pings pass"))

      #expect(try await daemon.sentry("stealth", "on").status == 0)
      let hidden = try await nmap(on: cable)
      #expect(Set(hidden.values) == ["filtered", "open|filtered"])
      for address in [Cable.watchedAddress, Cable.watchedIPv6] {
        #expect(try await !pingIsAnswered(address, on: cable))
      }
      try await goesOut(cable)
      #expect(try await daemon.sentry("status").output.contains("pings are not answered"))
      #expect(try await daemon.sentry("mode").output == "block-all: nobody connects to this host; stealth is on\n")
      let services = try await daemon.sentry("mode", "services")
      #expect(services.status == 0 && services.output.contains("; stealth is on\n"), "\(services.errors)")
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whatStatusSaysIsWhatAScannerFinds() async throws {
    try await Self.run("Services.plist") { cable, daemon in
      #expect(try await daemon.sentry("services", "allow", "web").status == 0)
      let allowed = try await daemon.sentry(
        "services", "allow", "8001/tcp", "9999/udp", "--from", "\(Cable.senderAddress)")
      #expect(allowed.status == 0, "\(allowed.errors)")
      let sockets = try await reachable(daemon)
      #expect(sockets["80/tcp"]?.text == "reachable")
      #expect(sockets["80/tcp"]?.service == "Web server")
      #expect(sockets["8001/tcp"]?.reach == .limited)
      #expect(sockets["8001/tcp"]?.ways.contains { $0.exceptions == [Cable.senderAddress] } == true)

      let friend = try await nmap(on: cable)
      #expect(friend["80/tcp"] == "open" && friend["8001/tcp"] == "open" && friend["81/tcp"] == "closed")
      #expect(friend["9999/udp"] == "open|filtered" && friend["9998/udp"] == "closed")
      let stranger = try await nmap(from: Cable.attacker, on: cable)
      #expect(stranger["80/tcp"] == "open" && stranger["8001/tcp"] == "closed" && stranger["9999/udp"] == "closed")

      #expect(try await daemon.sentry("services", "deny", "http").status == 0)
      #expect(try await nmap(on: cable)["80/tcp"] == "closed")
      #expect(try await reachable(daemon)["80/tcp"]?.reach == .blocked)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func modesFollowOneAnotherAndKeepWhatWasChosen() async throws {
    try await Self.run("AllowAll.plist") { cable, daemon in
      let open = try await nmap(on: cable)
      #expect(open["80/tcp"] == "open" && open["8001/tcp"] == "open" && open["81/tcp"] == "closed")
      for (mode, web) in [("services", "closed"), ("block-all", "closed"), ("allow-all", "open")] {
        let run = try await daemon.sentry("mode", mode)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await daemon.sentry("mode").output.hasPrefix("\(mode): "))
        #expect(try await nmap(on: cable)["80/tcp"] == web)
        #expect(try await daemon.sentry("block", Cable.attacker).status == 0)
        #expect(try await nmap(from: Cable.attacker, on: cable)["80/tcp"] == "filtered", "who is blocked, in \(mode)")
        #expect(try await daemon.sentry("unblock", Cable.attacker).status == 0)
      }
      #expect(
        try await daemon.sentry("services", "allow", "web").errors.contains("'sentry mode services' makes use of that"))
      #expect(try await daemon.sentry("mode", "services").output.contains("others may use Remote login, Web server"))
      #expect(try await nmap(on: cable)["80/tcp"] == "open")
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func oneOfTwoProgramsOnAPortRangeTalks() async throws {
    let folder = try TemporaryFolder()
    let python = try FileManager.default.destinationOfSymbolicLink(atPath: Program("python3").path)
    let program = python.hasPrefix("/") ? python : "/usr/bin/\(python)"
    let rules = LiveQueue.rule(
      "Direction", "inbound",
      "children = ( "
        + LiveQueue.rule(
          "Dest port", "8000-8010",
          "children = ( \(LiveQueue.rule("Application", program, "filterActionName = Pass;")), "
            + "{ enabled = 1; filterActionName = Reject; } );") + " );")
    try await LiveQueue.run(try LiveQueue.document(rules, in: folder)) { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 8_001)
      let other = try cable.start(at: .watched, "nc", "-l", "-k", "8002")
      try await cable.waitUntilListening(at: .watched, "tcp", 8_002)
      for (port, isOpen) in [("8001", true), ("8002", false)] {
        let nc = try await cable.run(at: .sender, "nc", "-z", "-w", "10", Cable.watchedAddress, port)
        #expect((nc.status == 0) == isOpen, "\(port): \(nc.errors)")
      }
      let sockets = try await reachable(daemon)
      #expect(sockets["8001/tcp"]?.text == "reachable")
      #expect(sockets["8002/tcp"]?.text == "blocked by 1.1.2")
      for program in [server, other] { try await program.kill() }
    }
  }
}
