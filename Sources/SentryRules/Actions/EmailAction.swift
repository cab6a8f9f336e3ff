/// `Email`: writes a log entry, sends mail, and goes on.
enum EmailAction: Action {
  static let name = "Email"
  static let aliases = ["E-mail"]
  static let codes = GenerationCodes(newest: 19, middle: 18)
  static let summary = "writes a log entry and sends mail, and goes on"
  static let details = "The recipient is the parameter if it contains an @, else those of settings.mailTo."
  static let parameterMeaning: String? = "the recipient (with an @) or a comment"
  static let parameterExample = "admin@example.org"
  static let operation = Operation.email

  static func argument(of parameter: String) throws(ValueError) -> ActionArgument {
    let text = Substring(parameter).trimmed
    guard !text.contains("@") || MailAddress.isUsable(text) else { throw .notAMailAddress(text) }
    return .none
  }
}
