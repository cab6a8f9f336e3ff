import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Established connections that pass in the kernel.
@Suite(
  .serialized,
  .enabled(if: LiveQueue.isPossible && Program("iperf3").isThere, "needs iperf3 and what queue mode needs"))
struct LiveFlowsTests {
  /// Rule 1 counts TCP and keeps nobody out, nor do the rules behind it that ask for tables.
  private static let harmless = """
    \(LiveQueue.rule("Protocol", "6", "")),
    { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Reject; }
    """

  /// What has come in and gone out, by a table of the test's own on both sides of ours.
  private func witness(_ transport: String, on cable: Cable) async throws {
    let result = try await cable.script(
      at: .watched,
      """
      nft 'table inet witness {
        chain in { type filter hook prerouting priority 300; iifname "cable0" meta l4proto \(transport) counter; };
        chain out { type filter hook postrouting priority 300; oifname "cable0" meta l4proto \(transport) counter; };
      }'
      """)
    try #require(result.status == 0, "\(result.errors)")
  }

  private func witnessed(on cable: Cable) async throws -> (packets: UInt64, bytes: UInt64) {
    let listing = try await cable.run(at: .watched, "nft", "list", "table", "inet", "witness").output
    let counters = listing.matches(of: /counter packets ([0-9]+) bytes ([0-9]+)/)
    return counters.reduce((0, 0)) { ($0.packets + (UInt64($1.1) ?? 0), $0.bytes + (UInt64($1.2) ?? 0)) }
  }

  private func counted(byRule number: String, _ daemon: LiveDaemon) async throws -> (packets: UInt64, bytes: UInt64) {
    let text = try await daemon.sentry("show-active", "--format", "json").output
    let reply = try JSONDecoder().decode(ActiveRulesReply.self, from: Data(text.utf8))
    let rule = try #require(reply.rules.first { $0.number == number })
    return (rule.matchCount, rule.byteCount)
  }

  private func flows(_ daemon: LiveDaemon) async throws -> FlowsReport {
    try #require(try await daemon.queue().kernel?.flows)
  }

  private func startServer(on cable: Cable) async throws -> RunningProgram {
    let server = try cable.start(at: .watched, "iperf3", "--server")
    try await cable.waitUntilListening(at: .watched, "tcp", 5_201)
    return server
  }

