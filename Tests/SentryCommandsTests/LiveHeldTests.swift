import Foundation
import SentryTestSupport
import Testing

/// No packet is lost when the rules change, when the firewall is switched off and on, or when the daemon ends: neither those that
/// wait in the kernel nor those that come meanwhile.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("ping").isThere, LiveQueue.needs))
struct LiveHeldTests {
  private static let held = 25
  private static let requests = LiveQueue.rule("ICMP type", "8", "filterActionName = Delay;")
  private static let fragments = LiveQueue.rule("IPFragmentOffset", "1-63", "filterActionName = Delete;")
  private static let forged = LiveQueue.rule("Source net", "127.0.0.0/8", "filterActionName = Delete;")
  private static let blocked = LiveQueue.rule(
    "Direction", "inbound",
    "children = ( "
      + LiveQueue.rule("Include", "trigger", "filterActionName = Delete;") + ", "
      + LiveQueue.rule("Dest port", "23", "filterActionName = Trigger;") + " );")

  /// What the kernel decides ahead of the queue, and the sets it has, differ from each to the next.
  private static let documents = [
    [requests],
    [fragments, forged, requests],
    [blocked, requests],
    [fragments, blocked, requests],
    [requests],
  ]

  private static func write(
    _ rules: [String], delay: Int, triggerDuration: Int = 600, in folder: TemporaryFolder, name: String = "rules.plist"
  ) throws -> String {
    try folder.write(
      name,
      """
      { rules = ( \(rules.joined(separator: ",\n")) ); settings = { delaySeconds = \(delay); triggerDuration = \
      \(triggerDuration); }; }
      """)
  }

  // MARK: What is held

  /// Sends requests, does something while all are held, and expects every answer.
  private func expectAllAnswered(
    _ cable: Cable, _ daemon: LiveDaemon, while change: () async throws -> Void
  ) async throws {
    let ping = try cable.start(
      at: .sender, "ping", "-n", "-q", "-i", "0.01", "-c", "\(Self.held)", "-W", "40", Cable.watchedAddress)
    try await waitUntil("the packets are held") { try await daemon.queue().held == Self.held }
    try await change()
    let run = try await ping.waitForEnd(within: .seconds(60))
    #expect(run.output.contains("\(Self.held) packets transmitted, \(Self.held) received"), "\(run.output)")
  }

  @Test(.timeLimit(.minutes(12)), arguments: ["fail-open", "fail-closed"])
  func whatIsHeldGoesOnWhenTheDaemonEnds(_ policy: String) async throws {
    let folder = try TemporaryFolder()
    let document = try Self.write([Self.requests], delay: 30, in: folder)
    try await Cable.with(.usual) { cable in
      let daemon = try await LiveDaemon.start(
        on: cable, document, in: folder, options: ["--mode", "queue", "--policy", policy])
      try await expectAllAnswered(cable, daemon) {
        let status = try await daemon.program.stop()
        #expect(status == 0)
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whatIsHeldGoesOnWhenTheFirewallIsSwitchedOff() async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try Self.write([Self.requests], delay: 30, in: folder)) { cable, daemon in
      for _ in 0..<5 {
        try await expectAllAnswered(cable, daemon) {
          let off = try await daemon.sentry("off")
          #expect(off.output == "sentry is off\n")
        }
        #expect(try await daemon.sentry("on").output == "sentry is on\n")
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whatIsHeldStaysHeldWhenOtherRulesAreApplied() async throws {
    let folder = try TemporaryFolder()
    let paths = try Self.documents.enumerated().map { number, rules in
      try Self.write(rules, delay: 5, triggerDuration: 600 + number, in: folder, name: "\(number).plist")
    }
    try await LiveQueue.run(paths[0]) { cable, daemon in
      for path in paths.dropFirst() {
        try await expectAllAnswered(cable, daemon) {
          let apply = try await daemon.sentry("apply", path)
          #expect(apply.status == 0, "\(apply.errors)")
        }
      }
      #expect(try await daemon.queue().refused == 0)
    }
  }

  /// Nothing can prevent that; but it is told.
  @Test(.timeLimit(.minutes(12)))
  func whatTheKernelDropsForOthersIsCounted() async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try Self.write([Self.requests], delay: 5, in: folder)) { cable, daemon in
      let made = try await cable.script(
        at: .watched, "nft 'table inet other { chain c { type filter hook input priority 5; }; }'")
      try #require(made.status == 0, "\(made.errors)")
      let ping = try cable.start(
        at: .sender, "ping", "-n", "-q", "-i", "0.01", "-c", "\(Self.held)", "-W", "1", Cable.watchedAddress)
      try await waitUntil("the packets are held") { try await daemon.queue().held == Self.held }
      try await cable.run(at: .watched, "nft", "delete", "table", "inet", "other")
      try await waitUntil("it is known what became of them") {
        try await daemon.queue().vanished == UInt64(Self.held)
      }
      #expect(try await daemon.queue().refused == 0)
      #expect(try await daemon.sentry("status").output.contains("gone       \(Self.held) packets or more"))
      try await ping.waitForEnd(within: .seconds(60))
    }
  }

  // MARK: What comes meanwhile

  /// Sends until it is asked to end, and says how many.
  private static let sender = """
    import signal, socket, sys, time
    isOver = []
    signal.signal(signal.SIGTERM, lambda *_: isOver.append(True))
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sent, start = 0, time.monotonic()
    while not isOver:
        while sent < (time.monotonic() - start) * 3000 and not isOver:
            link.sendto(sent.to_bytes(4, 'big') + bytes(60), (sys.argv[1], 4000))
            sent += 1
        time.sleep(0.0005)
    print(sent)
    """

  /// Says how many different ones have come once none has for three seconds.
  private static let receiver = """
    import socket
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    link.bind(('', 4000))
    seen = set()
    try:
        while True:
            seen.add(link.recv(100)[:4])
            link.settimeout(3)
    except TimeoutError:
        print(len(seen))
    """

  @Test(.timeLimit(.minutes(12)), arguments: ["fail-open", "fail-closed"])
  func nothingIsLostUnderLoad(_ policy: String) async throws {
    let folder = try TemporaryFolder()
    let paths = try Self.documents.enumerated().map { number, rules in
      try Self.write(rules, delay: 1, triggerDuration: 600 + number, in: folder, name: "\(number).plist")
    }
    try await Cable.with(.usual) { cable in
      let daemon = try await LiveDaemon.start(
        on: cable, paths[0], in: folder, options: ["--mode", "queue", "--policy", policy])
      let receiver = try cable.start(at: .watched, "python3", "-c", Self.receiver)
      try await cable.waitUntilListening(at: .watched, "udp", 4_000)
      let sender = try cable.start(at: .sender, "python3", "-c", Self.sender, Cable.watchedAddress)
      try await waitUntil("the load is judged") { try await daemon.interface().judged > 500 }
      for round in 0..<20 { #expect(try await daemon.sentry("apply", paths[round % paths.count]).status == 0) }
      for _ in 0..<5 {
        #expect(try await daemon.sentry("off").status == 0)
        #expect(try await daemon.sentry("on").status == 0)
      }
      #expect(try await sender.stop() == 0)
      let sent = try await sender.waitForEnd(within: .seconds(1)).output
      #expect(try await receiver.waitForEnd(within: .seconds(60)).output == sent)
      let queue = try await daemon.queue()
      #expect(queue.overflowed == 0 && queue.undelivered == 0 && queue.refused == 0)
      #expect(queue.kernel?.unjudged == 0)
      #expect(try await daemon.program.stop() == 0)
    }
  }
}
