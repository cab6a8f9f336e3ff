import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Forged packets in the names of those that a host cannot do without.
@Suite(
  .serialized,
  .enabled(
    if: geteuid() == 0 && Program.sentry.isThere && ["ip", "hping3"].allSatisfy { Program($0).isThere },
    "needs root, the built program, ip and hping3"))
struct LiveProtectionTests {
  private static let document = """
    { rules = ( { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23;
        filterActionName = Trigger; } ); settings = { protected = "10.77.0.200-10.77.0.209"; }; }
    """
  private static let gateway = "10.77.0.254"
  private static let resolver = "10.77.0.53"

  private func withWatchedHost(_ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("telnet.plist", Self.document)
    try await Cable.with(.usual) { cable in
      try await withResolver(for: cable) {
        try await cable.run(at: .watched, "ip", "route", "add", "default", "via", Self.gateway)
        try await LiveDaemon.with(on: cable, document) { try await body(cable, $0) }
      }
    }
  }

  /// What `ip netns exec` puts in the place of /etc/resolv.conf.
  private func withResolver(for cable: Cable, _ body: () async throws -> Void) async throws {
    let folder = "/etc/netns/\(cable.watched)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("nameserver \(Self.resolver)\n".utf8).write(to: URL(filePath: "\(folder)/resolv.conf"))
    try await body()
  }

  /// A SYN to the port of telnet, as if it came from `source`.
  private func forge(from source: String, on cable: Cable) async throws {
    try await cable.run(
      at: .sender, "hping3", "--count", "1", "--syn", "--destport", "23", "--spoof", source, Cable.watchedAddress)
  }

  private func reason(for address: String, _ daemon: LiveDaemon) async throws -> String? {
    try await daemon.status().protected.first { $0.address == address }?.reason
  }

