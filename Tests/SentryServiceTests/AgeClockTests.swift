import SentryJournal
import SentryPacket
import Testing

@testable import SentryService

private let hour: Int64 = 3_600
private let day = 24 * hour

@Suite struct AgeClockTests {
  private let start = ContinuousClock.now

  private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_700_000_000 + seconds) }

  /// What counts as now, by both clocks' seconds since the start.
  private func now(_ clock: inout AgeClock, wall: Int64, steady: Int64) -> Int64 {
    clock.time(wall: at(wall), steady: start.advanced(by: .seconds(steady))).now.seconds - at(0).seconds
  }

  @Test func aClockThatGoesOnIsBelieved() {
    var clock = AgeClock()
    #expect(now(&clock, wall: 0, steady: 0) == 0)
    #expect(now(&clock, wall: 10, steady: 10) == 10)
    // An hour forward, a day back.
    #expect(now(&clock, wall: hour + 20, steady: 20) == hour + 20)
    #expect(now(&clock, wall: 30 - day, steady: 30) == 30 - day)
    #expect(clock.lead == 0)
  }

  @Test func aLeapForwardMakesNothingOld() {
    var clock = AgeClock()
    _ = now(&clock, wall: 0, steady: 0)
    #expect(now(&clock, wall: 400 * day, steady: 0) == 0)
    #expect(clock.lead == 400 * day * 1_000_000_000)
    #expect(now(&clock, wall: 400 * day + 60, steady: 60) == 60)
    // Put right again.
    #expect(now(&clock, wall: 120, steady: 120) == 120)
    #expect(clock.lead == 0)
  }

  @Test func afterADayALeapIsBelieved() {
    var clock = AgeClock()
    _ = now(&clock, wall: 0, steady: 0)
    _ = now(&clock, wall: 60 * day, steady: 0)
    #expect(now(&clock, wall: 61 * day - 1, steady: day - 1) == day - 1)
    #expect(now(&clock, wall: 61 * day, steady: day) == 61 * day)
    #expect(now(&clock, wall: 61 * day + 10, steady: day + 10) == 61 * day + 10)
  }

  /// A day is counted from the last leap.
  @Test func aClockThatLeapsAgainIsNotBelieved() {
    var clock = AgeClock()
    _ = now(&clock, wall: 0, steady: 0)
    _ = now(&clock, wall: 60 * day, steady: 0)
    _ = now(&clock, wall: 80 * day, steady: 12 * hour)
    #expect(now(&clock, wall: 80 * day + 13 * hour, steady: 25 * hour) == 25 * hour)
  }

  @Test func aStartFarBehindWhatWasWrittenWaits() {
    var clock = AgeClock()
    clock.begin(after: at(0), steady: start)
    #expect(now(&clock, wall: 60 * day, steady: 0) == 0)
    var other = AgeClock()
    other.begin(after: at(60 * day), steady: start)
    #expect(now(&other, wall: 0, steady: 0) == 0)
  }

  @Test func theFutureIsToldOnceTheClockHasHeld() {
    var clock = AgeClock()
    let first = clock.time(wall: at(0), steady: start)
    #expect(first.latest == nil)
    let later = clock.time(wall: at(day), steady: start.advanced(by: .seconds(day)))
    #expect(later == RetentionTime(now: at(day), latest: at(day + hour)))
  }
}
