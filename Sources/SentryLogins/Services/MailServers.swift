extension LoginService {
  /// Dovecot's login processes, by syslog or the journal: one line when a connection ends, with the number of failures, or when
  /// somebody is in. Before 2.4 and since. Its other processes log what stands in mails.
  static let dovecot = LoginService(
    name: "dovecot", programs: ["dovecot"],
    messages: ["imap-login", "pop3-login", "submission-login", "managesieve-login"].flatMap { process in
      rules(
        .failed,
        // From the end, where that is known, so that no name hides the address.
        [", session=<<word>>", ", TLS, session=<<word>>", ", secured, session=<<word>>"].map {
          failed(process, "<word>\($0)")
        }
          + [failed(process, "<any>")])
        + rules(.succeeded, ["\(process): Login: user=<<user>>,<any> rip=<address>, lip=<any>"])
    })

  private static func failed(_ process: String, _ end: String) -> String {
    "\(process): <any>(auth failed, <attempts> attempts<any>user=<<user>>,<any> rip=<address>, lip=\(end)"
  }

  /// Postfix: SASL at any of its servers (`postfix/smtpd`, `postfix/submission/smtpd` …), by Dovecot or Cyrus. The address stands before
  /// all that a client says.
  static let postfix = LoginService(
    name: "postfix", programs: ["postfix"],
    messages: rules(nil, noPassword.flatMap { failedSASL($0 + "<any>") }) + rules(.failed, failedSASL("<any>"))
      + rules(.succeeded, ["<word>: client=<word>[<address>], sasl_method=<any>"]))

  /// Reasons that say nothing of a password: who checks it is not there, or the method is none that is offered.
  private static let noPassword = [
    "Connection lost to authentication server", "Temporary authentication failure", "generic failure",
    "Invalid authentication mechanism", "no mechanism available",
  ]

  private static func failedSASL(_ reason: String) -> [String] {
    ["failed", "failure"].map { "warning: <word>[<address>]: SASL <word> authentication \($0): \(reason)" }
  }
}
