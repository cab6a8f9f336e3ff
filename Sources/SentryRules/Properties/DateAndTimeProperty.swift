/// `Date and time`: the moment, to the second. `>=` is "from then on", `<=` "until then".
enum DateAndTimeProperty: Property {
  static let name = "Date and time"
  static let codes = GenerationCodes(25, year2003: 23)
  static let summary = "the date and the time"
  static let details = "To the second: >= is from then on, <= until then. Matches without a packet, too, in a timer."
  static let valueSyntax = "YYYY-MM-DD HH:MM:SS with or without ±HHMM (local time without), or seconds since 1970"
  static let example = "2026-05-06 08:30:00 +0200"
  static let relations = Set<Relation>.ordered

  /// Seconds since 1970, UTC.
  static func parse(_ text: Substring) throws(ValueError) -> Int64 {
    if NumberText.isDecimal(text), let seconds = Int64(text) { return seconds }
    guard let seconds = DateText.seconds(text) else { throw .notADate(text) }
    return seconds
  }

  static func lower(_ relation: Relation, _ operand: Int64, into program: inout ProgramBuilder) -> LoweredTest {
    switch relation {
    case .atLeast: LoweredTest(.dateAndTime(operand...Int64.max))
    case .atMost: LoweredTest(.dateAndTime(Int64.min...operand))
    default: LoweredTest(.dateAndTime(operand...operand), relation)
    }
  }
}
