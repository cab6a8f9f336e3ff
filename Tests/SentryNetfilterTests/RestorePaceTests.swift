import Testing

@testable import SentryNetfilter

struct RestorePaceTests {
  private let start = ContinuousClock().now

  @Test func theFirstTimeIsAtOnce() {
    #expect(RestorePace().wait(at: start) == .zero)
  }

  @Test func somebodyWhoGoesOnIsAnsweredEverMoreSlowly() {
    var pace = RestorePace()
    var now = start
    var waits: [Duration] = []
    for _ in 0..<9 {
      pace.restored(at: now)
      let wait = pace.wait(at: now)
      waits.append(wait)
      now += wait
    }
    #expect(
      waits == [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4)]
        + Array(repeating: .seconds(8), count: 4))
  }

  @Test func looksInVainAreAQuarterOfASecondApart() {
    var pace = RestorePace()
    for tenth in 0..<5 {
      pace.looked(at: start + .milliseconds(tenth * 100))
      #expect(pace.wait(at: start + .milliseconds(tenth * 100)) == .milliseconds(250))
    }
    #expect(pace.wait(at: start + .milliseconds(650)) == .zero)
  }

  @Test func timeThatHasPassedCounts() {
    var pace = RestorePace()
    pace.restored(at: start)
    #expect(pace.wait(at: start + .milliseconds(100)) == .milliseconds(150))
    #expect(pace.wait(at: start + .milliseconds(250)) == .zero)
  }

  @Test func afterHalfAMinuteOfCalmItIsForgotten() {
    var pace = RestorePace()
    for second in 0..<5 { pace.restored(at: start + .seconds(second)) }
    pace.restored(at: start + .seconds(34))
    #expect(pace.wait(at: start + .seconds(34)) == .milliseconds(250))
  }
}
