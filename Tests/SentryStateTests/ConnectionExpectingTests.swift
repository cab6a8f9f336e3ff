import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

@Suite struct ConnectionExpectingTests {
  /// A flow to one of some hundred ports, by a frame of its and as the table knows it.
  private func flow(_ number: UInt16) -> (frame: [UInt8], key: FlowKey, packet: PacketFields) {
    let frame = Frame.udp(from: "203.0.113.9", 1_024 + number, to: "192.0.2.1", 53)
    var packet = PacketFields()
    _ = frame.withRawSpan { packet.decode($0, linkType: .ethernet, wireLength: frame.count) }
    return (frame, FlowKey(packet, direction: .inbound), packet)
  }

  /// Of what is expected, some comes and some does not; flows expire, make way and are forgotten meanwhile.
  @Test("what is expected changes nothing", arguments: 0..<8 as Range<UInt64>)
  func changesNothing(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let tableSeed = HashSeed(first: 1, second: 2, third: 3)
    var table = ConnectionTable(capacity: 50, seed: tableSeed)
    var plain = ConnectionTable(capacity: 50, seed: tableSeed)
    var seconds: Int64 = 0
    for _ in 0..<3_000 {
      let (_, key, packet) = flow(.random(in: 0..<200, using: &random))
      for _ in 0..<Int.random(in: 0..<3, using: &random) {
        table.expect(flow(.random(in: 0..<300, using: &random)).key.identity)
      }
      if Bool.random(using: &random) { table.expect(key.identity) }
      seconds += Int64.random(in: 0..<4, using: &random) / 3
      let now = at(seconds)
      #expect(table.lookup(key, now: now) == plain.lookup(key, now: now))
      #expect(table.enter(key, packet, now: now, interface: 0) == plain.enter(key, packet, now: now, interface: 0))
      if Int.random(in: 0..<500, using: &random) == 0 {
        table.removeAll()
        plain.removeAll()
      }
    }
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: at(seconds)) == plain.entries(now: at(seconds)))
    #expect(table.evictions == plain.evictions && table.evictions > 0)
  }

  @Test("frames are expected where there are many flows, too")
  func manyFlows() {
    var table = ConnectionTable(capacity: 20_000)
    for number in 0..<17_000 as Range<UInt16> {
      let (frame, key, packet) = flow(number)
      frame.withRawSpan { table.expect($0, linkType: .ethernet) }
      #expect(table.enter(key, packet, now: at(0), interface: 0) != nil)
    }
    #expect(table.expected.hash != 0)
    for number in 0..<17_000 as Range<UInt16> {
      let (frame, key, _) = flow(number)
      frame.withRawSpan { table.expect($0, linkType: .ethernet) }
      #expect(table.lookup(key, now: at(1)) != nil)
    }
    #expect(table.count == 17_000)
    #expect(table.brokenInvariant() == nil)
  }
}
