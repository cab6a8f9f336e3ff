/// The option kinds in a header: `==` asks for all the listed ones, `!=` for none of them.
protocol OptionsProperty: Property where Operand == [UInt8] {
  static func test(list: Int32, noneOf: Bool) -> Test
}

extension OptionsProperty {
  static var valueSyntax: String { "option numbers from 0 to 255, separated by commas" }
  static var relations: Set<Relation> { .unordered }
  static var remarks: ValueRemarks { .anywhere }

  static func parse(_ text: Substring) throws(ValueError) -> [UInt8] {
    try ByteListText.parse(text)
  }

  static func lower(_ relation: Relation, _ operand: [UInt8], into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(test(list: program.index(ofOptions: operand), noneOf: relation == .notEqual))
  }
}
