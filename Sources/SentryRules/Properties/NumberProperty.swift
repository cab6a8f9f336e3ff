/// A property that holds one number. Its value is `N` or `N-M`, both ends included: `>=` means from the start of the
/// range on, `<=` up to its end.
protocol NumberProperty: Property where Operand == ClosedRange<UInt64> {
  /// What the field can hold.
  static var limits: ClosedRange<UInt64> { get }
  static func test(_ range: ClosedRange<UInt64>) -> Test
}

extension NumberProperty {
  static var valueSyntax: String { "a number from \(limits.lowerBound) to \(limits.upperBound), or a range low-high" }
  static var relations: Set<Relation> { .ordered }

  static func parse(_ text: Substring) throws(ValueError) -> ClosedRange<UInt64> {
    try NumberText.range(text, within: limits)
  }

  static func lower(
    _ relation: Relation, _ operand: ClosedRange<UInt64>, into program: inout ProgramBuilder
  ) -> LoweredTest {
    LoweredTest(test(operand.standing(relation, within: limits)), relation)
  }
}
