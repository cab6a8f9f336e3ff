import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

// Expected results: docs/Classic.md, "Actions". Rates hold for TCP, the latest match wins, and the walk goes on.

extension Bench {
  /// The rules, by number, that limit what arrives and what leaves along the only flow.
  fileprivate func limits() -> [String] {
    engine.tables.connections.entries(now: engine.now).flatMap { [$0.inboundRate, $0.outboundRate] }
      .map { $0 == 0 ? "-" : labels.label($0).number }
  }

  /// What the events since the last call say: rule, rate, what it limits.
  fileprivate mutating func bindings() -> [String] {
    events().filter { $0.kind == .rateLimit }.map { event in
      let directions = event.rateDirections == .inbound ? "in" : event.rateDirections == .outbound ? "out" : "both"
      return "\(labels.label(event.label).number) \(event.rate) \(directions)"
    }
  }
}

@Suite struct RateLimitTests {
  @Test func aFlowIsBoundWhenItsPacketIsLetThrough() throws {
    var bench = try Bench(rule("Any", then: "Rate limit in", parameter: "100K"), rule("Any", then: "Log"))
    #expect(bench.judge(tcp()) == Outcome(verdict: .pass, rule: nil, logged: 1))
    #expect(bench.limits() == ["1", "-"])
    #expect(bench.bindings() == ["1 100000 in"])
    #expect(bench.judge(tcp(flags: .ack), at: 1).verdict == .pass)
    #expect(bench.bindings() == [])
    #expect(bench.counts("1") == [2])
  }

  @Test func anEventTellsTheFlow() throws {
    var bench = try Bench(rule("Any", then: "Rate limit out", parameter: "56000"))
    _ = bench.judge(tcp())
    let events = bench.events()
    #expect(events.map(\.hasPacket) == [true])
    #expect(events.map(\.isLogged) == [false])
    #expect(events.map(\.source.description) == [Bench.stranger])
    #expect(events.map(\.sourcePort) == [40_000])
    #expect(events.map(\.destinationPort) == [80])
    #expect(events.map(\.protocolNumber) == [IPProtocol.tcp])
  }

  @Test func theLatestMatchWinsInEachDirection() throws {
    var bench = try Bench(
      rule("Any", then: "Rate limit in", parameter: "1M"),
      rule("Any", then: "Rate limit out", parameter: "2M"),
      rule("TCP header flags", "==", "psh", then: "Rate limit in", parameter: "3M"))
    _ = bench.judge(tcp())
    #expect(bench.limits() == ["1", "2"])
    #expect(bench.bindings() == ["1 1000000 in", "2 2000000 out"])
    _ = bench.judge(tcp(flags: [.ack, .psh]), at: 1)
    #expect(bench.limits() == ["3", "2"])
    #expect(bench.bindings() == ["3 3000000 in"])
  }

  /// Hence the advice of docs/Enforcement.md, "Rates".
  @Test(arguments: [false, true])
  func answersBindToTheRuleThatTheyMeet(belowDirection: Bool) throws {
    let web = rule("Source port", "==", "80", then: "Rate limit out", parameter: "2M", rule("Any", then: "Pass"))
    let others = rule("Any", then: "Rate limit out", parameter: "10M")
    var bench =
      belowDirection
      ? try Bench(rule("Direction", "==", "out", then: "->", web, others)) : try Bench(web, others)
    var seen: [String] = []
    for moment in 0..<3 {
      _ = bench.judge(tcp(flags: .ack), at: Double(2 * moment))
      seen.append(bench.limits()[1])
      let sent = tcp(from: Bench.host, 80, to: Bench.stranger, port: 40_000, flags: .ack)
      _ = bench.judge(sent, at: Double(2 * moment + 1))
      seen.append(bench.limits()[1])
    }
    #expect(seen == (belowDirection ? ["-", "1.1", "1.1", "1.1", "1.1", "1.1"] : ["2", "1", "2", "1", "2", "1"]))
  }

  @Test func aRateForBothDirectionsIsOneEvent() throws {
    var bench = try Bench(rule("Any", then: "Rate limit", parameter: "1.5M"))
    _ = bench.judge(tcp())
    #expect(bench.limits() == ["1", "1"])
    #expect(bench.bindings() == ["1 1500000 both"])
  }

