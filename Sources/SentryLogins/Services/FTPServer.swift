extension LoginService {
  /// vsftpd: its own log (`vsftpd_log_file`), and syslog (`syslog_enable`), as logging.c writes them.
  ///
  /// The name of a user and the password of an anonymous one, which is logged, can read like the rest of the line: a line that could
  /// be of either kind is of none. That anybody may come in anonymously does not end a series of failures.
  static let vsftpd = LoginService(
    name: "vsftpd", programs: ["vsftpd"], messages: ftpRules(before: ""),
    lines: ftpRules(before: "<word> <word> <any> [pid <number>] "))

  private static let failedLogin = "] FAIL LOGIN: Client \""
  private static let goodLogin = "] OK LOGIN: Client \""
  /// What stands behind the address in all other entries, and is the client's.
  private static let otherEntry = "\", \""

  private static func ftpRules(before start: String) -> [Rule] {
    rules(.failed, ["\(start)[<user>\(failedLogin)<address>\""], unless: [goodLogin, otherEntry])
      + rules(.succeeded, ["\(start)[<user>\(goodLogin)<address>\""], unless: [failedLogin, otherEntry])
  }
}
