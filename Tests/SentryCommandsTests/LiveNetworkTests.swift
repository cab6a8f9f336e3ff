import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Two network namespaces with a cable between them: `sentry` watches one end, the other end sends.
///
/// Nothing else is on the cable: no IPv6, and the neighbours are known beforehand. Names are random; everything goes with
/// the namespaces.
private struct Cable {
  let watched: String
  let sender: String
  static let watchedAddress = "10.77.0.1"
  static let senderAddress = "10.77.0.2"
  /// Lies on the cable, but is nobody: the kernel answers nothing.
  static let nobody = "10.77.0.99"
  private static let watchedMAC = "02:00:5e:00:53:01"
  private static let senderMAC = "02:00:5e:00:53:02"

  init() async throws {
    let id = String(UUID().uuidString.prefix(8)).lowercased()
    watched = "sentry-a-\(id)"
    sender = "sentry-b-\(id)"
    do {
      try await build()
    } catch {
      await remove()
      throw error
    }
  }

  private func build() async throws {
    for namespace in [watched, sender] {
      try await ip("netns", "add", namespace)
      // Where the kernel has no IPv6 there is nothing to switch off.
      try? await ip("netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1")
      try? await ip("netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1")
    }
    try await plug()
  }

  func plug() async throws {
    try await ip(
      "link", "add", "name", "cable0", "address", Self.watchedMAC, "netns", watched, "type", "veth", "peer", "name",
      "cable0",
      "address", Self.senderMAC, "netns", sender)
    for (namespace, address) in [(watched, Self.watchedAddress), (sender, Self.senderAddress)] {
      try await ip("-n", namespace, "address", "add", "\(address)/24", "dev", "cable0")
      try await ip("-n", namespace, "link", "set", "cable0", "up")
    }
    try await neighbour(of: watched, Self.senderAddress, Self.senderMAC)
    try await neighbour(of: sender, Self.watchedAddress, Self.watchedMAC)
    try await neighbour(of: sender, Self.nobody, Self.watchedMAC)
  }

  /// Both ends vanish.
  func unplug() async throws { try await ip("-n", watched, "link", "delete", "cable0") }

  private func neighbour(of namespace: String, _ address: String, _ mac: String) async throws {
    try await ip("-n", namespace, "neighbour", "replace", address, "lladdr", mac, "dev", "cable0", "nud", "permanent")
  }

  func remove() async {
    for namespace in [watched, sender] { _ = try? await Program("ip").run(["netns", "delete", namespace]) }
  }

  /// Frames that have come in and gone out at the watched end, as the kernel counts them.
  func kernelCounts() async throws -> (received: UInt64, sent: UInt64) {
    struct Link: Decodable {
      struct Statistics: Decodable {
        struct Counters: Decodable { var packets: UInt64 }
        var rx: Counters
        var tx: Counters
      }
      var stats64: Statistics
    }
    let text = try await Program("ip").run(["-n", watched, "-s", "-j", "link", "show", "cable0"]).output
    let links = try JSONDecoder().decode([Link].self, from: Data(text.utf8))
    let statistics = try #require(links.first).stats64
    return (statistics.rx.packets, statistics.tx.packets)
  }

  private struct IPFailed: Error {
    var arguments: [String]
    var errors: String
  }

  private func ip(_ arguments: String...) async throws {
    let result = try await Program("ip").run(arguments)
    guard result.status == 0 else { throw IPFailed(arguments: arguments, errors: result.errors) }
  }
}

private enum LiveNetwork {
  static let isPossible =
    geteuid() == 0 && Program.sentry.isThere
    && ["ip", "nc", "hping3", "sysctl"].allSatisfy { Program($0).isThere }

  static let needs: Comment = "needs root, the built program, and the tools ip, nc, hping3 and sysctl"

  /// The document the project ships.
  static let document = TestFiles.path("Documents/Default.plist")
}

@Suite(.serialized, .enabled(if: LiveNetwork.isPossible, LiveNetwork.needs))
struct LiveNetworkTests {
  /// One daemon on one cable, both gone at the end whatever happens.
  private func withWatchedCable(_ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let cable = try await Cable()
    do {
      try await withDaemon(on: cable, folder: folder) { try await body(cable, $0) }
      await cable.remove()
    } catch {
      await cable.remove()
      throw error
    }
  }

