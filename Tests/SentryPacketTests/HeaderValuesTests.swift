import SentryPacket
import SentryTestSupport
import Testing

/// Single values of the headers that rules ask for: hop limit, traffic class, VLAN, sequence number.
struct HeaderValuesTests {
  private func decode(_ frame: [UInt8], _ linkType: LinkType = .ethernet, wireLength: Int? = nil) -> PacketFields {
    var fields = PacketFields()
    _ = fields.decode(frame, linkType: linkType, wireLength: wireLength)
    return fields
  }

  // The two packets are Scapy's.

  @Test("IPv4 with TOS 0xb8, TTL 57 and sequence number 0xdeadbeef")
  func valuesOfIPv4() {
    let packet = decode(
      [UInt8](
        hex: """
          45b80028 00010000 3906fd13 c0000201 c0000202
          0001 0002 deadbeef 00000000 50022000 6e3e0000
          """), .raw)
    #expect(packet.has([.addresses, .tcpFlags]))
    #expect(packet.trafficClass == 0xB8)
    #expect(packet.timeToLive == 57)
    #expect(packet.tcpSequence == 0xDEAD_BEEF)
  }

  @Test("IPv6 with traffic class 0x28, flow label 0xabcde, hop limit 255 and sequence number 0xfedcba98")
  func valuesOfIPv6() {
    let packet = decode(
      [UInt8](
        hex: """
          628abcde 0014 06 ff 20010db8000000000000000000000001 20010db8000000000000000000000002
          0001 0002 fedcba98 00000000 50102000 7ae70000
          """), .raw)
    #expect(packet.has([.addresses, .tcpFlags]))
    #expect(packet.trafficClass == 0x28)
    #expect(packet.timeToLive == 255)
    #expect(packet.tcpSequence == 0xFEDC_BA98)
  }

  // MARK: VLAN

  struct VLANRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var linkType = LinkType.ethernet
    let hex: String
    let expected: UInt16?
  }

  private static let ethernet = DecodeTests.ethernet
  private static let udp = DecodeTests.udp

  @Test(arguments: [
    VLANRow(testDescription: "no tag", hex: "\(ethernet) 0800 \(udp)", expected: nil),
    VLANRow(
      testDescription: "priority 3 is not part of the identifier", hex: "\(ethernet) 8100 6007 0800 \(udp)", expected: 7
    ),
    VLANRow(testDescription: "the highest identifier", hex: "\(ethernet) 8100 ffff 0800 \(udp)", expected: 4095),
    VLANRow(
      testDescription: "a tag for its priority only, identifier 0", hex: "\(ethernet) 8100 e000 0800 \(udp)",
      expected: 0),
    VLANRow(
      testDescription: "the outer of two tags", hex: "\(ethernet) 88a8 0005 8100 0007 0800 \(udp)", expected: 5),
    VLANRow(
      testDescription: "a tag before PPPoE", hex: "\(ethernet) 8100 0007 8864 11 00 0001 001e 0021 \(udp)", expected: 7),
    VLANRow(
      testDescription: "a tag inside SNAP", hex: "\(ethernet) 0028 aaaa03 000000 8100 0009 0800 \(udp)", expected: 9),
    VLANRow(
      testDescription: "a tag in Linux cooked", linkType: .linuxCooked,
      hex: "0000 0001 0006 0200000000020000 8100 0007 0800 \(udp)", expected: 7),
    VLANRow(
      testDescription: "the outer of two in Linux cooked", linkType: .linuxCooked,
      hex: "0000 0001 0006 0200000000020000 88a8 0005 8100 0007 0800 \(udp)", expected: 5),
    VLANRow(
      testDescription: "a tag in Linux cooked, version 2", linkType: .linuxCooked2,
      hex: "8100 0000 00000002 0001 00 06 0200000000020000 0007 0800 \(udp)", expected: 7),
    VLANRow(testDescription: "raw IP", linkType: .raw, hex: udp, expected: nil),
  ])
  func vlan(_ row: VLANRow) {
    let packet = decode([UInt8](hex: row.hex), row.linkType)
    #expect(packet.has(.addresses))
    #expect((packet.has(.vlan) ? packet.vlan : nil) == row.expected)
  }

  @Test func theTagOfOneFrameIsForgottenWithTheNext() {
    var packet = PacketFields()
    _ = packet.decode([UInt8](hex: "\(Self.ethernet) 8100 0007 0800 \(Self.udp)"), linkType: .ethernet)
    #expect(packet.has(.vlan))
    _ = packet.decode([UInt8](hex: "\(Self.ethernet) 0800 \(Self.udp)"), linkType: .ethernet)
    #expect(!packet.has(.vlan))
  }
}
