/// The header of an Ethernet frame to be made.
public struct EthernetHeader: Sendable, Equatable {
  /// Hardware addresses in the low 48 bits, first byte on the wire highest; by default two that are locally administered.
  public var destination: UInt64 = 0x02_00_00_00_00_01
  public var source: UInt64 = 0x02_00_00_00_00_02
  /// Tags, outermost first; of several, all but the last are service tags (IEEE 802.1ad).
  public var vlans: [UInt16] = []

  public init() {}

  /// A frame of this EtherType, or, up to 1500, of this length (IEEE 802.3).
  public func frame(type: UInt16, carrying payload: [UInt8]) -> [UInt8] {
    let tags = vlans.enumerated().flatMap { index, vlan in
      [UInt8](networkOrder: index < vlans.count - 1 ? EtherType.serviceVLAN : EtherType.vlan)
        + .init(networkOrder: vlan)
    }
    return .init(networkOrder: destination, count: 6) + .init(networkOrder: source, count: 6) + tags
      + .init(networkOrder: type) + payload
  }

  /// A frame around an IP packet.
  public func frame(carrying packet: [UInt8], isIPv4: Bool) -> [UInt8] {
    frame(type: isIPv4 ? EtherType.ipv4 : EtherType.ipv6, carrying: packet)
  }
}
