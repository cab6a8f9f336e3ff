/// The UDP header (RFC 768): two ports, a length and a checksum of two bytes each.
enum UDPLayout {
  static let headerLength = 8
}

extension PacketFields {
  /// Decodes the UDP header from byte `start`, of a packet that ended at `packetEnd` on the wire.
  ///
  /// The payload runs to the end of the IP packet: a UDP length that says less must not hide bytes from content rules.
  @inline(__always)
  mutating func decodeUDP(_ frame: RawSpan, from start: Int, packetEnd: Int) -> FrameKind {
    readPorts(frame, from: start, packetEnd: packetEnd)
    guard packetEnd - start >= UDPLayout.headerLength else { return .shortHeader }
    setPayload(of: frame, from: start + UDPLayout.headerLength, packetEnd: packetEnd)
    return .ip
  }
}
