import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

/// A conversation, and how `Connection state` calls each packet before it is let through.
struct Stages: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let packets: [[UInt8]]
  let states: [String]

  init(_ testDescription: String, _ steps: (packet: [UInt8], state: String)...) {
    self.testDescription = testDescription
    packets = steps.map(\.packet)
    states = steps.map(\.state)
  }
}

// `>` from the stranger to us, `<` the other way.
private func ask(_ flags: Frame.TCPFlags) -> [UInt8] { tcp(flags: flags) }
private func answer(_ flags: Frame.TCPFlags) -> [UInt8] {
  Frame.tcp(from: Bench.host, 80, to: Bench.stranger, 40_000, flags: flags)
}
private func icmp(_ type: UInt8, _ identifier: UInt16 = 0, code: UInt8 = 0) -> [UInt8] {
  Frame.icmp(from: Bench.stranger, to: Bench.host, type: type, code: code, identifier: identifier)
}
private func icmpv6(_ type: UInt8) -> [UInt8] {
  Frame.icmp(from: "2001:db8::9", to: "2001:db8::10", type: type, identifier: 1)
}
private func piece(offset: UInt16) -> [UInt8] {
  Frame.udp(
    from: Bench.stranger, 4_000, to: Bench.host, 137, payload: Array(repeating: 0x41, count: 64),
    fragment: Frame.Fragment(identification: 77, offset: offset, moreFollow: offset == 0))
}

@Suite struct ConnectionStateTests {
  @Test(arguments: [
    Stages("a handshake", (ask(.syn), "new"), (answer([.syn, .ack]), "established"), (ask(.ack), "established")),
    Stages("a request sent twice", (ask(.syn), "new"), (ask(.syn), "new"), (answer([.syn, .ack]), "established")),
    Stages("a stray ACK", (ask(.ack), "none"), (answer(.ack), "established")),
    Stages("a stray SYN ACK", (ask([.syn, .ack]), "none")),
    Stages("a stray RST", (ask(.rst), "none"), (answer(.ack), "closing")),
    Stages("one end closes", (ask(.syn), "new"), (ask([.fin, .ack]), "established"), (answer(.ack), "closing")),
    Stages(
      "closed, then asked anew", (ask(.syn), "new"), (answer([.rst, .ack]), "established"), (ask(.ack), "closing"),
      (ask(.syn), "new"), (answer([.syn, .ack]), "established")),
    Stages(
      "a request of an open connection is none", (ask(.syn), "new"), (ask(.ack), "established"),
      (ask(.syn), "established")),
    Stages("datagrams", (udp(), "new"), (udp(), "established")),
    Stages("a ping", (icmp(8, 1), "new"), (icmp(8, 1), "established"), (icmp(8, 2), "new")),
    Stages("an answer that nothing asked for", (icmp(0, 1), "none")),
    Stages("an error about nothing known", (icmp(3, code: 1), "none"), (icmp(3, code: 1), "established")),
    Stages("a redirect", (icmp(5), "none")),
    Stages("a timestamp request", (icmp(13), "new")),
    Stages("an ICMPv6 ping", (icmpv6(128), "new")),
    Stages("an ICMPv6 answer", (icmpv6(129), "none")),
    Stages("neighbour solicitation", (icmpv6(135), "new")),
    Stages("neighbour advertisement", (icmpv6(136), "none")),
    Stages("a fragment whose start was not seen", (piece(offset: 8), "none")),
    Stages("a fragment of a datagram let through", (piece(offset: 0), "new"), (piece(offset: 8), "established")),
    Stages(
      "a protocol without connections",
      (Frame.ipv4(from: Bench.stranger, to: Bench.host, protocol: IPProtocol.gre), "new"),
      (Frame.ipv4(from: Bench.host, to: Bench.stranger, protocol: IPProtocol.gre), "established")),
  ])
  func everyPacketIsJudgedByWhatWasBeforeIt(_ c: Stages) throws {
    var bench = try Bench(
      rule("Connection state", "==", "new", then: "Log"), rule("Connection state", "==", "established", then: "Alert"),
      rule("Connection state", "==", "closing", then: "Email"), rule("Connection state", "==", "none", then: "Script"))
    let names: [EngineEvent.Kind: String] = [.log: "new", .alert: "established", .email: "closing", .script: "none"]
    var states: [String] = []
    for (step, packet) in c.packets.enumerated() {
      _ = bench.judge(packet, at: Double(step) / 10)
      states += bench.events().map { names[$0.kind] ?? "?" }
    }
    #expect(states == c.states)
  }

  @Test func whatIsDeletedStaysNew() throws {
    var bench = try Bench(rule("Connection state", "==", "new", then: "Delete"))
    #expect((0..<3).map { bench.judge(udp(), at: Double($0)).verdict } == [.delete, .delete, .delete])
  }

  @Test func withoutAPacketThereIsNoState() throws {
    var bench = try Bench(
      rule("Idle seconds", ">=", "10", then: "->", rule("Connection state", "!=", "new", then: "Email")))
    _ = bench.judge(udp())
    bench.engine.advance(to: Bench.time(10))
    #expect(bench.counts("1", "1.1") == [1, 0])
  }
}
