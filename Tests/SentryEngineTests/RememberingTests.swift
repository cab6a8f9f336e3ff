import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

// Rules that ask the tables, and the packets that fill them (docs/Classic.md, "Tables").

@Suite struct AddressTests {
  @Test func theThirdAttemptOfOneHostIsCountedAtItsOwnEntry() throws {
    var bench = try Bench(
      rule("Include", "==", "address", then: "->", rule("Parent match count", ">=", "3", then: "Delete")),
      rule("Any", then: "Keep address"))
    let verdicts = { (bench: inout Bench, host: String) in
      (0..<4).map { bench.judge(udp(from: host), at: Double($0)).verdict }
    }
    // Entered with count 1; each later packet counts one before the child asks.
    #expect(verdicts(&bench, "203.0.113.9") == [.pass, .pass, .delete, .delete])
    #expect(verdicts(&bench, "203.0.113.77") == [.pass, .pass, .delete, .delete])
  }

  @Test func anEntrysCountIsForTheDirectChildrenOfItsIncludeOnly() throws {
    var bench = try Bench(
      rule(
        "Include", "==", "address", then: "->",
        rule("Any", then: "->", rule("Parent match count", ">=", "2", then: "Log"))),
      rule("Parent match count", ">=", "1", then: "Log"),
      rule("Any", then: "Keep address"))
    // 1.1.1 asks rule 1.1's own count; rule 2 asks the root's, which is 0.
    #expect((0..<4).map { bench.judge(udp(), at: Double($0)).logged } == [0, 0, 1, 1])
  }

  @Test func resetParentResetsTheEntryToo() throws {
    var bench = try Bench(
      rule(
        "Include", "==", "address", then: "->",
        rule("Parent match count", ">=", "3", then: "Reset parent")),
      rule("Any", then: "Keep address"))
    for second in 0..<3 { _ = bench.judge(udp(), at: Double(second)) }
    #expect(bench.entries(.address).map(\.matchCount) == [0])
    #expect(bench.counts("1", "1.1") == [0, 1])
  }

  @Test func aNegatedIncludeMatchesStrangers() throws {
    var bench = try Bench(
      rule("Include", "!=", "authorize", then: "->", rule("Dest port", "==", "22", then: "Delete")),
      rule("Dest port", "==", "7000", then: "Authorize"))
    #expect(bench.judge(tcp(port: 22)).verdict == .delete)
    _ = bench.judge(tcp(port: 7000), at: 1)
    #expect(bench.judge(tcp(port: 22), at: 2).verdict == .pass)
  }

  @Test func aRuleThatDoesNotMatchLeavesTheEntryAlone() throws {
    var bench = try Bench(rule("Include", "!=", "address", then: "Log"), rule("Any", then: "Keep address"))
    for second in 0..<3 { _ = bench.judge(udp(), at: Double(second)) }
    // Only Keep address has touched it, which does not count.
    #expect(bench.entries(.address).map(\.matchCount) == [1])
  }

  @Test func anEntryExpiresAfterItsDurationWithoutAHit() throws {
    var bench = try Bench(
      rule("Include", "==", "trigger", then: "Delete"), rule("Dest port", "==", "23", then: "Trigger"),
      settings: "triggerDuration = 60;")
    _ = bench.judge(tcp(port: 23))
    #expect(bench.judge(tcp(), at: 59.9).verdict == .delete)
    // The hit has refreshed the entry.
    #expect(bench.judge(tcp(), at: 119.8).verdict == .delete)
    #expect(bench.judge(tcp(), at: 179.8).verdict == .pass)
    #expect(bench.entries(.trigger).isEmpty)
  }

  @Test func anIPv6HostIsTriggeredWithItsWholeNetwork() throws {
    var bench = try Bench(
      rule("Include", "==", "trigger", then: "Delete"), rule("Dest port", "==", "23", then: "Trigger"))
    let host = "2001:db8::10"
    _ = bench.judge(tcp(from: "2001:db8:bad::1", to: host, port: 23))
    #expect(bench.judge(tcp(from: "2001:db8:bad::2", to: host), at: 1).rule == "1")
    #expect(bench.judge(tcp(from: "2001:db8:bad:1::2", to: host), at: 1).verdict == .pass)
  }

  @Test func aTriggerUnderALeafStillEntersTheAddress() throws {
    var bench = try Bench(rule("Any", then: "Reject", rule("Any", then: "Trigger"), rule("Any", then: "Log")))
    #expect(bench.judge(tcp()) == Outcome(verdict: .reject, rule: "1", logged: 1))
    #expect(bench.entries(.trigger).map(\.address.description) == [Bench.stranger])
    #expect(bench.counts("1.1", "1.2") == [1, 0])
  }
}

