extension LoginService {
  /// Dovecot's login processes, by syslog or the journal: one line when a connection ends, with the number of failures, or when
  /// somebody is in. Before 2.4 and since. Its other processes log what stands in mails.
  static let dovecot = LoginService(
    name: "dovecot", programs: ["dovecot"],
    messages: ["imap-login", "pop3-login", "submission-login", "managesieve-login"].flatMap { process in
      rules(
        .failed,
        ["\(process): <any>(auth failed, <attempts> attempts<any>user=<<user>>,<any> rip=<address>, lip=<any>"])
        + rules(.succeeded, ["\(process): Login: user=<<user>>,<any> rip=<address>, lip=<any>"])
    })

  /// Postfix: SASL at any of its servers (`postfix/smtpd`, `postfix/submission/smtpd` …). The address stands before all that a client
  /// says.
  static let postfix = LoginService(
    name: "postfix", programs: ["postfix"],
    messages: rules(
      .failed,
      ["failed", "failure"].map { "warning: <word>[<address>]: SASL <word> authentication \($0): <any>" },
      unless: ["Connection lost to authentication server", "Temporary authentication failure"])
      + rules(.succeeded, ["<word>: client=<word>[<address>], sasl_method=<any>"]))
}
