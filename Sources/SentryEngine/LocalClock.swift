internal import SentryPacket

/// The clock on the wall: time of day and day of the week where the firewall stands, summer time included.
///
/// The zone is asked only when time leaves the quarter of an hour it was last asked about.
struct LocalClock {
  private static let secondsPerQuarter: Int64 = 900
  private static let secondsPerDay: Int64 = 86_400

  private let zone: LocalTimeZone
  private var quarter: Int64 = -1
  private var secondsFromUTC: Int64 = 0

  init(_ zone: LocalTimeZone) { self.zone = zone }

  /// 0...86 399.
  mutating func secondOfDay(at time: Timestamp) -> UInt32 {
    UInt32(truncatingIfNeeded: localSeconds(at: time) % Self.secondsPerDay)
  }

  /// 0 (Sunday)...6.
  mutating func dayOfWeek(at time: Timestamp) -> UInt8 {
    UInt8(truncatingIfNeeded: (localSeconds(at: time) / Self.secondsPerDay + Self.weekdayOfDay0) % 7)
  }

  /// 1970-01-01 was a Thursday.
  private static let weekdayOfDay0: Int64 = 4

  /// Seconds since one week before 1970, local time: never below 0, and of the same weekday.
  private mutating func localSeconds(at time: Timestamp) -> Int64 {
    let quarter = time.seconds / Self.secondsPerQuarter
    if quarter != self.quarter {
      self.quarter = quarter
      secondsFromUTC = zone.secondsFromUTC(time.seconds) % Self.secondsPerDay
    }
    return time.seconds + secondsFromUTC + 7 * Self.secondsPerDay
  }
}
