import Foundation
import SentryPacket
import Testing

@testable import SentryCommands

/// Seconds as `date -d` gives them; "now" is 2026-11-22 12:00:00 UTC.
@Suite struct MomentArgumentTests {
  private let now = 1_795_348_800.5

  @Test(arguments: [
    ("2026-11-22", 1_795_302_000), ("2026-11-22 04:30", 1_795_318_200), ("2026-11-22T04:30:15", 1_795_318_215),
    ("2026-11-22T04:30:15Z", 1_795_321_815), ("2026-11-22Z", 1_795_305_600), ("04:30", 1_795_318_200),
    ("1970-01-01 01:00", 0), ("90s", 1_795_348_710), ("10m", 1_795_348_200), ("2h", 1_795_341_600),
    ("7d", 1_794_744_000),
  ])
  func momentsAreRead(_ text: String, _ seconds: Int64) throws {
    let zone = try #require(TimeZone(secondsFromGMT: 3_600))
    #expect(try MomentArgument.moment(text, now: now, timeZone: zone) == Timestamp(seconds: seconds))
  }

  @Test(arguments: [
    "", " ", "yesterday", "2026-11", "2026-04-31", "2026-11-22 25:00", "2026-11-22 04", "0001-01-01", "-1", "5", "h",
    "99999-01-01", "2026-11-22 04:30:15:16", "2026--22", "２０２６-11-22", "04:60", "unlimited",
  ])
  func othersAreNot(_ text: String) {
    #expect(throws: (any Error).self) { try MomentArgument.moment(text, now: now) }
  }
}
