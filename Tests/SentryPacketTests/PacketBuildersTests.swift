import SentryPacket
import SentryTestSupport
import Testing

/// Scapy 2.5.0 made the expected bytes.
struct PacketBuildersTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
    let hex: String
  }

  private static let ethernet = "020000000001 020000000002"

  @Test(arguments: [
    Row(
      testDescription: "TCP with an option and payload",
      frame: Frame.tcp(
        from: "203.0.113.9", 40000, to: "192.0.2.10", 23, options: [2, 4, 5, 0xB4], payload: Array("hi!".utf8)),
      hex: """
        \(ethernet) 0800 4500002f0000000040067cb5cb007109c000020a
        9c400017000000010000000060022000544d0000 020405b4 686921
        """),
    Row(
      testDescription: "UDP on IPv6 behind two VLAN tags",
      frame: Frame.udp(
        from: "2001:db8::9", 53, to: "2001:db8::1", 40000, payload: Array("abc".utf8), link: .ethernet(vlans: [5, 7])),
      hex: """
        \(ethernet) 88a80005 81000007 86dd
        60000000000b1140 20010db8000000000000000000000009 20010db8000000000000000000000001
        00359c40000b4384 616263
        """),
    Row(
      testDescription: "UDP with an odd number of bytes",
      frame: Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, payload: Array("odd".utf8)),
      hex: "\(ethernet) 0800 4500001f0000000040117cbacb007109c000020a 00010002000b2e5c 6f6464"),
    Row(
      testDescription: "ICMP echo request",
      frame: Frame.icmp(
        from: "203.0.113.9", to: "192.0.2.10", type: 8, identifier: 77, payload: Array("xyz".utf8)),
      hex: "\(ethernet) 0800 4500001f0000000040017ccacb007109c000020a 08000538004d0001 78797a"),
    Row(
      testDescription: "ICMPv6 echo request",
      frame: Frame.icmp(
        from: "2001:db8::9", to: "2001:db8::1", type: 128, identifier: 77, payload: Array("xyz".utf8)),
      hex: """
        \(ethernet) 86dd 60000000000b3a40 20010db8000000000000000000000009 20010db8000000000000000000000001
        80003176004d0001 78797a
        """),
    Row(
      testDescription: "middle fragment of IPv4",
      frame: Frame.ipv4(
        from: "203.0.113.9", to: "192.0.2.10", protocol: 17, identification: 99, fragmentOffset: 3, moreFragments: true,
        payload: Array("12345678".utf8)),
      hex: "\(ethernet) 0800 4500001c0063200340115c57cb007109c000020a 3132333435363738"),
    Row(
      testDescription: "middle fragment of IPv6",
      frame: Frame.ipv6(
        from: "2001:db8::9", to: "2001:db8::1", nextHeader: 44,
        payload: Frame.ipv6Fragment(nextHeader: 17, Frame.Fragment(identification: 99, offset: 3, moreFollow: true))
          + Array("12345678".utf8)),
      hex: """
        \(ethernet) 86dd 6000000000102c40 20010db8000000000000000000000009 20010db8000000000000000000000001
        1100001900000063 3132333435363738
        """),
    Row(
      testDescription: "IPv4 with the router alert option",
      frame: Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, ipOptions: [0x94, 4, 0, 0]),
      hex: "\(ethernet) 0800 460000200000000040 11e7b4 cb007109c000020a 94040000 00010002000801c7"),
    Row(
      testDescription: "PPPoE", frame: Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, link: .pppoe),
      hex: "\(ethernet) 8864 11000001001e 0021 4500001c0000000040117cbdcb007109c000020a 00010002000801c7"),
    Row(
      testDescription: "SNAP", frame: Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, link: .snap),
      hex: "\(ethernet) 0024 aaaa030000000800 4500001c0000000040117cbdcb007109c000020a 00010002000801c7"),
    Row(
      testDescription: "Linux cooked",
      frame: Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, link: .linuxCooked),
      hex: "00000001000602000000000200000800 4500001c0000000040117cbdcb007109c000020a 00010002000801c7"),
    Row(
      testDescription: "Linux cooked, version 2",
      frame: Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, link: .linuxCooked2),
      hex: "0800000000000002000100060200000000020000 4500001c0000000040117cbdcb007109c000020a 00010002000801c7"),
    Row(
      testDescription: "ARP request", frame: Frame.arp(from: "192.0.2.10", for: "192.0.2.1"),
      hex: "\(ethernet) 0806 0001080006040001020000000002c000020a000000000000c0000201"),
  ])
  func sameBytesAsScapy(_ row: Row) {
    #expect(row.frame == [UInt8](hex: row.hex))
  }
}
