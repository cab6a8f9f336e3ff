/// A host name that a packet asks for: one name, or all names below one.
protocol HostNameProperty: Property where Operand == NamePattern {
  static func test(name: Int32) -> Test
}

extension HostNameProperty {
  static var codes: GenerationCodes { .none }
  static var valueSyntax: String { "a host name, or *.name for all names below it" }
  static var example: String { "*.example.org" }
  static var relations: Set<Relation> { [.equal, .notEqual, .equalIgnoringCase] }

  static func parse(_ text: Substring) throws(ValueError) -> NamePattern {
    try HostNameText.pattern(text)
  }

  static func lower(_ relation: Relation, _ operand: NamePattern, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(test(name: program.index(of: operand)), relation)
  }
}
