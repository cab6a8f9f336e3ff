import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

/// An ICMP error belongs to the connection of the packet it quotes (RFC 792; RFC 4443 §3), if that is known.
@Suite struct ICMPErrorTests {
  private static let router = "198.51.100.1"
  private static let stateful = rule("Include", "==", "state", then: "Pass")
  private static let known = [stateful, rule("Direction", "==", "inbound", then: "Delete")]

  /// From a router: the packet inside could not be delivered.
  private func unreachable(_ quoted: [UInt8], to destination: String = Bench.host, type: UInt8 = 3) -> [UInt8] {
    let isIPv4 = IPAddress(destination)?.isIPv4 ?? true
    return Frame.icmp(
      from: isIPv4 ? Self.router : "2001:db8:1::1", to: destination, type: type, code: 1,
      payload: Array(quoted.dropFirst(14)))
  }

  private func bench() throws -> Bench { try Bench(Self.known[0], Self.known[1]) }

  @Test func anErrorAboutAKnownFlowIsKnown() throws {
    var bench = try bench()
    let request = tcp(from: Bench.host, to: Bench.stranger)
    _ = bench.judge(request)
    // RFC 792: the IP header and eight bytes behind it are enough.
    let quote = Array(request.prefix(14 + 20 + 8))
    #expect(bench.judge(unreachable(quote), at: 1).rule == "1")
    #expect(bench.judge(unreachable(request, type: 11), at: 1).rule == "1")
    #expect(bench.engine.tables.connections.entries(now: bench.engine.now).map(\.reverse.packets) == [2])
  }

  @Test func anErrorAboutNothingKnownIsNot() throws {
    var bench = try bench()
    #expect(bench.judge(unreachable(tcp(from: Bench.host, to: Bench.stranger))).rule == "2")
    #expect(bench.engine.tables.connections.count == 0)
  }

  @Test func aForgedErrorOpensNoWay() throws {
    // The error passes, and is a flow of its own; what it quotes stays unknown.
    var bench = try Bench(Self.stateful, rule("Protocol", "==", "6", then: "Delete"))
    let quoted = tcp(from: Bench.host, to: Bench.stranger)
    #expect(bench.judge(unreachable(quoted)).verdict == .pass)
    #expect(bench.judge(Frame.tcp(from: Bench.stranger, 80, to: Bench.host, 40_000, flags: .ack), at: 1).rule == "2")
  }

  @Test func theErrorMustGoToTheSenderOfWhatItQuotes() throws {
    var bench = try Bench(Self.known[0], Self.known[1], local: [Bench.host, "192.0.2.11"])
    let request = tcp(from: Bench.host, to: Bench.stranger)
    _ = bench.judge(request)
    #expect(bench.judge(unreachable(request, to: "192.0.2.11"), at: 1).rule == "2")
    // Nor may it quote what the stranger sent.
    let answer = Frame.tcp(from: Bench.stranger, 80, to: Bench.host, 40_000, flags: [.syn, .ack])
    #expect(bench.judge(answer, at: 1).rule == "1")
    #expect(bench.judge(unreachable(answer), at: 1).rule == "2")
  }

  @Test(arguments: [
    ("a datagram", udp(from: Bench.host, to: Bench.stranger)), ("a ping", ping(from: Bench.host, to: Bench.stranger)),
    ("GRE", Frame.ipv4(from: Bench.host, to: Bench.stranger, protocol: IPProtocol.gre, payload: [0, 0, 8, 0])),
  ])
  func otherProtocolsAreQuotedAsWell(name: String, packet: [UInt8]) throws {
    var bench = try bench()
    _ = bench.judge(packet)
    #expect(bench.judge(unreachable(packet), at: 1).rule == "1")
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt8])
  func errorsOfICMPv6Too(type: UInt8) throws {
    var bench = try bench()
    let request = tcp(from: "2001:db8::10", to: "2001:db8::9")
    _ = bench.judge(request)
    #expect(bench.judge(unreachable(request, to: "2001:db8::10", type: type), at: 1).rule == "1")
  }

  @Test func anOutboundErrorBelongsToTheFlowThatCameIn() throws {
    var bench = try Bench(Self.stateful)
    _ = bench.judge(udp(port: 9))
    let error = Frame.icmp(
      from: Bench.host, to: Bench.stranger, type: 3, code: 3, payload: Array(udp(port: 9).dropFirst(14)))
    #expect(bench.judge(error, at: 1).rule == "1")
  }

  @Test func anErrorThatPassesKeepsTheFlowAlive() throws {
    var bench = try bench()
    let request = udp(from: Bench.host, to: Bench.stranger, port: 9_999)
    _ = bench.judge(request)
    #expect(bench.judge(unreachable(request), at: 100).rule == "1")
    let answer = Frame.udp(from: Bench.stranger, 9_999, to: Bench.host, 40_000)
    #expect(bench.judge(answer, at: 200).rule == "1")
  }

  @Test func anErrorThatIsDeletedDoesNot() throws {
    var bench = try Bench(rule("Protocol", "==", "1", then: "Delete"), Self.stateful)
    let request = udp(from: Bench.host, to: Bench.stranger, port: 9_999)
    _ = bench.judge(request)
    #expect(bench.judge(unreachable(request), at: 100).rule == "1")
    #expect(bench.judge(Frame.udp(from: Bench.stranger, 9_999, to: Bench.host, 40_000), at: 200).rule == nil)
  }

  @Test func anErrorLeavesARequestARequest() throws {
    var bench = try Bench(rule("Connection state", "==", "new", then: "Log"))
    let request = tcp(from: Bench.host, to: Bench.stranger)
    #expect(bench.judge(request).logged == 1)
    #expect(bench.judge(unreachable(request), at: 1).logged == 0)
    #expect(bench.judge(request, at: 2).logged == 1)
  }

  @Test func brokenQuotesAreNoQuotes() throws {
    var bench = try bench()
    let request = tcp(from: Bench.host, to: Bench.stranger)
    _ = bench.judge(request)
    for length in 0..<(20 + 4) {
      #expect(bench.judge(unreachable(Array(request.prefix(14 + length))), at: 1).rule == "2")
    }
    #expect(bench.judge(unreachable(Array(request.prefix(14 + 20 + 4))), at: 1).rule == "1")
  }
}
