import SentryPacket
import Testing

@testable import SentryLogins

/// Connections as OpenSSH 9.2p1 and rsyslog 8.2302 of Debian 12 have logged them: with PAM and without it, lines that are the same in one.
struct SSHConnectionCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let failures: Int
  let lines: [String]
}

@Suite struct SSHConnectionsTests {
  private static let connections: [SSHConnectionCase] = [
    .init(
      testDescription: "keyboard-interactive with PAM: three wrong passwords", failures: 3,
      lines: [
        "sshd[59]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[57]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[62]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[57]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[65]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[57]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[57]: Connection closed by authenticating user bob 203.0.113.9 port 45223 [preauth]",
      ]),
    .init(
      testDescription: "keyboard-interactive with PAM: three of a user who does not exist", failures: 3,
      lines: [
        "sshd[71]: Invalid user eve from 203.0.113.9 port 36981",
        "sshd[71]: Postponed keyboard-interactive for invalid user eve from 203.0.113.9 port 36981 ssh2 [preauth]",
        "sshd[73]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ",
        "sshd[71]: error: PAM: Authentication failure for illegal user eve from 203.0.113.9",
        "sshd[71]: Failed keyboard-interactive/pam for invalid user eve from 203.0.113.9 port 36981 ssh2",
        "sshd[71]: Postponed keyboard-interactive for invalid user eve from 203.0.113.9 port 36981 ssh2 [preauth]",
        "sshd[76]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ",
        "sshd[71]: error: PAM: Authentication failure for illegal user eve from 203.0.113.9",
        "sshd[71]: Failed keyboard-interactive/pam for invalid user eve from 203.0.113.9 port 36981 ssh2",
        "sshd[71]: Postponed keyboard-interactive for invalid user eve from 203.0.113.9 port 36981 ssh2 [preauth]",
        "sshd[79]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ",
        "sshd[71]: error: PAM: Authentication failure for illegal user eve from 203.0.113.9",
        "sshd[71]: Failed keyboard-interactive/pam for invalid user eve from 203.0.113.9 port 36981 ssh2",
        "sshd[71]: Connection closed by invalid user eve 203.0.113.9 port 36981 [preauth]",
      ]),
    .init(
      testDescription: "keyboard-interactive with PAM: one of root", failures: 1,
      lines: [
        "sshd[87]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
        "sshd[85]: error: PAM: Authentication failure for root from 203.0.113.9",
        "sshd[85]: Connection closed by authenticating user root 203.0.113.9 port 48979 [preauth]",
      ]),
    .init(
      testDescription: "keyboard-interactive with PAM: one", failures: 1,
      lines: [
        "sshd[95]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[93]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[93]: Connection closed by authenticating user bob 203.0.113.9 port 44387 [preauth]",
      ]),
    .init(
      testDescription: "keyboard-interactive with PAM: as many as sshd allows", failures: 6,
      lines: [
        "sshd[103]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[101]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[106]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[101]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[109]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[101]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[101]: Postponed keyboard-interactive for bob from 203.0.113.9 port 39125 ssh2 [preauth]",
        "sshd[112]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[101]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[101]: Failed keyboard-interactive/pam for bob from 203.0.113.9 port 39125 ssh2",
        "sshd[101]: Postponed keyboard-interactive for bob from 203.0.113.9 port 39125 ssh2 [preauth]",
        "sshd[115]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[101]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[101]: Failed keyboard-interactive/pam for bob from 203.0.113.9 port 39125 ssh2",
        "sshd[101]: Postponed keyboard-interactive for bob from 203.0.113.9 port 39125 ssh2 [preauth]",
        "sshd[118]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[101]: error: PAM: Authentication failure for bob from 203.0.113.9",
        "sshd[101]: Failed keyboard-interactive/pam for bob from 203.0.113.9 port 39125 ssh2",
        "sshd[101]: error: maximum authentication attempts exceeded for bob from 203.0.113.9 port 39125 ssh2 [preauth]",
        "sshd[101]: Disconnecting authenticating user bob 203.0.113.9 port 39125: Too many authentication failures [preauth]",
      ]),
    .init(
      testDescription: "keyboard-interactive with PAM: the right one", failures: 0,
      lines: [
        "sshd[124]: Accepted keyboard-interactive/pam for bob from 203.0.113.9 port 41507 ssh2"
      ]),
    .init(
      testDescription: "passwords with PAM: three wrong passwords", failures: 3,
      lines: [
        "sshd[133]: Received disconnect from 203.0.113.9 port 41507:11: disconnected by user",
        "sshd[133]: Disconnected from user bob 203.0.113.9 port 41507",
        "sshd[138]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[138]: Failed password for bob from 203.0.113.9 port 38325 ssh2",
        "sshd[138]: message repeated 2 times: [ Failed password for bob from 203.0.113.9 port 38325 ssh2]",
        "sshd[138]: Connection closed by authenticating user bob 203.0.113.9 port 38325 [preauth]",
        "sshd[138]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
      ]),
    .init(
      testDescription: "passwords with PAM: three of a user who does not exist", failures: 3,
      lines: [
        "sshd[149]: Invalid user eve from 203.0.113.9 port 55775",
        "sshd[149]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ",
        "sshd[149]: Failed password for invalid user eve from 203.0.113.9 port 55775 ssh2",
        "sshd[149]: Failed password for invalid user eve from 203.0.113.9 port 55775 ssh2",
        "sshd[149]: Failed password for invalid user eve from 203.0.113.9 port 55775 ssh2",
        "sshd[149]: Connection closed by invalid user eve 203.0.113.9 port 55775 [preauth]",
        "sshd[149]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ",
      ]),
    .init(
      testDescription: "passwords with PAM: one of root", failures: 1,
      lines: [
        "sshd[160]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
        "sshd[160]: Failed password for root from 203.0.113.9 port 39119 ssh2",
        "sshd[160]: Connection closed by authenticating user root 203.0.113.9 port 39119 [preauth]",
      ]),
    .init(
      testDescription: "passwords with PAM: one", failures: 1,
      lines: [
        "sshd[167]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[167]: Failed password for bob from 203.0.113.9 port 39019 ssh2",
        "sshd[167]: Connection closed by authenticating user bob 203.0.113.9 port 39019 [preauth]",
      ]),
    .init(
      testDescription: "passwords with PAM: as many as sshd allows", failures: 6,
      lines: [
        "sshd[174]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
        "sshd[174]: Failed password for bob from 203.0.113.9 port 41001 ssh2",
        "sshd[174]: message repeated 5 times: [ Failed password for bob from 203.0.113.9 port 41001 ssh2]",
        "sshd[174]: error: maximum authentication attempts exceeded for bob from 203.0.113.9 port 41001 ssh2 [preauth]",
        "sshd[174]: Disconnecting authenticating user bob 203.0.113.9 port 41001: Too many authentication failures [preauth]",
        "sshd[174]: PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob",
      ]),
    .init(
      testDescription: "passwords with PAM: the right one", failures: 0,
      lines: [
        "sshd[191]: Accepted password for bob from 203.0.113.9 port 51781 ssh2"
      ]),
    .init(
      testDescription: "passwords without PAM: three wrong passwords", failures: 3,
      lines: [
        "sshd[199]: Received disconnect from 203.0.113.9 port 51781:11: disconnected by user",
        "sshd[199]: Disconnected from user bob 203.0.113.9 port 51781",
        "sshd[204]: Failed password for bob from 203.0.113.9 port 48537 ssh2",
        "sshd[204]: message repeated 2 times: [ Failed password for bob from 203.0.113.9 port 48537 ssh2]",
        "sshd[204]: Connection closed by authenticating user bob 203.0.113.9 port 48537 [preauth]",
      ]),
    .init(
      testDescription: "passwords without PAM: three of a user who does not exist", failures: 3,
      lines: [
        "sshd[215]: Invalid user eve from 203.0.113.9 port 56497",
        "sshd[215]: Failed password for invalid user eve from 203.0.113.9 port 56497 ssh2",
        "sshd[215]: message repeated 2 times: [ Failed password for invalid user eve from 203.0.113.9 port 56497 ssh2]",
        "sshd[215]: Connection closed by invalid user eve 203.0.113.9 port 56497 [preauth]",
      ]),
    .init(
      testDescription: "passwords without PAM: one of root", failures: 1,
      lines: [
        "sshd[226]: Failed password for root from 203.0.113.9 port 52385 ssh2",
        "sshd[226]: Connection closed by authenticating user root 203.0.113.9 port 52385 [preauth]",
      ]),
    .init(
      testDescription: "passwords without PAM: one", failures: 1,
      lines: [
        "sshd[233]: Failed password for bob from 203.0.113.9 port 45107 ssh2",
        "sshd[233]: Connection closed by authenticating user bob 203.0.113.9 port 45107 [preauth]",
      ]),
    .init(
      testDescription: "passwords without PAM: as many as sshd allows", failures: 6,
      lines: [
        "sshd[240]: Failed password for bob from 203.0.113.9 port 45487 ssh2",
        "sshd[240]: message repeated 5 times: [ Failed password for bob from 203.0.113.9 port 45487 ssh2]",
        "sshd[240]: error: maximum authentication attempts exceeded for bob from 203.0.113.9 port 45487 ssh2 [preauth]",
        "sshd[240]: Disconnecting authenticating user bob 203.0.113.9 port 45487: Too many authentication failures [preauth]",
      ]),
    .init(
      testDescription: "passwords without PAM: the right one", failures: 0,
      lines: [
        "sshd[257]: Accepted password for bob from 203.0.113.9 port 55321 ssh2"
      ]),
    .init(
      testDescription: "passwords without PAM: three of a user who is denied", failures: 3,
      lines: [
        "sshd[261]: Received disconnect from 203.0.113.9 port 55321:11: disconnected by user",
        "sshd[261]: Disconnected from user bob 203.0.113.9 port 55321",
        "sshd[266]: User daemon from 203.0.113.9 not allowed because listed in DenyUsers",
        "sshd[266]: Failed password for invalid user daemon from 203.0.113.9 port 39981 ssh2",
        "sshd[266]: message repeated 2 times: [ Failed password for invalid user daemon from 203.0.113.9 port 39981 ssh2]",
        "sshd[266]: Connection closed by invalid user daemon 203.0.113.9 port 39981 [preauth]",
      ]),
    .init(
      testDescription: "passwords without PAM: none", failures: 1,
      lines: [
        "sshd[277]: Connection closed by authenticating user bob 203.0.113.9 port 45469 [preauth]"
      ]),
    .init(
      testDescription: "passwords without PAM: one, by IPv6", failures: 1,
      lines: [
        "sshd[282]: Failed password for bob from 2001:db8::9 port 52991 ssh2",
        "sshd[282]: Connection closed by authenticating user bob 2001:db8::9 port 52991 [preauth]",
      ]),
  ]

