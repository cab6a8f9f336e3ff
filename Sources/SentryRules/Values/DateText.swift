internal import Foundation

/// Moments as documents write them: `2026-05-06 08:30:00 +0200`.
enum DateText {
  /// Seconds since 1970; `nil` if `text` is no moment. Without an offset from UTC it is one of this machine's time zone; of an hour
  /// that the clocks show twice, the first.
  static func seconds(_ text: Substring) -> Int64? {
    let pattern = /(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?(?: ?(Z|[+-]\d{2}:?\d{2}))?/
    // Digits of other scripts would match as well, and then be no numbers.
    guard let match = text.wholeMatch(of: pattern.asciiOnlyDigits()) else { return nil }
    let parts = match.output
    guard let zone = timeZone(parts.7) else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let date = DateComponents(
      year: Int(parts.1), month: Int(parts.2), day: Int(parts.3), hour: Int(parts.4), minute: Int(parts.5),
      second: Int(parts.6 ?? "0"))
    guard date.isValidDate(in: calendar), let moment = calendar.date(from: date) else { return nil }
    return Int64(moment.timeIntervalSince1970)
  }

  private static func timeZone(_ offset: Substring?) -> TimeZone? {
    guard let offset else { return .current }
    if offset == "Z" { return .gmt }
    let digits = offset.dropFirst().filter { $0 != ":" }
    guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.suffix(2)), hours < 24, minutes < 60 else {
      return nil
    }
    let seconds = (hours * 60 + minutes) * 60
    return TimeZone(secondsFromGMT: offset.first == "-" ? -seconds : seconds)
  }
}
