import SentryPacket
import SentryTestSupport
import Testing

private let (here, there) = ("192.0.2.1", "203.0.113.9")
private let (here6, there6) = ("2001:db8::1", "2001:db8::9")

struct FlowGlimpseTests {
  struct Plain: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
    var link = LinkType.ethernet
  }

  private static let plain = [
    Plain(testDescription: "TCP", frame: Frame.tcp(from: there, 40_000, to: here, 80)),
    Plain(
      testDescription: "TCP with options", frame: Frame.tcp(from: there, 40_000, to: here, 80, options: [1, 1, 1, 0])),
    Plain(testDescription: "UDP", frame: Frame.udp(from: there, 53, to: here, 40_000, payload: [1, 2, 3])),
    Plain(testDescription: "TCP over IPv6", frame: Frame.tcp(from: there6, 40_000, to: here6, 80)),
    Plain(testDescription: "UDP over IPv6", frame: Frame.udp(from: there6, 53, to: here6, 40_000)),
    Plain(
      testDescription: "nothing before IPv4", frame: Frame.tcp(from: there, 40_000, to: here, 80, link: .raw),
      link: .raw),
    Plain(
      testDescription: "nothing before IPv6", frame: Frame.udp(from: there6, 53, to: here6, 40_000, link: .raw),
      link: .rawInFiles),
  ]

  @Test("sees of a plain frame what decoding it finds", arguments: plain)
  func seesWhatIsDecoded(_ frame: Plain) throws {
    let glimpse = try #require(frame.frame.withRawSpan { FlowGlimpse(of: $0, linkType: frame.link) })
    var packet = PacketFields()
    #expect(packet.decode(frame.frame, linkType: frame.link) == .ip)
    #expect(glimpse.protocolNumber == packet.protocolNumber)
    #expect(glimpse.source == packet.source && glimpse.destination == packet.destination)
    #expect(glimpse.sourcePort == packet.sourcePort && glimpse.destinationPort == packet.destinationPort)
  }

  private static let others = [
    Plain(testDescription: "ICMP", frame: Frame.icmp(from: there, to: here, type: 8, identifier: 7)),
    Plain(testDescription: "a VLAN tag", frame: Frame.tcp(from: there, 1, to: here, 2, link: .ethernet(vlans: [5]))),
    Plain(testDescription: "ARP", frame: Frame.arp(from: there, for: here)),
    Plain(
      testDescription: "a cooked frame", frame: Frame.tcp(from: there, 1, to: here, 2, link: .linuxCooked),
      link: .linuxCooked),
    Plain(testDescription: "neither version", frame: Array(repeating: 0x10, count: 80), link: .raw),
  ]

  @Test("says nothing of what is not plain", arguments: others)
  func saysNothing(_ frame: Plain) {
    #expect(frame.frame.withRawSpan { FlowGlimpse(of: $0, linkType: frame.link) } == nil)
  }

  @Test("says nothing of a frame that is cut before the ports end", arguments: plain)
  func saysNothingOfCutFrames(_ frame: Plain) {
    let isIPv4 = frame.frame[frame.link == .ethernet ? 14 : 0] >> 4 == 4
    let portsEnd = (frame.link == .ethernet ? 14 : 0) + (isIPv4 ? 20 : 40) + 4
    for length in 0...frame.frame.count {
      let glimpse = Array(frame.frame.prefix(length)).withRawSpan { FlowGlimpse(of: $0, linkType: frame.link) }
      #expect((glimpse != nil) == (length >= portsEnd), "\(length) bytes")
    }
  }
}
