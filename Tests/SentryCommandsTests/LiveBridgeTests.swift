import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Two network namespaces with a third between them, where `sentry` bridges the two cables. The third has no addresses.
private struct BridgedCables {
  let outside: String
  let bridge: String
  let inside: String
  static let outsideAddress = "10.78.0.1"
  static let insideAddress = "10.78.0.2"
  static let outsideMAC = "02:00:5e:00:53:01"
  static let insideMAC = "02:00:5e:00:53:02"

  init() async throws {
    let id = String(UUID().uuidString.prefix(8)).lowercased()
    outside = "sentry-o-\(id)"
    bridge = "sentry-m-\(id)"
    inside = "sentry-i-\(id)"
    do {
      for namespace in [outside, bridge, inside] {
        try await ip("netns", "add", namespace)
        // With IPv6 the hosts send when they like.
        try? await ip("netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1")
        try? await ip("netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1")
      }
      try await plug("out0", into: outside, Self.outsideAddress, Self.outsideMAC)
      try await plug("in0", into: inside, Self.insideAddress, Self.insideMAC)
    } catch {
      await remove()
      throw error
    }
  }

  /// Lays a cable from `port` of the bridge to `cable0` of a host.
  func plug(_ port: String, into host: String, _ address: String, _ mac: String) async throws {
    try await ip(
      "link", "add", "name", port, "netns", bridge, "type", "veth", "peer", "name", "cable0", "address", mac, "netns",
      host)
    try await ip("-n", host, "link", "set", "lo", "up")
    try await ip("-n", host, "address", "add", "\(address)/24", "dev", "cable0")
    try await ip("-n", host, "link", "set", "cable0", "up")
    try await ip("-n", bridge, "link", "set", port, "up")
  }

  func setMTU(_ mtu: Int) async throws {
    for (namespace, name) in [(outside, "cable0"), (inside, "cable0"), (bridge, "out0"), (bridge, "in0")] {
      try await ip("-n", namespace, "link", "set", name, "mtu", "\(mtu)")
    }
  }

  func remove() async {
    for namespace in [outside, bridge, inside] { _ = try? await Program("ip").run(["netns", "delete", namespace]) }
  }

  func run(on host: String, _ command: String...) async throws -> ProgramRun {
    try await Program("ip").run(["netns", "exec", host] + command)
  }

  func start(on host: String, _ command: String...) throws -> RunningProgram {
    try Program("ip").start(["netns", "exec", host] + command)
  }
}

private enum LiveBridge {
  static let isPossible =
    geteuid() == 0 && Program.sentry.isThere
    && ["ip", "ping", "sysctl", "curl", "nmap", "iperf3", "tcpdump", "python3"].allSatisfy { Program($0).isThere }

  static let needs: Comment =
    "needs root, the built program, and the tools ip, ping, sysctl, curl, nmap, iperf3, tcpdump and python3"

  static let document = """
    { rules = (
        { nodeName = inbound; enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
            { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; }
        ); },
        { nodeName = triggered; enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = "Delete no log"; },
        { nodeName = refused; enabled = 1; propertyName = "Dest port"; propertyValue = 81; filterActionName = Reject; },
        { nodeName = silent; enabled = 1; propertyName = "Dest port"; propertyValue = 82; filterActionName = Delete; },
        { nodeName = late; enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; children = (
            { enabled = 1; propertyName = "Dest port"; propertyValue = 83; filterActionName = Delay; }
        ); },
        { nodeName = page; enabled = 1; propertyName = Direction; propertyValue = outbound; children = (
            { enabled = 1; propertyName = "Data content"; propertyValue = "GET /blocked"; filterActionName = "Drop connection"; }
        ); }
      );
      interfaces = ( { name = in0; filters = 1; external = 0; }, { name = out0; filters = 1; external = 1; } ); }
    """
}

@Suite(.serialized, .enabled(if: LiveBridge.isPossible, LiveBridge.needs))
struct LiveBridgeTests {
  private struct Daemon {
    let program: RunningProgram
    let socket: String

    func sentry(_ arguments: String...) async throws -> ProgramRun {
      try await Program.sentry.run(arguments, environment: ["SENTRY_SOCKET": socket])
    }

    func status() async throws -> StatusReply {
      try await JSONDecoder().decode(StatusReply.self, from: Data(sentry("status", "--format", "json").output.utf8))
    }

