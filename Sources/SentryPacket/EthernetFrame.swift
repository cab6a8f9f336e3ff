/// Where each field of an Ethernet frame sits, in bytes from its start (IEEE 802.3 §3.1.1).
enum EthernetLayout {
  static let destination = 0
  static let source = 6
  static let type = 12  // or the length of an IEEE 802.3 frame
  static let header = 14
}

extension PacketFields {
  /// Takes the hardware addresses; returns where the IP header is, `nil` if the frame does not carry IP.
  @inline(__always)
  mutating func decodeEthernet(_ frame: RawSpan) -> NetworkHeader? {
    guard let destination = frame.wire64(at: EthernetLayout.destination),  // and two bytes of the source
      let source = frame.wire32(at: EthernetLayout.source + 2)
    else { return nil }
    destinationMAC = destination >> 16
    sourceMAC = (destination & 0xFFFF) << 32 | UInt64(source)
    present.insert(.ethernet)
    // Most frames are this one kind.
    if frame.wire16(at: EthernetLayout.type) == EtherType.ipv4 {
      return NetworkHeader(offset: EthernetLayout.type + 2, announcedVersion: 4)
    }
    return frame.networkHeader(afterEtherTypeAt: EthernetLayout.type)
  }
}
