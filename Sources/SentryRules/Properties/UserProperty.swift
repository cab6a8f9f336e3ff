/// `User`: who owns the socket on this host that sends or receives the packet.
enum UserProperty: Property {
  static let name = "User"
  static let codes = GenerationCodes.none
  static let summary = "the user on this host behind the packet"
  static let details = """
    Who owns the socket that sends the packet or receives it, as for Application. Names are looked up when the document \
    is loaded.
    """
  static let valueSyntax = "a user's name or number, or a range of numbers low-high"
  static let example = "root"
  static let relations = Set<Relation>.unordered
  static let precondition: String? = OwnerText.precondition

  static let limits: ClosedRange<UInt64> = 0...UInt64(UInt32.max - 1)

  static func parse(_ text: Substring) throws(ValueError) -> ClosedRange<UInt64> {
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ") || $0.isDigit }) {
      return try NumberText.range(text, within: limits)
    }
    guard let number = UserNames.number(of: String(text)) else { throw .unknownUser(text) }
    return UInt64(number)...UInt64(number)
  }

  static func lower(
    _ relation: Relation, _ operand: ClosedRange<UInt64>, into program: inout ProgramBuilder
  ) -> LoweredTest {
    LoweredTest(.number(.user, operand), relation)
  }
}

/// What `Application` and `User` have in common.
enum OwnerText {
  static let precondition = "TCP or UDP of a process on this host"
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