  @Test func flowsOfAllProtocolsAreBound() throws {
    var bench = try Bench(rule("Any", then: "Rate limit in", parameter: "1M"))
    for frame in [udp(), ping(), Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 47)] {
      _ = bench.judge(frame)
      #expect(bench.bindings() == ["1 1000000 in"])
    }
    #expect(bench.limits() == ["1", "-", "1", "-", "1", "-"])
  }

  /// Verdicts are the same with and without limits: only whoever carries them out asks for more.
  @Test func aPacketOfABoundFlowPassesAndSaysSo() throws {
    var bench = try Bench(
      rule("Dest port", "==", "80", then: "Rate limit in", parameter: "1M"),
      rule("Dest port", "==", "81", then: "Delete"))
    let (limited, deleted, others) = (
      bench.judgement(tcp()), bench.judgement(tcp(port: 81)), bench.judgement(tcp(port: 82))
    )
    #expect(limited.isRateBound && !deleted.isRateBound && !others.isRateBound)
    // The flow is bound, not the packet.
    let answer = bench.judgement(tcp(from: Bench.host, 80, to: Bench.stranger, port: 40_000, flags: [.syn, .ack]))
    #expect(answer.verdict == .pass && answer.isRateBound)
  }

  @Test func limitsAreThoseOfEnabledRulesInForce() throws {
    var bench = try Bench(
      rule("Any", then: "Rate limit", parameter: "1.5M"), rule("Any", then: "Log"),
      rule("Any", then: "Rate limit out", parameter: "64k"),
      "{ enabled = 0; filterActionName = \"Rate limit in\"; parameter = 8; }")
    func limits(_ bench: borrowing Bench) -> [String] {
      bench.engine.rates.map { place, rate in "\(place) \(rate.direction) \(rate.bytesPerSecond)" }
    }
    #expect(limits(bench) == ["0 inbound 187500", "0 outbound 187500", "2 outbound 8000"])
    let new = try Bench.ruleSet("( \(rule("Any", then: "Rate limit in", parameter: "8")) )")
    _ = bench.engine.install(
      LoadedRules(new, generation: 2, labels: bench.labels), pairing: .none, interfaces: bench.engine.interfaces)
    #expect(limits(bench) == ["0 inbound 1"])
  }

  @Test func aDeletedPacketBindsNothing() throws {
    var bench = try Bench(
      rule("TCP header flags", "==", "psh", then: "Rate limit", parameter: "1M", rule("Any", then: "Delete")))
    _ = bench.judge(tcp())
    _ = bench.judge(tcp(flags: [.ack, .psh]), at: 1)
    #expect(bench.limits() == ["-", "-"])
    #expect(bench.bindings() == [])
  }

  @Test func aRateUnderAPassingLeafBinds() throws {
    var bench = try Bench(rule("Any", then: "Pass", rule("Any", then: "Rate limit in", parameter: "1M")))
    _ = bench.judge(tcp())
    #expect(bench.limits() == ["1.1", "-"])
  }

  @Test func aTimerBindsNothing() throws {
    var bench = try Bench(
      rule("Idle seconds", ">=", "10", then: "Rate limit", parameter: "1M", rule("Any", then: "Email")))
    _ = bench.judge(tcp())
    bench.engine.advance(to: Bench.time(10))
    #expect(bench.events().map(\.kind) == [.email])
    #expect(bench.limits() == ["-", "-"])
  }

  @Test func aNewConnectionIsBoundAnew() throws {
    var bench = try Bench(rule("Any", then: "Rate limit in", parameter: "1M"))
    for (second, flags) in [Frame.TCPFlags.syn, .rst, .syn].enumerated() {
      _ = bench.judge(tcp(flags: flags), at: Double(second) / 10)
    }
    #expect(bench.bindings() == ["1 1000000 in", "1 1000000 in"])
  }

  /// The label says which rule it is: the same rule binds no flow twice, the same place with another rate does.
  @Test(arguments: [("1M", [String]()), ("2M", ["1 2000000 in"])])
  func flowsStayBoundWhenTheRulesChange(rate: String, bindings: [String]) throws {
    var bench = try Bench(rule("Any", then: "Rate limit in", parameter: "1M"))
    _ = bench.judge(tcp())
    _ = bench.events()
    let new = try Bench.ruleSet(
      "( \(rule("Any", then: "Rate limit in", parameter: rate)), \(rule("Any", then: "Log")) )")
    _ = bench.engine.install(
      LoadedRules(new, generation: 2, labels: bench.labels),
      pairing: RulePairing(old: bench.engine.rules.ruleSet, new: new), interfaces: bench.engine.interfaces)
    #expect(bench.limits() == ["1", "-"])
    _ = bench.judge(tcp(flags: .ack), at: 1)
    #expect(bench.bindings() == bindings)
  }
}
