import Foundation
import Testing

@testable import SentryRules

/// The C library's idea of the moment at which this machine's clocks show these numbers.
private func localSeconds(year: Int32, month: Int32, day: Int32, hour: Int32, minute: Int32, second: Int32) -> Int64 {
  var time = tm()
  (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1900, month - 1, day)
  (time.tm_hour, time.tm_min, time.tm_sec) = (hour, minute, second)
  time.tm_isdst = -1
  return Int64(mktime(&time))
}

@Test func withoutAnOffsetItIsLocalTime() {
  for month in 1...12 as ClosedRange<Int32> {
    let number = (month < 10 ? "0" : "") + "\(month)"
    #expect(
      DateText.seconds("2026-\(number)-15 08:30:05")
        == localSeconds(year: 2026, month: month, day: 15, hour: 8, minute: 30, second: 5))
  }
  #expect(
    DateText.seconds("1999-12-31 23:59")
      == localSeconds(year: 1999, month: 12, day: 31, hour: 23, minute: 59, second: 0))
}

// By `date -d TEXT +%s`.
@Test(arguments: [
  ("1970-01-01 00:00:00 +0000", 0), ("1969-12-31 23:59:59 +0000", -1), ("2000-02-29 12:00:00 +0000", 951_825_600),
  ("2026-05-06 08:30:00 +02:00", 1_778_049_000), ("2026-05-06 08:30:00+0200", 1_778_049_000),
  ("2038-01-19 03:14:08 +0000", 2_147_483_648),
])
func momentsWithAnOffset(text: String, seconds: Int64) {
  #expect(DateText.seconds(Substring(text)) == seconds)
}

@Test(arguments: [
  "", "2026-05-06", "08:30:00", "2026-13-01 00:00:00 +0000", "2026-00-01 00:00:00 +0000", "2026-05-32 00:00:00 +0000",
  "1900-02-29 00:00:00 +0000", "2026-05-06 24:00:00 +0000", "2026-05-06 08:60:00 +0000", "2026-05-06 08:30:00 +2400",
  "2026-05-06 08:30:00 +0260", "2026-05-06 08:30:00 CEST", "26-05-06 08:30:00 +0000", " 2026-05-06 08:30:00 +0000",
])
func noMoments(text: String) {
  #expect(DateText.seconds(Substring(text)) == nil)
}