  @Test(.timeLimit(.minutes(12)))
  func nobodyIsTriggeredInTheNamesOfTheProtected() async throws {
    try await withWatchedHost { cable, daemon in
      #expect(try await reason(for: Self.gateway, daemon) == "default gateway")
      #expect(try await reason(for: Self.resolver, daemon) == "resolver")
      #expect(try await reason(for: Cable.watchedAddress, daemon) == "own address")
      #expect(try await reason(for: "10.77.0.200-10.77.0.209", daemon) == "settings.protected")
      let forged = [Self.gateway, Self.resolver, "10.77.0.205"]
      for source in forged + [Cable.attacker] { try await forge(from: source, on: cable) }
      try await waitUntil("the attacker is triggered") { try await daemon.triggered().contains(Cable.attacker) }
      let log = try await daemon.log().split(separator: "\n")
      for source in forged {
        #expect(try await !daemon.triggered().contains(source))
        #expect(
          log.contains { $0.contains("protected, not triggered: packet dropped 1 telnet  TCP \(source):") }, "\(log)")
      }
      #expect(log.contains { $0.contains("  packet dropped 1 telnet  TCP \(Cable.attacker):") }, "\(log)")
      #expect(try await daemon.status().preventedTriggers == 3)
      let text = try await daemon.sentry("status").output
      #expect(text.contains("protected  default gateway: \(Self.gateway)\n"), "\(text)")
      #expect(text.contains("prevented  3 packets would have triggered a protected address"), "\(text)")
    }
  }

  /// The packets that triggered somebody are shown, written as a capture, and gone through again.
  @Test(.timeLimit(.minutes(12)))
  func whatTriggeredAnAddressIsShownAndReplayed() async throws {
    try await withWatchedHost { cable, daemon in
      try await forge(from: Cable.attacker, on: cable)
      try await waitUntil("it is triggered") { try await daemon.triggered().contains(Cable.attacker) }
      let file = daemon.folder.path("why.pcap")
      let why = try await daemon.sentry("triggered", "why", Cable.attacker, "--write", file)
      #expect(why.status == 0, "\(why.errors)")
      #expect(why.output.contains("\(Cable.attacker): in table trigger by 1 telnet"), "\(why.output)")
      #expect(why.output.contains("rule 1 telnet") && why.output.contains(":23 syn"), "\(why.output)")
      let document = try daemon.folder.write("again.plist", Self.document)
      let explain = try await daemon.sentry(
        "explain", document, file, "--frame", "1", "--local", Cable.watchedAddress)
      #expect(explain.output.hasPrefix("deleted by rule 1 telnet (Trigger)"), "\(explain.output)\(explain.errors)")
      let nobody = try await daemon.sentry("triggered", "why", "203.0.113.200")
      #expect(nobody.status == 1)
      #expect(nobody.errors.contains("no packet of 203.0.113.200 is kept"), "\(nobody.errors)")
    }
  }

  /// What is protected changes with the host: a new gateway gets out of the table by itself.
  @Test(.timeLimit(.minutes(12)))
  func aNewGatewayLeavesTheTable() async throws {
    try await withWatchedHost { cable, daemon in
      try await forge(from: Cable.attacker, on: cable)
      try await waitUntil("it is triggered") { try await daemon.triggered().contains(Cable.attacker) }
      try await cable.run(at: .watched, "ip", "route", "replace", "default", "via", Cable.attacker)
      try await waitUntil("it is not any more") { try await !daemon.triggered().contains(Cable.attacker) }
      #expect(try await reason(for: Cable.attacker, daemon) == "default gateway")
      #expect(try await reason(for: Self.gateway, daemon) == nil)
      #expect(try await daemon.log().contains(Self.left(Cable.attacker)))
    }
  }

  /// A document that protects somebody takes him out of the table, and says so.
  @Test(.timeLimit(.minutes(12)))
  func whoADocumentProtectsLeavesTheTable() async throws {
    try await withWatchedHost { cable, daemon in
      try await forge(from: Cable.attacker, on: cable)
      try await waitUntil("it is triggered") { try await daemon.triggered().contains(Cable.attacker) }
      let kind = Self.document.replacing("10.77.0.200-10.77.0.209", with: Cable.attacker)
      let apply = try await daemon.sentry("apply", daemon.folder.write("kind.plist", kind))
      #expect(apply.status == 0, "\(apply.errors)")
      #expect(try await !daemon.triggered().contains(Cable.attacker))
      try await waitUntil("the log says so") { try await daemon.log().contains(Self.left(Cable.attacker)) }
    }
  }

  private static func left(_ address: String) -> String {
    "1 entry left table trigger, for addresses that are protected now: \(address)"
  }

  private static let blocking = """
    { rules = ( { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
        { nodeName = blocked; enabled = 1; propertyName = Include; propertyValue = trigger;
          filterActionName = Delete; } ); } ); settings = { protected = "\(Cable.innocent)"; }; }
    """

  private func canConnect(from address: String, on cable: Cable, patience: Int) async throws -> Bool {
    try await cable.run(
      at: .sender, "nc", "-z", "-w", "\(patience)", "-s", address, Cable.watchedAddress, "80"
    ).status == 0
  }

  /// A range that somebody has entered reaches farther than what is protected: the kernel blocks the others only.
  @Test(.enabled(if: LiveQueue.isPossible, LiveQueue.needs), .timeLimit(.minutes(12)))
  func theKernelDoesNotBlockAProtectedAddress() async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try folder.write("blocking.plist", Self.blocking)) { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 80)
      let range = "10.77.0.6-10.77.0.66"
      let refused = try await daemon.sentry("triggered", "add", range)
      #expect(
        refused.errors.contains("includes what is protected: \(Cable.innocent) is protected (settings.protected)"))
      #expect(try await daemon.sentry("triggered", "add", range, "--force").status == 0)
      try await waitUntil("the kernel blocks both sides of the gap") {
        try await daemon.queue().kernel?.blocks?.entries == 2
      }
      #expect(try await !canConnect(from: Cable.attacker, on: cable, patience: 1))
      #expect(try await canConnect(from: Cable.innocent, on: cable, patience: 10))

      let unprotected = Self.blocking.replacing("protected = \"\(Cable.innocent)\";", with: "")
      let apply = try await daemon.sentry("apply", folder.write("unprotected.plist", unprotected))
      #expect(apply.status == 0, "\(apply.errors)")
      try await waitUntil("the kernel blocks the whole range") {
        try await daemon.queue().kernel?.blocks?.entries == 1
      }
      #expect(try await !canConnect(from: Cable.innocent, on: cable, patience: 1))
      withExtendedLifetime(server) {}
    }
  }

  /// Whoever has logged in over SSH is protected as long as that lasts; a connection to sshd alone means nothing.
  @Test(
    .enabled(
      if: ["sshd", "ssh", "ssh-keygen", "nc"].allSatisfy { Program($0).isThere }, "needs OpenSSH and nc"),
    .timeLimit(.minutes(12)))
  func whoIsLoggedInIsProtected() async throws {
    try await withWatchedHost { cable, daemon in
      let folder = daemon.folder
      let sshd = try await cable.startSSHServer(keysIn: folder)
      let stranger = try cable.start(at: .sender, "nc", "-s", Cable.innocent, "-d", Cable.watchedAddress, "22")
      let ssh = try cable.start(
        at: .sender, "ssh", "-F", "none", "-i", folder.path("person"), "-b", Cable.senderAddress, "-o",
        "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "root@\(Cable.watchedAddress)", "sleep 600")
      try await waitUntil("the login is protected", within: .seconds(30)) {
        try await reason(for: Cable.senderAddress, daemon) == "SSH login"
      }
      #expect(stranger.isRunning)
      #expect(try await reason(for: Cable.innocent, daemon) == nil)
      try await forge(from: Cable.senderAddress, on: cable)
      try await forge(from: Cable.innocent, on: cable)
      try await waitUntil("the stranger is triggered") { try await daemon.triggered().contains(Cable.innocent) }
      #expect(try await !daemon.triggered().contains("\(Cable.senderAddress) "))
      #expect(try await daemon.status().preventedTriggers == 1)

      try await ssh.kill()
      try await waitUntil("the login is over") { try await reason(for: Cable.senderAddress, daemon) == nil }
      try await forge(from: Cable.senderAddress, on: cable)
      try await waitUntil("it is like others") { try await daemon.triggered().contains("\(Cable.senderAddress) ") }
      withExtendedLifetime(sshd) {}
    }
  }
}
