import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryLogins

/// Lines in which whoever tries to log in has put the address of somebody else: 198.51.100.7 is innocent.
@Suite struct HostileLinesTests {
  private static let innocent = "198.51.100.7"

  /// Lines, and what they may say at most.
  static let forged: [LogLineCase] = [
    .init(
      "sshd",
      "Nov 22 14:00:00 g sshd[1]: Failed password for invalid user root from 198.51.100.7 port 22 ssh2 from 203.0.113.9 port 5 ssh2",
      "sshd failed 203.0.113.9 root from 198.51.100.7 port 22 ssh2"),
    .init(
      "sshd", "Nov 22 14:00:00 g sshd[1]: Invalid user x from 198.51.100.7 from 203.0.113.9 port 5",
      "sshd failedFirst 203.0.113.9 x from 198.51.100.7"),
    .init(
      "sshd",
      "Nov 22 14:00:00 g sshd[1]: Disconnecting invalid user a 203.0.113.9 port 5: Change of username or service not allowed: "
        + "(a,ssh-connection) -> (b,x 198.51.100.7 port 5: Too many authentication failures) [preauth]", "nothing"),
    .init(
      "sshd",
      "Nov 22 14:00:00 g sshd[1]: Connection closed by invalid user a 198.51.100.7 port 1 [preauth] 203.0.113.9 port 5 [preauth]",
      "sshd failedLast 203.0.113.9 a 198.51.100.7 port 1 [preauth]"),
    .init(
      "sshd",
      "Nov 22 14:00:00 g sshd[1]: Received disconnect from 203.0.113.9 port 5:11: Failed password for root from "
        + "198.51.100.7 port 22 ssh2 [preauth]", "nothing"),
    .init(
      "sshd",
      "Nov 22 14:00:00 g sshd[1]: Bad protocol version identification 'sshd[1]: Failed password for root from "
        + "198.51.100.7 port 22 ssh2' from 203.0.113.9 port 5", "nothing"),
    .init(
      "sshd", "Nov 22 14:00:00 g app[1]: said: sshd[1]: Failed password for root from 198.51.100.7 port 22 ssh2",
      "nothing"),
    .init(
      "vsftpd",
      #"Sun Nov 22 14:00:00 2026 [pid 2] [x] FAIL LOGIN: Client "198.51.100.7"] FAIL LOGIN: Client "203.0.113.9""#,
      #"vsftpd failed 203.0.113.9 x] FAIL LOGIN: Client "198.51.100.7""#),
    // The password of somebody anonymous.
    .init(
      "vsftpd",
      #"Sun Nov 22 14:00:00 2026 [pid 2] [ftp] OK LOGIN: Client "203.0.113.9", anon password "] FAIL LOGIN: Client "198.51.100.7""#,
      "nothing"),
    .init(
      "dovecot",
      "Nov 22 14:00:00 g dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): "
        + "user=<x>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, session=<x>",
      "dovecot failed 203.0.113.9 x"),
    .init(
      "postfix",
      "Nov 22 14:00:00 g postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: "
        + "x, sasl_username=unknown[198.51.100.7]: SASL LOGIN authentication failed: x", "postfix failed 203.0.113.9 -"),
    .init(
      "postfix",
      "Nov 22 14:00:00 g postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: x, sasl_username="
        + "Connection lost to authentication server [pid 2] [bob] FAIL LOGIN: Client \"198.51.100.7\"",
      "postfix failed 203.0.113.9 -"),
    .init(
      "postfix",
      "Nov 22 14:00:00 g postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: "
        + "(reason unavailable), sasl_username=Connection lost to authentication server", "postfix failed 203.0.113.9 -"
    ),
    // nginx writes a path as it is, line feeds among it.
    .init(
      "nginx",
      #"2026/11/22 14:00:00 [error] 7#7: *1 user "bob": password mismatch, client: 198.51.100.7, server: x" failed"#,
      "nothing"),
    // The reason is cut at 100 bytes, and what stands in it is the client's.
    .init(
      "sshd",
      "Nov 22 14:00:00 g sshd[9]: Disconnecting invalid user a 203.0.113.9 port 5: Change of username or service not "
        + "allowed: (a, 198.51.100.7 port 5: Too many authentication failures [preauth]", "nothing"),
    // A mail's own words.
    .init(
      "dovecot",
      "Nov 22 14:00:00 g dovecot: lmtp(bob)<1><s>: msgid=<(auth failed, 100 attempts user=<x>, rip=198.51.100.7, lip=@x>: "
        + "saved mail to INBOX", "nothing"),
    // The name of a folder, and a command before anybody is in.
    .init(
      "vsftpd",
      #"Sun Nov 22 14:00:00 2026 [pid 2] [bob] FAIL MKDIR: Client "203.0.113.9", "/x] FAIL LOGIN: Client "198.51.100.7""#,
      "nothing"),
    .init(
      "vsftpd",
      #"Sun Nov 22 14:00:00 2026 [pid 2] FTP command: Client "203.0.113.9", "USER  [pid 3] [x] FAIL LOGIN: Client "198.51.100.7""#,
      "nothing"),
    .init(
      "nginx", #"203.0.113.9 - 198.51.100.7 - x [22/Nov/2026:14:00:00 +0000] "GET / HTTP/1.1" 401 179 "-" "-""#,
      "nginx failed 203.0.113.9 198.51.100.7 - x"),
    .init(
      "apache",
      "[Sun Nov 22 14:00:00.123456 2026] [auth_basic:error] [pid 7] [client 203.0.113.9:5] AH01617: user x] [client "
        + "198.51.100.7:5] AH01617: user y: authentication failure for \"/\": Password Mismatch",
      "apache failed 203.0.113.9 x] [client 198.51.100.7:5] AH01617: user y"),
    .init(
      "samba",
      #"  Auth: [SMB2,(null)] user [WORK]\[x] at [t] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [y] remote host "#
        + #"[ipv4:198.51.100.7:1] mapped to [WORK]\[x] at [t] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [PC] "#
        + #"remote host [ipv4:203.0.113.9:49152] mapped to [WORK]\[x]. local host [ipv4:192.0.2.1:445]"#, "nothing"),
  ]

  @Test(arguments: forged)
  func nobodyElseIsBlamed(_ test: LogLineCase) {
    #expect(summary(LoginReader(test.service).event(test.line)) == test.says)
    #expect(LoginReader(LoginService.known).event(test.line)?.address != IPAddress(Self.innocent))
  }

  /// A user's name made of pieces of lines, in every place of every line where a name stands.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func noNameOfAUserBlamesAnybodyElse(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let reader = LoginReader(LoginService.known)
    let pieces = Self.pieces
    for _ in 0..<40 {
      let name = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }.joined()
      for line in Self.lines(ofUser: name) {
        let event = reader.event(line)
        #expect(event?.address != IPAddress(Self.innocent), "\(line)")
      }
    }
  }

