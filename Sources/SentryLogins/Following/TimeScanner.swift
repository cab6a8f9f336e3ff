internal import Foundation
internal import SentryPropertyList

/// Reads the parts of a time. Whatever cannot be read leaves the scanner as it was.
struct TimeScanner {
  private(set) var rest: ArraySlice<UInt8>

  private struct Parts {
    var year: Int
    var month: Int
    var day: Int
    /// Seconds since midnight.
    var clock: Int
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    .map { Array($0.utf8) }

  init(rest: ArraySlice<UInt8>) { self.rest = rest }

  // MARK: Forms

  /// `2026-11-22T14:00:00.123456+01:00`, also with a blank in the place of the `T`, and without a zone.
  mutating func international() -> Double? {
    trying { scanner in
      guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
        let day = scanner.number(2), scanner.skip("T") || scanner.skip(" "), let clock = scanner.clock()
      else { return nil }
      return Self.seconds(Parts(year: year, month: month, day: day, clock: clock), zone: scanner.zone())
    }
  }

  /// `Sun Nov 22 14:00:00 2026`, also with a fraction of the second.
  mutating func withYearBehind() -> Double? {
    trying { scanner in
      guard scanner.word(), let (month, day, clock) = scanner.dayAndClock(), scanner.skip(" "),
        let year = scanner.number(4)
      else { return nil }
      return Self.seconds(Parts(year: year, month: month, day: day, clock: clock), zone: nil)
    }
  }

  /// `Nov 22 14:00:00` (RFC 3164).
  mutating func withoutYear(now: Double, ahead: Double) -> Double? {
    trying { scanner in
      guard let (month, day, clock) = scanner.dayAndClock(), let thisYear = Self.year(at: now) else { return nil }
      for year in [thisYear + 1, thisYear, thisYear - 1] {
        let seconds = Self.seconds(Parts(year: year, month: month, day: day, clock: clock), zone: nil)
        if let seconds, seconds <= now + ahead { return seconds }
      }
      return nil
    }
  }

  /// `22/Nov/2026:14:00:00 +0000`
  mutating func ofWebServer() -> Double? {
    trying { scanner in
      guard let day = scanner.number(2), scanner.skip("/"), let month = scanner.month(), scanner.skip("/"),
        let year = scanner.number(4), scanner.skip(":"), let clock = scanner.clock(), scanner.skip(" "),
        let zone = scanner.zone()
      else { return nil }
      return Self.seconds(Parts(year: year, month: month, day: day, clock: clock), zone: zone)
    }
  }

  // MARK: Parts

  private mutating func trying(_ body: (inout TimeScanner) -> Double?) -> Double? {
    var copy = self
    guard let found = body(&copy) else { return nil }
    self = copy
    return found
  }

  @discardableResult
  mutating func skip(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  private mutating func word() -> Bool {
    guard rest.count > 4, rest.prefix(3).allSatisfy(\.isLetter) else { return false }
    rest = rest.dropFirst(3)
    return skip(" ")
  }

  private mutating func number(_ count: Int) -> Int? {
    guard rest.count >= count, rest.prefix(count).allSatisfy(\.isDigit) else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private mutating func month() -> Int? {
    guard let index = Self.months.firstIndex(where: { rest.starts(with: $0) }) else { return nil }
    rest = rest.dropFirst(3)
    return index + 1
  }

  /// `Nov  2 14:00:00`
  private mutating func dayAndClock() -> (month: Int, day: Int, clock: Int)? {
    guard let month = month(), skip(" "), let day = skip(" ") ? number(1) : number(2), skip(" "), let clock = clock()
    else { return nil }
    return (month, day, clock)
  }

  /// `14:00:00`: seconds since midnight. Fractions do not count.
  private mutating func clock() -> Int? {
    guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2), hour < 24,
      minute < 60, second <= 60
    else { return nil }
    if skip(".") || skip(",") { rest = rest.drop(while: \.isDigit) }
    return hour * 3_600 + minute * 60 + second
  }

  /// Seconds east of Greenwich: `Z`, `+01:00`, `+0100`; `nil` without one.
  private mutating func zone() -> Int? {
    if skip("Z") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard skip("+") || skip("-"), let hours = number(2) else { return nil }
    skip(":")
    guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
    return (isWest ? -1 : 1) * (hours * 3_600 + minutes * 60)
  }

  // MARK: Reckoning

  /// - Parameter zone: seconds east of Greenwich; `nil` for that of this host.
  private static func seconds(_ parts: Parts, zone: Int?) -> Double? {
    guard (1970...9999).contains(parts.year), (1...12).contains(parts.month), (1...31).contains(parts.day) else {
      return nil
    }
    let days = CivilDay.number(year: Int64(parts.year), month: Int64(parts.month), day: Int64(parts.day))
    let seconds = Double(days) * 86_400 + Double(parts.clock)
    guard zone == nil else { return seconds - Double(zone ?? 0) }
    // East or west of Greenwich, summer may begin at another moment than there.
    return seconds - east(at: seconds - east(at: seconds))
  }

  private static func east(at seconds: Double) -> Double {
    Double(TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)))
  }

  private static func year(at now: Double) -> Int? {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .current
    return calendar.dateComponents([.year], from: Date(timeIntervalSince1970: now)).year
  }
}
