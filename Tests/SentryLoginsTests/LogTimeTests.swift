import Foundation
import Testing

@testable import SentryLogins

@Suite struct LogTimeTests {
  /// `date --date='2026-11-22T14:00:00Z' +%s`
  private static let noon = 1_795_356_000.0

  private func seconds(_ line: String, now: Double = LogTimeTests.noon) -> Double? {
    let bytes = Array(line.utf8)
    return LogTime.seconds(of: bytes.span, now: now)
  }

  @Test(arguments: [
    "2026-11-22T14:00:00.123456+00:00 gate sshd[1]: x", "2026-11-22T15:00:00+01:00 gate sshd[1]: x",
    "2026-11-22T14:00:00Z x", "2026-11-22T06:30:00-07:30 x",
    #"203.0.113.9 - bob [22/Nov/2026:15:00:00 +0100] "GET / HTTP/1.1" 401 179 "-" "-""#,
    #"2001:db8::9 - a [b [22/Nov/2026:14:00:00 +0000] "GET / HTTP/1.1" 401 179 "-" "-""#,
    #"  {"timestamp": "2026-11-22T14:00:00.123456+0000", "type": "Authentication"}"#,
  ])
  func aTimeWithItsZoneIsRead(_ line: String) { #expect(seconds(line) == Self.noon) }

  @Test(arguments: [
    "Nov 22 14:00:00 gate sshd[1]: x", "Sun Nov 22 14:00:00 2026 [pid 2] [bob] FAIL LOGIN",
    "[Sun Nov 22 14:00:00.123456 2026] [auth_basic:error] x", "2026-11-22T14:00:00 x", "2026-11-22 14:00:00 x",
  ])
  func aTimeWithoutAZoneIsThisHosts(_ line: String) throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .current
    let date = calendar.date(from: DateComponents(year: 2026, month: 11, day: 22, hour: 14))
    #expect(seconds(line) == date?.timeIntervalSince1970)
  }

  @Test func aTimeWithoutAYearIsTheLatestThatDoesNotLieAhead() throws {
    let calendar = Calendar(identifier: .gregorian)
    func time(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0) throws -> Double {
      let parts = DateComponents(year: year, month: month, day: day, hour: hour)
      return try #require(calendar.date(from: parts)).timeIntervalSince1970
    }
    #expect(seconds("Dec 31 23:00:00 g x", now: try time(2027, 1, 1)) == (try time(2026, 12, 31, 23)))
    #expect(seconds("Jan  1 00:00:00 g x", now: try time(2026, 12, 31, 23)) == (try time(2027, 1, 1)))
    #expect(seconds("Nov 23 00:00:00 g x", now: try time(2026, 11, 22)) == (try time(2026, 11, 23)))
    #expect(seconds("Nov 25 00:00:00 g x", now: try time(2026, 11, 22)) == (try time(2025, 11, 25)))
  }

  @Test(arguments: [
    "", "login of bob", "Nov 22 1", "Nov 99 14:00:00 g x", "2026-13-22T14:00:00Z", "Nov 22 24:00:00 g x", "[",
    "[[[[[[[[[[[",
    "[22/Nov/2026:14:00:00] x", "203.0.113.9 - x", "0000-00-00T00:00:00Z",
  ])
  func whatIsNoTimeIsNone(_ line: String) { #expect(seconds(line) == nil) }
}
