/// `Time of day`: the clock on the wall where the firewall stands. A single time is its whole minute; the end of a range is
/// included to the second: `8:30-17:30` ends at 17:30:00. A range may go around midnight.
enum TimeOfDayProperty: Property {
  static let name = "Time of day"
  static let codes = GenerationCodes(23, year2003: 21)
  static let summary = "the local time of day"
  static let details = """
    The clock on the wall where this host stands. A single time is its whole minute. The end of a range is included to \
    the second: 8:30-17:30 ends at 17:30:00. Matches without a packet, too, in a timer.
    """
  static let valueSyntax = "h:mm from 0:00 to 23:59, or a range h:mm-h:mm that may end at 24:00, or go around midnight"
  static let example = "22:00-6:00"
  static let suggestions = ["22:00-6:00", "8:30-17:30", "0:00-24:00"]
  static let relations = Set<Relation>.ordered

  /// Seconds of the day, both ends included.
  struct Operand: Sendable, Equatable {
    var first: UInt32
    var last: UInt32
  }

  private static let lastSecond: UInt32 = 86_399

  static func parse(_ text: Substring) throws(ValueError) -> Operand {
    guard let (first, last) = text.halves(around: "-") else {
      let start = try seconds(text, in: text)
      guard start <= lastSecond else { throw .notATimeOfDay(text) }
      return Operand(first: start, last: start + 59)
    }
    let (start, end) = (try seconds(first, in: text), try seconds(last, in: text))
    guard start <= lastSecond else { throw .notATimeOfDay(text) }
    return Operand(first: start, last: min(end, lastSecond))
  }

  static func lower(_ relation: Relation, _ operand: Operand, into program: inout ProgramBuilder) -> LoweredTest {
    switch relation {
    case .atLeast: LoweredTest(.timeOfDay(first: operand.first, last: lastSecond))
    case .atMost: LoweredTest(.timeOfDay(first: 0, last: operand.last))
    default: LoweredTest(.timeOfDay(first: operand.first, last: operand.last), relation)
    }
  }

  /// `24:00` is the end of the day.
  private static func seconds(_ time: Substring, in text: Substring) throws(ValueError) -> UInt32 {
    guard let (hour, minute) = time.halves(around: ":"), NumberText.isDecimal(hour), NumberText.isDecimal(minute),
      hour.utf8.count <= 2, minute.utf8.count == 2, let hours = UInt32(hour), let minutes = UInt32(minute),
      hours < 24 && minutes < 60 || hours == 24 && minutes == 0
    else { throw .notATimeOfDay(text) }
    return (hours * 60 + minutes) * 60
  }
}
