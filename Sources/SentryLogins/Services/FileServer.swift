extension LoginService {
  /// Samba with `log level = 1 auth_audit:3` (text) or `auth_json_audit:3`, as auth/auth_log.c writes them.
  ///
  /// In the text, names of users and machines can read like the rest of the line: one that has the place of the address twice is none.
  /// Whoever comes in without a password does not end a series of failures.
  static let samba = LoginService(
    name: "samba", programs: ["smbd", "samba"],
    messages: sambaRules, lines: sambaRules)

  private static let sambaRules: [Rule] = ["ipv4", "ipv6"].flatMap { family in
    ["WRONG_PASSWORD", "NO_SUCH_USER", "LOGON_FAILURE", "ACCOUNT_LOCKED_OUT"].flatMap { status in
      rules(.failed, [json(status, family), text(status, family)])
    }
      + rules(.succeeded, [json("OK", family), text("OK", family)], unless: withoutPassword)
  }

  private static let withoutPassword = [
    "ANONYMOUS LOGON", "\"becameAccount\": \"nobody\"", "\\[nobody] [", "No-Password",
  ]

  private static func json(_ status: String, _ family: String) -> String {
    "{\"timestamp\": \"<any>\", \"type\": \"Authentication\", \"Authentication\": {<any>\"status\": \"NT_STATUS_\(status)\"<any>"
      + "\"remoteAddress\": \"\(family):<address>:<port>\"<any>"
  }

  private static func text(_ status: String, _ family: String) -> String {
    "Auth: [<any>] user [<any>]\\[<user>] at [<any>] with [<any>] status [NT_STATUS_\(status)] workstation [<any>]"
      + " remote host [\(family):<address>:<port>] <any>"
  }
}
