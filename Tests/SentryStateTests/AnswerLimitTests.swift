import SentryPacket
import SentryState
import Testing

@Suite struct AnswerLimitTests {
  private func allowed(_ limit: inout AnswerLimit, _ count: Int, at time: Timestamp) -> Int {
    (0..<count).count { _ in limit.allows(at: time) }
  }

  @Test func aBurstIsAnsweredAtOnce() {
    var limit = AnswerLimit()
    #expect(allowed(&limit, 150, at: at(0)) == 100)
    #expect(limit.refused == 50)
  }

  @Test func inTheLongRunItIsTheRate() {
    var limit = AnswerLimit()
    var count = 0
    for millisecond in 0..<10_000 as Range<Int64> {
      count += allowed(&limit, 3, at: at(0, millisecond * 1_000_000))
    }
    #expect((2099...2100).contains(count))  // 200 a second for 10 seconds, and the first 100.
  }

  @Test func aQuietTimeEarnsOneBurstAndNoMore() {
    var limit = AnswerLimit(perSecond: 10, burst: 5)
    #expect(allowed(&limit, 9, at: at(0)) == 5)
    #expect(allowed(&limit, 9, at: at(86_400)) == 5)
    #expect(allowed(&limit, 9, at: at(86_400, 99_999_999)) == 0)
    #expect(allowed(&limit, 9, at: at(86_400, 100_000_000)) == 1)
  }

  @Test func aClockThatGoesBackEarnsNothing() {
    var limit = AnswerLimit(perSecond: 1, burst: 1)
    #expect(allowed(&limit, 1, at: at(10)) == 1)
    #expect(allowed(&limit, 1, at: at(7)) == 0)
    #expect(allowed(&limit, 1, at: at(10)) == 0)
    #expect(allowed(&limit, 1, at: at(11)) == 1)
  }

  @Test func aClockThatWasSetBackGoesOnFromThere() {
    var limit = AnswerLimit(perSecond: 1, burst: 1)
    #expect(allowed(&limit, 1, at: at(3_600)) == 1)
    #expect(allowed(&limit, 1, at: at(0)) == 0)
    #expect(allowed(&limit, 1, at: at(1)) == 1)
  }

  @Test(arguments: [(0, 0), (-1, -1), (Int.min, Int.min), (Int.max, Int.max)])
  func oddLimitsAreTheNearestThereAre(numbers: (perSecond: Int, burst: Int)) {
    var limit = AnswerLimit(perSecond: numbers.perSecond, burst: numbers.burst)
    #expect((1...1_000_000).contains(limit.perSecond) && (1...1_000_000).contains(limit.burst))
    #expect(allowed(&limit, 1, at: Timestamp(nanoseconds: .min)) == 1)
    _ = allowed(&limit, 3, at: Timestamp(nanoseconds: .max))
  }
}
