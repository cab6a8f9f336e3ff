/// `Direction`: which way the packet goes, seen from this host.
enum DirectionProperty: Property {
  static let name = "Direction"
  static let codes = GenerationCodes(2, year2003: 2)
  static let summary = "which way the packet goes, seen from this host"
  static let details = """
    A packet from one of this host's addresses is outbound, any other inbound; on the loopback interface all are \
    inbound.
    """
  static let valueSyntax = "inbound (in) or outbound (out)"
  static let example = "inbound"
  static let suggestions = ["inbound", "outbound"]
  static let relations = Set<Relation>.unordered

  /// The number as `NumberField.direction` has it.
  static func parse(_ text: Substring) throws(ValueError) -> UInt64 {
    switch text {
    case "inbound", "in": 0
    case "outbound", "out": 1
    default: throw .unknownWord(text, expected: ["inbound", "outbound"])
    }
  }

  static func lower(_ relation: Relation, _ operand: UInt64, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.number(.direction, operand...operand), relation)
  }
}
