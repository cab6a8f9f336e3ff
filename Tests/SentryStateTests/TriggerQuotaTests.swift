import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

@Suite struct TriggerQuotaTests {
  /// Tries to enter at these seconds; says at which it may.
  private func entered(_ quota: inout TriggerQuota, at seconds: [Int64]) -> [Int64] {
    seconds.filter { second in
      guard quota.isOpen(at: at(second)) else { return false }
      quota.enter(at: at(second))
      return true
    }
  }

  struct Minute: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let limit: Int?, tries: [Int64], entered: [Int64]
  }

  @Test(arguments: [
    Minute(testDescription: "so many and no more", limit: 2, tries: [0, 0, 0], entered: [0, 0]),
    Minute(testDescription: "the last second of the minute belongs to it", limit: 1, tries: [5, 64], entered: [5]),
    Minute(testDescription: "a minute later others enter", limit: 1, tries: [5, 65], entered: [5, 65]),
    Minute(
      testDescription: "a minute begins with the first that enters, wherever the clock stands", limit: 2,
      tries: [50, 70, 109, 110], entered: [50, 70, 110]),
    Minute(
      testDescription: "what is refused does not prolong it", limit: 1, tries: [0, 30, 59, 60], entered: [0, 60]),
    Minute(testDescription: "without a limit all enter", limit: nil, tries: [0, 0, 0], entered: [0, 0, 0]),
  ])
  func aMinuteHasRoomForSoMany(_ c: Minute) {
    var quota = TriggerQuota(limit: c.limit)
    #expect(entered(&quota, at: c.tries) == c.entered)
  }

  @Test func theFirstRefusalOfAMinuteIsTold() {
    var quota = TriggerQuota(limit: 1)
    quota.enter(at: at(0))
    #expect([quota.refuse(), quota.refuse()] == [true, false])
    quota.enter(at: at(60))
    #expect([quota.refuse(), quota.refuse()] == [true, false])
  }

  /// Whatever the times, any minute that the quota counts sees no more than the limit, and no sixty seconds twice as many.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func noTimesEnterMoreThanTheLimit(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let limit = Int.random(in: 1...5, using: &random)
    var quota = TriggerQuota(limit: limit)
    var times: [Int64] = []
    var now: Int64 = 0
    for _ in 0..<500 {
      now += Int64.random(in: 0...20, using: &random)
      times += entered(&quota, at: [now])
    }
    for (index, first) in times.enumerated() {
      let inOneMinute = times[index...].prefix { $0 < first + 60 }.count
      #expect(inOneMinute <= 2 * limit - 1)
    }
    #expect(!times.isEmpty)
  }
}
