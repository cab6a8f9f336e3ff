import SentryEngine
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

extension EvaluationTests {
  @Test(arguments: ["Delay", "Route to"])
  func underALeafAPacketIsNeitherHeldNorRouted(action: String) throws {
    var bench = try Bench(
      rule("Any", then: "Pass", rule("Any", then: action, parameter: "192.0.2.1"), rule("Any", then: "Log")))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: "1", logged: 0))
    #expect(bench.counts("1", "1.1", "1.2") == [1, 1, 0])
    #expect(bench.engine.tables.delays.count == 0)
  }

  @Test(arguments: ["192.0.2.1", "2001:db8::1"])
  func aRoutedPacketNamesItsNextHop(address: String) throws {
    var bench = try Bench(
      rule("Protocol", "==", "6", then: "Log"),
      rule("Any", then: "Route to", parameter: address, rule("Any", then: "Log")), rule("Any", then: "Delete"))
    let judgement = bench.judgement(udp())
    #expect(judgement.verdict == .routeTo)
    #expect(judgement.entriesLogged == 0)
    #expect(bench.counts("2", "2.1", "3") == [1, 0, 0])
    #expect(judgement.decider == .rule(1))
    #expect(bench.engine.rules.nextHop(of: 1) == IPAddress(address))
    #expect(bench.engine.rules.nextHop(of: 0) == nil)
    #expect(bench.engine.rules.nextHop(of: 99) == nil)
  }

  @Test func aRoutedPacketIsLetThrough() throws {
    var bench = try Bench(
      rule("Include", "==", "state", then: "Delete"), rule("Any", then: "Route to", parameter: "192.0.2.1"))
    #expect(bench.judge(udp()).verdict == .routeTo)
    #expect(bench.judge(udp(), at: 1).rule == "1")
  }
}

/// What the parent, or the source, has done: counts, bytes, rates.
@Suite struct RateTests {
  @Test func theParentsRateIsThatOfItsLastFullSecond() throws {
    var bench = try Bench(rule("Any", then: "->", rule("Parent match rate", ">=", "3", then: "Delete")))
    #expect((0..<4).map { _ in bench.judge(udp(), at: 0.5).verdict } == [.pass, .pass, .pass, .pass])
    #expect(bench.judge(udp(), at: 1).verdict == .delete)
    // Two packets in that second.
    #expect(bench.judge(udp(), at: 1.9).verdict == .delete)
    #expect(bench.judge(udp(), at: 2).verdict == .pass)
  }

  @Test func withoutAParentThereIsNothingToCount() throws {
    var bench = try Bench(
      rule("Parent match rate", "==", "0", then: "Log"), rule("Parent byte count", "==", "0", then: "Log"))
    #expect((0..<3).map { bench.judge(udp(), at: Double($0)).logged } == [2, 2, 2])
  }

  @Test func theParentsBytesIncludeThisPacket() throws {
    // RFC 791, RFC 768: 28 bytes of headers, and 72 of payload.
    let packet = udp(payload: String(repeating: "x", count: 72))
    var bench = try Bench(rule("Any", then: "->", rule("Parent byte count", ">=", "300", then: "Delete")))
    #expect((0..<4).map { bench.judge(packet, at: Double($0)).verdict } == [.pass, .pass, .delete, .delete])
  }

  @Test func belowAnIncludeOnlyTheMatchCountIsTheEntrys() throws {
    var bench = try Bench(
      rule(
        "Include", "==", "address", then: "->",
        rule("Parent match count", "==", "3", then: "Log"), rule("Parent byte count", "==", "28", then: "Alert")),
      rule("Any", then: "Keep address"))
    _ = bench.judge(udp())
    _ = bench.judge(udp(), at: 1)
    #expect(bench.events().map(\.kind) == [.alert])
    _ = bench.judge(udp(), at: 2)
    #expect(bench.events().map(\.kind) == [.log])
  }

  @Test func aSourcesRateIsThatOfItsLastFullSecond() throws {
    var bench = try Bench(
      rule("Source match rate", ">=", "2", then: "Delete"), rule("Protocol", "==", "1", then: "Delete"))
    // What a rule deletes counts as well: it reached the rules.
    for packet in [udp(), ping(), udp(from: "203.0.113.77")] { _ = bench.judge(packet, at: 0.5) }
    #expect(bench.judge(tcp(), at: 0.9).verdict == .pass)
    #expect(bench.judge(tcp(), at: 1).rule == "1")
    #expect(bench.judge(tcp(from: "203.0.113.77"), at: 1).verdict == .pass)
    #expect(bench.judge(tcp(), at: 2).verdict == .pass)
  }

  @Test func anIPv6SourceCountsWithItsNet() throws {
    var bench = try Bench(rule("Source match rate", ">=", "2", then: "Delete"), settings: "triggerIPv6Prefix = 48;")
    let to = "2001:db8::10"
    for net in 1...2 { _ = bench.judge(udp(from: "2001:db8:bad:\(net)::1", to: to)) }
    #expect(bench.judge(udp(from: "2001:db8:bad:3::1", to: to), at: 1).verdict == .delete)
    #expect(bench.judge(udp(from: "2001:db8:be:3::1", to: to), at: 1).verdict == .pass)
  }

  @Test func sourcesAreCountedOnlyWhereRulesAsk() throws {
    var bench = try Bench(rule("Any", then: "->"))
    _ = bench.judge(udp())
    #expect(bench.engine.tables.countedSources == nil)
    var unfiltered = try Bench(
      rule("Source match rate", ">=", "1", then: "Delete"),
      interface: EngineInterface(name: "eth0", isFiltered: false))
    _ = unfiltered.judge(udp())
    #expect(unfiltered.engine.tables.countedSources == 0)
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
      rule("Any", then: "Dont log"), rule("Any", then: "Alert"), rule("Any", then: "Email"),
      rule("Any", then: "URL", parameter: "ping://192.0.2.2"),
      rule("Any", then: "Script"))
    #expect(bench.judge(udp()).logged == 0)
    let events = bench.events()
    #expect(events.map(\.kind) == [.alert, .email, .url, .script])
    #expect(events.allSatisfy { !$0.isLogged })
  }

  @Test func aNotificationUnderALeafStandsForItsEntry() throws {
    var bench = try Bench(rule("Any", then: "Delete", rule("Any", then: "Alert"), rule("Any", then: "Email")))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "1", logged: 2))
    let events = bench.events()
    #expect(events.map(\.kind) == [.alert, .email])
    #expect(events.map(\.leaf) == [.delete, .delete])
  }

  @Test func aScriptIsToldAndLogged() throws {
    var bench = try Bench(rule("Any", then: "Script", parameter: "page.sh"), rule("Any", then: "Delete"))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "2", logged: 2))
    #expect(bench.events().map(\.kind) == [.script, .delete])
  }

  @Test func aScriptUnderALeafStandsForItsEntry() throws {
    var bench = try Bench(rule("Any", then: "Delete", rule("Any", then: "Script")))
    #expect(bench.judge(udp()) == Outcome(verdict: .delete, rule: "1", logged: 1))
    #expect(bench.events().map(\.leaf) == [.delete])
  }

  @Test func aURLIsToldButNotLogged() throws {
    var bench = try Bench(rule("Any", then: "URL", parameter: "ping://192.0.2.2"))
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
