internal import ArgumentParser
internal import Foundation
internal import SentryPacket
internal import SentryState

/// Moments as people write them, on this machine's clock.
///
/// `2026-11-22`, `2026-11-22 04:30`, `2026-11-22 04:30:15` (a `T` in the place of the blank, and a `Z` for UTC, are understood),
/// `04:30` of today, or how long ago: `90s`, `10m`, `2h`, `7d`.
struct MomentArgument {
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - timeZone: of moments without a `Z`.
  static func moment(_ text: String, now: Double = Date().timeIntervalSince1970, timeZone: TimeZone = .current) throws
    -> Timestamp
  {
    let isDuration = text.last.map { "smhd".contains($0) } ?? false
    if isDuration, let seconds = AddressDuration(text: text)?.seconds {
      return Timestamp(seconds: Int64(now) - Int64(seconds))
    }
    guard let seconds = seconds(of: text, now: now, timeZone) else {
      throw ValidationError(
        "'\(text)' is no moment; expected 2026-11-22, '2026-11-22 04:30', 04:30 of today, or how long ago: 90s, 10m, 2h, 7d"
      )
    }
    return Timestamp(seconds: seconds)
  }

  private static func seconds(of text: String, now: Double, _ timeZone: TimeZone) -> Int64? {
    let isUTC = text.hasSuffix("Z")
    let parts = (isUTC ? text.dropLast() : text[...]).split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == " " || $0 == "T" })
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = isUTC ? .gmt : timeZone
    var components = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: now))
    let isTimeAlone = parts.count == 1 && parts[0].contains(":")
    if !isTimeAlone {
      guard let day = numbers(in: parts[0], separator: "-", counts: 3...3), day[0] >= 1970 else { return nil }
      (components.year, components.month, components.day) = (day[0], day[1], day[2])
    }
    if isTimeAlone || parts.count == 2, let last = parts.last {
      guard let time = numbers(in: last, separator: ":", counts: 2...3) else { return nil }
      (components.hour, components.minute, components.second) = (time[0], time[1], time.count == 3 ? time[2] : 0)
    }
    // The calendar makes something of the 31st of April, too.
    guard components.isValidDate(in: calendar), let date = calendar.date(from: components) else { return nil }
    return Int64(exactly: date.timeIntervalSince1970.rounded(.down))
  }

  /// Plain numbers of one to four digits.
  private static func numbers(in text: Substring, separator: Character, counts: ClosedRange<Int>) -> [Int]? {
    let words = text.split(separator: separator, omittingEmptySubsequences: false)
    let numbers = words.compactMap { word in
      (1...4).contains(word.utf8.count) && word.allSatisfy(\.isNumber) ? Int(word) : nil
    }
    return numbers.count == words.count && counts.contains(numbers.count) ? numbers : nil
  }
}
