@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// Many siblings that ask the same. The bench compares each packet with the plain evaluator, which asks them one by one.
@Suite struct CohortTests {
  private static func document(_ rules: [String]) -> String { "{ rules = ( \(rules.joined(separator: ", ")) ); }" }

  /// Each asks for TCP, and the rule below it for one of the ports from 1000 on.
  private static func refined(_ count: Int, then action: String = "->") -> [String] {
    (0..<count).map {
      rule("Protocol", "==", "6", then: action, rule("Dest port", "==", "\(1000 + $0)", then: "Delete"))
    }
  }

  @Test(arguments: ["->", "Group"]) func aPacketMatchesAllMembersUpToWhereItLeaves(action: String) throws {
    var bench = try Bench(document: Self.document(Self.refined(20, then: action)))
    let cohorts = bench.engine.rules.siblings.cohorts.cohorts.count
    #expect(cohorts == 1)
    #expect(bench.judge(tcp(port: 1007)).rule == "8.1")
    #expect(bench.counts("1", "7", "7.1", "8", "8.1", "9") == [1, 1, 0, 1, 1, 0])
    #expect(bench.judge(tcp(port: 80)).rule == nil)
    #expect(bench.judge(udp(port: 1007)).rule == nil)
    #expect(bench.counts("1", "8", "9", "20", "20.1") == [2, 2, 1, 1, 0])
  }

  @Test func membersWithoutRulesBelowAreCounted() throws {
    let bare = rule("Protocol", "==", "6", then: "->")
    var bench = try Bench(document: Self.document([bare] + Self.refined(8) + Array(repeating: bare, count: 8)))
    _ = bench.judge(tcp(port: 1003))
    _ = bench.judge(tcp(port: 80))
    #expect(bench.counts("1", "5", "5.1", "6", "17") == [2, 2, 1, 1, 1])
  }

  @Test func cohortsStandAmongEachOther() throws {
    let rules = (0..<40).map { number in
      rule(
        "Protocol", "==", number % 2 == 0 ? "6" : "17", then: "->",
        rule("Dest port", "==", "\(1000 + number / 2)", then: "Delete"))
    }
    var bench = try Bench(document: Self.document(rules))
    let cohorts = bench.engine.rules.siblings.cohorts
    #expect(cohorts.stretches.count == 1 && cohorts.cohorts.count == 2)
    #expect(bench.judge(udp(port: 1004)).rule == "10.1")
    #expect(bench.counts("1", "2", "8", "9", "10", "12") == [0, 1, 1, 0, 1, 0])
    #expect(bench.judge(tcp(port: 1004)).rule == "9.1")
    _ = bench.judge(ping())
  }

  @Test func membersMayHaveMembersBelow() throws {
    let rules = (0..<20).map { number in
      rule(
        "Protocol", "==", "6", then: "->",
        rule(
          "Direction", "==", "inbound", then: "->", rule("Dest port", "==", "\(1000 + number)", then: "Delete")))
    }
    var bench = try Bench(document: Self.document(rules))
    let cohorts = bench.engine.rules.siblings.cohorts
    #expect(cohorts.stretches.count == 2 && cohorts.cohorts.count == 2)
    #expect(bench.judge(tcp(port: 1010)).rule == "11.1.1")
    #expect(bench.counts("1", "1.1", "1.1.1", "11.1", "11.1.1", "12") == [1, 1, 0, 1, 1, 0])
  }

  /// Rules that no index knows stand between those that one knows.
  @Test func everyRuleBelowKeepsItsPlace() throws {
    let rules = (0..<20).map { number in
      rule(
        "Protocol", "==", "6", then: "->", rule("Dest port", "==", "80", then: "->"),
        number % 3 == 0
          ? rule("Data content", "==", "word\(number)", then: "Log") : rule("TTL", ">=", "\(number)", then: "->"),
        rule("Include", "==", number == 9 ? "trigger" : "authorize", then: "Delete"),
        number == 6 ? rule("Any", then: "Trigger") : rule("Source port", "==", "\(number)", then: "->"))
    }
    var bench = try Bench(document: Self.document(rules))
    #expect(bench.judge(tcp(port: 80, payload: "word3 word6 word9")).rule == "7.4")
    #expect(bench.counts("1", "7", "8") == [1, 1, 0])
    _ = bench.judge(tcp(from: "198.51.100.77", port: 80, payload: "word12"))
  }

