import SentryRules
import Testing

@testable import SentryService

@Suite struct StormControlTests {
  private static let start = ContinuousClock.now

  private static func limits(perMinute: Int, perRule: Int) -> StormControl.Limits {
    var settings = Settings()
    (settings.notificationsPerMinute, settings.notificationsPerRule) = (perMinute, perRule)
    return StormControl.Limits(settings)
  }

  /// A hand on the clock.
  private static func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  @Test func eachRuleHasItsOwnShare() {
    var storm = StormControl(Self.limits(perMinute: 100, perRule: 2))
    let admitted = (0..<5).map { storm.admits(.url, rule: 7, now: Self.at(Double($0))) }
    #expect(admitted == [true, true, false, false, false])
    let isOtherAdmitted = storm.admits(.url, rule: 8, now: Self.at(5))
    #expect(isOtherAdmitted)
  }

  @Test func allTogetherHaveNoMoreThanAMinuteAllows() {
    var storm = StormControl(Self.limits(perMinute: 3, perRule: 2))
    let admitted = (1...5 as ClosedRange<UInt32>).map { storm.admits(.url, rule: $0, now: Self.start) }
    #expect(admitted == [true, true, true, false, false])
  }

  @Test func theNextMinuteBeginsAnewAndWhatWasTooMuchIsToldOnce() {
    var storm = StormControl(Self.limits(perMinute: 100, perRule: 1))
    for rule in [9, 4, 9, 4, 9] as [UInt32] { _ = storm.admits(.url, rule: rule, now: Self.at(10)) }
    #expect(storm.endMinute(now: Self.at(69.9)) == nil)
    #expect(
      storm.endMinute(now: Self.at(70)) == [.init(kind: .url, rule: 4, count: 1), .init(kind: .url, rule: 9, count: 2)])
    #expect(storm.endMinute(now: Self.at(70)) == nil)
    let isAdmitted = storm.admits(.url, rule: 9, now: Self.at(71))
    #expect(isAdmitted)
    #expect(storm.endMinute(now: Self.at(131)) == [])
  }

  @Test func aQuietMinuteHasNoEnd() {
    var storm = StormControl(Self.limits(perMinute: 1, perRule: 1))
    #expect(storm.endMinute(now: Self.at(1_000)) == nil)
    #expect(storm.end() == nil)
  }

  @Test func theEndMayComeEarly() {
    var storm = StormControl(Self.limits(perMinute: 1, perRule: 1))
    for _ in 0..<3 { _ = storm.admits(.url, rule: 1, now: Self.start) }
    #expect(storm.end() == [.init(kind: .url, rule: 1, count: 2)])
  }
}
