import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryEngine

/// A document, an established connection to our port 80, and whether its packets from outside may stay in the kernel.
struct StayCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rules: [String]
  /// The number of the rule that wants to see the packets; `nil` if they may stay.
  let wantedBy: String?

  init(_ testDescription: String, _ rules: String..., wantedBy: String? = nil) {
    self.testDescription = testDescription
    self.rules = rules
    self.wantedBy = wantedBy
  }
}

/// The first `count` packets of a connection from the stranger's port 40000 to ours, after the handshake.
private func conversation(_ count: Int, flags: Frame.TCPFlags = .ack) -> [[UInt8]] {
  [tcp(), answer([.syn, .ack]), tcp(flags: .ack)]
    + (0..<count).map { tcp(flags: $0 % 2 == 0 ? [.ack, .psh] : flags, payload: "GET / HTTP/1.1\r\n\r\n") }
}

private func answer(_ flags: Frame.TCPFlags, payload: String = "") -> [UInt8] {
  Frame.tcp(from: Bench.host, 80, to: Bench.stranger, 40_000, flags: flags, payload: Array(payload.utf8))
}

extension Bench {
  /// Judges packets one after the other; says what each meant for its flow.
  fileprivate mutating func news(of packets: [[UInt8]], at seconds: Double = 0) -> [FlowNews] {
    packets.map { judgement($0, at: seconds).flow }
  }

  fileprivate mutating func mayStay(_ packets: [[UInt8]] = conversation(20)) -> Bool {
    engine.asksAboutFlowsFrom = 4
    return news(of: packets).contains(.stays)
  }

  fileprivate var objector: String? { engine.lastObjector.map { engine.rules.ruleSet.rules[Int($0)].number } }
}

@Suite struct SteadinessTests {
  @Test(arguments: [
    StayCase("no rule"),
    StayCase("a rule that all packets pass by", rule("Any", then: "Pass")),
    StayCase("steering", rule("Any", then: "Group", rule("Any", then: "Exit group"), rule("Any", then: "++"))),
    StayCase("nothing is logged", rule("Any", then: "Dont log")),
    StayCase(
      "addresses", rule("Source net", "==", "203.0.113.0/24", then: "->", rule("Dest net", "!=", "::/0", then: "->"))),
    StayCase("ports", rule("Dest port", "==", "80", then: "->", rule("Source port", ">=", "1024", then: "Pass"))),
    StayCase(
      "protocol, version and direction", rule("Protocol", "==", "6", then: "->"),
      rule("IP version", "==", "6", then: "Log"),
      rule("Direction", "==", "outbound", then: "Log")),
    StayCase("its interface", rule("Interface", "==", "eth0", then: "->")),
    StayCase(
      "fragments, options, other protocols", rule("IPFragmentOffset", "==", "1-63", then: "Delete"),
      rule("IPOptions", "==", "3", then: "Delete"), rule("ICMP type", "==", "8", then: "Delete")),
    StayCase("flags that no steady packet has", rule("TCP header flags", "==", "syn,-ack", then: "Log")),
    StayCase("the state of its connection", rule("Connection state", "==", "established", then: "Pass")),
    StayCase("known connections", rule("Include", "==", "state", then: "Pass")),
    StayCase(
      "a table it is not in", rule("Include", "==", "trigger", then: "Delete"),
      rule("Include", "!=", "authorize", then: "->")),
    StayCase(
      "what only others meet",
      rule(
        "Source net", "==", "198.51.100.0/24", then: "->",
        rule("Data content", "==", "GET", then: "Delete"))),
    StayCase("a clock's own rule", rule("Idle seconds", ">=", "60", then: "Log")),
    StayCase("long silence", rule("Any", then: "->", rule("Parent idle seconds", ">=", "60", then: "Log"))),

    StayCase("content", rule("Data content", "==", "root.exe", then: "Delete"), wantedBy: "1"),
    StayCase("a keyword", rule("Any", then: "->", rule("URL keyword", "==", "x", then: "Delete")), wantedBy: "1.1"),
    StayCase("server names", rule("TLS server name", "==", "example.org", then: "Delete"), wantedBy: "1"),
    StayCase("DNS names", rule("DNS name", "==", "example.org", then: "Delete"), wantedBy: "1"),
    StayCase("length", rule("Packet length", ">=", "1000", then: "Delete"), wantedBy: "1"),
    StayCase("time to live", rule("TTL", "<=", "1", then: "Delete"), wantedBy: "1"),
    StayCase("service class", rule("DSCP", "==", "46", then: "->"), wantedBy: "1"),
    StayCase("VLAN", rule("VLAN", "==", "7", then: "->"), wantedBy: "1"),
    StayCase("hardware address", rule("Source MAC Address", "==", "02:00:00:00:00:01", then: "->"), wantedBy: "1"),
    StayCase("a program", rule("Application", "==", "curl", then: "->"), wantedBy: "1"),
    StayCase("a user", rule("User", "==", "root", then: "->"), wantedBy: "1"),
    StayCase("time of day", rule("Time of day", "==", "8:00-17:00", then: "->"), wantedBy: "1"),
    StayCase("options of TCP", rule("TCPOptions", "==", "8", then: "->"), wantedBy: "1"),
    StayCase("the flag PSH", rule("TCP header flags", "==", "psh", then: "->"), wantedBy: "1"),
    StayCase("a log entry", rule("Any", then: "->", rule("Dest port", "==", "80", then: "Log")), wantedBy: "1.1"),
    StayCase("remembering", rule("Any", then: "Keep address"), wantedBy: "1"),
    StayCase(
      "a count", rule("Any", then: "->", rule("Parent match count", ">=", "1000", then: "Delete")), wantedBy: "1"),
    StayCase(
      "a count that only others are asked for",
      rule(
        "Protocol", "==", "6", then: "->", rule("Dest port", "==", "80", then: "Pass"),
        rule("Parent match rate", ">=", "1000", then: "Delete")), wantedBy: "1"),
    StayCase(
      "short silence", rule("Any", then: "->", rule("Parent idle seconds", ">=", "2", then: "Log")), wantedBy: "1"),
    StayCase(
      "how often others send",
      rule(
        "Source net", "==", "198.51.100.1", then: "->",
        rule("Source match rate", ">=", "100", then: "Delete")), wantedBy: "1.1"),
    StayCase("more rules than are remembered", nested(25), wantedBy: String(repeating: "1.", count: 24) + "1"),
  ])
  func whatMayStay(_ c: StayCase) throws {
    var bench = try Bench(document: "{ rules = ( \(c.rules.joined(separator: ", ")) ); }")
    #expect(bench.mayStay() == (c.wantedBy == nil))
    #expect(bench.objector == c.wantedBy)
  }

