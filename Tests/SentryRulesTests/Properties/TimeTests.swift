import Testing

@testable import SentryRules

extension TestPacket {
  /// At `hour:minute:second` of the local day.
  fileprivate static func at(_ hour: UInt32, _ minute: UInt32, _ second: UInt32 = 0) -> TestPacket {
    TestPacket(secondOfDay: (hour * 60 + minute) * 60 + second)
  }

  fileprivate static func day(_ number: UInt8) -> TestPacket { TestPacket(dayOfWeek: number) }

  fileprivate static func moment(_ seconds: Int64) -> TestPacket { TestPacket(moment: seconds) }
}

@Test(arguments: [
  ConditionCase("Time of day", .equal, "8:30-17:30", "8:29:59", .at(8, 29, 59), false),
  ConditionCase("Time of day", .equal, "8:30-17:30", "8:30:00", .at(8, 30), true),
  ConditionCase("Time of day", .equal, "8:30-17:30", "17:30:00", .at(17, 30), true),
  ConditionCase("Time of day", .equal, "8:30-17:30", "17:30:01", .at(17, 30, 1), false),
  ConditionCase("Time of day", .equal, "8:30", "the last second of its minute", .at(8, 30, 59), true),
  ConditionCase("Time of day", .equal, "8:30", "the next minute", .at(8, 31), false),
  ConditionCase("Time of day", .notEqual, "8:30", "another minute", .at(8, 31), true),
  ConditionCase("Time of day", .equal, "22:00-6:00", "half past ten at night", .at(22, 30), true),
  ConditionCase("Time of day", .equal, "22:00-6:00", "midnight", .at(0, 0), true),
  ConditionCase("Time of day", .equal, "22:00-6:00", "6:00:00", .at(6, 0), true),
  ConditionCase("Time of day", .equal, "22:00-6:00", "6:00:01", .at(6, 0, 1), false),
  ConditionCase("Time of day", .equal, "22:00-6:00", "noon", .at(12, 0), false),
  ConditionCase("Time of day", .notEqual, "22:00-6:00", "noon", .at(12, 0), true),
  ConditionCase("Time of day", .atLeast, "8:30-17:30", "the evening", .at(20, 0), true),
  ConditionCase("Time of day", .atLeast, "8:30", "8:30:00", .at(8, 30), true),
  ConditionCase("Time of day", .atLeast, "8:30", "8:29:59", .at(8, 29, 59), false),
  ConditionCase("Time of day", .atMost, "8:30-17:30", "the early morning", .at(3, 0), true),
  ConditionCase("Time of day", .atMost, "8:30-17:30", "17:30:01", .at(17, 30, 1), false),
  ConditionCase("Time of day", .atMost, "8:30", "the last second of that minute", .at(8, 30, 59), true),
  ConditionCase("Time of day", .equal, "0:00-24:00", "the last second of the day", .at(23, 59, 59), true),
  ConditionCase("Time of day", .equal, "08:30 - 17:30 (office hours)", "noon", .at(12, 0), true),
])
func timesOfDay(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  ConditionCase("Day of week", .equal, "1-5", "Sunday", .day(0), false),
  ConditionCase("Day of week", .equal, "1-5", "Monday", .day(1), true),
  ConditionCase("Day of week", .equal, "1-5", "Friday", .day(5), true),
  ConditionCase("Day of week", .equal, "1-5", "Saturday", .day(6), false),
  ConditionCase("Day of week", .equal, "5-1", "Saturday", .day(6), true),
  ConditionCase("Day of week", .equal, "5-1", "Monday", .day(1), true),
  ConditionCase("Day of week", .equal, "5-1", "Tuesday", .day(2), false),
  ConditionCase("Day of week", .equal, "7", "Sunday", .day(0), true),
  ConditionCase("Day of week", .notEqual, "0", "Wednesday", .day(3), true),
  ConditionCase("Day of week", .atLeast, "3", "Friday", .day(5), true),
  ConditionCase("Day of week", .atMost, "3", "Friday", .day(5), false),
  ConditionCase("Day of week", .equal, "Mon-Fri", "Tuesday", .day(2), true),
  ConditionCase("Day of week", .equal, "sunday", "Sunday", .day(0), true),
])
func daysOfWeek(_ row: ConditionCase) throws { try row.expect() }

// 1 778 049 000 is 2026-05-06 06:30:00 UTC (`date -ud @1778049000`).
@Test(arguments: [
  ConditionCase("Date and time", .atLeast, "1778049000", "that second", .moment(1_778_049_000), true),
  ConditionCase("Date and time", .atLeast, "1778049000", "the second before", .moment(1_778_048_999), false),
  ConditionCase("Date and time", .atMost, "1778049000", "that second", .moment(1_778_049_000), true),
  ConditionCase("Date and time", .atMost, "1778049000", "the second after", .moment(1_778_049_001), false),
  ConditionCase("Date and time", .equal, "1778049000", "that second", .moment(1_778_049_000), true),
  ConditionCase("Date and time", .notEqual, "1778049000", "the next", .moment(1_778_049_001), true),
  ConditionCase("Date and time", .equal, "2026-05-06 06:30:00 +0000", "that second", .moment(1_778_049_000), true),
  ConditionCase("Date and time", .equal, "2026-05-06 08:30:00 +0200", "that second", .moment(1_778_049_000), true),
  ConditionCase("Date and time", .equal, "2026-05-05 23:00:00 -0730", "that second", .moment(1_778_049_000), true),
  ConditionCase("Date and time", .equal, "2026-05-06T06:30Z", "that second", .moment(1_778_049_000), true),
])
func datesAndTimes(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("Time of day", "25:00", "found '25:00'"),
  RefusedValue("Time of day", "8:60", "expected h:mm"),
  RefusedValue("Time of day", "8", "expected h:mm"),
  RefusedValue("Time of day", "24:00", "expected h:mm from 0:00 to 23:59, or a range h:mm-h:mm that may end at 24:00"),
  RefusedValue("Time of day", "8:30-", "found '8:30-'"),
  RefusedValue("Time of day", "8:3", "such as '8:30-17:30'"),
  RefusedValue("Day of week", "8", "expected 0 (Sunday) to 6 (Saturday)"),
  RefusedValue("Day of week", "Mo", "found 'Mo'"),
  RefusedValue("Day of week", "1-", "found '1-'"),
  RefusedValue("Date and time", "٢٠٢٦-05-06 08:30:00 +0000", "expected YYYY-MM-DD HH:MM:SS"),
  RefusedValue("Date and time", "yesterday", "expected YYYY-MM-DD HH:MM:SS"),
  RefusedValue("Date and time", "2026-02-30 00:00:00 +0000", "found '2026-02-30"),
  RefusedValue("Date and time", "2026-01-01 24:00:00 +0000", "such as '2026-05-06"),
  RefusedValue("Date and time", "99999999999999999999", "seconds since 1970"),
])
func refusedTimes(_ row: RefusedValue) { row.expect() }
