import Foundation
import SentryPacket
import SentryTestSupport
import Testing

// Expected results: docs/Classic.md, "Timers".

@Suite struct TimerTests {
  /// A packet at the start, and silence afterwards: the checks fall on every tenth whole second.
  @Test func parentIdleFiresAtEachCheckWhileTheSilenceLasts() throws {
    var bench = try Bench(rule("Any", then: "->", rule("Parent idle seconds", ">=", "30", then: "Log")))
    _ = bench.judge(udp(), at: 0.5)
    bench.advance(to: 29.9)
    #expect(bench.counts("1.1") == [0])
    // The checks are at 10, 20, 30, 40 … seconds; at 30 the silence is 29.5 seconds long.
    bench.advance(to: 30)
    #expect(bench.counts("1.1") == [0])
    bench.advance(to: 65)
    #expect(bench.counts("1.1") == [3])
    let events = bench.events()
    #expect(events.map(\.time) == [40, 50, 60].map(Bench.time))
    #expect(events.allSatisfy { !$0.hasPacket })
  }

  @Test func idleResetsItsOwnClock() throws {
    var bench = try Bench(rule("Idle seconds", ">=", "60", then: "URL", parameter: "ping://192.0.2.2"))
    _ = bench.judge(udp())
    bench.advance(to: 200)
    #expect(bench.events().map(\.time) == [60, 120, 180].map(Bench.time))
  }

  @Test(arguments: [
    // At the checks at 10, 20, 30, 40 the silence is that long; == means five seconds either way.
    ("20", [20.0]), ("24", [20.0]), ("25", [20.0, 30.0]), ("26", [30.0]),
  ])
  func idleEqualsMeansFiveSecondsEitherWay(value: String, fires: [Double]) throws {
    var bench = try Bench(rule("Any", then: "->", rule("Parent idle seconds", "==", value, then: "Log")))
    _ = bench.judge(udp())
    bench.advance(to: 49)
    #expect(bench.events().map(\.time) == fires.map(Bench.time))
  }

  @Test func aRuleThatNeverMatchedIsIdleSinceTheRulesWereApplied() throws {
    var bench = try Bench(rule("None", then: "->", rule("Parent idle seconds", ">=", "20", then: "Log")))
    _ = bench.judge(udp(), at: 0.9)
    bench.advance(to: 20)
    #expect(bench.events().map(\.time) == [20].map(Bench.time))
  }

  @Test func theSubtreeOfAnIdleRuleIsWalkedWithoutAPacket() throws {
    var bench = try Bench(
      rule(
        "Idle seconds", ">=", "10", then: "->",
        rule("Protocol", "!=", "6", then: "Log"),  // a packet property never matches without one
        rule("Any", then: "Email"),
        rule("Any", then: "Delete", rule("Any", then: "Alert")),  // ends the walk and does nothing else
        rule("Any", then: "Log")))
    _ = bench.judge(udp())
    bench.advance(to: 10)
    #expect(bench.events().map(\.kind) == [.email])
    #expect(bench.counts("1", "1.1", "1.2", "1.3", "1.3.1", "1.4") == [1, 0, 1, 1, 0, 0])
    #expect(try bench.counters("1").byteCount == 0)
  }

  @Test func ancestorsDoNotMatterToATimer() throws {
    var bench = try Bench(
      rule("None", then: "->", rule("Any", then: "->", rule("Idle seconds", ">=", "10", then: "Log"))))
    _ = bench.judge(udp())
    bench.advance(to: 10)
    #expect(bench.counts("1", "1.1", "1.1.1") == [0, 0, 1])
  }

  @Test func anIdleRuleBelowAnotherIsTestedOnItsOwnAndInside() throws {
    var bench = try Bench(
      rule("Idle seconds", ">=", "10", then: "->", rule("Parent idle seconds", "<=", "1000", then: "Log")))
    _ = bench.judge(udp())
    bench.advance(to: 10)
    // Once as part of rule 1, once by itself.
    #expect(bench.counts("1", "1.1") == [1, 2])
  }

