import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryEngine

/// A live engine goes on where the clock was set back.
@Suite struct TurnedBackTests {
  private static let wrong = 3_600.0

  @Test func whatWasTriggeredStaysForItsDuration() throws {
    var bench = try Bench(rule("Dest port", "==", "23", then: "Trigger"), settings: "triggerDuration = 5;")
    _ = bench.judge(tcp(port: 23), at: Self.wrong)
    bench.engine.turnBack(to: Bench.time(0))
    bench.advance(to: 4)
    #expect(bench.entries(.trigger).map(\.lastTime) == [Bench.time(0)])
    bench.advance(to: 5)
    #expect(bench.entries(.trigger).isEmpty)
  }

  @Test func silenceIsNoticed() throws {
    var bench = try Bench(rule("Any", then: "->", rule("Parent idle seconds", ">=", "30", then: "Log")))
    _ = bench.judge(udp(), at: Self.wrong)
    bench.engine.turnBack(to: Bench.time(0))
    bench.advance(to: 65)
    #expect(bench.events().map(\.time) == [30, 40, 50, 60].map(Bench.time))
  }

  @Test func ratesAreCounted() throws {
    var bench = try Bench(rule("Source match rate", ">=", "3", then: "Delete"))
    _ = bench.judge(udp(), at: Self.wrong)
    bench.engine.turnBack(to: Bench.time(0))
    var verdicts: [Verdict] = []
    for seconds in [0.5, 0.5, 0.5, 0.5, 0.5, 1.5] { verdicts.append(bench.judge(udp(), at: seconds).verdict) }
    #expect(verdicts == [.pass, .pass, .pass, .pass, .pass, .delete])
  }

  @Test func theMinuteOfTriggersEnds() throws {
    var bench = try Bench(rule("Dest port", "==", "23", then: "Trigger"), settings: "triggersPerMinute = 1;")
    _ = bench.judge(tcp(from: "203.0.113.1", port: 23), at: Self.wrong)
    bench.engine.turnBack(to: Bench.time(0))
    _ = bench.judge(tcp(from: "203.0.113.2", port: 23), at: 59)
    _ = bench.judge(tcp(from: "203.0.113.3", port: 23), at: 60)
    #expect(bench.entries(.trigger).map(\.range.description) == ["203.0.113.1", "203.0.113.3"])
  }

  @Test func countersAndEventsHaveTheNewTime() throws {
    var bench = try Bench(rule("Any", then: "Log"))
    _ = bench.judge(udp(), at: Self.wrong)
    bench.engine.turnBack(to: Bench.time(10))
    let back = bench.engine.counters.map(\.lastTime)
    #expect(back == [Bench.time(10)])
    _ = bench.judge(udp(), at: 12)
    let on = bench.engine.counters.map(\.lastTime)
    #expect(on == [Bench.time(12)])
    #expect(bench.events().map(\.time) == [Self.wrong, 12].map(Bench.time))
  }

  @Test func aTimeThatIsNotBeforeChangesNothing() throws {
    var bench = try Bench(rule("Any", then: "Log"))
    _ = bench.judge(udp(), at: 1)
    bench.engine.turnBack(to: Bench.time(2))
    #expect(bench.engine.now == Bench.time(1))
  }
}
