import SentryEngine
import SentryPacket
import Testing

@testable import SentryJournal

@Suite struct LogLimiterTests {
  /// 2024-05-06 07:08:09 UTC.
  private static let start = 1_714_979_289 as Int64

  private func event(_ label: UInt32 = 1, second: Double = 0, reason: BuiltInReason? = nil) -> EngineEvent {
    let time = Timestamp(nanoseconds: Self.start * 1_000_000_000 + Int64((second * 1e9).rounded()))
    return EngineEvent(time: time, kind: .log, reason: reason, label: label, isLogged: true)
  }

  private func limiter(_ entriesPerSecond: UInt32?) -> LogLimiter {
    LogLimiter(LogLimit(entriesPerSecond: entriesPerSecond))
  }

  private func moment(_ second: Int64) -> Timestamp { Timestamp(seconds: Self.start + second) }

  @Test func `five seconds' worth at once, then the rest is left out`() {
    var limiter = limiter(10)
    let burst = Array(repeating: event(), count: 1_000)
    #expect(limiter.admitted(burst).count == 50)
    #expect(limiter.admitted(burst).isEmpty)
    #expect(limiter.suppressed == 1_950)
  }

  @Test func `in the long run as many a second as allowed`() {
    var limiter = limiter(10)
    // A hundred a second, for a minute.
    let flood = (0..<6_000).map { event(second: Double($0) / 100) }
    let admitted = limiter.admitted(flood)
    #expect(admitted.count == 50 + 599)
    let lastTen = admitted.count { $0.time.seconds - Self.start >= 50 }
    #expect(lastTen == 100)
  }

  @Test func `as many a second as allowed are never left out`() {
    var limiter = limiter(10)
    #expect(limiter.admitted((0..<6_000).map { event(second: Double($0) / 10) }).count == 6_000)
    #expect(limiter.suppressed == 0)
  }

  @Test func `rules, and checks before them, count each for itself`() {
    var limiter = limiter(1)
    let burst = Array(repeating: event(1), count: 20)
    #expect(limiter.admitted(burst).count == 5)
    #expect(limiter.admitted(Array(repeating: event(2), count: 3)).count == 3)
    #expect(limiter.admitted(Array(repeating: event(0, reason: .notIP), count: 9)).count == 5)
    #expect(limiter.admitted(Array(repeating: event(0, reason: .shortHeader), count: 9)).count == 5)
  }

  @Test func `without a limit nothing is left out`() {
    var limiter = limiter(nil)
    #expect(limiter.admitted(Array(repeating: event(), count: 300_000)).count == 300_000)
    #expect(limiter.takeReports(now: moment(100)).isEmpty)
  }

  /// What the log on disk takes at once, and in the long run.
  @Test func `usually a burst of a hundred thousand is none that is left out`() {
    var limiter = LogLimiter(.usual)
    #expect(limiter.admitted(Array(repeating: event(), count: 100_001)).count == 100_000)
    #expect(limiter.admitted((0..<20_000).map { event(second: 1 + Double($0) / 20_000) }).count == 20_000)
  }

  @Test func `a rule is told of once in ten seconds`() {
    var limiter = limiter(1)
    _ = limiter.admitted(Array(repeating: event(), count: 12_350))
    #expect(limiter.takeReports(now: moment(9)).isEmpty)
    #expect(limiter.takeReports(now: moment(10)) == [.init(label: 1, reason: nil, entries: 12_345, seconds: 10)])
    #expect(limiter.takeReports(now: moment(11)).isEmpty)
    _ = limiter.admitted(Array(repeating: event(second: 12), count: 8))
    // Five were free again.
    #expect(limiter.takeReports(now: moment(30)) == [.init(label: 1, reason: nil, entries: 3, seconds: 18)])
    #expect(limiter.suppressed == 12_348)
  }

  @Test func `at the end all is told`() {
    var limiter = limiter(1)
    _ = limiter.admitted(Array(repeating: event(2), count: 6) + Array(repeating: event(1), count: 7))
    #expect(
      limiter.takeReports(now: moment(0), isLast: true) == [
        .init(label: 1, reason: nil, entries: 2, seconds: 1), .init(label: 2, reason: nil, entries: 1, seconds: 1),
      ])
  }

  @Test func `a clock that was set back silences no rule for long`() {
    var limiter = limiter(10)
    _ = limiter.admitted(Array(repeating: event(second: 3_600), count: 100))
    let later = (0..<600).map { event(second: Double($0) / 10) }
    #expect(limiter.admitted(later).count == 599)
  }
}