    func bridge() async throws -> BridgeReport { try #require(await status().bridge) }
  }

  private struct DaemonEnded: Error {}

  private func withBridge(
    _ document: String = LiveBridge.document, options: [String] = [],
    _ body: (BridgedCables, Daemon) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bridge.plist", document)
    let cables = try await BridgedCables()
    do {
      let socket = folder.path("sentry.sock")
      let program = try Program("ip").start(
        [
          "netns", "exec", cables.bridge, Program.sentry.path, "run", path, "--mode", "bridge", "in0", "out0",
          "--socket",
        ]
          + [socket] + options)
      let daemon = Daemon(program: program, socket: socket)
      do {
        try await waitUntil("the daemon answers") {
          guard program.isRunning else { throw DaemonEnded() }
          return try await daemon.sentry("status").status == 0
        }
        try await body(cables, daemon)
      } catch {
        Issue.record("the daemon said: \(program.errors)")
        _ = try? await program.stop()
        throw error
      }
      #expect(try await program.stop() == 0)
      await cables.remove()
    } catch {
      await cables.remove()
      throw error
    }
  }

  /// A web server on the inside, while `body` runs; its page is `size` bytes long.
  private func withServer(
    _ cables: BridgedCables, on host: String? = nil, port: Int, size: Int = 100_000, _ body: () async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("page", String(repeating: "x", count: size))
    _ = try folder.write("blocked", "not to be seen")
    let host = host ?? cables.inside
    let server = try cables.start(
      on: host, "python3", "-m", "http.server", "\(port)", "--directory", folder.path(""))
    do {
      try await waitUntil("the server listens") {
        try await cables.run(on: host, "curl", "-s", "-o", "/dev/null", "http://127.0.0.1:\(port)/page").status == 0
      }
      try await body()
      try await server.kill()
    } catch {
      try? await server.kill()
      throw error
    }
  }

  private func curl(_ cables: BridgedCables, port: Int) async throws -> ProgramRun {
    try await cables.run(
      on: cables.outside, "curl", "-sS", "-m", "10", "-w", "%{http_code} %{size_download} %{time_connect}", "-o",
      "/dev/null",
      "http://\(BridgedCables.insideAddress):\(port)/page")
  }

  @Test(.timeLimit(.minutes(12)))
  func pingAndDownloadsPassInBothDirections() async throws {
    try await withBridge { cables, daemon in
      #expect(daemon.program.errors.contains("out0 is the outside"))
      let out = try await cables.run(on: cables.outside, "ping", "-c", "3", "-i", "0.2", BridgedCables.insideAddress)
      #expect(out.output.contains(" 0% packet loss"), "\(out.output)")
      #expect(!out.output.contains("DUP"))
      let back = try await cables.run(on: cables.inside, "ping", "-c", "3", "-i", "0.2", BridgedCables.outsideAddress)
      #expect(back.output.contains(" 0% packet loss"), "\(back.output)")
      // Several times the longest packet: what the sender leaves to a network card is cut and finished.
      try await withServer(cables, port: 80, size: 3_000_000) {
        let run = try await curl(cables, port: 80)
        #expect(run.output.hasPrefix("200 3000000 "), "\(run.output) \(run.errors)")
      }
      let status = try await daemon.status()
      #expect(status.mode == "bridge")
      let bridge = try #require(status.bridge)
      #expect(bridge.divided > 0 && bridge.finished > 0)
      #expect(bridge.tooLong + bridge.cut + bridge.failed == 0)
      #expect(try await daemon.sentry("status").output.contains("bridge mode, on"))
    }
  }

