extension LoginService {
  /// OpenSSH: lines as auth.c, auth2.c, auth-pam.c, packet.c and monitor.c write them, since 9.8 under the name `sshd-session`.
  ///
  /// A failed password is told by one line, or by one of PAM and one of sshd, a connection that ends without a login by others; keys that
  /// are offered and not known are no failures, for a client offers all it has. Whom the settings refuse (`User … not allowed`) such a
  /// line follows anyway, and so does pam_unix's own (`pam_unix(sshd:auth): …`).
  ///
  /// In the journal only root's lines count: what users run can have the name of a unit, and write any line in it.
  static let sshd = LoginService(
    name: "sshd", programs: ["sshd", "sshd-session", "sshd-auth"], isRoots: true,
    messages: repeated(.failed, failedSSHMethods) + repeated(.failedAfterPAM, failedAfterPAM)
      + repeated(.failedInPAM, failedInPAM) + firstSSHLines + lastSSHLines + acceptedSSHMethods)

  /// Also as rsyslog shortens lines that are the same.
  private static func repeated(_ outcome: LoginEvent.Outcome, _ patterns: [String]) -> [Rule] {
    rules(outcome, patterns + patterns.map { "message repeated <attempts> times: [ \($0)]" })
  }

  private static let failedSSHMethods = ["password", "keyboard-interactive", "gssapi-with-mic", "hostbased"]
    .flatMap(failures)

  private static let failedAfterPAM = failures(by: "keyboard-interactive/pam")

  private static func failures(by method: String) -> [String] {
    [
      "Failed \(method) for invalid user <user> from <address> port <port> ssh2",
      "Failed \(method) for <user> from <address> port <port> ssh2",
    ]
  }

  /// Of a user who is known, sshd itself tells only the later half of the attempts that it allows.
  private static let failedInPAM = [
    "error: PAM: <any> for illegal user <user> from <address>", "error: PAM: <any> for <user> from <address>",
  ]

  private static let firstSSHLines = rules(
    .failedFirst,
    [
      "Invalid user <user> from <address> port <port>",
      "error: maximum authentication attempts exceeded for invalid user <user> from <address> port <port> ssh2 [preauth]",
      "error: maximum authentication attempts exceeded for <user> from <address> port <port> ssh2 [preauth]",
      "ROOT LOGIN REFUSED FROM <address> port <port>",
      "ROOT LOGIN REFUSED FROM <address> port <port> [preauth]",
    ])

  private static let lastSSHLines =
    rules(
      .failedLast,
      ["Connection closed by", "Connection reset by", "Disconnected from"].flatMap { end in
        [
          "\(end) authenticating user <user> <address> port <port> [preauth]",
          "\(end) invalid user <user> <address> port <port> [preauth]",
        ]
      })
    + rules(
      .failedLast,
      ["authenticating", "invalid"].map {
        "Disconnecting \($0) user <user> <address> port <port>: Too many authentication failures [preauth]"
      },
      // Behind it stands what a client said, and sshd cuts the line: it could end as those above do.
      unless: ["Change of username or service not allowed: ("])

  /// The names of users of a directory can have blanks.
  private static let acceptedSSHMethods = rules(
    .succeeded,
    [
      "Accepted <word> for <word> from <address> port <port> ssh2<any>",
      "Accepted <word> for <user> from <address> port <port> ssh2",
      "Accepted publickey for <user> from <address> port <port> ssh2: <word> SHA256:<word>",
    ])
}
