import Foundation
import SentryTestSupport
import Testing

/// What people use every day goes on under the shipped document.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveServicesTests {
  private static func areThere(_ programs: String...) -> Bool { programs.allSatisfy { Program($0).isThere } }

  @Test(.enabled(if: areThere("ping"), "needs ping"), .timeLimit(.minutes(12)))
  func pingAndNeighbourDiscoveryGoOn() async throws {
    try await LiveQueue.run(options: ["--policy", "fail-closed"]) { cable, daemon in
      for (end, address) in [
        (Cable.End.sender, Cable.watchedAddress), (.sender, Cable.watchedIPv6), (.watched, Cable.senderAddress),
        (.watched, Cable.senderIPv6),
      ] {
        // Whoever is forgotten must be looked for again.
        try await cable.run(at: end, "ip", "neighbour", "flush", "dev", "cable0")
        let ping = try await cable.run(at: end, "ping", "-n", "-q", "-c", "3", "-i", "0.2", "-W", "10", address)
        #expect(ping.output.contains("3 received"), "\(address): \(ping.output)")
      }
      #expect(try await daemon.log().contains("2.4.1.3.3"), "pings are written down")
    }
  }

  @Test(.enabled(if: areThere("traceroute"), "needs traceroute"), .timeLimit(.minutes(12)))
  func tracerouteFindsTheNeighbour() async throws {
    try await LiveQueue.run { cable, _ in
      for (end, address) in [
        (Cable.End.watched, Cable.senderAddress), (.watched, Cable.senderIPv6), (.sender, Cable.watchedAddress),
      ] {
        let trace = try await cable.run(at: end, "traceroute", "-n", "-q", "1", "-w", "10", "-m", "3", address)
        #expect(trace.output.contains(" 1  \(address)  "), "\(trace.output)")
      }
    }
  }

  @Test(.enabled(if: areThere("dnsmasq", "dig"), "needs dnsmasq and dig"), .timeLimit(.minutes(12)))
  func namesAreFoundByUDPAndByTCP() async throws {
    try await LiveQueue.run { cable, _ in
      for (server, client, address) in [
        (Cable.End.sender, Cable.End.watched, Cable.senderAddress), (.watched, .sender, Cable.watchedAddress),
        (.watched, .sender, Cable.watchedIPv6),
      ] {
        let dnsmasq = try cable.start(
          at: server, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
          "--user=root", "--pid-file=", "--address=/www.example.org/192.0.2.80")
        try await cable.waitUntilListening(at: server, "udp", 53)
        for transport in ["+notcp", "+tcp"] {
          let dig = try await cable.run(
            at: client, "dig", "+short", "+time=10", transport, "@\(address)", "www.example.org")
          #expect(dig.output == "192.0.2.80\n", "\(address) \(transport): \(dig.output)")
        }
        try await dnsmasq.kill()
      }
    }
  }

  @Test(.enabled(if: areThere("sshd", "ssh", "ssh-keygen"), "needs OpenSSH"), .timeLimit(.minutes(12)))
  func peopleComeInBySSH() async throws {
    try await LiveQueue.run { cable, daemon in
      let folder = daemon.folder
      let sshd = try await cable.startSSHServer(keysIn: folder)
      let ssh = try await cable.run(
        at: .sender, "ssh", "-F", "none", "-i", folder.path("person"), "-o", "BatchMode=yes", "-o",
        "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "root@\(Cable.watchedAddress)",
        "seq 100000 | tail -1")
      #expect(ssh.output == "100000\n", "\(ssh.errors)\(sshd.errors)")
    }
  }

  @Test(.enabled(if: areThere("nghttpd", "curl"), "needs nghttpd and curl"), .timeLimit(.minutes(12)))
  func pagesAreServedByHTTP2() async throws {
    try await LiveQueue.run { cable, daemon in
      try Data(repeating: 0x61, count: 1_000_000).write(to: URL(filePath: daemon.folder.path("page")))
      let server = try cable.start(
        at: .watched, "nghttpd", "--no-tls", "--htdocs=\(daemon.folder.url.path)", "--address=\(Cable.watchedAddress)",
        "80")
      try await cable.waitUntilListening(at: .watched, "tcp", 80)
      let curl = try await cable.run(
        at: .sender, "curl", "--silent", "--show-error", "--http2-prior-knowledge", "--output", "/dev/null",
        "--write-out", "%{http_version} %{http_code} %{size_download}", "--max-time", "30",
        "http://\(Cable.watchedAddress)/page")
      #expect(curl.output == "2 200 1000000", "\(curl.errors)\(server.errors)")
    }
  }

  /// Active: the server opens the connection for the data; passive: the client does.
  @Test(.enabled(if: areThere("vsftpd"), "needs vsftpd"), .timeLimit(.minutes(12)))
  func filesAreTransferredActivelyAndPassively() async throws {
    try await LiveQueue.run { cable, _ in
      let folder = try TemporaryFolder()
      for (server, client, address) in [
        (Cable.End.watched, Cable.End.sender, Cable.watchedAddress), (.sender, .watched, Cable.senderAddress),
      ] {
        let vsftpd = try await cable.startFTPServer(at: server, in: folder)
        for mode in [["--ftp-pasv"], ["--ftp-port", "-"]] {
          let curl = try await cable.script(
            at: client, "curl --silent --show-error --max-time 30 \(mode.joined(separator: " ")) ftp://\(address)/file")
          let isWhole = curl.output == Cable.fileByFTP
          #expect(isWhole, "\(mode) \(address): \(curl.status) \(curl.errors) \(vsftpd.errors)")
        }
        try await vsftpd.kill()
      }
    }
  }
}
