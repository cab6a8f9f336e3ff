import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

// docs/Classic.md, "Before the rules".

@Suite struct BeforeTheRulesTests {
  private static let passAll = rule("Any", then: "Pass")

  @Test func aShortTCPHeaderIsDeletedLoggedAndItsSenderRemembered() throws {
    var bench = try Bench(Self.passAll)
    let short = Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 6, payload: [UInt8](repeating: 0, count: 12))
    #expect(bench.judge(short) == Outcome(verdict: .delete, rule: "0 short TCP header", logged: 1))
    #expect(bench.entries(.invalid).map(\.address.description) == [Bench.stranger])
    #expect(bench.labels.label(bench.entries(.invalid)[0].triggeredBy).triggeredBy == "rule 0")
    #expect(bench.counts("1") == [0])
  }

  @Test func aLaterFragmentHasNoTCPHeaderToBeShort() throws {
    var bench = try Bench(Self.passAll)
    let later = Frame.ipv4(
      from: Bench.stranger, to: Bench.host, protocol: 6, fragmentOffset: 64, payload: [UInt8](repeating: 0, count: 12))
    #expect(bench.judge(later).rule == "1")
    #expect(bench.entries(.invalid).isEmpty)
  }

  @Test func aShortUDPHeaderIsDeletedAndLogged() throws {
    var bench = try Bench(Self.passAll)
    let short = Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 17, payload: [1, 2, 3])
    #expect(bench.judge(short) == Outcome(verdict: .delete, rule: "0 short header", logged: 1))
  }

  @Test func aShortIPHeaderIsDeletedAndLogged() throws {
    var bench = try Bench(Self.passAll)
    let short = Frame.ipv4(
      from: Bench.stranger, to: Bench.host, protocol: 17, payload: [UInt8](repeating: 0, count: 20), headerLength: 16)
    #expect(bench.judge(short) == Outcome(verdict: .delete, rule: "0 short IP header", logged: 1))
  }

  @Test func malformedPassLetsThemThrough() throws {
    var bench = try Bench(Self.passAll, settings: "malformed = pass;")
    let short = Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 17, payload: [1, 2, 3])
    #expect(bench.judge(short) == Outcome(verdict: .pass, rule: "0 short header", logged: 1))
  }

  @Test func anotherIPVersionPassesAndIsLogged() throws {
    var bench = try Bench(rule("Any", then: "Delete"))
    let version5 = Frame.ethernet(type: 0x0800, payload: [0x55] + [UInt8](repeating: 0, count: 39))
    #expect(bench.judge(version5) == Outcome(verdict: .pass, rule: "0 not IP", logged: 1))
  }

  @Test func whatIsNotIPPassesWithoutARule() throws {
    var bench = try Bench(rule("Any", then: "Delete"))
    #expect(
      bench.judge(Frame.arp(from: Bench.stranger, for: Bench.host)) == Outcome(verdict: .pass, rule: nil, logged: 0))
    #expect(bench.engine.totals.notIP == 1)
    #expect(bench.engine.totals[.pass] == 0)
  }

  @Test func blockIPv6DeletesItSilently() throws {
    var bench = try Bench(Self.passAll, settings: "blockIPv6 = 1;")
    let packet = udp(from: "2001:db8::9", to: "2001:db8::10")
    #expect(bench.judge(packet) == Outcome(verdict: .delete, rule: "0 IPv6 blocked", logged: 0))
    #expect(bench.judge(udp()).rule == "1")
  }

  @Test func anInterfaceWithoutFiltersKeepsItsConnections() throws {
    var bench = try Bench(
      rule("Any", then: "Delete"), interface: EngineInterface(name: "eth1", isFiltered: false))
    #expect(bench.judge(udp()) == Outcome(verdict: .pass, rule: nil, logged: 0))
    #expect(bench.engine.tables.connections.count(now: bench.engine.now) == 1)
  }

  @Test func directionComesFromTheSourceAddress() throws {
    var bench = try Bench(rule("Direction", "==", "inbound", then: "Delete"))
    #expect(bench.judge(udp()).verdict == .delete)
    #expect(bench.judge(udp(from: Bench.host, to: Bench.stranger)).verdict == .pass)
  }

  @Test func onTheLoopbackEveryPacketIsInbound() throws {
    var bench = try Bench(
      rule("Direction", "==", "inbound", then: "Delete"), interface: EngineInterface(name: "lo", isLoopback: true))
    #expect(bench.judge(udp(from: Bench.host, to: Bench.host)).verdict == .delete)
  }
}
