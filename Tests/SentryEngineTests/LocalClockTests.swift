import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryEngine

extension LocalTimeZone {
  /// As the system's time zone data has it.
  fileprivate static func named(_ name: String) throws -> LocalTimeZone {
    let zone = try #require(TimeZone(identifier: name))
    return LocalTimeZone { Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))) }
  }
}

private func moment(_ text: String) throws -> Timestamp {
  let date = try Date(text, strategy: .iso8601)
  return Timestamp(seconds: Int64(date.timeIntervalSince1970))
}

/// A moment in UTC, a zone, and what its clocks show. Expected: the zones' published rules (IANA time zone database).
struct WallClock: Sendable, CustomTestStringConvertible {
  let utc: String, zone: String, time: String, weekday: UInt8

  init(_ utc: String, _ zone: String, _ time: String, _ weekday: UInt8) {
    self.utc = utc
    self.zone = zone
    self.time = time
    self.weekday = weekday
  }

  var testDescription: String { "\(utc) is \(time) of day \(weekday) in \(zone)" }
}

@Suite struct LocalClockTests {
  @Test(arguments: [
    WallClock("2026-01-15T09:00:00Z", "UTC", "9:00:00", 4),
    WallClock("2026-01-15T09:00:00Z", "Europe/Berlin", "10:00:00", 4),
    WallClock("2026-07-15T09:00:00Z", "Europe/Berlin", "11:00:00", 3),
    // Clocks go forward on the last Sunday of March at 1:00 UTC, back on the last of October.
    WallClock("2026-03-29T00:59:59Z", "Europe/Berlin", "1:59:59", 0),
    WallClock("2026-03-29T01:00:00Z", "Europe/Berlin", "3:00:00", 0),
    WallClock("2026-10-25T00:59:59Z", "Europe/Berlin", "2:59:59", 0),
    WallClock("2026-10-25T01:00:00Z", "Europe/Berlin", "2:00:00", 0),
    WallClock("2026-01-17T23:30:00Z", "Europe/Berlin", "0:30:00", 0),
    WallClock("2026-01-18T03:00:00Z", "America/New_York", "22:00:00", 6),
    WallClock("2026-01-15T18:20:00Z", "Asia/Kathmandu", "0:05:00", 5),
    WallClock("2026-04-04T14:59:59Z", "Australia/Lord_Howe", "1:59:59", 0),
    WallClock("2026-04-04T15:00:00Z", "Australia/Lord_Howe", "1:30:00", 0),
    WallClock("1970-01-01T00:00:00Z", "UTC", "0:00:00", 4),
    WallClock("1970-01-01T00:00:00Z", "Pacific/Honolulu", "14:00:00", 3),
  ])
  func clocksShowTheTimeOfTheirZone(_ c: WallClock) throws {
    var clock = LocalClock(try .named(c.zone))
    let time = try moment(c.utc)
    let second = clock.secondOfDay(at: time)
    #expect("\(second / 3600):\(two(second / 60 % 60)):\(two(second % 60))" == c.time)
    #expect(clock.dayOfWeek(at: time) == c.weekday)
  }

  private func two(_ number: UInt32) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test func theZoneIsAskedOncePerQuarterOfAnHour() throws {
    let asked = Counter()
    var clock = LocalClock(
      LocalTimeZone { _ in
        asked.count += 1
        return 0
      })
    let start = try moment("2026-01-15T09:00:00Z")
    for second in 0..<900 as Range<Int64> { _ = clock.secondOfDay(at: start.adding(seconds: second)) }
    #expect(asked.count == 1)
    _ = clock.dayOfWeek(at: start.adding(seconds: 900))
    #expect(asked.count == 2)
    // A tick may look back.
    _ = clock.dayOfWeek(at: start.adding(seconds: 899))
    #expect(asked.count == 3)
  }

  /// The same clock through both changes of a year, minute by minute.
  @Test func aClockFollowsSummerTime() throws {
    let zone = try LocalTimeZone.named("Europe/Berlin")
    var clock = LocalClock(zone)
    for start in ["2026-03-28T23:00:00Z", "2026-10-24T23:00:00Z"] {
      let start = try moment(start)
      for minute in 0..<240 as Range<Int64> {
        let time = start.adding(seconds: 60 * minute)
        let local = time.seconds + zone.secondsFromUTC(time.seconds)
        #expect(clock.secondOfDay(at: time) == UInt32(local % 86_400))
      }
    }
  }

  /// `TZ` decides; whatever it says here, Foundation reads it, too.
  @Test func theSystemsZoneIsThatOfTheProcess() throws {
    for text in ["2026-01-15T09:00:00Z", "2026-07-15T09:00:00Z"] {
      let time = try moment(text)
      let expected = TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds)))
      #expect(LocalTimeZone.system.secondsFromUTC(time.seconds) == Int64(expected))
    }
  }
}

private final class Counter: @unchecked Sendable {
  var count = 0
}

