import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// A packet, and who is told of it.
struct ToldOf: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let frame: [UInt8]
  let answer: Answer

  init(_ testDescription: String, _ frame: [UInt8], _ answer: Answer) {
    self.testDescription = testDescription
    self.frame = frame
    self.answer = answer
  }
}

private let refused = "0 connection closed by firewall"

// Between the stranger's port 40 000 and our port 80: `>` to us, `<` from us.
private func arriving(_ flags: Frame.TCPFlags, _ payload: String = "") -> [UInt8] {
  tcp(flags: flags, payload: payload)
}
private func leaving(_ flags: Frame.TCPFlags, _ payload: String = "") -> [UInt8] {
  Frame.tcp(from: Bench.host, 80, to: Bench.stranger, 40_000, flags: flags, payload: Array(payload.utf8))
}

private let dropsSecrets = rule("Data content", "==", "secret", then: "Drop connection")

extension Bench {
  /// A connection that the stranger has opened, and that the first rule has then dropped.
  fileprivate static func dropped(_ rules: String...) throws -> Bench {
    var bench = try Bench(document: "{ rules = ( \(([dropsSecrets] + rules).joined(separator: ", ")) ); }")
    for packet in [arriving(.syn), leaving([.syn, .ack]), arriving(.ack)] { _ = bench.judge(packet) }
    #expect(bench.judge(arriving([.psh, .ack], "secret")) == Outcome(verdict: .dropConnection, rule: "1", logged: 1))
    return bench
  }
}

@Suite struct ClosingTests {
  private static let get = "GET /secret HTTP/1.1\r\n\r\n"

  // MARK: Who is told

