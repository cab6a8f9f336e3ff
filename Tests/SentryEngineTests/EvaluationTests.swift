import SentryPacket
import SentryTestSupport
import Testing

// Expected results: docs/Classic.md, "Evaluation"; the table of evaluation vectors there.

@Suite struct EvaluationTests {
  @Test func dontLogUnderDeleteKeepsItOutOfTheLog() throws {
    var bench = try Bench(rule("Any", then: "Delete", rule("Any", then: "Dont log")))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "1", logged: 0))
    #expect(bench.counts("1", "1.1") == [1, 1])
  }

  @Test func logUnderDeleteWritesTheChildsEntryThenTheLeafs() throws {
    var bench = try Bench(rule("Any", then: "Delete", rule("Any", then: "Log")))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "1", logged: 2))
    let events = bench.events()
    #expect(events.map { bench.labels.label($0.label).number } == ["1.1", "1"])
    #expect(events.map(\.kind) == [.log, .delete])
    #expect(events.map(\.leaf) == [.delete, nil])
  }

  @Test func aSecondTerminatingActionCountsButDoesNothingAndEndsTheChildren() throws {
    var bench = try Bench(rule("Any", then: "Pass", rule("Any", then: "Delete"), rule("Any", then: "Log")))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: "1", logged: 0))
    #expect(bench.counts("1", "1.1", "1.2") == [1, 1, 0])
  }

  @Test func childrenOfARuleThatDoesNotMatchAreNotTested() throws {
    var bench = try Bench(rule("None", then: "->", rule("Any", then: "Delete")), rule("Any", then: "Log"))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 1))
    #expect(bench.counts("1", "1.1", "2") == [0, 0, 1])
  }

  @Test func aDisabledParentTakesItsChildrenOutOfUse() throws {
    var bench = try Bench(
      """
      { enabled = 0; propertyName = Any; children = ( \(rule("Any", then: "Delete")) ); }
      """)
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 0))
  }

  static let group = rule(
    "Any", then: "Group", rule("Protocol", "!=", "6", then: "Exit group"), rule("Any", then: "Log"))

  @Test func exitGroupGoesOnAfterTheGroup() throws {
    var bench = try Bench(Self.group, rule("Any", then: "Delete"))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "2", logged: 1))
    #expect(bench.counts("1", "1.1", "1.2", "2") == [1, 1, 0, 1])
  }

  @Test func aGroupWithoutExitRunsToItsEnd() throws {
    var bench = try Bench(Self.group, rule("Any", then: "Delete"))
    #expect(bench.judge(tcp()) == Outcome(verdict: .delete, rule: "2", logged: 2))
    #expect(bench.counts("1", "1.1", "1.2", "2") == [1, 0, 1, 1])
  }

  @Test func skipPassesOverTheNextRule() throws {
    var bench = try Bench(rule("Any", then: "++"), rule("Any", then: "Delete"), rule("Any", then: "Log"))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 1))
    #expect(bench.counts("1", "2", "3") == [1, 0, 1])
  }

  @Test func skipOnAParentPassesOverItsFirstChild() throws {
    var bench = try Bench(rule("Any", then: "++", rule("Any", then: "Delete"), rule("Any", then: "Log")))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 1))
    #expect(bench.counts("1", "1.1", "1.2") == [1, 0, 1])
  }

  @Test func aTriggeredHostIsKnownByItsNextPacket() throws {
    var bench = try Bench(
      rule("Dest port", "==", "23", then: "Trigger"), rule("Include", "==", "trigger", then: "Delete"))
    #expect(bench.judge(tcp(port: 23)) == Outcome(verdict: .delete, rule: "1", logged: 1))
    #expect(bench.entries(.trigger).map(\.matchCount) == [1])
    #expect(bench.judge(tcp(port: 80), at: 1) == Outcome(verdict: .delete, rule: "2", logged: 1))
    let entries = bench.entries(.trigger)
    #expect(entries.map(\.address.description) == [Bench.stranger])
    #expect(entries.map(\.matchCount) == [2])
    #expect(entries.map { bench.labels.label($0.triggeredBy).triggeredBy } == ["1"])
  }

  @Test func parentMatchCountEqualsOnThatPacketOnly() throws {
    var bench = try Bench(rule("Any", then: "->", rule("Parent match count", "==", "3", then: "Log")))
    #expect((0..<4).map { bench.judge(udp(), at: Double($0)).logged } == [0, 0, 1, 0])
  }

  @Test func theEndOfTheRulesPassesWithoutAnEntry() throws {
    var bench = try Bench(rule("None", then: "Delete"))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 0))
  }

  @Test func aRulesBytesAreIPBytes() throws {
    var bench = try Bench(rule("Any", then: "->"))
    _ = bench.judge(udp(payload: "abc"))
    // RFC 791: 20 bytes of IP header; RFC 768: 8 of UDP.
    #expect(try bench.counters("1").byteCount == 31)
  }
}

@Suite struct LoggingTests {
  @Test func dontLogSilencesLaterEntriesButNotEarlierOnes() throws {
    var bench = try Bench(
      rule("Any", then: "Log"), rule("Any", then: "Dont log"), rule("Any", then: "Log"), rule("Any", then: "Delete"))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "4", logged: 1))
  }

  @Test func dontLogBelongsToThePacket() throws {
    var bench = try Bench(
      rule("Protocol", "==", "17", then: "Dont log"), rule("Any", then: "Log"))
    #expect(bench.judge(udp()).logged == 0)
    #expect(bench.judge(tcp()).logged == 1)
  }

  @Test func notificationsGoOutEvenWhenThePacketIsNotLogged() throws {
    var bench = try Bench(
      rule("Any", then: "Dont log"), rule("Any", then: "Alert"), rule("Any", then: "Email"), rule("Any", then: "URL"))
    #expect(bench.judge(udp()).logged == 0)
    let events = bench.events()
    #expect(events.map(\.kind) == [.alert, .email, .url])
    #expect(events.allSatisfy { !$0.isLogged })
  }

  @Test func aNotificationUnderALeafStandsForItsEntry() throws {
    var bench = try Bench(rule("Any", then: "Delete", rule("Any", then: "Alert"), rule("Any", then: "Email")))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "1", logged: 2))
    let events = bench.events()
    #expect(events.map(\.kind) == [.alert, .email])
    #expect(events.map(\.leaf) == [.delete, .delete])
  }

  @Test func aURLIsToldButNotLogged() throws {
    var bench = try Bench(rule("Any", then: "URL"))
    #expect(bench.judge(udp()).logged == 0)
    #expect(bench.events().map(\.isLogged) == [false])
  }

  @Test func deleteNoLogIsSilent() throws {
    var bench = try Bench(rule("Any", then: "Delete no log"))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "1", logged: 0))
  }

  @Test func eventsThatDoNotFitAreCounted() throws {
    var bench = try Bench(rule("Any", then: "Log"), eventCapacity: 2)
    let frame = udp()
    for _ in 0..<5 {
      _ = bench.engine.judge(
        frame.span.bytes, linkType: .ethernet, wireLength: frame.count, time: Bench.time(0), interface: 0)
    }
    #expect(bench.events().count == 2)
    #expect(bench.engine.lostEvents == 3)
  }
}
