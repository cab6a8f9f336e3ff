internal import SentryControl

/// What becomes of the SSH connection that a change of the rules is asked for through.
enum LoginText {
  static let hidden = "your SSH connection cannot be seen, so nobody knows whether these rules end it"

  /// Says on standard error what whoever changed the rules should know.
  static func warn(about reply: ApplyReply) {
    if let warning = warning(about: reply) { Console.writeError("warning: \(warning)") }
  }

  /// `nil` where there is nothing to know, or where that is why the rules were refused.
  static func warning(about reply: ApplyReply) -> String? {
    if reply.hiddenLogin == true, reply.applied { return hidden }
    guard let lockout = reply.lockout, reply.applied else { return nil }
    return lockout.text + (lockout.enforced ? "" : ", were verdicts carried out")
  }
}