  @Test(arguments: [
    ToldOf("a request for a connection", tcp(flags: .syn), .reset),
    ToldOf("a segment of one", tcp(flags: [.psh, .ack], payload: "x"), .reset),
    ToldOf("a local program's request", leaving(.syn), .reset),
    ToldOf("a reset", tcp(flags: .rst), .none),
    ToldOf("a reset with an acknowledgement", tcp(flags: [.rst, .ack]), .none),
    ToldOf("a request to all hosts", tcp(to: "255.255.255.255"), .none),
    ToldOf("a request from nowhere", tcp(from: "0.0.0.0"), .none),
    ToldOf("a request that says it comes from ourselves", tcp(from: "127.0.0.1"), .none),
    ToldOf("a datagram", udp(), .unreachable),
    ToldOf("a datagram over IPv6", udp(from: "2001:db8::9", to: "2001:db8::10"), .unreachable),
    ToldOf("a ping", ping(), .unreachable),
    ToldOf("an ICMP error", Frame.icmp(from: Bench.stranger, to: Bench.host, type: 3), .none),
    ToldOf("a redirect of IPv6", Frame.icmp(from: "fe80::1", to: "2001:db8::10", type: 137), .none),
    ToldOf("a datagram to a group", udp(to: "224.0.0.251"), .none),
    ToldOf("GRE", Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 47, payload: [0, 0, 8, 0]), .unreachable),
    ToldOf(
      "a later fragment of a datagram",
      Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 17, fragmentOffset: 185, payload: [1, 2, 3]), .none),
    ToldOf(
      "a later fragment of a segment",
      Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: 6, fragmentOffset: 185, payload: [1, 2, 3]), .none),
    ToldOf("a packet that is no IP", Frame.arp(from: Bench.stranger, for: Bench.host), .none),
  ])
  func whoIsToldOfARejectedPacket(_ row: ToldOf) throws {
    var bench = try Bench(rule("Any", then: "Reject"))
    #expect(bench.judgement(row.frame).answer == row.answer)
  }

  @Test(arguments: [
    ToldOf("a segment that arrives", arriving([.psh, .ack], "x"), .resetBoth),
    ToldOf("a request that arrives", arriving(.syn), .resetBoth),
    ToldOf("a web request that arrives", arriving([.psh, .ack], get), .resetBoth),
    ToldOf("a reset that arrives", arriving(.rst), .resetBoth),
    ToldOf("a web request that leaves", leaving([.psh, .ack], get), .blockedPage),
    ToldOf("the first part of one", leaving(.ack, "GET /a/long/pa"), .blockedPage),
    ToldOf("a web request that acknowledges nothing", leaving(.psh, get), .resetBoth),
    ToldOf("mail that leaves", leaving([.psh, .ack], "EHLO mail.example\r\n"), .resetBoth),
    ToldOf("a handshake that leaves", leaving([.psh, .ack], "\u{16}\u{3}\u{1} / HTTP/1.1\r\n"), .resetBoth),
    ToldOf("a request that leaves", leaving(.syn), .resetBoth),
    ToldOf("a datagram", udp(), .none),
    ToldOf("a ping", ping(), .none),
    ToldOf("a segment from nowhere", tcp(from: "0.0.0.0"), .none),
  ])
  func whoIsToldOfADroppedConnection(_ row: ToldOf) throws {
    var bench = try Bench(rule("Any", then: "Drop connection"))
    #expect(bench.judgement(row.frame).answer == row.answer)
  }

  @Test(arguments: ["Pass", "Delete", "Delete no log", "Trigger", "Delay", "Log"])
  func nobodyIsToldOfAnythingElse(action: String) throws {
    var bench = try Bench(rule("Any", then: action))
    #expect(bench.judgement(tcp()).answer == .none)
    #expect(bench.judgement(udp()).answer == .none)
  }

  @Test func onTheLoopbackInterfaceALoopbackAddressIsToldOf() throws {
    let lo = EngineInterface(name: "lo", isExternal: false, isLoopback: true)
    var bench = try Bench(document: "{ rules = ( \(rule("Any", then: "Reject")) ); }", interface: lo)
    #expect(bench.judgement(tcp(from: "127.0.0.1", to: "127.0.0.1")).answer == .reset)
  }

  // MARK: After closing

  /// The first three are left alone, the next seven are reset, and after the tenth nothing is said any more.
  @Test func packetsOfADroppedConnectionAreRefused() throws {
    var bench = try Bench.dropped()
    for count in 1...14 {
      let judgement = bench.judgement(count.isMultiple(of: 2) ? leaving(.ack) : arriving(.ack), at: 1)
      #expect(judgement.verdict == .delete, "packet \(count)")
      #expect(judgement.decider == .builtIn(.connectionClosed))
      #expect(judgement.answer == ((4...10).contains(count) ? .reset : .none), "packet \(count)")
      #expect(judgement.entriesLogged == (count <= 10 ? 1 : 0), "packet \(count)")
    }
    #expect(bench.engine.totals[.connectionClosed] == 14)
    #expect(bench.engine.tables.connections.entries(now: bench.engine.now).map(\.refusals) == [14])
  }

  /// The program reads the page to its end, and closes; that is a good end, and not worth an entry.
  @Test func aProgramThatGotThePageMayClose() throws {
    var bench = try Bench(dropsSecrets)
    func leaving(_ flags: Frame.TCPFlags, _ payload: String = "") -> [UInt8] {
      Frame.tcp(from: Bench.host, 50_000, to: Bench.stranger, 80, flags: flags, payload: Array(payload.utf8))
    }
    let accept = Frame.tcp(from: Bench.stranger, 80, to: Bench.host, 50_000, flags: [.syn, .ack])
    for packet in [leaving(.syn), accept, leaving(.ack)] { #expect(bench.judge(packet).verdict == .pass) }
    #expect(bench.judgement(leaving([.psh, .ack], Self.get)).answer == .blockedPage)
    let steps: [(frame: [UInt8], answer: Answer, logged: Int)] = [
      (leaving(.ack), .none, 1), (leaving([.fin, .ack]), .acknowledgement, 0),
      (leaving([.fin, .ack]), .acknowledgement, 0), (leaving([.fin, .ack]), .reset, 1),
    ]
    for (count, step) in steps.enumerated() {
      let judgement = bench.judgement(step.frame, at: 1)
      #expect(judgement.answer == step.answer, "packet \(count)")
      #expect(judgement.entriesLogged == step.logged, "packet \(count)")
      #expect(judgement.verdict == .delete)
    }
  }

  @Test func aResetOfADroppedConnectionIsRefusedWithoutAWord() throws {
    var bench = try Bench.dropped()
    for _ in 1...5 { #expect(bench.judgement(leaving(.rst), at: 1).answer == .none) }
  }

  @Test func noRuleLetsThroughWhatIsRefused() throws {
    var bench = try Bench.dropped(rule("Include", "==", "state", then: "Pass"))
    #expect(bench.judge(arriving(.ack), at: 1) == Outcome(verdict: .delete, rule: refused, logged: 1))
    #expect(bench.counts("2") == [3])  // The answer, its acknowledgement, and what is refused.
  }

  @Test func whatARuleRemovesIsNotRefused() throws {
    var bench = try Bench.dropped(rule("TCP header flags", "==", "urg", then: "Delete"))
    for _ in 1...9 { #expect(bench.judge(arriving([.urg, .ack]), at: 1).rule == "2") }
    #expect(bench.judgement(arriving(.ack), at: 1).answer == .none)  // The first, not the tenth.
  }

  @Test func whatIsRefusedIsNotHeld() throws {
    var bench = try Bench.dropped(rule("TCP header flags", "==", "urg", then: "Delay"))
    #expect(bench.judge(arriving([.urg, .ack]), at: 1).rule == refused)
    #expect(bench.engine.tables.delays.count == 0)
  }

  @Test func dontLogKeepsRefusalsOutOfTheLog() throws {
    var bench = try Bench.dropped(rule("TCP header flags", "==", "urg", then: "Dont log"))
    #expect(bench.judge(arriving([.urg, .ack]), at: 1) == Outcome(verdict: .delete, rule: refused, logged: 0))
  }

  @Test func aNewRequestIsANewConnection() throws {
    var bench = try Bench.dropped(rule("Connection state", "==", "new", then: "Log"))
    #expect(bench.judge(arriving(.ack), at: 1).rule == refused)
    #expect(bench.judge(arriving(.syn), at: 2) == Outcome(verdict: .pass, rule: nil, logged: 1))
    #expect(bench.judge(leaving([.syn, .ack]), at: 2).verdict == .pass)
    #expect(bench.judge(arriving(.ack), at: 2).verdict == .pass)
    let entry = try #require(bench.engine.tables.connections.entries(now: bench.engine.now).first)
    #expect(entry.tcp == [] && entry.refusals == 0 && entry.forward.packets == 2)
  }

  @Test func aDroppedConnectionIsClosing() throws {
    var bench = try Bench.dropped(rule("Connection state", "==", "closing", then: "Delete"))
    #expect(bench.judge(arriving(.ack), at: 1).rule == "2")
  }

  /// Two minutes, as of a connection that one end has closed, from when it was dropped; what is refused changes nothing.
  @Test func aDroppedConnectionIsForgottenAfterTwoMinutes() throws {
    var bench = try Bench.dropped()
    #expect(bench.judge(arriving(.ack), at: 60).rule == refused)
    #expect(bench.judge(arriving(.ack), at: 120).rule == refused)
    #expect(bench.judge(arriving(.ack), at: 120.001) == Outcome(verdict: .pass, rule: nil, logged: 0))
  }

  @Test func theTwoMinutesBeginWhenItIsDropped() throws {
    var bench = try Bench(dropsSecrets)
    _ = bench.judge(arriving(.ack))
    #expect(bench.judge(arriving(.ack, "secret"), at: 1000).verdict == .dropConnection)
    #expect(bench.judge(arriving(.ack), at: 1119).rule == refused)
  }

  @Test func droppingItAgainBeginsThemAnew() throws {
    var bench = try Bench.dropped()
    #expect(bench.judge(arriving(.ack, "secret"), at: 100).rule == "1")
    #expect(bench.judge(arriving(.ack), at: 219).rule == refused)
  }

  /// What is discarded makes nothing known, also when a connection is dropped.
  @Test func whatWasNotKnownIsNotRemembered() throws {
    var bench = try Bench(dropsSecrets)
    #expect(bench.judge(arriving(.ack, "secret")).verdict == .dropConnection)
    #expect(bench.engine.tables.connections.count == 0)
    #expect(bench.judge(arriving(.ack), at: 1).verdict == .pass)
  }

  @Test func datagramsHaveNoConnectionThatCouldBeDropped() throws {
    var bench = try Bench(dropsSecrets)
    _ = bench.judge(udp())
    #expect(bench.judge(udp(payload: "secret")) == Outcome(verdict: .dropConnection, rule: "1", logged: 1))
    #expect(bench.judge(udp(), at: 1) == Outcome(verdict: .pass, rule: nil, logged: 0))
  }

  @Test func anErrorAboutADroppedConnectionIsRefused() throws {
    var bench = try Bench.dropped()
    let error = Frame.icmp(
      from: "198.51.100.1", to: Bench.host, type: 3, code: 1, payload: Array(leaving(.ack).dropFirst(14)))
    #expect(bench.judge(error, at: 1) == Outcome(verdict: .delete, rule: refused, logged: 1))
    #expect(bench.judgement(error, at: 1).answer == .none)
  }

  @Test func aFragmentOfADroppedConnectionIsRefused() throws {
    var bench = try Bench.dropped()
    let fragment = Frame.Fragment(identification: 9, offset: 0, moreFollow: true)
    let first = Frame.tcp(
      from: Bench.stranger, 40_000, to: Bench.host, 80, flags: .ack, payload: [1, 2, 3, 4], fragment: fragment)
    #expect(bench.judge(first, at: 1).rule == refused)
    let later = Frame.ipv4(
      from: Bench.stranger, to: Bench.host, protocol: 6, identification: 9, fragmentOffset: 3, payload: [1, 2, 3])
    #expect(bench.judge(later, at: 1).rule == refused)
  }

  @Test func alsoWhereNoRulesAreAsked() throws {
    var bench = try Bench.dropped()
    var interface = bench.engine.interfaces[0]
    interface.isFiltered = false
    _ = bench.engine.install(bench.engine.rules, pairing: .none, interfaces: [interface])
    #expect(bench.judge(arriving(.ack), at: 1).rule == refused)
  }

  @Test func otherRulesLeaveItDropped() throws {
    var bench = try Bench.dropped()
    let rules = try Bench.ruleSet("{ rules = ( \(rule("Any", then: "Pass")) ); }")
    _ = bench.engine.install(
      LoadedRules(rules, labels: bench.labels), pairing: .none, interfaces: bench.engine.interfaces)
    #expect(bench.judgement(arriving(.ack), at: 1).decider == .builtIn(.connectionClosed))
  }

  @Test func nothingIsRefusedWhileTheFirewallIsOff() throws {
    var bench = try Bench.dropped()
    bench.engine.isOn = false
    #expect(bench.judge(arriving(.ack), at: 1) == Outcome(verdict: .pass, rule: nil, logged: 0))
  }

  @Test func theLogNamesTheReason() throws {
    var bench = try Bench.dropped()
    _ = bench.events()
    _ = bench.judge(arriving(.ack), at: 1)
    let event = try #require(bench.events().first)
    #expect(event.kind == .delete && event.reason == .connectionClosed && event.isLogged)
  }

  // MARK: Both evaluators

  /// Conversations of which some are dropped: few ends, so that what is dropped goes on.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func bothEvaluatorsAgree(seed: UInt64) throws {
    var bench = try Bench(
      dropsSecrets, rule("TCP header flags", "==", "urg", then: "Delay"), rule("Any", then: "Log"), eventCapacity: 1000)
    var random = SplitMix64(state: seed)
    var seconds = 0.0
    for _ in 0..<300 {
      let payload = ["", "", "x", "secret", Self.get, Self.get].randomElement(using: &random) ?? ""
      let flags = Frame.TCPFlags(rawValue: UInt8.random(in: 0..<64, using: &random))
      let port: UInt16 = Bool.random(using: &random) ? 40_000 : 40_001
      let isLeaving = Bool.random(using: &random)
      let frame =
        isLeaving
        ? Frame.tcp(from: Bench.host, 80, to: Bench.stranger, port, flags: flags, payload: Array(payload.utf8))
        : tcp(port, flags: flags, payload: payload)
      seconds += Double.random(in: 0..<8, using: &random)
      _ = bench.judge(frame, at: seconds)
      guard bench.evaluatorsAgree else { return }
    }
    #expect(bench.engine.totals[.connectionClosed] > 0)
  }
}
