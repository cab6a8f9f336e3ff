/// Whole seconds since a rule last matched (since the rules were applied, if it never did). Tested by the timer only,
/// which comes round every ten seconds: so `==` allows five more or less.
protocol IdleProperty: NumberProperty {
  static var subject: IdleSubject { get }
}

extension IdleProperty {
  static var valueSyntax: String { "whole seconds" }
  static var limits: ClosedRange<UInt64> { 0...4_294_967_295 }

  static func test(_ range: ClosedRange<UInt64>) -> Test { .idleSeconds(subject, range) }

  static func lower(
    _ relation: Relation, _ operand: ClosedRange<UInt64>, into program: inout ProgramBuilder
  ) -> LoweredTest {
    let range = relation.needsOrder ? operand.standing(relation, within: limits) : operand.widened(by: 5)
    return LoweredTest(test(range), relation)
  }
}

extension ClosedRange<UInt64> {
  fileprivate func widened(by margin: UInt64) -> ClosedRange<UInt64> {
    lowerBound - Swift.min(margin, lowerBound)...upperBound + Swift.min(margin, .max - upperBound)
  }
}
