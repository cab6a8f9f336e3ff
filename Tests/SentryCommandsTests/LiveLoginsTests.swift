import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Programs that people log in to, whose logs lead to blocks: real servers, real clients, packets that the kernel holds back.
@Suite(
  .serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs),
  .enabled(if: ["sshd", "ssh", "ssh-keygen"].allSatisfy { Program($0).isThere }, "needs OpenSSH"))
struct LiveLoginsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // What the servers' own users have to read.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
  }

  private func document(_ logins: String) throws -> String {
    try folder.write(
      "logins.plist",
      """
      { rules = ( { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
          { nodeName = blocked; enabled = 1; propertyName = Include; propertyValue = trigger;
            filterActionName = Delete; } ); } );
        settings = { logins = { \(logins) }; }; }
      """)
  }

  private func canConnect(from address: String, on cable: Cable, port: Int, patience: Int) async throws -> Bool {
    try await cable.run(
      at: .sender, "nc", "-z", "-w", "\(patience)", "-s", address, Cable.watchedAddress, "\(port)"
    ).status == 0
  }

  // MARK: SSH

  /// Starts sshd(8), which writes its log to a file, and lets nobody in by password.
  private func startSSHServer(on cable: Cable, log: String) async throws -> RunningProgram {
    try await cable.startSSHServer(
      keysIn: folder, options: ["-E", log, "-o", "UseDNS=no", "-o", "MaxStartups=100"])
  }

  /// One password that is false, by a person who types it once.
  private func failLogin(from address: String, on cable: Cable) async throws {
    let ask = try folder.write("ask", "#!/bin/sh\necho false\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: ask)
    let run = try await cable.script(
      at: .sender,
      """
      SSH_ASKPASS=\(ask) SSH_ASKPASS_REQUIRE=force ssh -F none -b \(address) -o ConnectTimeout=20 \
        -o NumberOfPasswordPrompts=1 -o PreferredAuthentications=password -o PubkeyAuthentication=no \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@\(Cable.watchedAddress) true
      """)
    #expect(run.status == 255 && run.errors.contains("Permission denied"), "\(run.errors)")
  }

  private func logIn(from address: String, on cable: Cable) async throws {
    let run = try await cable.run(
      at: .sender, "ssh", "-F", "none", "-b", address, "-i", folder.path("person"), "-o", "BatchMode=yes", "-o",
      "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "root@\(Cable.watchedAddress)", "true")
    #expect(run.status == 0, "\(run.errors)")
  }

  private func failures(of address: String, _ daemon: LiveDaemon) async throws -> Int {
    let text = try await daemon.sentry("logins", "--format", "json").output
    let reply = try JSONDecoder().decode(LoginsReply.self, from: Data(text.utf8))
    return reply.nearest.first { $0.address == address }?.failures ?? 0
  }

  /// sshd names itself in syslog and the journal only; its log of its own has the messages alone.
  private static let sshSource = """
    sources = ( { file = "LOG"; name = sshd;
      failed = ( "Failed password for <user> from <address> port <port> ssh2" );
      succeeded = ( "Accepted publickey for <word> from <address> port <port> ssh2<any>" ); } );
    """

  @Test(.timeLimit(.minutes(20)))
  func theTenthFailureBlocksAndTimeFrees() async throws {
    let log = try folder.write("sshd.log", "")
    let source = Self.sshSource.replacing("LOG", with: log)
    try await LiveQueue.run(try document("block = 1h; \(source)")) { cable, daemon in
      let sshd = try await startSSHServer(on: cable, log: log)
      for _ in 1...9 { try await failLogin(from: Cable.attacker, on: cable) }
      try await waitUntil("nine are counted") { try await failures(of: Cable.attacker, daemon) == 9 }
      #expect(try await !daemon.triggered().contains(Cable.attacker))
      #expect(try await canConnect(from: Cable.attacker, on: cable, port: 22, patience: 10))

      try await failLogin(from: Cable.attacker, on: cable)
      try await waitUntil("the tenth blocks") { try await daemon.triggered().contains(Cable.attacker) }
      #expect(try await !canConnect(from: Cable.attacker, on: cable, port: 22, patience: 1))
      #expect(try await canConnect(from: Cable.innocent, on: cable, port: 22, patience: 10))
      try await waitUntil("the log says so") {
        try await daemon.log().contains("\(Cable.attacker) blocked for 1h: 10 failed logins in")
      }
      let why = try await daemon.sentry("triggered", "why", Cable.attacker)
      #expect(why.status == 0, "\(why.errors)")
      #expect(why.output.contains("in table trigger by failed logins: sshd"), "\(why.output)")
      #expect(why.output.matches(of: /Failed password for root from 10\.77\.0\.66 port \d+ ssh2/).count == 10)
      #expect(try await daemon.sentry("logins").output.contains(Cable.attacker))

      let soonOver = try await daemon.sentry("apply", try document("failures = 2; block = 2s; \(source)"))
      #expect(soonOver.status == 0, "\(soonOver.errors)")
      for _ in 1...2 { try await failLogin(from: Cable.innocent, on: cable) }
      try await waitUntil("the second one blocks") {
        try await daemon.log().contains("\(Cable.innocent) blocked for 2s: 2 failed logins in")
      }
      // Nobody knocks meanwhile: the kernel counts what it drops as a sign of life.
      try await waitUntil("its time is over") { try await !daemon.triggered().contains(Cable.innocent) }
      #expect(try await canConnect(from: Cable.innocent, on: cable, port: 22, patience: 10))
      #expect(try await !canConnect(from: Cable.attacker, on: cable, port: 22, patience: 1))
      withExtendedLifetime(sshd) {}
    }
  }

  @Test(.timeLimit(.minutes(20)))
  func aSuccessBeginsAnewAndWhoIsAllowedIsNeverBlocked() async throws {
    let log = try folder.write("sshd.log", "")
    let source = Self.sshSource.replacing("LOG", with: log)
    try await LiveQueue.run(try document("failures = 3; \(source)")) { cable, daemon in
      let sshd = try await startSSHServer(on: cable, log: log)
      for _ in 1...2 { try await failLogin(from: Cable.senderAddress, on: cable) }
      try await waitUntil("two are counted") { try await failures(of: Cable.senderAddress, daemon) == 2 }
      try await logIn(from: Cable.senderAddress, on: cable)
      try await waitUntil("it begins anew") { try await failures(of: Cable.senderAddress, daemon) == 0 }

      let allow = try await daemon.sentry("allow", Cable.attacker, "--for", "1d")
      #expect(allow.output == "allowed for 1d: \(Cable.attacker)\n", "\(allow.errors)")
      for _ in 1...4 { try await failLogin(from: Cable.attacker, on: cable) }
      try await waitUntil("the log says why not") {
        let log = try await daemon.log()
        return log.contains("\(Cable.attacker) is protected, and not blocked: 3 failed logins")
      }
      #expect(try await !daemon.triggered().contains(Cable.attacker))
      let refused = try await daemon.sentry("block", Cable.attacker)
      #expect(refused.status != 0 && refused.errors.contains("is protected (allowed)"), "\(refused.errors)")

      #expect(try await daemon.sentry("allow", "--remove", Cable.attacker).status == 0)
      let block = try await daemon.sentry("block", Cable.attacker, "--for", "1h")
      #expect(block.output == "blocked for 1h: \(Cable.attacker)\n", "\(block.errors)")
      #expect(try await !canConnect(from: Cable.attacker, on: cable, port: 22, patience: 1))
      let unblock = try await daemon.sentry("unblock", Cable.attacker)
      #expect(unblock.output.hasPrefix("unblocked: \(Cable.attacker)"), "\(unblock.errors)")
      #expect(try await canConnect(from: Cable.attacker, on: cable, port: 22, patience: 10))
      #expect(try await daemon.sentry("unblock", Cable.attacker).status == 1)
      withExtendedLifetime(sshd) {}
    }
  }

  // MARK: FTP

  @Test(.enabled(if: Program("vsftpd").isThere, "needs vsftpd"), .timeLimit(.minutes(20)))
  func failuresOfFTPBlock() async throws {
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    let log = try folder.write("vsftpd.log", "")
    let configuration = try folder.write(
      "vsftpd.conf",
      """
      listen=YES
      background=NO
      anonymous_enable=YES
      anon_root=\(folder.path("empty"))
      local_enable=YES
      secure_chroot_dir=\(folder.path("empty"))
      ftp_username=daemon
      xferlog_enable=YES
      xferlog_std_format=NO
      vsftpd_log_file=\(log)
      max_login_fails=1
      delay_failed_login=0
      seccomp_sandbox=NO

      """)
    let source = "failures = 3; sources = ( { file = \"\(log)\"; services = vsftpd; } );"
    try await LiveQueue.run(try document(source)) { cable, daemon in
      let vsftpd = try cable.start(at: .watched, "vsftpd", configuration)
      try await cable.waitUntilListening(at: .watched, "tcp", 21)
      // Somebody anonymous, with a password that reads like the failure of somebody else.
      let forged = #"] FAIL LOGIN: Client \"\#(Cable.innocent)"#
      for _ in 1...4 {
        try await cable.script(
          at: .sender,
          "printf 'USER ftp\\r\\nPASS \(forged)\\r\\nQUIT\\r\\n' | timeout 10 nc -s \(Cable.senderAddress) \(Cable.watchedAddress) 21"
        )
      }
      let name = #"x] FAIL LOGIN: Client \"\#(Cable.innocent)"#
      for _ in 1...3 {
        try await cable.script(
          at: .sender,
          "(printf 'USER \(name)\\r\\n'; sleep 0.3; printf 'PASS x\\r\\n'; sleep 0.3; printf 'QUIT\\r\\n') | "
            + "timeout 10 nc -s \(Cable.attacker) \(Cable.watchedAddress) 21")
      }
      try await waitUntil("the third blocks") {
        let written = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let isBlocked = try await daemon.triggered().contains("\(Cable.attacker) ")
        if !isBlocked, written.split(separator: "\n").count > 200 { Issue.record("\(written)") }
        return isBlocked
      }
      #expect(try await !daemon.triggered().contains("\(Cable.innocent) "))
      #expect(try await !daemon.triggered().contains("\(Cable.senderAddress) "))
      #expect(try await !canConnect(from: Cable.attacker, on: cable, port: 21, patience: 1))
      #expect(try await canConnect(from: Cable.innocent, on: cable, port: 21, patience: 10))
      withExtendedLifetime(vsftpd) {}
    }
  }
}
