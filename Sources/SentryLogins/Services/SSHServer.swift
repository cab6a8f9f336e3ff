extension LoginService {
  /// OpenSSH: lines as auth.c, auth2.c, packet.c and monitor.c write them, since 9.8 under the name `sshd-session`.
  ///
  /// A failed password is told by one line, a connection that ends without a login by others; keys that are offered and not known are
  /// no failures, for a client offers all it has. Whom the settings refuse (`User … not allowed`) such a line follows anyway.
  static let sshd = LoginService(
    name: "sshd", programs: ["sshd", "sshd-session", "sshd-auth"],
    messages: failedSSHMethods + failedSSHConnections
      + rules(.succeeded, ["Accepted <word> for <word> from <address> port <port> ssh2<any>"]))

  private static let failedSSHMethods = rules(
    .failed,
    ["password", "keyboard-interactive/pam", "keyboard-interactive", "gssapi-with-mic", "hostbased"].flatMap { method in
      [
        "Failed \(method) for invalid user <user> from <address> port <port> ssh2",
        "Failed \(method) for <user> from <address> port <port> ssh2",
      ]
    })

  private static let failedSSHConnections =
    rules(
      .failedOnce,
      [
        "Invalid user <user> from <address> port <port>",
        "Invalid user <user> from <address>",
        "error: maximum authentication attempts exceeded for <user> from <address> port <port> ssh2 [preauth]",
        "ROOT LOGIN REFUSED FROM <address> port <port>",
        "ROOT LOGIN REFUSED FROM <address> port <port> [preauth]",
      ]
        + ["Connection closed by", "Connection reset by", "Disconnected from"].flatMap { end in
          [
            "\(end) authenticating user <user> <address> port <port> [preauth]",
            "\(end) invalid user <user> <address> port <port> [preauth]",
          ]
        })
    + rules(
      .failedOnce,
      ["authenticating", "invalid"].map {
        "Disconnecting \($0) user <user> <address> port <port>: Too many authentication failures [preauth]"
      },
      // Behind it stands what a client said, and sshd cuts the line: it could end as those above do.
      unless: ["Change of username or service not allowed: ("])
}