/// Seconds after the start of the bench, 2026-01-15 09:00:00 UTC (a Thursday), and whether a rule matches then.
struct TimeCase: Sendable, CustomTestStringConvertible {
  let property: String, relation: String, value: String, second: Double, matches: Bool

  init(_ property: String, _ relation: String, _ value: String, _ second: Double, _ matches: Bool) {
    self.property = property
    self.relation = relation
    self.value = value
    self.second = second
    self.matches = matches
  }

  var testDescription: String {
    "\(property) \(relation) \(value) \(matches ? "matches" : "does not match") \(second) seconds after 9:00"
  }
}

/// Expected: the table of values in docs/Classic.md, "Values".
@Suite struct TimeRuleTests {
  private static let day = 86_400.0
  private static func clock(_ hour: Double, _ minute: Double, _ second: Double = 0) -> Double {
    (hour - 9) * 3600 + minute * 60 + second
  }

  @Test(arguments: times + days + dates)
  func time(_ c: TimeCase) throws {
    var bench = try Bench(rule(c.property, c.relation, c.value, then: "Delete"))
    _ = bench.judge(Frame.arp(from: Bench.stranger, for: Bench.host), at: -10 * Self.day)
    #expect(bench.judge(udp(), at: c.second).verdict == (c.matches ? .delete : .pass))
  }

  static let times: [TimeCase] = [
    TimeCase("Time of day", "==", "8:30-17:30", clock(8, 29, 59), false),
    TimeCase("Time of day", "==", "8:30-17:30", clock(8, 30), true),
    TimeCase("Time of day", "==", "8:30-17:30", clock(17, 30), true),
    TimeCase("Time of day", "==", "8:30-17:30", clock(17, 30, 1), false),
    TimeCase("Time of day", "!=", "8:30-17:30", clock(17, 30, 1), true),
    TimeCase("Time of day", ">=", "8:30-17:30", clock(8, 29, 59), false),
    TimeCase("Time of day", ">=", "8:30-17:30", clock(20, 0), true),
    TimeCase("Time of day", "<=", "8:30-17:30", clock(0, 0), true),
    TimeCase("Time of day", "<=", "8:30-17:30", clock(17, 30, 1), false),
    // A single time is that whole minute.
    TimeCase("Time of day", "==", "12:00", clock(11, 59, 59), false),
    TimeCase("Time of day", "==", "12:00", clock(12, 0, 59), true),
    TimeCase("Time of day", "==", "12:00", clock(12, 1), false),
    // Over midnight.
    TimeCase("Time of day", "==", "22:00-6:00", clock(21, 59, 59), false),
    TimeCase("Time of day", "==", "22:00-6:00", clock(22, 0), true),
    TimeCase("Time of day", "==", "22:00-6:00", clock(24, 0), true),
    TimeCase("Time of day", "==", "22:00-6:00", clock(30, 0), true),
    TimeCase("Time of day", "==", "22:00-6:00", clock(30, 0, 1), false),
  ]

  static let days: [TimeCase] = [
    TimeCase("Day of week", "==", "1-5", 3 * day, false),  // Sunday
    TimeCase("Day of week", "==", "1-5", 4 * day, true),
    TimeCase("Day of week", "==", "1-5", 1 * day, true),  // Friday
    TimeCase("Day of week", "==", "1-5", 2 * day, false),
    TimeCase("Day of week", "==", "5-1", 2 * day, true),
    TimeCase("Day of week", "==", "5-1", 4 * day, true),
    TimeCase("Day of week", "==", "5-1", 5 * day, false),
    TimeCase("Day of week", "==", "7", 3 * day, true),
    TimeCase("Day of week", "!=", "4", 0, false),
  ]

  static let dates: [TimeCase] = [
    TimeCase("Date and time", ">=", "2026-01-15T10:00:00Z", 3599.9, false),
    TimeCase("Date and time", ">=", "2026-01-15T10:00:00Z", 3600, true),
    TimeCase("Date and time", "<=", "2026-01-15T10:00:00Z", 3600.9, true),
    TimeCase("Date and time", "<=", "2026-01-15T10:00:00Z", 3601, false),
    TimeCase("Date and time", "==", "2026-01-15T10:00:00Z", 3600.5, true),
  ]

  @Test func timesAreThoseOfTheZone() throws {
    let zone = LocalTimeZone { _ in -10 * 3600 }
    var bench = try Bench(
      rule("Time of day", "==", "23:00", then: "->", rule("Day of week", "==", "3", then: "Delete")), timeZone: zone)
    #expect(bench.judge(udp()).verdict == .delete)
  }

  @Test func timersKnowTheTime() throws {
    var bench = try Bench(
      rule(
        "Idle seconds", ">=", "10", then: "->", rule("Time of day", "==", "9:00", then: "Email"),
        rule("Day of week", "!=", "4", then: "Alert"), rule("Date and time", ">=", "2026-01-15T09:01:00Z", then: "Log")))
    _ = bench.judge(udp())
    bench.engine.advance(to: Bench.time(70))
    #expect(bench.events().map(\.kind) == [.email, .email, .email, .email, .email, .log, .log])
  }
}
