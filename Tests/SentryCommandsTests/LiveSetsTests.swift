import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Triggered addresses as the kernel itself keeps them out.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveSetsTests {
  private static let authorized =
    #"{ enabled = 1; propertyName = Include; propertyValue = authorize; filterActionName = Pass; }"#
  private static let triggered =
    #"{ enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; }"#
  private static let telnet = LiveQueue.rule("Dest port", "23", "filterActionName = Trigger;")

  /// Rule 2.1 deletes what triggered addresses send, 2.2 triggers.
  private static func document(seconds: Int, in folder: TemporaryFolder, name: String = "rules.plist") throws -> String
  {
    let rules = """
      \(authorized),
      { enabled = 1; propertyName = Direction; propertyValue = inbound; children = ( \(triggered), \(telnet) ); }
      """
    return try folder.write(name, "{ rules = ( \(rules) ); settings = { triggerDuration = \(seconds); }; }")
  }

  private func withSets(
    seconds: Int = 3_600, options: [String] = [], _ body: (Cable, LiveDaemon, TemporaryFolder) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try Self.document(seconds: seconds, in: folder), options: options) { cable, daemon in
      try await body(cable, daemon, folder)
    }
  }

  private func blocks(_ daemon: LiveDaemon) async throws -> BlockingReport {
    try #require(try await daemon.queue().kernel?.blocks)
  }

  /// Whether the kernel's set holds an IPv4 address.
  private func isInKernel(_ address: String, seconds: Int = 3_600, on cable: Cable) async throws -> Bool {
    try await cable.script(
      at: .watched, "nft get element inet sentry triggered-4-\(seconds)s '{ \(address) }'"
    ).status == 0
  }

  private func answersPings(from address: String, on cable: Cable, patience: Int = 10) async throws -> Bool {
    try await cable.script(
      at: .sender, "ping -n -q -c 1 -W \(patience) -I \(address) \(Cable.watchedAddress)"
    ).status == 0
  }

  private func send(_ count: Int, from address: String, on cable: Cable) async throws {
    let sent = try await cable.run(
      at: .sender, "python3", "-c",
      """
      import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.bind(('\(address)', 0))
      for _ in range(\(count)): s.sendto(b'x', ('\(Cable.watchedAddress)', 9))
      """)
    #expect(sent.status == 0, "\(sent.errors)")
  }

  private func trigger(_ address: String, on cable: Cable) async throws {
    _ = try await cable.script(at: .sender, "nc -z -w 1 -s \(address) \(Cable.watchedAddress) 23")
  }

  @Test(.timeLimit(.minutes(12)))
  func aProbeOfATriggerPortIsAnsweredByTheKernelFromThenOn() async throws {
    try await withSets { cable, daemon, _ in
      #expect(try await blocks(daemon).rule == "2.1")
      try await trigger(Cable.attacker, on: cable)
      try await waitUntil("the kernel blocks it") { try await isInKernel(Cable.attacker, on: cable) }
      try await waitUntil("what came before is counted") {
        try await daemon.matches(ofRule: "2.1") == blocks(daemon).dropped
      }
      let (judged, dropped) = (try await daemon.interface().judged, try await blocks(daemon).dropped)
      let counted = try await daemon.matches(ofRule: "2")
      try await send(200, from: Cable.attacker, on: cable)
      #expect(try await blocks(daemon).dropped == dropped + 200)
      // Neighbours talk to each other meanwhile, but not that much.
      #expect(try await daemon.interface().judged - judged < 100)
      try await waitUntil("the rule has counted them") { try await daemon.matches(ofRule: "2.1") == dropped + 200 }
      #expect(try await daemon.matches(ofRule: "2") >= counted + 200)
      try await waitUntil("so has the entry") {
        let text = try await daemon.sentry("triggered", "list", "--format", "json").output
        let reply = try JSONDecoder().decode(TableReply.self, from: Data(text.utf8))
        return reply.entries.first { $0.address == Cable.attacker }?.matchCount == 1 + dropped + 200
      }
      #expect(try await answersPings(from: Cable.innocent, on: cable))
      #expect(try await daemon.sentry("status").output.contains("blocks     for rule 2.1 by itself: 1 entry"))
      // The reply waits for the kernel.
      #expect(try await daemon.sentry("triggered", "remove", Cable.attacker).status == 0)
      #expect(try await !isInKernel(Cable.attacker, on: cable))
      #expect(try await answersPings(from: Cable.attacker, on: cable))
    }
  }

  /// Packets of a blocked address find its entry in the very moment in which it is taken out, and put it back.
  @Test(.timeLimit(.minutes(12)))
  func whoIsTakenOutWhileItKnocksIsOutWhenTheReplyComes() async throws {
    try await withSets { cable, daemon, _ in
      let knocking = try cable.start(
        at: .sender, "ping", "-n", "-q", "-f", "-I", Cable.attacker, Cable.watchedAddress)
      for _ in 0..<10 {
        #expect(try await daemon.sentry("triggered", "add", Cable.attacker, "198.51.100.0/24").status == 0)
        try await waitUntil("the kernel blocks it") { try await isInKernel(Cable.attacker, on: cable) }
        try await waitUntil("and the net") { try await isInRanges("198.51.100.9", on: cable) }
        let removal = try await daemon.sentry("triggered", "remove", Cable.attacker, "198.51.100.0/24")
        #expect(removal.output == "table trigger: 2 removed\n")
        #expect(try await !isInKernel(Cable.attacker, on: cable))
        #expect(try await !isInRanges("198.51.100.9", on: cable))
        #expect(try await blocks(daemon).removing == nil)
      }
      _ = try await knocking.stop()
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whoKeepsKnockingStaysBlockedAndWhoKeepsQuietIsForgivenInBothPlaces() async throws {
    try await withSets(seconds: 3) { cable, daemon, _ in
      try await trigger(Cable.attacker, on: cable)
      try await waitUntil("the kernel blocks it") { try await isInKernel(Cable.attacker, seconds: 3, on: cable) }
      // Twice its duration, and never quiet for so long.
      for _ in 0..<12 { #expect(try await !answersPings(from: Cable.attacker, on: cable, patience: 1)) }
      #expect(try await daemon.triggered().contains("\(Cable.attacker) "))
      try await waitUntil("its entry has expired") { try await !daemon.triggered().contains("\(Cable.attacker) ") }
      try await waitUntil("in the kernel, too") { try await !isInKernel(Cable.attacker, seconds: 3, on: cable) }
      #expect(try await answersPings(from: Cable.attacker, on: cable))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func anAuthorizedAddressIsNeverBlocked() async throws {
    try await withSets { cable, daemon, _ in
      #expect(try await daemon.sentry("triggered", "add", Cable.attacker, Cable.innocent).status == 0)
      try await waitUntil("the kernel blocks both") { try await blocks(daemon).entries == 2 }
      #expect(try await daemon.sentry("triggered", "add", "--table", "authorize", Cable.innocent).status == 0)
      try await waitUntil("one is left to the rules") { try await blocks(daemon).entries == 1 }
      #expect(try await blocks(daemon).leftToQueue == 1)
      #expect(try await answersPings(from: Cable.innocent, on: cable))
      #expect(try await !answersPings(from: Cable.attacker, on: cable, patience: 1))
      #expect(try await daemon.sentry("triggered", "remove", "--table", "authorize", Cable.innocent).status == 0)
      try await waitUntil("the kernel blocks both again") { try await blocks(daemon).entries == 2 }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func entriesStayThroughApplyAndAreBackAfterAFlushAndAfterOffAndOn() async throws {
    try await withSets { cable, daemon, folder in
      #expect(
        try await daemon.sentry("triggered", "add", Cable.attacker, "198.51.100.0/24", "2001:db8:1::/64").status == 0)
      try await waitUntil("the kernel blocks them") { try await blocks(daemon).entries == 3 }
      let second = try Self.document(seconds: 600, in: folder, name: "second.plist")
      #expect(try await daemon.sentry("apply", second).status == 0)
      #expect(try await isInKernel(Cable.attacker, on: cable))
      try await trigger(Cable.innocent, on: cable)
      try await waitUntil("the new duration has its set") {
        try await isInKernel(Cable.innocent, seconds: 600, on: cable)
      }
      #expect(try await cable.script(at: .watched, "nft flush ruleset").status == 0)
      try await waitUntil("all are back") {
        let hasOld = try await isInKernel(Cable.attacker, on: cable)
        let hasNew = try await isInKernel(Cable.innocent, seconds: 600, on: cable)
        let hasRange = try await isInRanges("198.51.100.9", on: cable)
        return hasOld && hasNew && hasRange
      }
      #expect(try await daemon.sentry("off").status == 0)
      #expect(try await answersPings(from: Cable.attacker, on: cable))
      #expect(try await daemon.sentry("on").status == 0)
      try await waitUntil("all are back") { try await blocks(daemon).entries == 4 }
      #expect(try await !answersPings(from: Cable.attacker, on: cable, patience: 1))
      #expect(try await daemon.sentry("triggered", "clear").status == 0)
      #expect(try await blocks(daemon).entries == 0)
      #expect(try await answersPings(from: Cable.attacker, on: cable))
    }
  }

  private func isInRanges(_ address: String, on cable: Cable) async throws -> Bool {
    try await cable.script(at: .watched, "nft get element inet sentry triggered-ranges-4 '{ \(address) }'").status == 0
  }

  @Test(.timeLimit(.minutes(12)))
  func aDocumentThatDoesNotAllowItIsJudgedByTheQueueAndSaysWhy() async throws {
    try await withSets { cable, daemon, folder in
      #expect(try await daemon.sentry("triggered", "add", Cable.attacker).status == 0)
      let document = try LiveQueue.document(
        LiveQueue.rule("Protocol", "17", "filterActionName = Log;") + ", " + Self.triggered, in: folder,
        name: "log.plist")
      #expect(try await daemon.sentry("apply", document).status == 0)
      let kernel = try #require(try await daemon.queue().kernel)
      #expect(kernel.blocks == nil)
      #expect(kernel.blocksNot?.hasPrefix("rule 1 comes first") == true)
      #expect(try await daemon.sentry("status").output.contains("blocks     nothing by itself: rule 1 comes first"))
      #expect(try await !answersPings(from: Cable.attacker, on: cable, patience: 1))
      #expect(try await daemon.matches(ofRule: "2") >= 1)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aDryRunBlocksNothing() async throws {
    try await withSets(options: ["--dry-run"]) { cable, daemon, _ in
      let entered = try await daemon.sentry("triggered", "add", Cable.attacker)
      #expect(entered.status == 0)
      #expect(try await answersPings(from: Cable.attacker, on: cable))
      #expect(try await daemon.queue().kernel?.blocks == nil)
      #expect(try await daemon.queue().kernel?.blocksNot == "this is a dry run")
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func openConnectionsOfATriggeredAddressEnd() async throws {
    try await withSets { cable, daemon, _ in
      // Somebody who asks for connections makes the kernel track them.
      #expect(
        try await cable.script(
          at: .watched,
          """
          nft 'add table inet watch; add chain inet watch seen { type filter hook prerouting priority 0; }
            add rule inet watch seen ct state new counter'
          """
        ).status == 0)
      let server = try await cable.startWebServer(at: .watched, port: 80)
      let client = try cable.start(at: .sender, "nc", "-d", "-s", Cable.attacker, Cable.watchedAddress, "80")
      try await waitUntil("the connection is tracked") {
        try await cable.run(at: .watched, "cat", "/proc/net/nf_conntrack").output.contains("src=\(Cable.attacker)")
      }
      #expect(try await daemon.sentry("triggered", "add", Cable.attacker).status == 0)
      try await waitUntil("it has ended") { try await blocks(daemon).endedConnections == 1 }
      _ = try await client.stop()
      withExtendedLifetime(server) {}
    }
  }

  /// A list that somebody loads is in the kernel soon, and every entry of it.
  @Test(.timeLimit(.minutes(12)))
  func aLongListIsLoadedWhole() async throws {
    try await withSets { cable, daemon, folder in
      let list = (0..<20_000).map { "10.200.\($0 / 250).\($0 % 250 + 1)\n" }.joined()
      #expect(try await daemon.sentry("triggered", "import", try folder.write("list.txt", list)).status == 0)
      try await waitUntil("all are in the kernel") { try await blocks(daemon).entries == 20_000 }
      for address in ["10.200.0.1", "10.200.40.100", "10.200.79.250"] {
        #expect(try await isInKernel(address, on: cable))
      }
      #expect(try await blocks(daemon).differences == 0)
      // The reply waits for the kernel, but not for long, and says so.
      #expect(try await daemon.sentry("triggered", "clear").output.hasPrefix("table trigger: 20,000 removed"))
      try await waitUntil("none is in the kernel") { try await blocks(daemon).entries == 0 }
      #expect(try await !isInKernel("10.200.40.100", on: cable))
    }
  }
}