  /// A long download, and a body that runs once it passes in the kernel.
  private func duringADownload(
    _ rules: String = harmless, options: [String] = [],
    _ body: (Cable, LiveDaemon, TemporaryFolder, RunningProgram) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try LiveQueue.document(rules, in: folder), options: options) { cable, daemon in
      let server = try await startServer(on: cable)
      let download = try cable.start(
        at: .sender, "iperf3", "--client", Cable.watchedAddress, "--bind", Cable.attacker, "--time", "300", "--bitrate",
        "50M")
      try await waitUntil("it passes in the kernel") { try await flows(daemon).packets > 100 }
      try await body(cable, daemon, folder, download)
      for program in [download, server] where program.isRunning { try await program.kill() }
    }
  }

  // MARK: What passes

  @Test(.timeLimit(.minutes(12)), arguments: [Cable.watchedAddress, Cable.watchedIPv6])
  func anEstablishedDownloadPassesInTheKernelAndCounts(address: String) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try LiveQueue.document(Self.harmless, in: folder)) { cable, daemon in
      try await witness("tcp", on: cable)
      let server = try await startServer(on: cable)
      let client = try await cable.run(
        at: .sender, "iperf3", "--client", address, "--time", "3", "--bitrate", "200M", "--reverse", "--json")
      #expect(client.status == 0, "\(client.output)")
      try await waitUntil("everything is counted") {
        try await counted(byRule: "1", daemon) == witnessed(on: cable)
      }
      let (flows, total) = (try await flows(daemon), try await witnessed(on: cable))
      // Handshakes, the first packets of each way, and the ends are judged; and what comes between them on a slow machine.
      #expect(flows.packets > total.packets / 2, "\(flows) of \(total)")
      #expect(flows.bytes > total.bytes / 2)
      #expect(try await daemon.interface().judged >= total.packets)
      #expect(try await daemon.status().verdicts["pass", default: 0] >= total.packets)
      #expect(try await daemon.sentry("status").output.contains("stay in the kernel, which has let pass"))
      // The ends are seen: nothing of the connections stays, neither in the kernel nor in the table.
      try await waitUntil("the flows have ended") { try await self.flows(daemon).entries == 0 }
      try await server.kill()
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func datagramsPassInTheKernel() async throws {
    let folder = try TemporaryFolder()
    let rules = LiveQueue.rule("Protocol", "17", "")
    try await LiveQueue.run(try LiveQueue.document(rules, in: folder)) { cable, daemon in
      try await witness("udp", on: cable)
      let server = try await startServer(on: cable)
      let client = try await cable.run(
        at: .sender, "iperf3", "--udp", "--client", Cable.watchedAddress, "--time", "3", "--bitrate", "5M", "--length",
        "1000")
      #expect(client.status == 0, "\(client.output)")
      try await waitUntil("everything is counted") {
        try await counted(byRule: "1", daemon) == witnessed(on: cable)
      }
      #expect(try await flows(daemon).packets > witnessed(on: cable).packets / 2)
      try await server.kill()
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aRuleThatLooksAtContentKeepsThePacketsInTheQueue() async throws {
    let folder = try TemporaryFolder()
    let rules = LiveQueue.rule(
      "Protocol", "6",
      #"children = ( { enabled = 1; propertyName = "Data content"; propertyValue = "nowhere"; filterActionName = Delete; } );"#
    )
    try await LiveQueue.run(try LiveQueue.document(rules, in: folder)) { cable, daemon in
      let server = try await startServer(on: cable)
      let client = try await cable.run(
        at: .sender, "iperf3", "--client", Cable.watchedAddress, "--time", "1", "--bitrate", "50M")
      #expect(client.status == 0, "\(client.output)")
      let flows = try await flows(daemon)
      #expect(flows.packets == 0 && flows.wantedBy == "1.1")
      #expect(try await daemon.sentry("status").output.contains("rule 1.1 wants to see the packets of others"))
      try await server.kill()
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func inADryRunAndWhereEveryPacketCountsNoneStays() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.harmless, in: folder)
    try await LiveQueue.run(document, options: ["--dry-run"]) { _, daemon in
      let (kernel, text) = (try await daemon.queue().kernel, try await daemon.sentry("status").output)
      #expect(kernel?.flows == nil)
      #expect(text.contains("all packets go to the queue: this is a dry run"))
    }
    let counting = try LiveQueue.document(
      #"{ enabled = 1; propertyName = "Source match rate"; relationName = ">="; propertyValue = 100000; "#
        + "filterActionName = Delete; }", in: folder)
    try await LiveQueue.run(counting) { cable, daemon in
      #expect(try await daemon.queue().kernel?.flowsNot == "rule 1 counts every packet")
      // With other rules they may, and there they are.
      let other = try LiveQueue.document(Self.harmless, in: folder, name: "other.plist")
      #expect(try await daemon.sentry("apply", other).status == 0)
      #expect(try await flows(daemon).wantedBy == nil)
      #expect(try await cable.script(at: .watched, "nft list set inet sentry flows-tcp-in-4").status == 0)
    }
  }

  // MARK: What ends it

  @Test(.timeLimit(.minutes(12)))
  func anAddressThatIsTriggeredEndsItsFlowsAtOnce() async throws {
    try await duringADownload { cable, daemon, _, _ in
      #expect(try await daemon.sentry("triggered", "add", Cable.attacker).status == 0)
      try await waitUntil("its packets are judged") { try await daemon.status().verdicts["reject", default: 0] > 0 }
      try await waitUntil("nothing of it stays") { try await flows(daemon).entries == 0 }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func rulesThatForbidItEndItAtOnce() async throws {
    try await duringADownload { cable, daemon, folder, download in
      let other = try LiveQueue.document(
        LiveQueue.rule("Dest port", "5201", "filterActionName = Delete;"), in: folder, name: "other.plist")
      #expect(try await daemon.sentry("apply", other).status == 0)
      let after = try await flows(daemon)
      try await waitUntil("its packets are deleted") { try await daemon.status().verdicts["delete", default: 0] > 2 }
      #expect(try await flows(daemon).packets == after.packets)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func applyingTheSameRulesLosesNoCount() async throws {
    try await duringADownload { cable, daemon, folder, download in
      // What passes before the witness comes may be counted besides.
      let start = try await counted(byRule: "1", daemon)
      try await witness("tcp", on: cable)
      for _ in 0..<10 { #expect(try await daemon.sentry("apply", folder.path("rules.plist")).status == 0) }
      try await download.kill()
      try await waitUntil("the flows have ended") { try await flows(daemon).entries == 0 }
      let passed = try await witnessed(on: cable).packets
      try await waitUntil("all of it is counted") {
        try await counted(byRule: "1", daemon).packets >= start.packets + passed
      }
      let all = try await counted(byRule: "1", daemon).packets
      #expect(try await daemon.interface().judged >= all)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func flowsComeBackAfterAFlushAndAfterOffAndOn() async throws {
    try await duringADownload { cable, daemon, _, _ in
      #expect(try await cable.script(at: .watched, "nft flush ruleset").status == 0)
      try await waitUntil("the rules are back") { try await daemon.queue().kernel?.restorations == 1 }
      let flushed = try await flows(daemon).packets
      try await waitUntil("so are the flows") { try await flows(daemon).packets > flushed + 100 }
      #expect(try await daemon.sentry("off").status == 0)
      #expect(try await cable.script(at: .watched, "nft list table inet sentry").status != 0)
      #expect(try await daemon.sentry("on").status == 0)
      let switched = try await flows(daemon).packets
      try await waitUntil("and again") { try await flows(daemon).packets > switched + 100 }
      #expect(try await flows(daemon).problem == nil)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func underFailClosedADeadDaemonLeavesNoFlowForLong() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.harmless, in: folder)
    try await Cable.with(.usual) { cable in
      let daemon = try await LiveDaemon.start(
        on: cable, document, in: folder, options: ["--mode", "queue", "--policy", "fail-closed"])
      let server = try await startServer(on: cable)
      let download = try cable.start(
        at: .sender, "iperf3", "--client", Cable.watchedAddress, "--time", "300", "--bitrate", "50M")
      try await waitUntil("it passes in the kernel") { try await flows(daemon).packets > 100 }
      try await daemon.program.kill()
      try await waitUntil("its entries have expired", within: .seconds(20)) {
        try await cable.script(
          at: .watched, "nft list set inet sentry flows-tcp-in-4; nft list set inet sentry flows-tcp-out-4"
        ).output.contains("elements") == false
      }
      try await witness("tcp", on: cable)
      let arrivals = "nft list table inet before | grep -o 'packets [0-9]*' | cut -d' ' -f2"
      let before = try await cable.script(
        at: .watched,
        "nft 'table inet before { chain in { type filter hook prerouting priority -500; meta l4proto tcp counter; }; }'"
      )
      #expect(before.status == 0)
      try await waitUntil("it is tried again") {
        Int(try await cable.script(at: .watched, arrivals).output.dropLast()) ?? 0 > 1
      }
      #expect(try await witnessed(on: cable).packets == 0)
      for program in [download, server] where program.isRunning { try await program.kill() }
      let off = try await cable.script(
        at: .watched, "\(Program.sentry.path) off --socket \(daemon.socket)")
      #expect(off.status == 0, "\(off.errors)")
    }
  }
}
