import Foundation
import SentryJournal
import Testing

struct LocalTimeCase: Sendable, CustomTestStringConvertible {
  let testDescription: String, zone: String, seconds: Double, text: String
}

/// Expected texts from date(1): `TZ=zone date -d @seconds '+%F %T'`.
@Test(arguments: [
  LocalTimeCase(testDescription: "the epoch", zone: "UTC", seconds: 0, text: "1970-01-01 00:00:00"),
  LocalTimeCase(testDescription: "a leap day", zone: "UTC", seconds: 1_709_164_800, text: "2024-02-29 00:00:00"),
  LocalTimeCase(testDescription: "fractions are cut off", zone: "UTC", seconds: 59.999, text: "1970-01-01 00:00:59"),
  LocalTimeCase(
    testDescription: "before the clocks go forward", zone: "Europe/Berlin", seconds: 1_711_846_799,
    text: "2024-03-31 01:59:59"),
  LocalTimeCase(
    testDescription: "after the clocks went forward", zone: "Europe/Berlin", seconds: 1_711_846_800,
    text: "2024-03-31 03:00:00"),
  LocalTimeCase(
    testDescription: "half an hour off", zone: "Asia/Kolkata", seconds: 1_714_979_289, text: "2024-05-06 12:38:09"),
  LocalTimeCase(testDescription: "not a number", zone: "UTC", seconds: .nan, text: "1970-01-01 00:00:00"),
  LocalTimeCase(testDescription: "before all time", zone: "UTC", seconds: -.infinity, text: "1970-01-01 00:00:00"),
  LocalTimeCase(testDescription: "after all time", zone: "UTC", seconds: .infinity, text: "9999-12-31 00:00:00"),
])
func localTime(_ c: LocalTimeCase) throws {
  let clock = LocalTime(timeZone: try #require(TimeZone(identifier: c.zone)))
  #expect(clock.text(secondsSince1970: c.seconds) == c.text)
}