  @Test func aRuleWhoseCountIsAskedIsNoMember() throws {
    var rules = Self.refined(20)
    rules[9] = rule(
      "Protocol", "==", "6", then: "->", rule("Parent match count", ">=", "3", then: "Delete"))
    var bench = try Bench(document: Self.document(rules))
    let stretches = bench.engine.rules.siblings.cohorts.stretches.count
    #expect(stretches == 2)
    #expect((0..<4).map { _ in bench.judge(tcp(port: 80)).rule } == [nil, nil, "10.1", "10.1"])
    #expect(bench.counts("1", "10", "11") == [4, 4, 2])
  }

  @Test func skippedMembersAreNotCounted() throws {
    let rules = [rule("Dest port", "==", "80", then: "++")] + Self.refined(12)
    var bench = try Bench(document: Self.document(rules))
    _ = bench.judge(tcp(port: 81), at: 0.1)
    for number in 2...4 { _ = bench.judge(tcp(port: 80), at: Double(number) / 10) }
    #expect(bench.counts("1", "2", "3", "13") == [3, 1, 4, 4])
    #expect(try bench.counters("2").lastTime == Bench.time(0.1))
  }

  /// Right below a member: over the next one.
  @Test func jumpsFromBelowAMemberSkipWhatTheySkip() throws {
    var rules = Self.refined(30)
    rules[12] = rule("Protocol", "==", "6", then: "->", rule("Dest port", "==", "80", then: "++"))
    rules[20] = rule(
      "Protocol", "==", "6", then: "Group", rule("Dest port", "==", "80", then: "Exit group"),
      rule("Any", then: "->"))
    var bench = try Bench(document: Self.document(rules))
    for port: UInt16 in [80, 1025, 80, 81] { _ = bench.judge(tcp(port: port), at: Double(port) / 1000) }
    #expect(bench.counts("1", "13", "14", "15", "21", "21.2", "22", "30") == [4, 4, 2, 4, 4, 2, 4, 3])
  }

  @Test func timesAreThoseOfTheLastPacketThatCameSoFar() throws {
    var bench = try Bench(document: Self.document(Self.refined(20)))
    _ = bench.judge(tcp(port: 80), at: 0.25)
    _ = bench.judge(tcp(port: 1005), at: 0.5)
    #expect(try bench.counters("6").lastTime == Bench.time(0.5))
    #expect(try bench.counters("7").lastTime == Bench.time(0.25))
    bench.advance(to: 1)
    #expect(try bench.counters("6").matchDelta == 2)
    #expect(try bench.counters("7").matchDelta == 1)
    bench.advance(to: 2)
    #expect(try bench.counters("6").matchDelta == 0)
  }

  /// A path that is left below a member goes on from there.
  @Test func aPathThatIsLeftGoesOnAmongTheMembers() throws {
    var rules = Self.refined(20)
    rules[9] = rule("Protocol", "==", "6", then: "->", rule("Data content", "==", "word", then: "->"))
    var bench = try Bench(document: Self.document(rules))
    for _ in 0..<3 { _ = bench.judge(tcp(port: 1015, payload: "nothing")) }
    #expect(bench.judge(tcp(port: 1015, payload: "a word")).rule == "16.1")
    #expect(bench.engine.paths.history == PathMemory.History(written: 1, left: 1))
    #expect(bench.counts("1", "10", "10.1", "11", "16", "17") == [4, 4, 1, 4, 4, 0])
  }

  @Test func countsOutliveAnApply() throws {
    var bench = try Bench(document: Self.document(Self.refined(20)))
    for port: UInt16 in [1005, 80, 80, 80] { _ = bench.judge(tcp(port: port)) }
    let new = try Bench.ruleSet(Self.document(Array(Self.refined(21).dropFirst(2))))
    let pairing = RulePairing(old: bench.engine.rules.ruleSet, new: new)
    _ = bench.engine.install(
      LoadedRules(new, labels: bench.labels), pairing: pairing, interfaces: bench.engine.interfaces)
    let counts = bench.engine.counters.map(\.matchCount)
    // Rules that are the same are paired in order.
    let expected = Array(repeating: UInt64(4), count: 6) + Array(repeating: 3, count: 13)
    #expect(counts.indices.filter { $0 % 2 == 0 }.map { counts[$0] } == expected)
  }

