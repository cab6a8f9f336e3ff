internal import SentryPacket

/// `Application permission`: what has been decided about the program on this host behind the packet's connection.
enum ApplicationPermissionProperty: Property {
  static let name = "Application permission"
  static let codes = GenerationCodes.none
  static let summary = "what was decided about the program behind the packet"
  static let details = """
    The way counts in which the connection was opened, so that the answers to what a program asks for need no permission \
    of their own. allowed, denied: decided by hand or when it was asked, or by settings.applications. unknown: nothing is \
    decided. changed: the program was allowed, and its executable is another now. With settings.applications nothing is \
    unknown or changed: it says what becomes of those. docs/Applications.md says more.
    """
  static let valueSyntax = "allowed, denied, unknown or changed"
  static let example = "denied"
  static let suggestions = ApplicationPermission.allCases.map(\.name)
  static let relations = Set<Relation>.unordered
  static let precondition: String? = OwnerText.precondition
  static let remarks = ValueRemarks.anywhere

  static func parse(_ text: Substring) throws(ValueError) -> ApplicationPermission {
    let word = text.trimmed
    guard let permission = ApplicationPermission(name: word.lowercased()) else {
      throw .unknownWord(word, expected: suggestions, in: text)
    }
    return permission
  }

  static func lower(
    _ relation: Relation, _ operand: ApplicationPermission, into program: inout ProgramBuilder
  ) -> LoweredTest {
    let number = UInt64(operand.rawValue)
    return LoweredTest(.number(.applicationPermission, number...number), relation)
  }
}