  @Test func idleRulesNeverMatchWithAPacket() throws {
    var bench = try Bench(
      rule("Idle seconds", "<=", "1000", then: "Delete"), rule("Idle seconds", "!=", "7", then: "Delete"))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 0))
  }

  @Test func aServerThatWentQuietIsMailedOnceAndRearmed() throws {
    // "Tell me once when a server dies": A fires at every check in the silence, B mails at A's first match, C resets A
    // when A itself has been quiet long enough.
    var bench = try Bench(
      rule(
        "Protocol", "==", "17", then: "->",
        rule(
          "Parent idle seconds", ">=", "20", then: "->",
          rule("Parent match count", "==", "1", then: "Email"),
          rule("Parent idle seconds", ">=", "100", then: "Reset parent"))))
    _ = bench.judge(udp())
    bench.advance(to: 60)
    #expect(bench.events().map(\.kind) == [.email])
    for second in stride(from: 61.0, to: 200, by: 5) { _ = bench.judge(udp(), at: second) }
    #expect(bench.counts("1.1") == [0])
    bench.advance(to: 260)
    #expect(bench.events().map(\.kind) == [.email])
  }

  @Test func aJumpOfYearsRunsOneDayOfTicks() throws {
    var bench = try Bench(rule("Idle seconds", ">=", "10", then: "Log"), eventCapacity: 10_000)
    _ = bench.judge(udp())
    _ = bench.judge(udp(), at: 86_400 * 365)
    #expect(bench.counts("1") == [8640])
    // The next check is the tenth tick after the jump.
    bench.advance(to: 86_400 * 365 + 9.9)
    #expect(bench.counts("1") == [8640])
    bench.advance(to: 86_400 * 365 + 10)
    #expect(bench.counts("1") == [8641])
  }

  @Test func aPacketFromThePastIsJudgedAtTheEnginesTime() throws {
    var bench = try Bench(rule("Any", then: "Keep address"))
    _ = bench.judge(udp(), at: 100)
    _ = bench.judge(udp(from: "203.0.113.77"), at: 10)
    #expect(bench.entries(.address).map(\.lastTime) == [100, 100].map(Bench.time))
    #expect(bench.engine.now == Bench.time(100))
  }

  @Test func deltasAreThoseOfTheLastFullSecond() throws {
    var bench = try Bench(rule("Any", then: "->"))
    for _ in 0..<3 { _ = bench.judge(udp(), at: 0.2) }
    #expect(try bench.counters("1").matchDelta == 0)
    bench.advance(to: 1)
    #expect(try bench.counters("1").matchDelta == 3)
    #expect(try bench.counters("1").byteDelta == 84)
    bench.advance(to: 2)
    #expect(try bench.counters("1").matchDelta == 0)
    #expect(try bench.counters("1").matchCount == 3)
  }

  @Test func switchedOffTimersStandStill() throws {
    var bench = try Bench(rule("Idle seconds", ">=", "10", then: "Log"), rule("Any", then: "Delete"))
    _ = bench.judge(udp())
    bench.engine.isOn = false
    #expect(bench.judge(udp(), at: 50) == Outcome(verdict: .pass, rule: nil, logged: 0))
    #expect(bench.counts("1", "2") == [0, 1])
  }
}

extension TimerTests {
  @Test func skipOnAnIdleRuleSteersThere() throws {
    var bench = try Bench(
      rule("Idle seconds", ">=", "10", then: "++", rule("Any", then: "Log"), rule("Any", then: "Email")))
    _ = bench.judge(udp())
    bench.advance(to: 10)
    #expect(bench.counts("1", "1.1", "1.2") == [1, 0, 1])
  }

  @Test func exitGroupOnAnIdleRuleLeavesItsSubtree() throws {
    var bench = try Bench(
      rule("Any", then: "Group", rule("Idle seconds", ">=", "10", then: "Exit group", rule("Any", then: "Log"))))
    _ = bench.judge(udp())
    bench.advance(to: 10)
    #expect(bench.counts("1.1", "1.1.1") == [1, 0])
  }
}

