import SentryPacket
import Testing

struct TimestampTests {
  @Test(
    "anything a file may hold becomes the nearest moment that can be reckoned with",
    arguments: [
      (1_700_000_000, 123, 1_700_000_000_000_000_123),
      (0, 0, 0),
      (0, -1, 0),
      (-1, 5, 5),
      (.min, .min, 0),
      (1, 1_000_000_000, 1_999_999_999),
      (1, .max, 1_999_999_999),
      (9_000_000_001, 0, 9_000_000_000_000_000_000),
      (.max, .max, 9_000_000_000_999_999_999),
    ] as [(Int64, Int64, Int64)])
  func clamps(seconds: Int64, nanoseconds: Int64, expected: Int64) {
    #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).nanoseconds == expected)
  }

  @Test func parts() {
    let time = Timestamp(seconds: 1_700_000_000, nanoseconds: 999_999_999)
    #expect(time.seconds == 1_700_000_000)
    #expect(time.wholeSecond == Timestamp(seconds: 1_700_000_000))
    #expect(time.adding(seconds: 2) == Timestamp(seconds: 1_700_000_002, nanoseconds: 999_999_999))
    #expect(time < time.adding(seconds: 1))
  }
}