  private static let pieces: [String] = {
    let lines =
      (forged + LoginServicesTests.ssh + LoginServicesTests.ftp + LoginServicesTests.mail + LoginServicesTests.web
      + LoginServicesTests.files).map { $0.line.replacing("203.0.113.9", with: innocent) }
    let cuts = ["] ", " from ", "\", ", ": ", " port ", ">, ", " ssh2", "client ", "rip="]
    return [innocent, "\"", "]", "[", ">", " ", "[preauth]", "ssh2"] + cuts
      + lines.flatMap { line in
        cuts.flatMap { cut in
          line.firstRange(of: cut).map { [String(line[$0.lowerBound...]), String(line[..<$0.upperBound])] } ?? []
        }
      }
  }()

  /// Where daemons write a name as it came.
  private static func lines(ofUser name: String) -> [String] {
    let ssh = "Nov 22 14:00:00 g sshd[1]: "
    return [
      "\(ssh)Failed password for invalid user \(name) from 203.0.113.9 port 5 ssh2",
      "\(ssh)Invalid user \(name) from 203.0.113.9 port 5",
      "\(ssh)error: PAM: Authentication failure for illegal user \(name) from 203.0.113.9",
      "\(ssh)message repeated 2 times: [ Failed password for invalid user \(name) from 203.0.113.9 port 5 ssh2]",
      "\(ssh)Connection closed by invalid user \(name) 203.0.113.9 port 5 [preauth]",
      "\(ssh)Disconnecting invalid user \(name) 203.0.113.9 port 5: Too many authentication failures [preauth]",
      "\(ssh)Received disconnect from 203.0.113.9 port 5:11: \(name) [preauth]",
      "Sun Nov 22 14:00:00 2026 [pid 2] [\(name)] FAIL LOGIN: Client \"203.0.113.9\"",
      "Sun Nov 22 14:00:00 2026 [pid 2] [ftp] OK LOGIN: Client \"203.0.113.9\", anon password \"\(name)\"",
      "Nov 22 14:00:00 g dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): "
        + "user=<\(name)>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, session=<x>",
      "Nov 22 14:00:00 g postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: x, sasl_username=\(name)",
      "[Sun Nov 22 14:00:00.123456 2026] [auth_basic:error] [pid 7] [client 203.0.113.9:5] AH01618: user \(name) not found: /",
    ]
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func anyBytesAreReadToTheirEnd(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let reader = LoginReader(LoginService.known)
    let lines = LoginServicesTests.ssh + LoginServicesTests.ftp + LoginServicesTests.mail + LoginServicesTests.web
    for test in lines {
      var bytes = Array(test.line.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
      }
      _ = reader.event(line: bytes.span)
    }
  }

  @Test func escapesForTerminalsAreNotPassedOn() throws {
    let line =
      "Nov 22 14:00:00 g sshd[1]: Failed password for invalid user \u{1B}]0;x\u{07}\u{202E}é from 203.0.113.9 port 5 ssh2"
    let event = try #require(LoginReader("sshd").event(line))
    #expect(event.user == "\u{FFFD}]0;x\u{FFFD}\u{FFFD}é")
    #expect(!event.line.unicodeScalars.contains("\u{1B}"))
    let bytes =
      Array("Nov 22 14:00:00 g sshd[1]: Invalid user ".utf8) + [0xFF, 0xC3] + Array(" from 203.0.113.9 port 5".utf8)
    #expect(LoginReader("sshd").event(line: bytes.span)?.user == "\u{FFFD}\u{FFFD}")
  }
}