  private func withDaemon(on cable: Cable, folder: TemporaryFolder, _ body: (LiveDaemon) async throws -> Void)
    async throws
  {
    let daemon = try LiveDaemon(on: cable, folder: folder)
    do {
      try await daemon.waitUntilItAnswers()
      try await body(daemon)
    } catch {
      Issue.record("the daemon said: \(daemon.program.errors)")
      _ = try? await daemon.program.stop()
      throw error
    }
    #expect(try await daemon.program.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socket))
  }

  private struct DaemonEnded: Error {}

  private struct LiveDaemon {
    let program: RunningProgram
    let socket: String
    let folder: TemporaryFolder

    init(on cable: Cable, folder: TemporaryFolder) throws {
      self.folder = folder
      socket = folder.path("sentry.sock")
      program = try Program("ip").start([
        "netns", "exec", cable.watched, Program.sentry.path, "run", LiveNetwork.document, "-i", "cable0",
        "--socket", socket,
      ])
    }

    func sentry(_ arguments: String...) async throws -> ProgramRun {
      try await Program.sentry.run(arguments, environment: ["SENTRY_SOCKET": socket])
    }

    func status() async throws -> StatusReply {
      try await JSONDecoder().decode(StatusReply.self, from: Data(sentry("status", "--format", "json").output.utf8))
    }

    func interface() async throws -> InterfaceReport { try #require(await status().interfaces.first) }

    func waitUntilItAnswers() async throws {
      try await waitUntil("the daemon answers") {
        guard program.isRunning else { throw DaemonEnded() }
        return try await sentry("status").status == 0
      }
    }
  }

  @Test(.timeLimit(.minutes(1)))
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

  @Test(.timeLimit(.minutes(2)))
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

  @Test(.timeLimit(.minutes(1)))
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

  @Test(.timeLimit(.minutes(1)))
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

  @Test(.timeLimit(.minutes(1)))
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

  @Test(.timeLimit(.minutes(1)))
  func secondDaemonOnTheSameSocketIsRefused() async throws {
    try await withWatchedCable { _, daemon in
      let second = try await Program.sentry.run(
        ["run", LiveNetwork.document, "-i", "lo", "--socket", daemon.socket])
      #expect(second.status == 74)
      #expect(second.errors.contains("another sentry"))
      #expect(try await daemon.sentry("status").status == 0)
    }
  }

  /// The shipped document with one more rule in front.
  private func changedDocument() throws -> String {
    let text = try String(contentsOfFile: LiveNetwork.document, encoding: .utf8)
    // At the end, where it changes no other rule's number: the document's tests name them.
    let end = try #require(text.range(of: "}\n  );\n\n  // SETTINGS"))
    return text.replacingCharacters(
      in: end, with: "}, { enabled = 1; propertyName = Protocol; propertyValue = 17; }\n  );\n\n  // SETTINGS")
  }
}

@Suite(.enabled(if: Program.sentry.isThere, "needs the built program"))
struct LiveExitStatusTests {
  @Test func withoutADaemonTheMessageShowsHowToStartOne() async throws {
    for command in [["status"], ["log"], ["on"], ["off"], ["show-active"], ["triggered", "list"]] {
      let result = try await Program.sentry.run(
        command, environment: ["SENTRY_SOCKET": "/nonexistent/sentry.sock"])
      #expect(result.status == 69, "\(command)")
      #expect(result.errors.contains("sentry run"), "\(command)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func unknownModeIsRefusedWithThoseThereAre() async throws {
    let result = try await Program.sentry.run(["run", "--mode", "inline", "-i", "lo"])
    #expect(result.status == 2)
    #expect(result.errors.contains("'inline'"))
    #expect(result.errors.contains("monitor"))
  }

  @Test func interfaceThatIsNotThereIsNamedWithThoseThatAre() async throws {
    let folder = try TemporaryFolder()
    let socket = folder.path("sentry.sock")
    let result = try await Program.sentry.run(["run", LiveNetwork.document, "-i", "nosuch0", "--socket", socket])
    #expect(result.status == 66 || result.status == 77)
    #expect(result.errors.contains("nosuch0"))
    #expect(!FileManager.default.fileExists(atPath: socket))
  }
}
