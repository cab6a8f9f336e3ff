/// A moment in Universal Time, written `2008-11-03 12:00:00 +0000` as dates are in text property lists.
///
/// Days are turned into the proleptic Gregorian calendar by the method of Howard Hinnant, "chrono-Compatible Low-Level
/// Date Algorithms", `civil_from_days`.
struct CivilTime: CustomStringConvertible {
  private let secondOfDay: Int64
  private let year: Int64, month: Int64, day: Int64

  /// Fractions of a second are dropped; what lies outside the years -9999...9999, or is no number, counts as 1970.
  init(secondsSince1970 seconds: Double) {
    let whole = abs(seconds) < 3e11 ? Int64(seconds.rounded(.down)) : 0
    let days = (whole - Self.remainder(whole, 86_400)) / 86_400
    secondOfDay = Self.remainder(whole, 86_400)
    // Years are counted from March 1 of year 0, so that the leap day is the last of its year.
    let shifted = days + 719_468
    let dayOfEra = Self.remainder(shifted, 146_097)
    let era = (shifted - dayOfEra) / 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var description: String {
    let date = [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)].joined(separator: "-")
    let time = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { Self.padded($0, 2) }
    return "\(date) \(time.joined(separator: ":")) +0000"
  }

  /// As XML property lists have it: `2008-11-03T12:00:00Z` (RFC 3339).
  var internetText: String {
    description.replacing(" +0000", with: "Z").replacing(" ", with: "T")
  }

  /// The moment that `2008-11-03T12:00:00Z` names; `nil` for any other text.
  static func secondsSince1970(internetText text: String) -> Double? {
    let pattern = /(-?)(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z/
    guard let match = text.wholeMatch(of: pattern.asciiOnlyDigits()), let digits = Int64(match.2),
      let month = Int64(match.3), let day = Int64(match.4), let hour = Int64(match.5), let minute = Int64(match.6),
      let second = Int64(match.7), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let days = CivilDay.number(year: match.1.isEmpty ? digits : -digits, month: month, day: day)
    return Double(days * 86_400 + hour * 3600 + minute * 60 + second)
  }

  /// The remainder that is never negative.
  private static func remainder(_ number: Int64, _ divisor: Int64) -> Int64 {
    let remainder = number % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }

  private static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(abs(number))
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
