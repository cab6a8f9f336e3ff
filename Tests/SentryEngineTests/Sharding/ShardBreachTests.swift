import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryEngine

/// What an engine that judges only some addresses notices that it cannot know.
@Suite struct ShardBreachTests {
  private func bench(_ rules: String, local: [String] = [Bench.host]) throws -> Bench {
    var bench = try Bench(document: "( \(rules) )", title: "shard", local: local)
    bench.engine.becomeShard(among: 2)
    return bench
  }

  private static func look(_ bench: inout Bench, _ packet: [UInt8], at seconds: Double = 1) {
    let frame = packet
    frame.withRawSpan {
      bench.engine.look(
        at: $0, linkType: .ethernet, wireLength: frame.count, time: Bench.time(seconds), interface: 0)
    }
  }

  @Test func keepingAStrangerIsItsOwnBusiness() throws {
    var bench = try bench(rule("Any", then: "Trigger"))
    _ = bench.judge(tcp())
    #expect(bench.engine.breach == nil)
  }

  /// Five here, and as many with the other engine, in two minutes that lie otherwise: twenty are too many, eight may be.
  @Test func manyTriggersMayBeTooManyTogether() throws {
    var bench = try Bench(rule("Any", then: "Trigger"), settings: "triggersPerMinute = 19;")
    bench.engine.becomeShard(among: 2)
    for host in 1...4 { _ = bench.judge(tcp(from: "203.0.113.\(host)")) }
    #expect(bench.engine.breach == nil)
    _ = bench.judge(tcp(from: "203.0.113.1"))
    #expect(bench.engine.breach == nil)
    _ = bench.judge(tcp(from: "203.0.113.5"))
    #expect(bench.engine.breach == .manyTriggers)
  }

  @Test func keepingThisHostIsNot() throws {
    var bench = try bench(rule("Any", then: "Keep address"))
    _ = bench.judge(tcp(from: Bench.host, to: Bench.stranger))
    #expect(bench.engine.breach == .keepsOwnAddress(try #require(IPAddress(Bench.host)), .address))
  }

  @Test func keepingANeighbourBlocksTheNetOfThisHost() throws {
    var bench = try bench(rule("Any", then: "Trigger"), local: ["2001:db8::10"])
    _ = bench.judge(tcp(from: "2001:db8:0:1::9", to: "2001:db8::10"))
    #expect(bench.engine.breach == nil)
    _ = bench.judge(tcp(from: "2001:db8::9", to: "2001:db8::10"))
    #expect(bench.engine.breach == .keepsOwnAddress(try #require(IPAddress("2001:db8::9")), .trigger))
  }

  @Test func theRateOfANeighbourCountsThisHost() throws {
    let asks = rule("Direction", "==", "inbound", then: "->", rule("Source match rate", ">=", "1", then: "Log"))
    var bench = try bench(asks, local: ["2001:db8::10"])
    _ = bench.judge(tcp(from: "2001:db8:0:1::9", to: "2001:db8::10"))
    #expect(bench.engine.breach == nil)
    _ = bench.judge(tcp(from: "2001:db8::9", to: "2001:db8::10"))
    #expect(bench.engine.breach == .asksOwnRate(try #require(IPAddress("2001:db8::9"))))
  }

  @Test func thePacketOfAnUnknownFlowIsNobodys() throws {
    var bench = try bench(rule("Any", then: "Pass"))
    _ = bench.judge(udp(from: "203.0.113.1", to: "198.51.100.2"))
    Self.look(&bench, udp(from: "198.51.100.2", 54, to: "203.0.113.1", port: 40_000))
    #expect(bench.engine.breach == nil)
  }

  @Test func thePacketOfAKnownFlowIsOurs() throws {
    var bench = try bench(rule("Any", then: "Pass"))
    _ = bench.judge(udp(from: "203.0.113.1", to: "198.51.100.2"))
    Self.look(&bench, udp(from: "198.51.100.2", 53, to: "203.0.113.1", port: 40_000))
    let (source, destination) = (try #require(IPAddress("198.51.100.2")), try #require(IPAddress("203.0.113.1")))
    #expect(bench.engine.breach == .flow(from: source, to: destination))
  }

  /// UDP flows on port 53 are forgotten after 20 seconds.
  @Test(arguments: [(19.0, true), (21.0, false)])
  func aFlowThatHasExpiredIsNobodys(seconds: Double, isOurs: Bool) throws {
    var bench = try bench(rule("Any", then: "Pass"))
    _ = bench.judge(udp(from: "203.0.113.1", to: "198.51.100.2"))
    Self.look(&bench, udp(from: "198.51.100.2", 53, to: "203.0.113.1", port: 40_000), at: seconds)
    #expect((bench.engine.breach != nil) == isOurs)
  }

  @Test func anErrorAboutOurFlowIsOurs() throws {
    var bench = try bench(rule("Any", then: "Pass"))
    let request = udp(from: Bench.host, 1000, to: "198.51.100.2", port: 33_434)
    let quote = Array(request.dropFirst(14).prefix(28))
    let error = Frame.icmp(from: "203.0.113.1", to: Bench.host, type: 11, code: 0, payload: quote)
    Self.look(&bench, error)
    #expect(bench.engine.breach == nil)
    _ = bench.judge(request)
    Self.look(&bench, error)
    #expect(bench.engine.breach != nil)
  }

  /// Its ports are known to whoever has judged its first fragment.
  @Test func aLaterFragmentMayBeOurs() throws {
    var bench = try bench(rule("Any", then: "Pass"))
    Self.look(
      &bench,
      Frame.ipv4(
        from: "203.0.113.1", to: "198.51.100.2", protocol: 17, identification: 7, fragmentOffset: 64, payload: [1, 2]))
    #expect(bench.engine.breach != nil)
  }
}
