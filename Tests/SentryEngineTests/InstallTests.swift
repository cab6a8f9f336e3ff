import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

/// Other rules between two packets: what stays, what starts anew.
@Suite struct InstallTests {
  private static let telnet = rule("Dest port", "==", "23", then: "Trigger")
  private static let count = rule("Any", then: "->")

  private func install(_ rules: String..., in bench: inout Bench, before old: RuleSet) throws -> RuleSet {
    let new = try Bench.ruleSet("( \(rules.joined(separator: ", ")) )")
    let retired = bench.engine.install(
      LoadedRules(new, generation: 2, labels: bench.labels), pairing: RulePairing(old: old, new: new),
      interfaces: bench.engine.interfaces)
    #expect(retired.generation == 1)
    return new
  }

  @Test func countersFollowARuleThatDidNotChange() throws {
    var bench = try Bench(Self.telnet, Self.count)
    for _ in 0..<3 { _ = bench.judge(udp()) }
    let old = bench.engine.rules.ruleSet
    _ = try install(rule("None", then: "Delete"), Self.count, Self.telnet, in: &bench, before: old)
    #expect(bench.engine.counters.map(\.matchCount) == [0, 3, 0])
    _ = bench.judge(udp(), at: 0.5)
    bench.advance(to: 1)
    // The second in which the rules changed counts whole.
    #expect(bench.engine.counters.map(\.matchDelta) == [0, 4, 0])
  }

  @Test func tablesStay() throws {
    var bench = try Bench(Self.telnet)
    _ = bench.judge(tcp(port: 23))
    let old = bench.engine.rules.ruleSet
    _ = try install(rule("Include", "==", "trigger", then: "Delete"), in: &bench, before: old)
    #expect(bench.judgement(tcp(port: 80), at: 1).verdict == .delete)
    // The entry still says which rule made it.
    #expect(bench.entries(.trigger).map { bench.labels.label($0.triggeredBy).text } == ["1"])
  }

  @Test func rulesAreIdleSinceTheyWereApplied() throws {
    var bench = try Bench(Self.count)
    _ = bench.judge(udp())
    bench.advance(to: 55)
    let old = bench.engine.rules.ruleSet
    _ = try install(rule("Idle seconds", ">=", "20", then: "Log"), in: &bench, before: old)
    bench.advance(to: 70)
    #expect(bench.events().isEmpty)
    bench.advance(to: 80)
    #expect(bench.events().map(\.time) == [80].map(Bench.time))
  }
}
