/// `None`: never matches, without a packet neither. A value is kept and ignored. The separator lines of classic
/// property menus stand in old documents now and then, and never matched either.
enum NoneProperty: Property {
  static let name = "None"
  static let codes = GenerationCodes(1, year2003: 1)
  static let legacyNames = [
    LegacyName(name: "__1", codes: GenerationCodes(7, year2003: 5)),
    LegacyName(name: "__2", codes: GenerationCodes(15, year2003: 13)),
    LegacyName(name: "__3", codes: GenerationCodes(22, year2003: 20)),
  ]
  static let summary = "never matches"
  static let details = "Needs no value. Good for a rule that only holds others while they are being written."
  static let valueSyntax = ""
  static let example = ""
  static let relations = Set<Relation>.unordered

  static func parse(_ text: Substring) throws(ValueError) {}

  static func lower(_ relation: Relation, _ operand: Void, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.constant(false), relation)
  }
}
