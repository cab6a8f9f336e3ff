// What is said of `settings.logins` in a document.

internal import SentryDiagnostics
internal import SentryPropertyList

extension Diagnostic {
  static func badLogin(
    _ key: String, _ node: PropertyListNode, expected: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      .badSetting, at: node.place, "\(key) of logins must be \(expected), found \(node.shown)", hint: hint)
  }

  static func loginSourceWithout(at place: Place) -> Diagnostic {
    Diagnostic(
      .badSetting, at: place, "a log of logins is a dictionary with either its file or its journal",
      hint:
        "such as { journal = \"ssh.service\"; services = sshd; } or { file = \"/var/log/auth.log\"; services = sshd; }")
  }

  static func loginSourceWithoutService(at place: Place) -> Diagnostic {
    Diagnostic(
      .badSetting, at: place, "a log of logins needs the services whose lines count, or patterns of its own",
      hint: "such as services = ( sshd, dovecot ); or failed = \"login of <user> from <address> failed\";")
  }

  static func loginSourceTwice(_ name: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .badSetting, at: place, "\(name.shown) is followed already: each line would count twice",
      hint: "name all its services in one entry")
  }

  static func loginServiceTwice(_ service: String, in other: String, at place: Place) -> Diagnostic {
    Diagnostic(
      .badSetting, .warning, at: place,
      "lines of \(service) count in \(other.shown), too: what stands in both counts twice",
      hint: "name it for one of the two")
  }

  static func loginPatternsWithoutFailed(at place: Place) -> Diagnostic {
    Diagnostic(
      .badSetting, at: place, "patterns of logins need failed: what the lines of failures look like",
      hint: "such as failed = \"login of <user> from <address> failed\";")
  }

  static func badLoginPattern(_ message: String, at place: Place) -> Diagnostic {
    Diagnostic(.badSetting, at: place, "pattern of logins: \(message)")
  }
}
