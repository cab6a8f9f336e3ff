/// `Parent match rate`: how often the rule above matched in the last full second. 0 at the top level.
enum ParentMatchRateProperty: NumberProperty {
  static let name = "Parent match rate"
  static let codes = GenerationCodes(29, year2003: nil)
  static let summary = "how often the rule above matched in the last full second"
  static let details = """
    Counted second by second: within one second it does not change. At the top level it is 0. Matches without a packet, \
    too, in a timer.
    """
  static let example = "100"
  static let limits: ClosedRange<UInt64> = 0...UInt64.max
  static let valueSyntax = "matches a second: a number, or a range low-high"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .parentMatchRate(range) }
}
