import Testing

@testable import SentryState

@Suite struct RateBucketTests {
  private func bucket(_ bytesPerSecond: Int64) -> RateBucket {
    var bucket = RateBucket(RateSubject(label: 1, direction: .inbound), bytesPerSecond: bytesPerSecond)
    bucket.earn(until: at(0))
    bucket.credit = 0
    return bucket
  }

  @Test func itBeginsWithWhatThereMayBeUnused() {
    #expect(RateBucket(RateSubject(label: 1, direction: .inbound), bytesPerSecond: 250_000).credit == 25_000)
  }

  @Test func itEarnsItsRate() {
    var bucket = bucket(250_000)
    bucket.earn(until: at(0, 50_000_000))
    #expect(bucket.credit == 12_500)
    bucket.earn(until: at(1, 50_000_000))
    #expect(bucket.credit == 262_500)
  }

  @Test(arguments: [1, 3, 7_001, 125_000_000_000] as [Int64])
  func nothingIsLostBetweenTwoCalls(bytesPerSecond: Int64) {
    var bucket = bucket(bytesPerSecond)
    for step in 1...3_000 as ClosedRange<Int64> { bucket.earn(until: at(0, step * 333_333 + step % 7)) }
    bucket.earn(until: at(1))
    #expect(bucket.credit == bytesPerSecond)
  }

  @Test func aClockThatGoesBackEarnsNothing() {
    var bucket = bucket(1_000)
    bucket.earn(until: at(1))
    bucket.earn(until: at(0))
    bucket.earn(until: at(1))
    #expect(bucket.credit == 1_000)
    bucket.earn(until: at(-100))
    #expect(bucket.credit == 1_000)
    bucket.earn(until: at(-99))
    #expect(bucket.credit == 2_000)
  }

  @Test func aLongPauseEarnsTwoSeconds() {
    var bucket = bucket(1_000)
    bucket.earn(until: at(3_600))
    #expect(bucket.credit == 2_000)
  }

  @Test func whatNobodyTakesIsATenthOfASecondOrTwoSegments() {
    var (fast, slow) = (bucket(250_000), bucket(1_000))
    fast.earn(until: at(2))
    slow.earn(until: at(60))
    slow.credit = 5_000
    fast.forgetExcess()
    slow.forgetExcess()
    #expect(fast.credit == 25_000)
    #expect(slow.credit == 2_920)
  }

  /// More than a quarter of a share counts, or more than 1,000 bytes while nobody is known to be active.
  @Test func flowsAreActiveByWhatTheyMove() {
    var bucket = bucket(40_000)
    #expect(!bucket.isActive(moving: 1_000))
    #expect(bucket.isActive(moving: 1_001))
    bucket.activeNow = 2
    bucket.endSecond()
    #expect(bucket.share == 20_000)
    #expect(!bucket.isActive(moving: 5_000))
    #expect(bucket.isActive(moving: 5_001))
    bucket.activeNow = 1_000
    bucket.endSecond()
    #expect(bucket.share == 1_460)
  }

  @Test(arguments: [(0, 1), (7, 1), (8, 1), (2_000_000, 250_000), (UInt64.max, 125_000_000_000)] as [(UInt64, Int64)])
  func ratesAreInBytes(bits: UInt64, bytes: Int64) {
    #expect(RateLimit(label: 1, bitsPerSecond: bits, directions: .inbound).bytesPerSecond == bytes)
  }
}
