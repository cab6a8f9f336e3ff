internal import SentryPacket

/// `Include`: the packet's source address is in one of the tables of remembered addresses, or its flow was known
/// before.
///
/// A hit refreshes the entry and counts in it.
enum IncludeProperty: Property {
  static let name = "Include"
  static let codes = GenerationCodes(4, year2003: 4)
  static let summary = "the source address is in a table, or the flow is known"
  static let details = """
    Looks for the source address, whatever the direction. A find counts in the entry, and renews its time. state asks \
    whether a packet of this connection was let through before, in either direction, or another connection has announced \
    it (settings.helpers).
    """
  static let valueSyntax = "trigger, address, authorize, invalid or state"
  static let example = "trigger"
  static let suggestions = ["trigger", "address", "authorize", "invalid", "state"]
  static let relations = Set<Relation>.unordered

  enum Operand: Sendable {
    case table(AddressTableKind)
    case knownConnection
  }

  static func parse(_ text: Substring) throws(ValueError) -> Operand {
    switch text {
    case "trigger", "triggered": .table(.trigger)
    case "address": .table(.address)
    case "authorize": .table(.authorize)
    case "invalid": .table(.invalid)
    case "state": .knownConnection
    default: throw .unknownWord(text, expected: ["trigger", "address", "authorize", "invalid", "state"])
    }
  }

  static func lower(_ relation: Relation, _ operand: Operand, into program: inout ProgramBuilder) -> LoweredTest {
    switch operand {
    case .table(let kind): LoweredTest(.table(kind), relation)
    case .knownConnection: LoweredTest(.knownConnection, relation)
    }
  }
}
