/// `Connection state`: where the packet's flow stood before it (`ConnectionStates`).
enum ConnectionStateProperty: Property {
  static let name = "Connection state"
  static let codes = GenerationCodes.none
  static let summary = "where the packet's connection stands: new, established, closing, none"
  static let valueSyntax = "new, established, closing or none, or several of them separated by commas"
  static let example = "new"
  static let relations = Set<Relation>.unordered
  static let remarks = ValueRemarks.anywhere

  static func parse(_ text: Substring) throws(ValueError) -> ConnectionStates {
    var states: ConnectionStates = []
    for element in text.listElements { states.insert(try state(named: element)) }
    return states
  }

  static func lower(_ relation: Relation, _ operand: ConnectionStates, into program: inout ProgramBuilder)
    -> LoweredTest
  {
    LoweredTest(.connectionState(operand), relation)
  }

  private static func state(named name: Substring) throws(ValueError) -> ConnectionStates {
    switch name.lowercased() {
    case "new": .new
    case "established": .established
    case "closing": .closing
    case "none": .none
    default: throw .unknownWord(name, expected: ["new", "established", "closing", "none"])
    }
  }
}