  private static func nested(_ depth: Int) -> String {
    depth == 0 ? "" : rule("Any", then: "->", nested(depth - 1))
  }

  @Test func aFlowWhoseRateIsLimitedIsNotEvenAskedAbout() throws {
    var bench = try Bench(rule("Any", then: "Rate limit", parameter: "1M"))
    #expect(bench.mayStay() == false)
    #expect(bench.objector == nil)
  }

  @Test func theRulesThatAllPacketsMatchAreTold() throws {
    var bench = try Bench(
      rule("Dest port", "==", "81", then: "Log"), rule("Any", then: "->", rule("Protocol", "==", "6", then: "Pass")))
    #expect(bench.mayStay() == true)
    var places: [Int32] = []
    bench.engine.steadyPath.rules.forEach { places.append($0) }
    #expect(places == [1, 2])
  }

  // MARK: Packets

  @Test func onlyPacketsWithNothingOutOfTheOrdinaryAreAskedAbout() throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    #expect(bench.mayStay(conversation(0) + (0..<20).map { _ in tcp(flags: [.ack, .urg]) }) == false)
    #expect(
      bench.mayStay(
        (0..<20).map { _ in
          Frame.tcp(from: Bench.stranger, 40_000, to: Bench.host, 80, flags: .ack, ipOptions: [131, 4, 4, 0])
        }) == false)
    #expect(bench.mayStay((0..<80).map { _ in tcp(flags: .ack) }) == true)
  }

  @Test func aFlowThatOnlyOneEndHasSpokenOfIsNotAskedAbout() throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    #expect(bench.mayStay((0..<40).map { _ in udp() }) == false)
    #expect(
      bench.mayStay([Frame.udp(from: Bench.host, 53, to: Bench.stranger, 40_000)] + (0..<40).map { _ in udp() }) == true
    )
  }

  @Test func itIsAskedWheneverTheNumberOfPacketsHasDoubled() throws {
    var bench = try Bench(rule("TTL", "<=", "1", then: "Delete"))
    bench.engine.asksAboutFlowsFrom = 4
    var asked: [Int] = []
    for (number, packet) in conversation(70).enumerated() {
      bench.engine.lastObjector = nil
      _ = bench.judgement(packet)
      if bench.engine.lastObjector != nil { asked.append(number) }
    }
    // The handshake has one packet of the other end; what comes in is asked about one packet before the number is full.
    #expect(asked == [3, 7, 15, 31, 63])
  }

  @Test func aFlowThatMayStayAndIsSeenAgainIsAskedAboutSoon() throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    bench.engine.asksAboutFlowsFrom = 4
    let news = bench.news(of: conversation(60))
    #expect(news.indices.filter { news[$0] == .stays } == [3, 15, 31, 47])
    #expect(!news.contains(.ends))
  }

  @Test func bothWaysAreAskedAboutForThemselves() throws {
    var bench = try Bench(rule("Direction", "==", "outbound", then: "->", rule("TTL", "<=", "1", then: "Delete")))
    #expect(bench.mayStay() == true)
    #expect(bench.mayStay((0..<40).map { _ in answer(.ack) }) == false)
    #expect(bench.objector == "1.1")
  }

  // MARK: Ends

  @Test(arguments: [
    ("FIN from outside", tcp(flags: [.fin, .ack])), ("FIN of ours", answer([.fin, .ack])), ("RST", answer(.rst)),
  ])
  func endsAreTold(name: String, packet: [UInt8]) throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    #expect(bench.mayStay() == true)
    #expect(bench.judgement(packet).flow == .ends)
    #expect(bench.judgement(packet).flow == .none)
    #expect(bench.mayStay(Array(conversation(60).dropFirst(3))) == false)
  }

  @Test func aConnectionDroppedByARuleEndsBothWays() throws {
    var bench = try Bench(
      rule("Direction", "==", "outbound", then: "->", rule("Data content", "==", "secret", then: "Drop connection")))
    #expect(bench.mayStay() == true)
    #expect(bench.judgement(answer([.ack, .psh], payload: "the secret")).flow == .ends)
  }

  @Test func aRateThatComesLaterEndsIt() throws {
    var bench = try Bench(
      rule(
        "Direction", "==", "outbound", then: "->",
        rule("Data content", "==", "film", then: "Rate limit", parameter: "1M")))
    #expect(bench.mayStay() == true)
    #expect(bench.judgement(answer([.ack, .psh], payload: "a film")).flow == .ends)
  }

  @Test func anAddressThatEntersATableMayStayNoLonger() throws {
    var bench = try Bench(rule("Include", "==", "address", then: "Log"))
    #expect(bench.mayStay() == true)
    let stranger = AddressRange(prefix: try #require(IPAddress(Bench.stranger)), length: 128)
    _ = bench.engine.add(
      [AddressAddition(range: stranger, duration: AddressDuration(seconds: 60), triggeredBy: 0)], to: .address)
    #expect(bench.mayStay(Array(conversation(40).dropFirst(3))) == false)
    #expect(bench.objector == "1")
  }

  @Test func nothingIsAskedUnlessSomebodyWantsToKnow() throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    #expect(bench.news(of: conversation(100)).allSatisfy { $0 == .none })
  }

  // MARK: Counting

  @Test func whatHasStayedCountsAsIfItHadBeenJudged() throws {
    var judged = try Bench(rule("Any", then: "Pass"))
    var kept = try Bench(rule("Any", then: "Pass"))
    let packets = conversation(20)
    let more = (0..<50).map { _ in tcp(flags: .ack, payload: "0123456789") }
    _ = judged.news(of: packets + more, at: 1)
    _ = kept.news(of: packets, at: 1)
    let flow = FlowKey(kept.engine.packet, direction: .inbound)
    let bytes = UInt64(50 * (20 + 20 + 10))
    let isKept = kept.engine.credit(
      FlowTraffic(packets: 50, bytes: bytes), flow, going: .inbound, interface: 0, at: Bench.time(1))
    kept.engine.credit(rule: 0, matches: 50, bytes: bytes, at: Bench.time(1))
    #expect(isKept)
    #expect(kept.engine.totals == judged.engine.totals)
    #expect(kept.engine.counters == judged.engine.counters)
    let entries = (
      kept.engine.tables.connections.entries(now: Bench.time(1)),
      judged.engine.tables.connections.entries(now: Bench.time(1))
    )
    #expect(entries.0 == entries.1)
  }

  @Test func whatHasStayedKeepsItsConnectionAlive() throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    let query = Frame.udp(from: Bench.host, 50_000, to: Bench.stranger, 4_000)
    _ = bench.news(of: [query])
    let flow = FlowKey(bench.engine.packet, direction: .outbound)
    bench.engine.advance(to: Bench.time(100))
    _ = bench.engine.credit(
      FlowTraffic(packets: 1, bytes: 28), flow, going: .outbound, interface: 0, at: Bench.time(100))
    // One end alone has spoken: it lives on from its own packets only.
    #expect(bench.engine.tables.connections.peek(flow, now: Bench.time(121)) == nil)
    _ = bench.judgement(Frame.udp(from: Bench.stranger, 4_000, to: Bench.host, 50_000), at: 130)
    _ = bench.judgement(query, at: 130)
    _ = bench.engine.credit(
      FlowTraffic(packets: 1, bytes: 28), flow, going: .outbound, interface: 0, at: Bench.time(200))
    #expect(bench.engine.tables.connections.peek(flow, now: Bench.time(300)) != nil)
  }

  @Test func aFlowThatIsNotThereIsNotCredited() throws {
    var bench = try Bench(rule("Any", then: "Pass"))
    _ = bench.judgement(udp())
    let flow = FlowKey(
      protocolNumber: IPProtocol.udp, source: FlowEndpoint(address: bench.engine.packet.source, port: 1),
      destination: FlowEndpoint(address: bench.engine.packet.destination, port: 2), direction: .inbound)
    #expect(
      bench.engine.credit(FlowTraffic(packets: 1, bytes: 28), flow, going: .inbound, interface: 0, at: Bench.time(0))
        == false)
  }
}
