/// Protocol families in the loopback header of the BSDs and macOS (tcpdump.org/linktypes/LINKTYPE_NULL.html).
private enum ProtocolFamily {
  static let ipv4: UInt32 = 2
  // Every system has its own number for IPv6; Linux is here because programs write such files there too.
  static let ipv6Linux: UInt32 = 10
  static let ipv6NetBSD: UInt32 = 24
  static let ipv6FreeBSD: UInt32 = 28
  static let ipv6Darwin: UInt32 = 30
}

extension RawSpan {
  /// The IP header behind a family number of four bytes in either byte order; `nil` for other families.
  func networkHeaderInBSDLoopback() -> NetworkHeader? {
    guard let family = wire32(at: 0) else { return nil }
    // Families are small numbers: one with high bits is in the other byte order.
    switch family < 0x1_0000 ? family : family.byteSwapped {
    case ProtocolFamily.ipv4:
      return NetworkHeader(offset: 4, announcedVersion: 4)
    case ProtocolFamily.ipv6Linux, ProtocolFamily.ipv6NetBSD, ProtocolFamily.ipv6FreeBSD, ProtocolFamily.ipv6Darwin:
      return NetworkHeader(offset: 4, announcedVersion: 6)
    default:
      return nil
    }
  }
}