  /// The walk of a packet that is asked about for its flow's sake sees every rule: there is room for few.
  @Test func aFlowMayStayOnlyWhereFewMembersMatch() throws {
    for (count, isSteady) in [(10, true), (200, false)] {
      var bench = try Bench(document: Self.document(Self.refined(count) + [rule("Any", then: "Pass")]))
      bench.engine.asksAboutFlowsFrom = 1
      _ = bench.judge(tcp(port: 80))
      for number in 0..<8 {
        _ = bench.judge(Frame.tcp(from: Bench.host, 80, to: Bench.stranger, 40_000, flags: .ack), at: Double(number))
        _ = bench.judge(tcp(port: 80, flags: .ack), at: Double(number))
      }
      #expect(bench.engine.steadyPath.isSteady == isSteady)
      #expect(bench.counts("1", "10") == [17, 17])
    }
  }

  /// Nor does it ask members one by one that do not match.
  @Test func aFlowThatMatchesNoMemberMayStay() throws {
    var bench = try Bench(document: Self.document(Self.refined(200) + [rule("Any", then: "Pass")]))
    bench.engine.asksAboutFlowsFrom = 1
    for number in 0..<8 {
      _ = bench.judge(udp(port: 80), at: Double(number))
      _ = bench.judge(Frame.udp(from: Bench.host, 80, to: Bench.stranger, 40_000), at: Double(number))
    }
    #expect(bench.engine.steadyPath.isSteady && bench.engine.steadyPath.rules.count == 1)
  }

  /// What a rule asks that differs from packet to packet keeps a flow from staying, also where it does not match.
  @Test func aFlowMayNotStayWhereMembersAskWhatVaries() throws {
    let rules = Array(repeating: rule("TTL", "==", "1", then: "->"), count: 20)
    var bench = try Bench(document: Self.document(rules + [rule("Any", then: "Pass")]))
    bench.engine.asksAboutFlowsFrom = 1
    for number in 0..<8 {
      _ = bench.judge(udp(port: 80), at: Double(number))
      _ = bench.judge(Frame.udp(from: Bench.host, 80, to: Bench.stranger, 40_000), at: Double(number))
    }
    #expect(bench.engine.steadyPath.objector == 0)
  }

  /// Random documents of such rules, packets and idle checks; counts are asked for after every packet, or only now and then.
  @Test func bothEvaluatorsAgreeOnRulesThatAskTheSame() async throws {
    let seen = try await withThrowingTaskGroup(of: Seen.self) { group in
      for seed in DifferentialTests.seeds(usually: 120) { group.addTask { try Self.seen(ofSeed: seed) } }
      return try await group.reduce(into: Seen()) { $0.add($1) }
    }
    #expect(seen.stretches > 120 && seen.nested > 40 && seen.mixed > 40 && seen.passages > 2_500, "\(seen)")
  }

  /// What must have happened for a difference to show.
  private struct Seen {
    var stretches = 0
    /// Cohorts below members.
    var nested = 0
    /// Stretches of several cohorts.
    var mixed = 0
    /// Members that were counted.
    var passages: UInt64 = 0

    mutating func add(_ other: Seen) {
      stretches += other.stretches
      nested += other.nested
      mixed += other.mixed
      passages += other.passages
    }
  }

  private static func seen(ofSeed seed: UInt64) throws -> Seen {
    let document = RandomRules.textOfAlike(seed: seed)
    var bench = try Bench(
      document: document, title: "seed \(seed)", interface: EngineInterface(name: "eth0", in: Bench.ruleSet(document)),
      local: RandomTraffic.local, eventCapacity: 1000, siblingsOfAGroup: [1, 2, SiblingIndex.usualGroup][Int(seed % 3)])
    if seed % 5 == 0 { bench.engine.paths = PathMemory(places: 2, orders: 0) }
    var requests = RandomRequests(seed: seed)
    for packet in RandomTraffic(seed: seed, count: 100) {
      if let request = requests.next() { bench.perform(request) }
      _ = bench.judgement(packet)
      guard bench.evaluatorsAgree else { break }
    }
    let cohorts = bench.engine.rules.siblings.cohorts
    let counters = bench.engine.counters
    return Seen(
      stretches: cohorts.stretches.count, nested: cohorts.cohorts.count { !$0.stretches.isEmpty },
      mixed: cohorts.stretches.count { $0.cohorts.count > 1 },
      passages: cohorts.memberRules.reduce(0) { $0 + counters[Int($1)].matchCount })
  }
}
