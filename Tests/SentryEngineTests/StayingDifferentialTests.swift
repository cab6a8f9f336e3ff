import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

/// What is said of a flow's packets against those packets: random documents, and for each flow that may stay all kinds of packets
/// that the kernel would let pass.
@Suite struct StayingDifferentialTests {
  /// Rules that often let flows stay, and some that do not.
  private static let properties: Set<String> = [
    "Any", "Direction", "Interface", "Include", "Source net", "Dest net", "Protocol", "IP version", "Source port",
    "Dest port", "TCP header flags", "Connection state", "IPOptions", "IPFragmentOffset", "ICMP type", "Data content",
    "TTL", "Parent match count", "Parent idle seconds", "Packet length",
  ]
  private static let actions: Set<String> = [
    "Pass", "->", "Group", "Exit group", "++", "Dont log", "Log", "Delete", "Keep address", "Reset parent", "Authorize",
  ]

  @Test func everyFurtherSteadyPacketGoesTheSameWay() throws {
    var (flows, staying) = (0, 0)
    for seed in UInt64(0)..<150 {
      let list = RandomRules.list(seed: seed, properties: Self.properties, actions: Self.actions)
      let document = seed % 4 == 0 ? RandomRules.text(seed: seed) : "{ rules = \(list); }"
      var bench = try Bench(
        document: document, title: "seed \(seed)",
        interface: EngineInterface(name: "eth0", in: Bench.ruleSet(document)),
        local: RandomTraffic.local, eventCapacity: 1_000)
      var random = SplitMix64(state: seed)
      for isIPv6 in [false, true] {
        for isTCP in [true, false] {
          let flow = TestFlow(isIPv6: isIPv6, isTCP: isTCP, using: &random)
          flows += 1
          if try bench.followsOne(flow, using: &random) { staying += 1 }
        }
      }
      guard bench.evaluatorsAgree else { return }
    }
    // Neither may be the rule: nothing would be shown.
    #expect(staying > flows / 10 && staying < flows * 9 / 10, "\(staying) of \(flows)")
  }
}

/// A flow between a stranger and this host.
private struct TestFlow {
  let isIPv6: Bool
  let isTCP: Bool
  let stranger: String
  let host: String
  let ports: (stranger: UInt16, host: UInt16)

  init(isIPv6: Bool, isTCP: Bool, using random: inout SplitMix64) {
    self.isIPv6 = isIPv6
    self.isTCP = isTCP
    stranger =
      (isIPv6 ? ["2001:db8:1::1", "2001:db8:2::1"] : ["203.0.113.1", "198.51.100.7"]).randomElement(using: &random)
      ?? ""
    host = RandomTraffic.local[isIPv6 ? 1 : 0]
    ports = [(40_000, 80), (443, 40_000), (53, 53), (40_001, 22)].randomElement(using: &random) ?? (1, 2)
  }

  /// The packets that open it: a handshake, or a datagram each way.
  var opening: [[UInt8]] {
    isTCP ? [tcp(true, .syn), tcp(false, [.syn, .ack]), tcp(true, .ack)] : [udp(true), udp(false)]
  }

  /// A steady packet: in all else anything goes.
  func steady(isInbound: Bool, using random: inout SplitMix64) -> [UInt8] {
    let payloads = [
      "", "x", "GET /scripts/root.exe HTTP/1.1\r\n\r\n", "....exam..GET..example....",
      String(repeating: "z", count: 1_000),
    ]
    let payload = payloads.randomElement(using: &random) ?? ""
    let flags: Frame.TCPFlags = Bool.random(using: &random) ? .ack : [.ack, .psh]
    let options: [UInt8] = Bool.random(using: &random) ? [] : [8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    var frame = isTCP ? tcp(isInbound, flags, payload, options) : udp(isInbound, payload)
    // Behind the Ethernet header; the checksum of the header is not read.
    let network = 14
    let (timeToLive, trafficClass): (UInt8, UInt8) = (
      [1, 63, 64, 255].randomElement(using: &random) ?? 64, UInt8.random(in: 0...255, using: &random)
    )
    if isIPv6 {
      frame[network] = 0x60 | trafficClass >> 4
      frame[network + 7] = timeToLive
    } else {
      frame[network + 1] = trafficClass
      frame[network + 8] = timeToLive
    }
    frame[11] = UInt8.random(in: 0...3, using: &random)
    return frame
  }

  private func tcp(_ isInbound: Bool, _ flags: Frame.TCPFlags, _ payload: String = "", _ options: [UInt8] = [])
    -> [UInt8]
  {
    let (from, to) = ends(isInbound)
    return Frame.tcp(
      from: from.address, from.port, to: to.address, to.port, flags: flags, options: options,
      payload: Array(payload.utf8))
  }

  private func udp(_ isInbound: Bool, _ payload: String = "") -> [UInt8] {
    let (from, to) = ends(isInbound)
    return Frame.udp(from: from.address, from.port, to: to.address, to.port, payload: Array(payload.utf8))
  }

  private typealias End = (address: String, port: UInt16)

  private func ends(_ isInbound: Bool) -> (from: End, to: End) {
    let far: End = (stranger, ports.stranger)
    let near: End = (host, ports.host)
    if isInbound { return (from: far, to: near) }
    return (from: near, to: far)
  }
}

extension Bench {
  /// Opens a flow, has one way of it judged until it may stay, and then compares.
  ///
  /// - Returns: false if it may not.
  fileprivate mutating func followsOne(_ flow: TestFlow, using random: inout SplitMix64) throws -> Bool {
    engine.asksAboutFlowsFrom = 4
    var seconds = Double(Timestamp.seconds(from: Bench.time(0), to: engine.now))
    let isInbound = Bool.random(using: &random)
    for packet in flow.opening { _ = judgement(packet, at: seconds) }
    for _ in 0..<16 {
      let judgement = self.judgement(flow.steady(isInbound: isInbound, using: &random), at: seconds)
      guard judgement.flow == .stays else { continue }
      let path = engine.steadyPath.rules
      for _ in 0..<12 {
        seconds += [0, 0, 0.3, 1, 7].randomElement(using: &random) ?? 0
        advance(to: seconds)
        let before = engine.counters.map(\.matchCount)
        let further = self.judgement(flow.steady(isInbound: isInbound, using: &random), at: seconds)
        #expect(further.verdict == judgement.verdict && further.decider == judgement.decider)
        #expect(further.entriesLogged == 0 && !further.isRateBound)
        var expected = before
        path.forEach { expected[Int($0)] += 1 }
        #expect(engine.counters.map(\.matchCount) == expected)
        guard further.flow == .none || further.flow == .stays else { return false }
      }
      return true
    }
    return false
  }
}

extension Timestamp {
  fileprivate static func seconds(from start: Timestamp, to end: Timestamp) -> Int64 {
    max(0, end.seconds - start.seconds)
  }
}