  /// 20 seconds of 2 Mbit/s, as curl counts them.
  @Test(.timeLimit(.minutes(12)))
  func limitedDownloadKeepsToItsRate() async throws {
    let document = """
      { rules = ( { enabled = 1; propertyName = "Source port"; propertyValue = 80; filterActionName = "Rate limit out"; \
      parameter = "2M"; } ); interfaces = ( { name = in0; filters = 1; external = 0; }, { name = out0; filters = 1; external = 1; } ); }
      """
    try await withBridge(document) { cables, daemon in
      try await withServer(cables, port: 80, size: 50_000_000) {
        let run = try await cables.run(
          on: cables.outside, "curl", "-s", "-m", "20", "-w", "%{size_download}", "-o", "/dev/null",
          "http://\(BridgedCables.insideAddress):80/page")
        let bytes = try #require(Int(run.output), "\(run.output)")
        #expect((4_500_000...5_500_000).contains(bytes))
      }
      let rate = try #require(try await daemon.status().rates?.first)
      #expect(rate.loweredWindows > 0 && rate.dropped == 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func rejectedConnectionIsRefusedAtOnce() async throws {
    try await withBridge { cables, _ in
      try await withServer(cables, port: 81) {
        let run = try await curl(cables, port: 81)
        #expect(run.status == 7, "curl: failed to connect; \(run.errors)")
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func deletedPacketsLeaveTheCallerWaiting() async throws {
    try await withBridge { cables, _ in
      try await withServer(cables, port: 82) {
        let run = try await cables.run(
          on: cables.outside, "curl", "-sS", "-m", "2", "http://\(BridgedCables.insideAddress):82/page")
        #expect(run.status == 28, "curl: timed out; \(run.errors)")
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func delayedRequestTakesThreeQuartersOfASecond() async throws {
    try await withBridge { cables, _ in
      try await withServer(cables, port: 83) {
        let run = try await curl(cables, port: 83)
        let seconds = run.output.split(separator: " ").last.flatMap { Double($0) } ?? 0
        #expect(run.output.hasPrefix("200 100000 "), "\(run.output) \(run.errors)")
        #expect(seconds >= 0.75, "a request is held that long")
        #expect(seconds < 3, "and then passes")
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func browserInsideSeesTheBlockedPage() async throws {
    try await withBridge { cables, _ in
      try await withServer(cables, on: cables.outside, port: 80) {
        let run = try await cables.run(
          on: cables.inside, "curl", "-sS", "-m", "10", "-w", "%{http_code}", "-o", "/dev/null",
          "http://\(BridgedCables.outsideAddress):80/blocked")
        #expect(run.output == "403", "\(run.errors)")
        let other = try await cables.run(
          on: cables.inside, "curl", "-sS", "-m", "10", "-w", "%{http_code}", "-o", "/dev/null",
          "http://\(BridgedCables.outsideAddress):80/page")
        #expect(other.output == "200", "\(other.errors)")
      }
    }
  }

  /// The scanner is triggered when it comes to port 23, and sees nothing of what it asks for afterwards.
  @Test(.timeLimit(.minutes(12)))
  func scannerIsTriggered() async throws {
    try await withBridge { cables, daemon in
      try await withServer(cables, port: 80) {
        let before = try await cables.run(
          on: cables.outside, "nmap", "-n", "-Pn", "-sS", "-p", "80-82,90", "--max-retries", "1",
          BridgedCables.insideAddress)
        #expect(before.output.contains("80/tcp open"), "\(before.output)")
        #expect(before.output.contains("81/tcp closed"), "rejected")
        #expect(before.output.contains("82/tcp filtered"), "deleted")
        #expect(before.output.contains("90/tcp closed"), "by the host itself")
        _ = try await cables.run(
          on: cables.outside, "nmap", "-n", "-Pn", "-sS", "-p", "23", "--max-retries", "0", BridgedCables.insideAddress)
        #expect(try await daemon.sentry("triggered", "list").output.contains(BridgedCables.outsideAddress))
        let after = try await cables.run(
          on: cables.outside, "nmap", "-n", "-Pn", "-sS", "-p", "80", "--max-retries", "0", BridgedCables.insideAddress)
        #expect(after.output.contains("80/tcp filtered"), "\(after.output)")
      }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func iperfRunsInBothDirections() async throws {
    struct Result: Decodable {
      struct End: Decodable {
        struct Sum: Decodable { var bytes: Double }
        /// Not there when it failed, which its status does not say.
        var received: Sum?

        enum CodingKeys: String, CodingKey { case received = "sum_received" }
      }
      var end: End
    }
    try await withBridge { cables, daemon in
      let server = try cables.start(on: cables.inside, "iperf3", "-s")
      do {
        for options in [[], ["-R"]] as [[String]] {
          var received = 0.0
          try await waitUntil("iperf3 runs \(options)") {
            let run = try await Program("ip").run(
              ["netns", "exec", cables.outside, "iperf3", "-J", "-t", "2", "-c", BridgedCables.insideAddress] + options)
            let result = try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
            received = result.end.received?.bytes ?? 0
            return received > 0
          }
          #expect(received > 1_000_000)
        }
        try await server.kill()
      } catch {
        try? await server.kill()
        throw error
      }
      let bridge = try await daemon.bridge()
      #expect(bridge.tooLong + bridge.cut + bridge.failed == 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func jumboFramesPassWholeOnceTheInterfacesTakeThem() async throws {
    try await withBridge { cables, _ in
      try await cables.setMTU(9_000)
      try await waitUntil("a ping of 9000 bytes passes") {
        let ping = try await cables.run(
          on: cables.outside, "ping", "-c", "1", "-W", "1", "-M", "do", "-s", "8972", BridgedCables.insideAddress)
        return ping.output.contains(" 0% packet loss")
      }
    }
  }

  /// Tags that the kernel takes off frames are put back; frames that are not IP pass; each frame comes out once.
  @Test(.timeLimit(.minutes(12)))
  func taggedAndForeignFramesComeOutAsTheyWentIn() async throws {
    let ends = "02005e005302" + "02005e005301"
    let frames = [
      // Customer tag of VLAN 7 with priority 3 (IEEE 802.1Q), around a frame of the full 1500 bytes.
      ends + "81006007" + "88b5" + String(repeating: "a5", count: 1_500),
      // Service tag of VLAN 9 and customer tag of VLAN 5 (IEEE 802.1ad).
      ends + "88a80009" + "81000005" + "88b5" + String(repeating: "5a", count: 60),
      // A spanning tree message (IEEE 802.1D), which goes to a group address and says its length.
      "0180c2000000" + "02005e005301" + "0026" + "424203" + String(repeating: "00", count: 35),
    ]
    let script = """
      import socket, sys
      sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
      sender.bind(("cable0", 0))
      for frame in sys.argv[1:]: sender.send(bytes.fromhex(frame))
      """
    try await withBridge { cables, _ in
      let folder = try TemporaryFolder()
      let capture = folder.path("inside.pcap")
      let tcpdump = try cables.start(
        on: cables.inside, "tcpdump", "-Z", "root", "-U", "-i", "cable0", "-w", capture, "not arp")
      do {
        try await waitUntil("tcpdump listens") { tcpdump.errors.contains("listening on") }
        let sent = try await Program("ip").run(
          ["netns", "exec", cables.outside, "python3", "-c", script] + frames)
        #expect(sent.status == 0, "\(sent.errors)")
        try await waitUntil("all frames have come") { try Self.frames(inCapture: capture).count >= frames.count }
        // One more that comes behind them all: what would come twice has come by then.
        _ = try await Program("ip").run(["netns", "exec", cables.outside, "python3", "-c", script, frames[2]])
        try await waitUntil("the last frame has come") {
          try Self.frames(inCapture: capture).filter { $0 == frames[2] }.count >= 2
        }
        #expect(try Self.frames(inCapture: capture) == frames + [frames[2]])
        try await tcpdump.kill()
      } catch {
        try? await tcpdump.kill()
        throw error
      }
    }
  }

  /// The frames of a classic capture file in the byte order of this machine, in hexadecimal digits; those that are there whole.
  private static func frames(inCapture path: String) throws -> [String] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var frames: [String] = []
    var position = 24
    while position + 16 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[position + 8 + $1]) << (8 * $1) }
      guard position + 16 + length <= bytes.count else { break }
      frames.append(
        bytes[position + 16..<position + 16 + length].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      position += 16 + length
    }
    return frames
  }

  @Test(.timeLimit(.minutes(12)))
  func dryRunPassesWhatTheRulesForbid() async throws {
    try await withBridge(options: ["--dry-run"]) { cables, daemon in
      try await withServer(cables, port: 82) {
        let run = try await curl(cables, port: 82)
        #expect(run.output.hasPrefix("200 "), "\(run.output) \(run.errors)")
      }
      let status = try await daemon.status()
      #expect(status.bridge?.dryRun == true)
      #expect((status.verdicts["delete"] ?? 0) > 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func bridgeGoesOnWhenALostInterfaceIsBack() async throws {
    try await withBridge { cables, daemon in
      try await ip("-n", cables.bridge, "link", "delete", "in0")
      try await waitUntil("the loss is told") { daemon.program.errors.contains("passes nothing until it is back") }
      #expect(try await daemon.status().interfaces.contains { !$0.capturing && $0.name == "in0" })
      try await cables.plug("in0", into: cables.inside, BridgedCables.insideAddress, BridgedCables.insideMAC)
      try await waitUntil("pings pass again") {
        let ping = try await cables.run(on: cables.outside, "ping", "-c", "1", "-W", "1", BridgedCables.insideAddress)
        return ping.output.contains(" 0% packet loss")
      }
    }
  }

  /// What the daemon has switched off is on again when it has ended.
  @Test(.timeLimit(.minutes(12)), .enabled(if: Program("ethtool").isThere, "needs ethtool"))
  func joinedPacketsAreSwitchedOffMeanwhile() async throws {
    let cables = try await BridgedCables()
    do {
      let on = try await cables.run(on: cables.bridge, "ethtool", "-K", "in0", "gro", "on")
      try #require(on.status == 0, "\(on.errors)")
      let folder = try TemporaryFolder()
      let path = try folder.write("bridge.plist", LiveBridge.document)
      let program = try Program("ip").start([
        "netns", "exec", cables.bridge, Program.sentry.path, "run", path, "--mode", "bridge", "-i", "in0", "-i", "out0",
        "--socket", folder.path("sentry.sock"),
      ])
      try await waitUntil("the switch is told") { program.errors.contains("in0: gro switched off") }
      #expect(try await merging(cables) == "off")
      #expect(try await program.stop() == 0)
      #expect(try await merging(cables) == "on")
      await cables.remove()
    } catch {
      await cables.remove()
      throw error
    }
  }

  private func merging(_ cables: BridgedCables) async throws -> String? {
    let run = try await cables.run(on: cables.bridge, "ethtool", "-k", "in0")
    return run.output.split(separator: "\n").first { $0.hasPrefix("generic-receive-offload:") }
      .flatMap { $0.split(separator: " ").last.map(String.init) }
  }
}

@Suite(.enabled(if: Program.sentry.isThere, "needs the built program"))
struct BridgeUsageTests {
  struct Usage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    let says: String
  }

  @Test(arguments: [
    Usage(testDescription: "one interface", arguments: ["-i", "eth0"], says: "a bridge is between two interfaces"),
    Usage(
      testDescription: "a document and one interface", arguments: ["x.plist", "eth0"],
      says: "a bridge is between two interfaces: --mode bridge eth0 eth1 (1 named; "),
    Usage(
      testDescription: "one interface after a document elsewhere", arguments: ["/etc/sentry/gateway", "eth0"],
      says: "(1 named; "),
    Usage(
      testDescription: "one interface alone", arguments: ["lo"],
      says: "a bridge is between two interfaces: --mode bridge eth0 eth1 (1 named; "),
    Usage(
      testDescription: "three interfaces", arguments: ["x.plist", "a", "b", "c"],
      says: "a bridge is between two interfaces"),
    Usage(testDescription: "the same twice", arguments: ["eth0", "eth0"], says: "a bridge is between two interfaces"),
  ])
  func usage(_ row: Usage) async throws {
    let run = try await Program.sentry.run(["run", "--mode", "bridge"] + row.arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(row.says), "\(run.errors)")
  }

  @Test(arguments: [
    ("{ rules = ( ); interfaces = ( { name = nosuch0; bridge = 1; } ); }", 2, "1 named"),
    ("{ rules = ( ); }", 2, "0 named"),
    (
      "{ rules = ( ); interfaces = ( { name = nosuch0; bridge = 1; }, { name = x; }, { name = nosuch1; bridge = 1; } ); }",
      66, "nosuch0"
    ),
  ])
  func documentNamesTheSides(text: String, status: Int32, says: String) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("sides.plist", text)
    let run = try await Program.sentry.run(
      ["run", path, "--mode", "bridge", "--socket", folder.path("sentry.sock")])
    #expect(run.status == status || run.status == 77)
    #expect(run.errors.contains(says), "\(run.errors)")
  }

  @Test func otherModesHaveNoSides() async throws {
    let run = try await Program.sentry.run(["run", "x.plist", "eth0"])
    #expect(run.status == 2)
    #expect(run.errors.contains("interfaces are named with -i"), "\(run.errors)")
  }

  @Test func loopbackIsNoSide() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("empty.plist", "{ rules = ( ); }")
    let run = try await Program.sentry.run(
      ["run", path, "--mode", "bridge", "lo", "nosuch0", "--socket", folder.path("sentry.sock")])
    #expect(run.status == 74 || run.status == 77)
    #expect(run.errors.contains("'lo'"), "\(run.errors)")
  }
}
