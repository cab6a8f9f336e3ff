import SentryPacket
import Testing

@testable import SentryLogins

struct LogLineCase: Sendable, CustomTestStringConvertible {
  let service: String
  let line: String
  let says: String

  init(_ service: String, _ line: String, _ says: String) {
    (self.service, self.line, self.says) = (service, line, says)
  }

  var testDescription: String { line }
}

private let syslog = "Nov 22 14:00:00 gate"
private let modern = "2026-11-22T14:00:00.123456+01:00 gate"

/// Lines as the programs write them: of OpenSSH and vsftpd as they came, of others after their sources and manuals.
@Suite struct LoginServicesTests {
  static let ssh: [LogLineCase] = [
    .init(
      "sshd", "\(syslog) sshd[812]: Failed password for root from 203.0.113.9 port 50312 ssh2",
      "sshd failed 203.0.113.9 root"),
    .init(
      "sshd", "\(modern) sshd-session[812]: Failed password for invalid user admin from 2001:db8::9 port 50312 ssh2",
      "sshd failed 2001:db8::9 admin"),
    .init(
      "sshd", "\(syslog) sshd[812]: Failed keyboard-interactive/pam for root from 203.0.113.9 port 1 ssh2",
      "sshd failedAfterPAM 203.0.113.9 root"),
    .init(
      "sshd", "\(syslog) sshd[812]: error: PAM: Authentication failure for root from 203.0.113.9",
      "sshd failedInPAM 203.0.113.9 root"),
    .init(
      "sshd",
      "\(syslog) sshd[812]: error: PAM: Authentication failure for illegal user x from 198.51.100.7 from 203.0.113.9",
      "sshd failedInPAM 203.0.113.9 x from 198.51.100.7"),
    .init(
      "sshd",
      "\(syslog) sshd[812]: message repeated 2 times: [ Failed password for bob from 203.0.113.9 port 38325 ssh2]",
      "sshd failed 2 times 203.0.113.9 bob"),
    .init(
      "sshd",
      "\(syslog) sshd[812]: message repeated 2 times: [ error: PAM: Authentication failure for bob from 203.0.113.9]",
      "sshd failedInPAM 2 times 203.0.113.9 bob"),
    .init(
      "sshd", "\(syslog) sshd[812]: Invalid user admin from 203.0.113.9 port 50312",
      "sshd failedFirst 203.0.113.9 admin"
    ),
    .init("sshd", "\(syslog) sshd[812]: Invalid user  from 203.0.113.9 port 50312", "sshd failedFirst 203.0.113.9 "),
    .init(
      "sshd", "\(syslog) sshd[812]: Connection closed by authenticating user root 203.0.113.9 port 50312 [preauth]",
      "sshd failedLast 203.0.113.9 root"),
    .init(
      "sshd", "\(syslog) sshd[812]: Disconnected from invalid user a b 203.0.113.9 port 50312 [preauth]",
      "sshd failedLast 203.0.113.9 a b"),
    .init(
      "sshd",
      "\(syslog) sshd[812]: error: maximum authentication attempts exceeded for root from fe80::9%eth0 port 1 ssh2 [preauth]",
      "sshd failedFirst fe80::9 root"),
    .init(
      "sshd", "\(syslog) sshd[812]: User bob from 203.0.113.9 not allowed because not listed in AllowUsers", "nothing"),
    .init(
      "sshd", "\(syslog) sshd[812]: Accepted publickey for bob from 203.0.113.9 port 50312 ssh2: ED25519 SHA256:abc",
      "sshd succeeded 203.0.113.9 -"),
    .init(
      "sshd", "\(syslog) sshd[812]: Accepted password for bob from 203.0.113.9 port 50312 ssh2",
      "sshd succeeded 203.0.113.9 -"),
    .init(
      "sshd", #"\#(syslog) sshd[812]: Accepted password for WORK\john doe from 203.0.113.9 port 50312 ssh2"#,
      #"sshd succeeded 203.0.113.9 WORK\john doe"#),
    .init(
      "sshd",
      "\(syslog) sshd[812]: Accepted publickey for john doe from 203.0.113.9 port 50312 ssh2: ED25519 SHA256:ab+c/1",
      "sshd succeeded 203.0.113.9 john doe"),
    .init("sshd", "\(syslog) sshd[812]: Failed password for root from 255.255.255.255 port 1 ssh2", "nothing"),
    .init("sshd", "\(syslog) sshd[812]: Failed password for root from ff02::1 port 1 ssh2", "nothing"),
    .init(
      "sshd", "\(syslog) sshd[812]: Failed publickey for root from 203.0.113.9 port 1 ssh2: RSA SHA256:x", "nothing"),
    .init("sshd", "\(syslog) sshd[812]: Failed none for root from 203.0.113.9 port 1 ssh2", "nothing"),
    .init("sshd", "\(syslog) sshd[812]: Connection closed by 203.0.113.9 port 50312", "nothing"),
    .init("sshd", "\(syslog) cron[812]: Failed password for root from 203.0.113.9 port 50312 ssh2", "nothing"),
    .init("sshd", "\(syslog) sshdx[812]: Failed password for root from 203.0.113.9 port 50312 ssh2", "nothing"),
  ]

  static let ftp: [LogLineCase] = [
    .init(
      "vsftpd", #"Sun Nov 22 14:00:00 2026 [pid 2] [bob] FAIL LOGIN: Client "::ffff:203.0.113.9""#,
      "vsftpd failed 203.0.113.9 bob"),
    .init(
      "vsftpd", #"Sun Nov  2 14:00:00 2026 [pid 2] [bob] FAIL LOGIN: Client "2001:db8::9""#,
      "vsftpd failed 2001:db8::9 bob"),
    .init(
      "vsftpd", #"Sun Nov 22 14:00:00 2026 [pid 2] [bob] OK LOGIN: Client "203.0.113.9""#,
      "vsftpd succeeded 203.0.113.9 bob"),
    .init(
      "vsftpd", #"Sun Nov 22 14:00:00 2026 [pid 2] [ftp] OK LOGIN: Client "203.0.113.9", anon password "me@""#,
      "nothing"),
    .init("vsftpd", #"Sun Nov 22 14:00:00 2026 [pid 2] CONNECT: Client "203.0.113.9""#, "nothing"),
    .init("vsftpd", "\(syslog) vsftpd[7]: [bob] FAIL LOGIN: Client \"203.0.113.9\"", "vsftpd failed 203.0.113.9 bob"),
  ]

  static let mail: [LogLineCase] = [
    .init(
      "dovecot",
      "\(syslog) dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 12 secs): user=<bob>, "
        + "method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, TLS, session=<5Q1xyz>",
      "dovecot failed 3 times 203.0.113.9 bob"),
    .init(
      "dovecot",
      "\(syslog) dovecot: pop3-login: Login aborted: Connection closed (auth failed, 1 attempts in 2 secs) (auth_failed): "
        + "user=<>, rip=2001:db8::9, lip=2001:db8::1, session=<x>", "dovecot failed 2001:db8::9 "),
    .init(
      "dovecot",
      "\(modern) dovecot: imap-login: Login: user=<bob>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, mpid=9, TLS, session=<x>",
      "dovecot succeeded 203.0.113.9 bob"),
    .init(
      "dovecot",
      "\(syslog) dovecot: imap-login: Disconnected: Inactivity (no auth attempts in 180 secs): user=<>, rip=203.0.113.9, "
        + "lip=192.0.2.1, session=<x>", "nothing"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
      "postfix failed 203.0.113.9 -"),
    .init(
      "postfix",
      "\(syslog) postfix/submission/smtpd[9]: warning: host.example[2001:db8::9]: SASL PLAIN authentication failed: "
        + "(reason unavailable), sasl_username=bob", "postfix failed 2001:db8::9 -"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: "
        + "Connection lost to authentication server", "nothing"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[9]: 4F2A: client=host.example[203.0.113.9], sasl_method=PLAIN, sasl_username=bob",
      "postfix succeeded 203.0.113.9 -"),
    .init("postfix", "\(syslog) postfix/smtpd[9]: connect from unknown[203.0.113.9]", "nothing"),
    // As they came from Dovecot 2.3.19, and from Postfix 3.7.11 with Dovecot's SASL and Cyrus'.
    .init(
      "dovecot",
      "\(syslog) dovecot: imap-login: Disconnected: Aborted login by logging out (auth failed, 1 attempts in 4 secs): "
        + "user=<bob>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, session=<zY01ReFgx5jLAHEJ>",
      "dovecot failed 203.0.113.9 bob"),
    .init(
      "dovecot",
      "\(syslog) dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 26 secs): "
        + "user=<x> rip=198.51.100.7, lip=1>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, session=<k8d3ReFg86PLAHEJ>",
      "dovecot failed 3 times 203.0.113.9 x> rip=198.51.100.7, lip=1"),
    .init(
      "dovecot",
      "\(syslog) dovecot: imap-login: Login: user=<bob>, method=PLAIN, rip=2001:db8::9, lip=2001:db8::1, mpid=96, "
        + "session=<Z40BR+FgcYcgAQ24AAAAAAAAAAAAAAAJ>", "dovecot succeeded 2001:db8::9 bob"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[182]: warning: unknown[203.0.113.9]: SASL CRAM-MD5 authentication failed: "
        + "authentication failure, sasl_username=bob", "postfix failed 203.0.113.9 -"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[177]: warning: unknown[203.0.113.9]: SASL PLAIN authentication failed: generic failure, "
        + "sasl_username=bob", "nothing"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[240]: warning: unknown[203.0.113.9]: SASL FOO authentication failed: "
        + "Invalid authentication mechanism, sasl_username=(unavailable)", "nothing"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[182]: warning: unknown[203.0.113.9]: SASL FOO authentication failed: "
        + "no mechanism available, sasl_username=(unavailable)", "nothing"),
    .init(
      "postfix",
      "\(syslog) postfix/smtpd[177]: warning: SASL authentication failure: cannot connect to saslauthd server: "
        + "No such file or directory", "nothing"),
  ]

  static let web: [LogLineCase] = [
    .init(
      "nginx", #"203.0.113.9 - bob [22/Nov/2026:14:00:00 +0000] "GET / HTTP/1.1" 401 179 "-" "curl/8.5.0""#,
      "nginx failed 203.0.113.9 bob"),
    .init(
      "nginx", #"203.0.113.9 - - [22/Nov/2026:14:00:00 +0000] "GET / HTTP/1.1" 401 179 "-" "curl/8.5.0""#, "nothing"),
    .init(
      "nginx", #"203.0.113.9 - bob [22/Nov/2026:14:00:00 +0000] "GET / HTTP/1.1" 200 17 "-" "curl/8.5.0""#, "nothing"),
    .init(
      "apache",
      "[Sun Nov 22 14:00:00.123456 2026] [auth_basic:error] [pid 7:tid 7] [client 203.0.113.9:50312] AH01617: user bob: "
        + "authentication failure for \"/\": Password Mismatch", "apache failed 203.0.113.9 bob"),
    .init(
      "apache",
      "[Sun Nov 22 14:00:00.123456 2026] [auth_basic:error] [pid 7] [client 2001:db8::9:50312] AH01618: user eve not found: /",
      "apache failed 2001:db8::9 eve"),
    .init(
      "apache", #"203.0.113.9 - bob [22/Nov/2026:14:00:00 +0100] "GET / HTTP/1.1" 401 381"#,
      "apache failed 203.0.113.9 bob"),
    // As they came from Apache 2.4.71 and nginx 1.22.1.
    .init(
      "apache",
      #"[Sun Nov 22 18:07:05.002199 2026] [auth_basic:error] [pid 61:tid 130] [client 203.0.113.9:51832] AH01618: user "#
        + #"e"v] [client 198.51.100.7 not found: /"#, #"apache failed 203.0.113.9 e"v] [client 198.51.100.7"#),
    .init(
      "apache",
      "[Sun Nov 22 18:07:05.166549 2026] [auth_digest:error] [pid 65:tid 116] [client 203.0.113.9:51862] AH01790: "
        + "user `eve' in realm `realm' not found: /digest/", "apache failed 203.0.113.9 eve"),
    .init(
      "apache",
      "[Sun Nov 22 18:07:05.148901 2026] [auth_digest:error] [pid 61:tid 133] [client 203.0.113.9:51860] AH01794: "
        + "user bob: password mismatch: /digest/", "apache failed 203.0.113.9 bob"),
    .init(
      "apache",
      #"gate:80 203.0.113.9 - e\"v] [client 198.51.100.7 [22/Nov/2026:18:07:05 +0000] "GET / HTTP/1.1" 401 624 "-" "-""#,
      #"apache failed 203.0.113.9 e\"v]"#),
    .init(
      "apache", #"gate:80 203.0.113.9 - - [22/Nov/2026:18:07:04 +0000] "GET / HTTP/1.1" 401 624 "-" "curl/7.88.1""#,
      "nothing"),
    .init(
      "apache", #"gate:80 2001:db8::9 - bob [22/Nov/2026:18:07:05 +0000] "GET / HTTP/1.1" 404 397 "-" "curl/7.88.1""#,
      "nothing"),
    .init(
      "nginx",
      #"203.0.113.9 - x] \x22GET / 401 [203.0.113.7] - y [22/Nov/2026:18:05:05 +0000] "GET / HTTP/1.1" 401 179 "-" "-""#,
      #"nginx failed 203.0.113.9 x] \x22GET / 401"#),
  ]

  static let files: [LogLineCase] = [
    .init(
      "samba",
      #"  {"timestamp": "2026-11-22T14:00:00.123456+0000", "type": "Authentication", "Authentication": {"version": {"major": 1, "#
        + #""minor": 2}, "eventId": 4625, "logonId": "0", "logonType": 3, "status": "NT_STATUS_WRONG_PASSWORD", "#
        + #""localAddress": "ipv4:192.0.2.1:445", "remoteAddress": "ipv4:203.0.113.9:49152", "clientAccount": "bob"}}"#,
      "samba failed 203.0.113.9 -"),
    .init(
      "samba",
      #"  Auth: [SMB2,(null)] user [WORK]\[bob] at [Sun, 22 Nov 2026 14:00:00.123456 UTC] with [NTLMv2] status "#
        + #"[NT_STATUS_NO_SUCH_USER] workstation [PC] remote host [ipv6:2001:db8::9:49152] mapped to [WORK]\[bob]. "#
        + #"local host [ipv6:2001:db8::1:445]"#, "samba failed 2001:db8::9 bob"),
    .init(
      "samba",
      #"  Auth: [SMB2,(null)] user [WORK]\[bob] at [Sun, 22 Nov 2026 14:00:00.123456 UTC] with [NTLMv2] status "#
        + #"[NT_STATUS_OK] workstation [PC] remote host [ipv4:203.0.113.9:49152] became [WORK]\[bob] [S-1-5-21]. "#
        + #"local host [ipv4:192.0.2.1:445]"#, "samba succeeded 203.0.113.9 bob"),
    .init(
      "samba",
      #"  Auth: [SMB2,(null)] user []\[] at [Sun, 22 Nov 2026 14:00:00.123456 UTC] with [No-Password] status "#
        + #"[NT_STATUS_OK] workstation [PC] remote host [ipv4:203.0.113.9:49152] became [NT AUTHORITY]\[ANONYMOUS LOGON] [S-1-5-7]. "#
        + #"local host [ipv4:192.0.2.1:445]"#, "nothing"),
    // As they came from Samba 4.17.12.
    .init(
      "samba",
      #"  Auth: [SMB2,(null)] user [WORK]\[bob] at [Sun, 22 Nov 2026 18:05:12.027280 UTC] with [NTLMv2] status "#
        + #"[NT_STATUS_WRONG_PASSWORD] workstation [GATE] remote host [ipv4:203.0.113.9:54545] mapped to [WORK]\[bob]. "#
        + #"local host [ipv4:192.0.2.1:445] "#, "samba failed 203.0.113.9 bob"),
    .init(
      "samba",
      #"  Auth: [SMB2,(null)] user []\[] at [Sun, 22 Nov 2026 18:05:12.323150 UTC] with [No-Password] status [NT_STATUS_OK] "#
        + #"workstation [GATE] remote host [ipv4:203.0.113.9:56277] became [GATE]\[nobody] [S-1-5-21-2618674623-501]. "#
        + #"local host [ipv4:192.0.2.1:445] "#, "nothing"),
  ]

  @Test(arguments: ssh + ftp + mail + web + files)
  func aLineIsUnderstood(_ test: LogLineCase) {
    let event = LoginReader(test.service).event(test.line)
    #expect(summary(event) == test.says)
    // Others that are followed in the same log make no difference.
    let all = LoginReader(LoginService.known)
    let first = all.event(test.line).map { event in
      var event = event
      if test.service == "apache", event.service == "nginx" { event.service = "apache" }
      return event
    }
    #expect(summary(first) == test.says)
  }

  /// Each prefix of each line is read to its end, and none of them blocks anybody else.
  @Test func cutLinesAreHarmless() {
    let reader = LoginReader(LoginService.known)
    // Of a name sshd writes a hundred characters, so that nothing cuts what it says of PAM, which ends with the address.
    for test in Self.ssh + Self.ftp + Self.mail + Self.web + Self.files where !test.line.contains("error: PAM: ") {
      let bytes = Array(test.line.utf8)
      for end in bytes.indices {
        let part = Array(bytes[..<end])
        guard let event = reader.event(line: part.span), event.outcome != .succeeded else { continue }
        #expect(
          ![IPAddress("198.51.100.7"), IPAddress("203.0.113.7")].contains(event.address),
          "\(String(decoding: part, as: UTF8.self))")
      }
    }
  }

  @Test func thePatternsOfAllServicesAreUsable() {
    for service in LoginService.known {
      #expect(!(service.messages + service.lines).isEmpty, "\(service.name)")
    }
  }
}
