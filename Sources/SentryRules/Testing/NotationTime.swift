internal import Foundation
internal import SentryPacket

/// A moment as a line names it: `2026-05-06 08:30:00`, with a `T` for the blank if you like, perhaps a fraction of the
/// second, and `Z` at the end for Universal Time.
struct NotationTime {
  private let secondsAsUTC: Int64
  private let nanoseconds: Int64
  private let isUTC: Bool

  /// Years from 1970 to 2254, which is what can be reckoned with.
  init?(_ text: String) {
    var text = text[...].trimmed
    isUTC = text.last == "Z"
    if isUTC { text = text.dropLast().trimmed }
    let halves = text.split(omittingEmptySubsequences: false) { $0 == " " || $0 == "T" }
    guard halves.count == 2, let date = Self.numbers(halves[0], separator: "-", widths: [4, 2, 2]) else { return nil }
    let clock = halves[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let time = Self.numbers(clock[0], separator: ":", widths: [2, 2, 2]),
      let fraction = clock.count == 1 ? 0 : Self.nanoseconds(clock[1]),
      let days = Self.days(year: date[0], month: date[1], day: date[2]), time[0] < 24, time[1] < 60, time[2] < 60
    else { return nil }
    secondsAsUTC = days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    nanoseconds = fraction
  }

  /// A time that the clocks of the zone skip is as much later; of one that they show twice, one of the two.
  func timestamp(in timeZone: TimeZone) -> Timestamp {
    guard !isUTC else { return Timestamp(seconds: secondsAsUTC, nanoseconds: nanoseconds) }
    func offset(at seconds: Int64) -> Int64 {
      Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
    let guess = secondsAsUTC - offset(at: secondsAsUTC)
    return Timestamp(seconds: secondsAsUTC - offset(at: guess), nanoseconds: nanoseconds)
  }

  private static func numbers(_ text: Substring, separator: Character, widths: [Int]) -> [Int64]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == widths, parts.allSatisfy({ NumberText.isDecimal($0) }) else { return nil }
    return parts.compactMap { Int64($0) }
  }

  private static func nanoseconds(_ digits: Substring) -> Int64? {
    guard (1...9).contains(digits.utf8.count), NumberText.isDecimal(digits) else { return nil }
    return Int64(digits + String(repeating: "0", count: 9 - digits.utf8.count))
  }

  /// Days since 1970 in the Gregorian calendar; `nil` for a date that is none.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard (1970...2254).contains(year), (1...12).contains(month) else { return nil }
    let isLeap = { (year: Int64) in year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    let lengths: [Int64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...lengths[Int(month) - 1]).contains(day) else { return nil }
    let years: Int64 = (1970..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) }
    return years + lengths.prefix(Int(month) - 1).reduce(0, +) + day - 1
  }
}
