extension LoginService {
  /// nginx: 401 with a user's name in the access log. Into its error log it writes paths as they are, line feeds among them, so that
  /// anybody could write lines of his own there.
  ///
  /// A request that succeeds does not end a series of failures: the name is logged also where nobody asks for a password.
  static let nginx = LoginService(
    name: "nginx", programs: ["nginx"], lines: refusedRequests)

  /// Apache httpd: basic and digest authentication in the error log, or 401 with a user's name in the access log, also that
  /// of several hosts (`vhost_combined`). Follow one of the two.
  static let apache = LoginService(
    name: "apache", programs: ["apache2", "httpd"],
    lines: rules(
      .failed,
      ["[pid <word>]", "[pid <word>:tid <word>]"].flatMap { process in
        [
          "auth_basic:error", "AH01617: user <user>: authentication failure for <any>",
          "auth_basic:error", "AH01618: user <user> not found: <any>",
          "auth_digest:error", "AH01790: user `<user>' in realm `<any>' not found: <any>",
          "auth_digest:error", "AH01792: user <user>: password mismatch: <any>",
          "auth_digest:error", "AH01794: user <user>: password mismatch: <any>",
        ].pairs.map { level, message in
          "[<word> <word> <word> <word> <word>] [\(level)] \(process) [client <address>:<port>] \(message)"
        }
      }) + refusedRequests + refusedRequests(behind: "<word>:<number> "))

  /// The common and the combined format: the address is what the line begins with, and quotes within quotes are escaped.
  private static let refusedRequests = refusedRequests(behind: "")

  private static func refusedRequests(behind start: String) -> [Rule] {
    rules(nil, ["\(start)<address> - - [<any>"])
      + rules(.failed, ["\(start)<address> <word> <user> [<any>] \"<any>\" 401 <any>"])
  }
}

extension [String] {
  fileprivate var pairs: [(String, String)] {
    stride(from: 0, to: count - 1, by: 2).map { (self[$0], self[$0 + 1]) }
  }
}
