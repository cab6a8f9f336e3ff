import SentryPacket
import Testing

@testable import SentryState

private let here = "192.0.2.1"
private let there = "203.0.113.9"

extension FlowKey {
  fileprivate static func inbound(_ packet: PacketFields) -> FlowKey { FlowKey(packet, direction: .inbound) }
  fileprivate static func outbound(_ packet: PacketFields) -> FlowKey { FlowKey(packet, direction: .outbound) }
}

struct FlowPair: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let first: FlowKey, second: FlowKey, isSame: Bool
}

@Suite struct FlowKeyTests {
  @Test(arguments: [
    FlowPair(
      testDescription: "both directions of TCP",
      first: .outbound(.tcp(from: here, 40_000, to: there, 443, flags: 2)),
      second: .inbound(.tcp(from: there, 443, to: here, 40_000, flags: 18)), isSame: true),
    FlowPair(
      testDescription: "a forwarded packet, seen coming and going",
      first: .inbound(.tcp(from: here, 40_000, to: there, 443, flags: 2)),
      second: .outbound(.tcp(from: here, 40_000, to: there, 443, flags: 2)), isSame: true),
    FlowPair(
      testDescription: "another local port",
      first: .outbound(.tcp(from: here, 40_000, to: there, 443, flags: 2)),
      second: .outbound(.tcp(from: here, 40_001, to: there, 443, flags: 2)), isSame: false),
    FlowPair(
      testDescription: "ports exchanged between the ends",
      first: .outbound(.tcp(from: here, 40_000, to: there, 443, flags: 2)),
      second: .outbound(.tcp(from: here, 443, to: there, 40_000, flags: 2)), isSame: false),
    FlowPair(
      testDescription: "TCP and UDP with the same ends",
      first: .outbound(.tcp(from: here, 53, to: there, 53, flags: 2)),
      second: .outbound(.udp(from: here, 53, to: there, 53)), isSame: false),
    FlowPair(
      testDescription: "both directions between two ports of one address",
      first: .inbound(.udp(from: "127.0.0.1", 5_000, to: "127.0.0.1", 6_000)),
      second: .inbound(.udp(from: "127.0.0.1", 6_000, to: "127.0.0.1", 5_000)), isSame: true),
    FlowPair(
      testDescription: "both directions of IPv6",
      first: .inbound(.udp(from: "2001:db8::9", 9, to: "2001:db8::1", 1)),
      second: .outbound(.udp(from: "2001:db8::1", 1, to: "2001:db8::9", 9)), isSame: true),
    FlowPair(
      testDescription: "IPv6 addresses that differ in their upper half only",
      first: .inbound(.udp(from: "2001:db8::9", 9, to: "2001:db8::1", 1)),
      second: .inbound(.udp(from: "2001:db9::9", 9, to: "2001:db8::1", 1)), isSame: false),
    FlowPair(
      testDescription: "echo request and reply",
      first: .outbound(.icmp(from: here, to: there, type: 8, identifier: 77)),
      second: .inbound(.icmp(from: there, to: here, type: 0, identifier: 77)), isSame: true),
    FlowPair(
      testDescription: "echo request and reply of ICMPv6",
      first: .inbound(.icmp(from: "2001:db8::9", to: "2001:db8::1", type: 128, identifier: 77)),
      second: .outbound(.icmp(from: "2001:db8::1", to: "2001:db8::9", type: 129, identifier: 77)), isSame: true),
    FlowPair(
      testDescription: "echo requests with different identifiers",
      first: .outbound(.icmp(from: here, to: there, type: 8, identifier: 77)),
      second: .outbound(.icmp(from: here, to: there, type: 8, identifier: 78)), isSame: false),
    FlowPair(
      testDescription: "the same other message in both directions",
      first: .outbound(.icmp(from: here, to: there, type: 3, code: 1)),
      second: .inbound(.icmp(from: there, to: here, type: 3, code: 1)), isSame: true),
    FlowPair(
      testDescription: "messages of different types",
      first: .inbound(.icmp(from: there, to: here, type: 3, code: 1)),
      second: .inbound(.icmp(from: there, to: here, type: 11, code: 1)), isSame: false),
    FlowPair(
      testDescription: "messages with different codes",
      first: .inbound(.icmp(from: there, to: here, type: 3, code: 1)),
      second: .inbound(.icmp(from: there, to: here, type: 3, code: 3)), isSame: false),
    FlowPair(
      testDescription: "a timestamp request and its reply, which are no echo",
      first: .outbound(.icmp(from: here, to: there, type: 13)),
      second: .inbound(.icmp(from: there, to: here, type: 14)), isSame: false),
    FlowPair(
      testDescription: "any two packets of another protocol between two hosts",
      first: .outbound(.plain(47, from: here, to: there)), second: .inbound(.plain(47, from: there, to: here)),
      isSame: true),
    FlowPair(
      testDescription: "a later fragment without ports and the flow of its first",
      first: .inbound(.udp(from: there, 9, to: here, 1)),
      second: .inbound(.udp(from: there, 9, to: here, 1).fragment(identification: 1, offset: 1, more: false)),
      isSame: false),
    FlowPair(
      testDescription: "later fragments without ports, and port 0",
      first: .inbound(.udp(from: there, 0, to: here, 0)),
      second: .inbound(.udp(from: there, 9, to: here, 1).fragment(identification: 1, offset: 1, more: false)),
      isSame: true),
  ])
  func packetsOfOneFlow(_ c: FlowPair) {
    #expect((c.first.identity == c.second.identity) == c.isSame)
    let seed = HashSeed.random()
    if c.isSame { #expect(c.first.identity.hash(seed) == c.second.identity.hash(seed)) }
  }

  /// Values left over from an earlier packet do not count.
  @Test func absentValuesCountAsZero() {
    var packet = PacketFields.plain(50, from: here, to: there)
    packet.sourcePort = 1
    packet.destinationPort = 2
    packet.icmpType = 3
    packet.icmpIdentifier = 4
    #expect(
      FlowKey.outbound(packet).identity == FlowKey.outbound(.plain(50, from: here, to: there)).identity)
  }

  @Test(arguments: [PacketFields.Presence.addresses, .protocolNumber])
  func withoutAddressesOrProtocolThereIsNoFlow(missing: PacketFields.Presence) {
    var packet = PacketFields.udp(from: here, 1, to: there, 2)
    #expect(FlowKey.outbound(packet).isKnown)
    packet.present.remove(missing)
    #expect(!FlowKey.outbound(packet).isKnown)
  }
}