@Suite struct ConnectionTests {
  static let stateful = rule("Include", "==", "state", then: "Pass")

  @Test func theFirstPacketOfAFlowIsNotKnownTheReplyIs() throws {
    var bench = try Bench(Self.stateful)
    #expect(bench.judge(tcp(from: Bench.host, to: Bench.stranger)).rule == nil)
    #expect(
      bench.judge(Frame.tcp(from: Bench.stranger, 80, to: Bench.host, 40_000, flags: [.syn, .ack]), at: 0.1).rule == "1"
    )
  }

  @Test func aDeletedPacketStartsNoFlow() throws {
    var bench = try Bench(Self.stateful, rule("Any", then: "Delete"))
    #expect(bench.judge(udp()).rule == "2")
    #expect(bench.judge(udp(), at: 0.1).rule == "2")
  }

  @Test func pingsBelongTogetherByIdentifier() throws {
    var bench = try Bench(Self.stateful)
    _ = bench.judge(Frame.icmp(from: Bench.host, to: Bench.stranger, type: 8, code: 0, identifier: 7))
    let reply = { Frame.icmp(from: Bench.stranger, to: Bench.host, type: 0, code: 0, identifier: $0) }
    #expect(bench.judge(reply(8), at: 0.1).rule == nil)
    #expect(bench.judge(reply(7), at: 0.1).rule == "1")
  }

  @Test func aUDPFlowIsForgottenAfterTwoMinutes() throws {
    var bench = try Bench(Self.stateful)
    _ = bench.judge(udp(port: 9999))
    #expect(bench.judge(udp(port: 9999), at: 119).rule == "1")
    #expect(bench.judge(udp(port: 9999), at: 240).rule == nil)
  }

  @Test func aDelayedPacketEntersItsFlowOnArrival() throws {
    var bench = try Bench(Self.stateful, rule("Any", then: "Delay"))
    #expect(bench.judge(udp()).verdict == .delay)
    #expect(bench.judge(udp(), at: 0.01).rule == "1")
  }
}

@Suite struct FragmentTests {
  private func fragment(offset: UInt16, more: Bool, from source: String = Bench.stranger) -> [UInt8] {
    Frame.udp(
      from: source, 4000, to: Bench.host, 137, payload: Array(repeating: 0x41, count: 64),
      fragment: Frame.Fragment(identification: 77, offset: offset, moreFollow: more))
  }

  @Test func aLaterFragmentHasThePortsOfItsFirst() throws {
    var bench = try Bench(rule("Dest port", "==", "137", then: "Delete"))
    #expect(bench.judge(fragment(offset: 8, more: false)).verdict == .pass)
    #expect(bench.judge(fragment(offset: 0, more: true), at: 1).verdict == .delete)
    #expect(bench.judge(fragment(offset: 8, more: false), at: 2).verdict == .delete)
    #expect(bench.judge(fragment(offset: 8, more: false, from: "203.0.113.77"), at: 2).verdict == .pass)
    // 120 seconds, counted from the first fragment.
    #expect(bench.judge(fragment(offset: 8, more: false), at: 122).verdict == .pass)
  }

  @Test func withoutItsFirstAFragmentHasNoPort() throws {
    var bench = try Bench(rule("Dest port", "!=", "137", then: "Delete"))
    #expect(bench.judge(fragment(offset: 8, more: false)).verdict == .delete)
  }
}

@Suite struct DelayTests {
  @Test func onlyInboundPacketsAreHeld() throws {
    var bench = try Bench(rule("Any", then: "Delay", rule("Any", then: "Log")))
    #expect(bench.judge(udp()) == Outcome(verdict: .delay, rule: "1", logged: 0))
    #expect(bench.judge(udp(from: Bench.host, to: Bench.stranger)) == Outcome(verdict: .pass, rule: "1", logged: 0))
    // Children of a Delay are not run.
    #expect(bench.counts("1", "1.1") == [2, 0])
  }

  @Test func whenTheQueueIsFullThePacketPasses() throws {
    var bench = try Bench(rule("Any", then: "Delay"), settings: "delayCapacity = 2; delaySeconds = 0.75;")
    #expect(bench.judge(udp(), at: 0).verdict == .delay)
    #expect(bench.judge(udp(), at: 0.5).verdict == .delay)
    #expect(bench.judge(udp(), at: 0.6) == Outcome(verdict: .pass, rule: "0 delay table full", logged: 1))
    // The first packet has gone by now.
    #expect(bench.judge(udp(), at: 0.75).verdict == .delay)
  }
}
