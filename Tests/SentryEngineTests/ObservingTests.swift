import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// A rule that is only observed.
private func observed(_ rule: String) -> String { "{ observe = 1;" + rule.dropFirst() }

/// Rules that decide, count and log without being enforced.
@Suite struct ObservingTests {
  /// What an observed rule does with a packet to port 23, and what the rule behind it does then.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rules: [String]
    /// Of the rules, in document order.
    let counts: [UInt64]
    /// The kinds of the events that are observed, and of the others.
    var told: [EngineEvent.Kind] = []
    var done: [EngineEvent.Kind] = []
    var outcome = Outcome(verdict: .pass, rule: nil, logged: 0)

    init(
      _ what: String, _ rules: String..., counts: [UInt64], told: [EngineEvent.Kind] = [],
      done: [EngineEvent.Kind] = [], _ outcome: Outcome = Outcome(verdict: .pass, rule: nil, logged: 0)
    ) {
      (testDescription, self.rules, self.counts, self.told) = (what, rules, counts, told)
      (self.done, self.outcome) = (done, outcome)
    }
  }

  private static let nothing = rule("Any", then: "->")
  private static func passed(_ logged: Int) -> Outcome { Outcome(verdict: .pass, rule: nil, logged: logged) }

  @Test(arguments: [
    Case(
      "Delete is told, and the next rule asked", observed(rule("Dest port", "==", "23", then: "Delete")), nothing,
      counts: [1, 1], told: [.delete], passed(1)),
    Case(
      "the next rule decides", observed(rule("Any", then: "Reject")), rule("Any", then: "Delete"), counts: [1, 1],
      told: [.reject], done: [.delete], Outcome(verdict: .delete, rule: "2", logged: 2)),
    Case(
      "Pass does not let through", observed(rule("Any", then: "Pass")), rule("Any", then: "Delete no log"),
      counts: [1, 1], Outcome(verdict: .delete, rule: "2", logged: 0)),
    Case(
      "what is below is observed, too",
      observed(rule("Any", then: "->", rule("Any", then: "Delete"), rule("Any", then: "Log"))), nothing,
      counts: [1, 1, 0, 1], told: [.delete], passed(1)),
    Case(
      "rules below the leaf are asked", observed(rule("Any", then: "Delete", parameter: "", rule("Any", then: "Log"))),
      nothing, counts: [1, 1, 1], told: [.log, .delete], passed(2)),
    Case(
      "++ skips nothing behind it", observed(rule("Any", then: "++")), nothing, counts: [1, 1], passed(0)),
    Case(
      "nor does ++ at its end", observed(rule("Any", then: "->", rule("Any", then: "++"))), nothing,
      counts: [1, 1, 1], passed(0)),
    Case(
      "Exit group leaves it only",
      rule("Any", then: "Group", observed(rule("Any", then: "->", rule("Any", then: "Exit group"))), nothing),
      counts: [1, 1, 1, 1], passed(0)),
    Case(
      "Dont log silences what is observed only",
      observed(rule("Any", then: "->", rule("Any", then: "Dont log"), rule("Any", then: "Log"))),
      rule("Any", then: "Log"), counts: [1, 1, 1, 1], done: [.log], passed(1)),
    Case(
      "nobody is notified", observed(rule("Any", then: "Email", parameter: "a@example.org")),
      observed(rule("Any", then: "URL", parameter: "ping://192.0.2.99")), counts: [1, 1], told: [.log], passed(1)),
    Case(
      "below a decision it changes nothing", rule("Any", then: "Delete", observed(rule("Any", then: "Pass")), nothing),
      counts: [1, 1, 1], done: [.delete], Outcome(verdict: .delete, rule: "1", logged: 1)),
  ])
  func thePacketGoesOnAsIfItHadNotMatched(_ c: Case) throws {
    var bench = try Bench(document: "( \(c.rules.joined(separator: ", ")) )")
    // The third packet follows the path of the second.
    for round in 1...3 as ClosedRange<UInt64> {
      #expect(bench.judge(tcp(port: 23), at: Double(round)) == c.outcome)
      #expect(bench.engine.counters.map(\.matchCount) == c.counts.map { $0 * round })
      let events = bench.events()
      #expect(events.filter(\.isObserved).map(\.kind) == c.told)
      #expect(events.filter { !$0.isObserved }.map(\.kind) == c.done)
    }
  }

  @Test func noTableChanges() throws {
    var bench = try Bench(
      observed(
        rule(
          "Any", then: "->", rule("Any", then: "Keep address"), rule("Any", then: "Keep invalid"),
          rule("Any", then: "Authorize"), rule("Any", then: "Trigger"))))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 1))
    for table in AddressTableKind.allCases { #expect(bench.entries(table) == []) }
  }

  /// It finds who is there, but neither counts at the entry nor keeps it alive.
  @Test func anObservedIncludeOnlyLooks() throws {
    var bench = try Bench(
      observed(rule("Include", "==", "address", then: "Delete")), rule("Dest port", "==", "53", then: "Keep address"))
    _ = bench.judge(udp())
    let before = bench.entries(.address)
    #expect(bench.judge(udp(port: 54), at: 5).logged == 1)
    #expect(bench.entries(.address) == before)
  }

  /// What an observed search has found is no start for one behind it.
  @Test func searchesStartWhereTheyDidBefore() throws {
    var bench = try Bench(
      observed(rule("Data content", "==", "two", then: "->")),
      rule("Data content", "==", "[+0,3]one", then: "Delete no log"))
    #expect(bench.judge(udp(payload: "one two")).rule == "2")
  }

  /// Counts below set back what they count themselves.
  @Test func resetParentStaysWithin() throws {
    var bench = try Bench(
      rule(
        "Any", then: "->", observed(rule("Any", then: "Reset parent")),
        observed(rule("Any", then: "->", rule("Parent match count", ">=", "2", then: "Reset parent")))))
    _ = bench.judge(udp())
    _ = bench.judge(udp(), at: 1)
    #expect(bench.counts("1", "1.1", "1.2", "1.2.1") == [2, 2, 0, 1])
  }

  @Test func observedIdleRulesTellOnly() throws {
    var bench = try Bench(
      rule("Any", then: "->"), observed(rule("Idle seconds", "==", "9-10", then: "Log", rule("Any", then: "Alert"))))
    _ = bench.judge(udp())
    bench.advance(to: 15)
    #expect(bench.counts("2", "2.1") == [1, 1])
    #expect(bench.events().map(\.kind) == [.log, .log])
  }

  // MARK: The whole document

  private static let gateway =
    rule("Dest port", "==", "23", then: "Trigger") + ", " + rule("Dest port", "==", "53", then: "Delay") + ", "
    + rule("Any", then: "Delete")

  @Test func everyPacketPasses() throws {
    var bench = try Bench(Self.gateway, settings: "observe = 1;")
    let packets = [
      tcp(port: 23), udp(), tcp(), Array(tcp().prefix(14 + 20 + 8)), Array(tcp().prefix(14 + 10)),
    ]
    for (number, packet) in packets.enumerated() {
      let outcome = bench.judge(packet, at: Double(number))
      #expect(outcome.verdict == .pass)
    }
    #expect(bench.counts("1", "2", "3") == [1, 1, 1])
    for table in AddressTableKind.allCases { #expect(bench.entries(table) == []) }
    let events = bench.events()
    #expect(events.count { !$0.isObserved } == 0 && !events.isEmpty)
    let held = bench.engine.tables.delays.held(at: bench.engine.now)
    #expect(held == 0)
  }

  @Test func theFirstDecisionIsTold() throws {
    var bench = try Bench(
      rule("Any", then: "Delete"), rule("Any", then: "Reject"), settings: "observe = 1;")
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 1))
    #expect(bench.events().map(\.kind) == [.delete])
    #expect(bench.counts("1", "2") == [1, 0])
  }
}
