/// `Day of week`: the local day, 0 (Sunday) to 6 (Saturday); 7 is Sunday, too. A range may go around the end of the week.
enum DayOfWeekProperty: Property {
  static let name = "Day of week"
  static let codes = GenerationCodes(24, year2003: 22)
  static let summary = "the local day of the week"
  static let details = """
    5-1 goes around the week's end, from Friday to Monday; 7 is Sunday, too. Matches without a packet, too, in a timer.
    """
  static let valueSyntax =
    "0 (Sunday) to 6 (Saturday), a name such as Mon, or a range; a range may go around the week's end"
  static let example = "1-5 (Monday to Friday)"
  static let suggestions = ["1-5 (Monday to Friday)", "6-0 (weekend)", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  static let relations = Set<Relation>.ordered

  /// Both ends included, each 0...6.
  struct Operand: Sendable, Equatable {
    var first: UInt8
    var last: UInt8
  }

  static func parse(_ text: Substring) throws(ValueError) -> Operand {
    guard let (first, last) = text.halves(around: "-") else {
      let day = try day(text, in: text)
      return Operand(first: day, last: day)
    }
    return Operand(first: try day(first, in: text), last: try day(last, in: text))
  }

  static func lower(_ relation: Relation, _ operand: Operand, into program: inout ProgramBuilder) -> LoweredTest {
    switch relation {
    case .atLeast: LoweredTest(.dayOfWeek(first: operand.first, last: 6))
    case .atMost: LoweredTest(.dayOfWeek(first: 0, last: operand.last))
    default: LoweredTest(.dayOfWeek(first: operand.first, last: operand.last), relation)
    }
  }

  private static let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

  /// A number, or a name of which at least three letters are given.
  private static func day(_ text: Substring, in whole: Substring) throws(ValueError) -> UInt8 {
    if let number = UInt8(text), NumberText.isDecimal(text), number <= 7 { return number % 7 }
    let word = text.lowercased()
    guard word.count >= 3, let day = names.firstIndex(where: { $0.hasPrefix(word) }) else { throw .notADay(whole) }
    return UInt8(day)
  }
}
