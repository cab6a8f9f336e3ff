/// `Any`: matches always, without a packet too. A value is kept and ignored.
enum AnyProperty: Property {
  static let name = "Any"
  static let codes = GenerationCodes(0, year2003: 0)
  static let summary = "always matches"
  static let details = """
    Needs no value; one that is there is kept and ignored. Matches without a packet, too, in a timer.
    """
  static let valueSyntax = ""
  static let example = ""
  static let relations = Set<Relation>.unordered

  static func parse(_ text: Substring) throws(ValueError) {}

  static func lower(_ relation: Relation, _ operand: Void, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.constant(true), relation)
  }
}
