/// Counts the days of the proleptic Gregorian calendar, by the algorithm `days_from_civil` of Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms".
package enum CivilDay {
  /// Days from 1970-01-01 to a day; negative before.
  ///
  /// - Parameters:
  ///   - year: -999,999...999,999.
  ///   - month: 1...12.
  ///   - day: 1...31; those that a month does not have are days of the next.
  package static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
    // Years are counted from March 1, so that the leap day is the last of its year.
    let yearFromMarch = year - (month <= 2 ? 1 : 0)
    let remainder = yearFromMarch % 400
    let yearOfEra = remainder < 0 ? remainder + 400 : remainder
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (yearFromMarch - yearOfEra) / 400 * 146_097 + dayOfEra - 719_468
  }
}