extension TimerTests {
  /// Rule 2.4.1.3 of the default document: pings are logged until there are fifty, then deleted, until there is peace.
  @Test func pingsAreLoggedUntilTheyFloodAndAgainAfterwards() throws {
    let document = try String(contentsOfFile: TestFiles.path("Documents/Default.plist"), encoding: .utf8)
    var bench = try Bench(document: document, eventCapacity: 1_000)
    let flood = (0..<60).map { bench.judge(ping(), at: Double($0) / 12) }
    #expect(flood.prefix(49).allSatisfy { $0 == Outcome(verdict: .pass, rule: nil, logged: 1) })
    #expect(flood.dropFirst(49).allSatisfy { $0 == Outcome(verdict: .delete, rule: "2.4.1.3.2", logged: 0) })
    #expect(bench.judge(ping(), at: 50) == Outcome(verdict: .pass, rule: nil, logged: 1))
  }

  @Test func aParentsSilenceEndsWithItsNextPacket() throws {
    var bench = try Bench(rule("Protocol", "==", "1", then: "->", rule("Parent idle seconds", ">=", "30", then: "Log")))
    _ = bench.judge(ping())
    _ = bench.judge(udp(), at: 12)
    _ = bench.judge(ping(), at: 55)
    bench.engine.advance(to: Bench.time(95))
    #expect(bench.events().map(\.time) == [30, 40, 50, 90].map(Bench.time))
  }

  @Test func belowADisabledRuleNothingIsIdle() throws {
    var bench = try Bench(
      """
      { enabled = 0; propertyName = Any; children = ( \(rule("Idle seconds", ">=", "10", then: "Log")) ); }
      """)
    _ = bench.judge(udp())
    bench.engine.advance(to: Bench.time(60))
    #expect(bench.events().isEmpty)
    #expect(bench.counts("1", "1.1") == [0, 0])
  }

  @Test func parentRatesAndBytesAreKnownToTimers() throws {
    var bench = try Bench(
      rule(
        "Protocol", "==", "17", then: "->",
        rule(
          "Parent idle seconds", ">=", "10", then: "Group",
          rule("Parent match rate", "==", "0", then: "Email"), rule("Parent byte count", "==", "0", then: "Alert"),
          rule("Parent match count", "==", "1", then: "URL", parameter: "ping://192.0.2.2"),
          rule("Source match rate", "!=", "7", then: "Log"),
          rule("Any", then: "Script"))))
    _ = bench.judge(udp())
    bench.engine.advance(to: Bench.time(10))
    #expect(bench.events().map(\.kind) == [.email, .alert, .url, .script])
  }

  @Test(arguments: ["Pass", "Delete", "Reject", "Drop connection", "Delay", "Route to", "Trigger"])
  func aFinalActionEndsTheTimersWalkAndDoesNothingElse(action: String) throws {
    var bench = try Bench(
      rule(
        "Idle seconds", ">=", "10", then: "->",
        rule("Any", then: action, parameter: "192.0.2.1", rule("Any", then: "Alert")), rule("Any", then: "Email")))
    _ = bench.judge(udp())
    bench.engine.advance(to: Bench.time(10))
    #expect(bench.counts("1", "1.1", "1.1.1", "1.2") == [1, 1, 0, 0])
    #expect(bench.events().isEmpty)
    #expect(bench.entries(.trigger).isEmpty)
  }

  @Test(arguments: ["Keep address", "Keep invalid", "Authorize", "Rate limit in", "Rate limit out", "Dont log"])
  func whatNeedsAPacketOnlyCountsWithoutOne(action: String) throws {
    var bench = try Bench(
      rule("Idle seconds", ">=", "10", then: "->", rule("Any", then: action, parameter: "1M"), rule("Any", then: "Log"))
    )
    _ = bench.judge(udp())
    bench.engine.advance(to: Bench.time(10))
    #expect(bench.counts("1.1", "1.2") == [1, 1])
    #expect(bench.events().map(\.kind) == [.log])
    for table in AddressTableKind.allCases { #expect(bench.entries(table).isEmpty) }
  }
}
