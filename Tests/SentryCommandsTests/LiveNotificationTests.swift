import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// What rules have to say reaches people: the daemon, the process without rights, and real programs at the end.
@Suite(
  .serialized,
  .enabled(
    if: geteuid() == 0 && Program.sentry.isThere && ["ip", "python3", "nc"].allSatisfy { Program($0).isThere },
    "needs root, the built program, ip, Python and nc"))
struct LiveNotificationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try setMode(0o755, of: folder.url.path)
    try FileManager.default.createDirectory(atPath: folder.path("mails"), withIntermediateDirectories: true)
    try setMode(0o777, of: folder.path("mails"))
    try FileManager.default.createDirectory(atPath: folder.path("scripts"), withIntermediateDirectories: true)
    try setMode(0o755, of: folder.path("scripts"))
  }

  private func setMode(_ mode: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  private func program(_ name: String, _ text: String) throws -> String {
    let path = try folder.write(name, "#!/bin/sh\n\(text)\n")
    try setMode(0o755, of: path)
    return path
  }

  /// Puts each mail into a file of its own.
  private func sendmail() throws -> String {
    let mails = folder.path("mails")
    return try program("sendmail", "new=$(mktemp '\(mails)/.XXXXXX'); cat > $new; mv $new '\(mails)'/mail$(date +%s%N)")
  }

  private var mails: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path("mails"))) ?? []
    return names.filter { $0.hasPrefix("mail") }.sorted().compactMap {
      try? String(contentsOfFile: folder.path("mails/\($0)"), encoding: .utf8)
    }
  }

  private func with(
    _ document: String, _ body: (Cable, LiveDaemon) async throws -> Void
  ) async throws {
    let path = try folder.write("rules.plist", document)
    let options = ["--sendmail", try sendmail(), "--scripts", folder.path("scripts")]
    try await Cable.with(.usual) { cable in
      try await cable.run(at: .watched, "sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647")
      try await LiveDaemon.with(on: cable, path, options: options) { try await body(cable, $0) }
    }
  }

  private func kind(_ name: String, _ daemon: LiveDaemon) async throws -> NotificationReport.Kind {
    try #require(try await daemon.status().notifications?.kinds.first { $0.action == name })
  }

  private func knock(_ port: Int, on cable: Cable) async throws {
    try await cable.script(at: .sender, "echo > /dev/udp/\(Cable.watchedAddress)/\(port)")
  }

  // MARK: Server watching

  /// The shipped document's rule 2.5 with shorter times.
  private static let watching = """
    { rules = (
        { nodeName = "Check servers"; enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
          { nodeName = "send probe(s)"; enabled = 1;
            propertyName = "Idle seconds"; relationName = ">="; propertyValue = "5";
            filterActionName = URL; parameter = "ping://\(Cable.senderAddress)"; },
          { enabled = 1; propertyName = "ICMP type"; propertyValue = "0 (echo reply)"; children = (
            { nodeName = "list server"; enabled = 1;
              propertyName = "Source net"; propertyValue = "\(Cable.senderAddress)/32"; children = (
              { nodeName = "no response?"; enabled = 1;
                propertyName = "Parent idle seconds"; relationName = ">="; propertyValue = "15"; children = (
                { enabled = 1; propertyName = "Parent match count"; propertyValue = "1";
                  filterActionName = Email; parameter = "list server is not answering"; },
                { enabled = 1; propertyName = "Parent idle seconds"; relationName = ">="; propertyValue = "15";
                  filterActionName = "Reset parent"; parameter = "list server is well again"; } ); } ); } ); } ); } );
      settings = { mailTo = "admin@example.org"; }; }
    """
  private static let noResponse = "1.2.1.1"

  private func setAnswering(_ isAnswering: Bool, _ cable: Cable) async throws {
    let value = isAnswering ? 0 : 1
    try await cable.run(at: .sender, "sysctl", "-q", "-w", "net.ipv4.icmp_echo_ignore_all=\(value)")
  }

  @Test(.timeLimit(.minutes(12)))
  func aServerThatGoesAwayIsToldOfOnceEachTime() async throws {
    try await with(Self.watching) { cable, daemon in
      try await waitUntil("the server answers") { try await daemon.matches(ofRule: "1.2.1") > 0 }
      #expect(try await daemon.matches(ofRule: Self.noResponse) == 0)
      try await setAnswering(false, cable)
      try await waitUntil("a mail comes") { mails.count == 1 }
      try await waitUntil("the rule goes on to match") { try await daemon.matches(ofRule: Self.noResponse) >= 3 }
      #expect(mails.count == 1)
      let mail = try #require(mails.first)
      #expect(mail.contains("To: admin@example.org\n"), "\(mail)")
      #expect(mail.contains("1.2.1.1.1    list server is not answering\n"), "\(mail)")
      #expect(try await daemon.log().contains("failed: no echo reply in 2.5 s"))

      try await setAnswering(true, cable)
      try await waitUntil("the server was well for a while") { try await daemon.matches(ofRule: Self.noResponse) == 0 }
      #expect(mails.count == 1)
      try await setAnswering(false, cable)
      try await waitUntil("another mail comes") { mails.count == 2 }
      #expect(try await kind("Email", daemon) == .init(action: "Email", sent: 2, failed: 0, suppressed: 0))
      let probes = try await kind("URL", daemon)
      #expect(probes.sent > 0 && probes.failed > 0)
    }
  }

  // MARK: Storms

  private static let storm = """
    { rules = ( { nodeName = "knock\\r\\nBcc: victim@example.org"; enabled = 1; propertyName = "Dest port";
        propertyValue = 9; filterActionName = Email; parameter = "admin@example.org"; } );
      settings = { mailsPerMinute = 2; notificationsPerRule = 4; }; }
    """

  /// The end of the daemon ends the minute.
  @Test(.timeLimit(.minutes(12)))
  func aStormBecomesAFewMails() async throws {
    try await with(Self.storm) { cable, daemon in
      try await cable.script(
        at: .sender, "for i in $(seq 100); do echo > /dev/udp/\(Cable.watchedAddress)/9; done")
      try await waitUntil("all are counted") {
        try await daemon.status().notifications?.kinds.first { $0.action == "Email" }?.suppressed == 96
      }
      try await waitUntil("two are sent") { mails.count == 2 }
    }
    try await waitUntil("the others follow in one") { mails.count == 3 }
    #expect(mails[2].contains("2 more events within a minute"), "\(mails[2])")
    #expect(mails[2].contains("and 96 more notifications of rule 1 knock"), "\(mails[2])")
    for mail in mails {
      #expect(mail.contains("To: admin@example.org\n"))
      #expect(!mail.split(separator: "\n").contains { $0.hasPrefix("Bcc") })
    }
  }

  // MARK: Scripts, probes, alerts

  private static let others = """
    { rules = (
        { nodeName = page; enabled = 1; propertyName = "Dest port"; propertyValue = 9; filterActionName = Script;
          parameter = "page-me"; },
        { nodeName = none; enabled = 1; propertyName = "Dest port"; propertyValue = 10; filterActionName = Script;
          parameter = missing; },
        { nodeName = probe; enabled = 1; propertyName = "Dest port"; propertyValue = 11; filterActionName = URL;
          parameter = "tcp://\(Cable.senderAddress):81"; },
        { nodeName = "red alert"; enabled = 1; propertyName = "Dest port"; propertyValue = 12; filterActionName = Alert;
          parameter = "somebody \\033[2J knocks"; } ); }
    """

  @Test(.timeLimit(.minutes(12)))
  func aScriptReadsTheEventAndFailuresAreTold() async throws {
    _ = try program(
      "scripts/page-me",
      #"python3 -c 'import json, sys; entry = json.load(sys.stdin); print(entry["rule"], entry["source"].split(":")[0])'"#
    )
    try await with(Self.others) { cable, daemon in
      for port in [9, 10, 11] { try await knock(port, on: cable) }
      for text in [
        "Script of rule 1 page: page-me: 1 page \(Cable.senderAddress)",
        "Script of rule 2 none: missing failed: is not there: \(folder.path("scripts"))/missing",
        "URL of rule 3 probe: tcp://\(Cable.senderAddress):81 failed: no connection: Connection refused",
      ] {
        try await waitUntil("the log has '\(text)'") { try await daemon.log().contains(text) }
      }
      let text = try await daemon.sentry("status").output
      #expect(
        text.contains("URL 0 sent, 1 failed, 0 suppressed; Script 1 sent, 1 failed, 0 suppressed; 0 waiting"), "\(text)"
      )
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func anAlertComesToTheTerminalOfAnAdministrator() async throws {
    let seen = folder.path("seen")
    let terminal = try Program("python3").start([
      "-c",
      """
      import os, pty, sys
      ours, theirs = pty.openpty()
      os.fchmod(theirs, 0o620)
      os.chown(os.ttyname(theirs), 0, 5)
      with open('\(seen)', 'wb', 0) as file:
        file.write(b'ready\\n')
        while True: file.write(os.read(ours, 1000))
      """,
    ])
    func text() -> String { (try? String(contentsOfFile: seen, encoding: .utf8)) ?? "" }
    try await waitUntil("the terminal is there") { text().hasPrefix("ready") }
    try await with(Self.others) { cable, daemon in
      try await knock(12, on: cable)
      try await waitUntil("the alert is shown") { text().contains("knocks") }
      #expect(text().contains("Sentry Security Alert\r"), "\(text())")
      #expect(text().contains("Alert rule 4 red alert\r"), "\(text())")
      #expect(!text().contains("\u{1B}"))
      try await waitUntil("it counts") { try await kind("Alert", daemon).sent == 1 }
      #expect(try await daemon.log().contains("Alert 4 red alert"))
    }
    withExtendedLifetime(terminal) {}
  }

  /// It is started again, and what was not answered is sent again.
  @Test(.timeLimit(.minutes(12)))
  func theProcessComesBack() async throws {
    try await with(Self.storm) { cable, daemon in
      func process() async throws -> Int32? { try await daemon.status().notifications?.process }
      try await waitUntil("it runs") { try await process() != nil }
      let first = try #require(try await process())
      kill(first, SIGKILL)
      try await waitUntil("another one runs") { try await process().map { $0 != first } ?? false }
      #expect(try await daemon.status().notifications?.losses == 1)
      #expect(try await daemon.log().contains("the process that carries out notifications has ended"))
      try await knock(9, on: cable)
      try await waitUntil("a mail comes") { mails.count == 1 }
    }
  }
}
