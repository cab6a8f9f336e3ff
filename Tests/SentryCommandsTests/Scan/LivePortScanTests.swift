import Foundation
import SentryTestSupport
import Testing

/// `sentry scan` from the other end of a cable.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LivePortScanTests {
  private struct Report: Decodable {
    struct Line: Decodable {
      var transport: String
      var port: UInt16
      var verdict: String
      var found: String
      var agrees: Bool
    }
    var source: String
    var ports: [Line]
    var differences: Int

    func line(_ port: UInt16, _ transport: String = "tcp") -> Line? {
      ports.first { $0.port == port && $0.transport == transport }
    }
  }

  private func scan(_ daemon: LiveDaemon, _ cable: Cable, _ options: String...) async throws -> (Int32, [Report]) {
    let arguments = ["scan", Cable.watchedAddress, "--from-namespace", cable.sender, "--format", "json"] + options
    let run = try await Program.sentry.run(
      arguments, environment: ["SENTRY_SOCKET": daemon.socket], within: .seconds(180))
    return (run.status, (try? JSONDecoder().decode([Report].self, from: Data(run.output.utf8))) ?? [])
  }

  @Test(.timeLimit(.minutes(12)))
  func whatIsFoundIsWhatTheRulesSay() async throws {
    try await LiveQueue.run(TestFiles.path("Documents/Services.plist")) { cable, daemon in
      let servers = [
        try await cable.startWebServer(at: .watched, port: 80),
        try await cable.startWebServer(at: .watched, port: 8_001),
      ]
      #expect(try await daemon.sentry("services", "allow", "web").status == 0)
      let (status, reports) = try await scan(daemon, cable)
      let report = try #require(reports.first)
      #expect(status == 0 && report.differences == 0)
      #expect(report.source == Cable.senderAddress)
      #expect(report.line(80)?.found == "open" && report.line(443)?.found == "closed")
      #expect(report.line(8_001)?.found == "closed" && report.line(8_001)?.verdict == "reject")
      #expect(report.line(53, "udp")?.found == "closed")

      // Somebody else's firewall, of which the rules know nothing.
      let nft = """
        nft 'table inet other { chain in { type filter hook input priority 10; tcp dport 80 drop; }; }'
        """
      #expect(try await cable.script(at: .watched, nft).status == 0)
      let (second, others) = try await scan(daemon, cable, "--ports", "80/tcp,8001/tcp")
      #expect(second == 1)
      #expect(try #require(others.first).line(80)?.found == "silent")
      #expect(try #require(others.first).differences == 1)
      for server in servers { try await server.kill() }
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func onlyThisHostsAddressesAreLookedAt() async throws {
    try await LiveQueue.run(TestFiles.path("Documents/Services.plist")) { cable, daemon in
      for address in [Cable.senderAddress, "203.0.113.9"] {
        let run = try await daemon.sentry("scan", address, "--from-namespace", cable.sender)
        #expect(run.status == 2)
        #expect(run.errors.contains("is no address of this host"))
      }
      let nowhere = try await daemon.sentry("scan", Cable.watchedAddress, "--from-namespace", "no-such-place")
      #expect(nowhere.status == 74)
      #expect(try await daemon.sentry("scan", Cable.watchedAddress, "--from", "-oProxyCommand=id").status == 2)
      #expect(try await daemon.sentry("scan", Cable.watchedAddress).status == 2)
    }
  }

  /// As people have it: the other host is asked by ssh, with a key.
  @Test(
    .enabled(if: ["sshd", "ssh", "ssh-keygen"].allSatisfy { Program($0).isThere }, "needs OpenSSH"),
    .timeLimit(.minutes(12)))
  func anotherHostIsAskedBySSH() async throws {
    try await LiveQueue.run(TestFiles.path("Documents/Services.plist")) { cable, daemon in
      let folder = daemon.folder
      let sshd = try await cable.startSSHServer(at: .sender, keysIn: folder)
      let web = try await cable.startWebServer(at: .watched, port: 80)
      // What ssh reads of its user, in a home that only this scan sees.
      try FileManager.default.createDirectory(atPath: folder.path("home/.ssh"), withIntermediateDirectories: true)
      _ = try folder.write(
        "home/.ssh/config",
        "IdentityFile \(folder.path("person"))\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n")
      let scan = try await cable.script(
        at: .watched,
        """
        exec unshare --mount sh -c 'mount --bind \(folder.path("home")) /root && exec \(Program.sentry.path) scan \
        \(Cable.watchedAddress) --from root@\(Cable.senderAddress) --ports 22/tcp,80/tcp,81/udp --format json \
        --socket \(daemon.socket)'
        """, within: .seconds(180))
      let reports = try? JSONDecoder().decode([Report].self, from: Data(scan.output.utf8))
      let report = try #require(reports?.first, "\(scan.errors) \(sshd.errors)")
      #expect(scan.status == 0 && report.differences == 0, "\(report)")
      #expect(report.source == Cable.senderAddress)
      #expect(report.line(80)?.found == "closed" && report.line(81, "udp")?.found == "closed")
      for program in [sshd, web] { try await program.kill() }
    }
  }
}