  private func counter() -> LoginCounter {
    LoginCounter(LoginCounter.Limits(failures: 100, windowSeconds: 3_600, ipv6Prefix: 64))
  }

  private func note(_ connection: SSHConnectionCase, in counter: inout LoginCounter, at time: Double) {
    let reader = LoginReader("sshd")
    for line in connection.lines {
      guard let event = reader.event("Nov 22 18:10:00 gate \(line)") else { continue }
      #expect(counter.note(event, at: time) == nil)
    }
  }

  @Test(arguments: connections)
  func eachAttemptCountsOnce(_ connection: SSHConnectionCase) {
    var counter = counter()
    note(connection, in: &counter, at: 0)
    #expect(counter.nearest(9, at: 0).map(\.failures).reduce(0, +) == connection.failures)
  }

  /// Connections of one address, as a NAT makes them: one line of each in turn.
  @Test func connectionsAtTheSameTimeAreToldApart() {
    let failing = Self.connections.filter { $0.failures > 0 && !$0.testDescription.contains("IPv6") }
    var counter = LoginCounter(LoginCounter.Limits(failures: 100, windowSeconds: 3_600, ipv6Prefix: 64))
    let reader = LoginReader("sshd")
    for index in 0..<(failing.map(\.lines.count).max() ?? 0) {
      for connection in failing where connection.lines.indices.contains(index) {
        guard let event = reader.event("Nov 22 18:10:00 gate \(connection.lines[index])") else { continue }
        #expect(counter.note(event, at: 0) == nil)
      }
    }
    let made = failing.map(\.failures).reduce(0, +)
    let counted = counter.nearest(1, at: 0).first?.failures ?? 0
    #expect(counted == made)
  }
}
