/// Linux "cooked" capture, version 1 (tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html).
private enum LinuxCookedLayout {
  static let protocolType = 14
  static let headerLength = 16
  /// A protocol type for an LLC header without a length before it.
  static let llc: UInt16 = 4
}

/// Linux "cooked" capture, version 2 (tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html).
private enum LinuxCooked2Layout {
  static let protocolType = 0
  static let headerLength = 20
}

extension RawSpan {
  /// The IP header in a frame captured from several interfaces at once, version 1.
  func networkHeaderInLinuxCooked() -> NetworkHeader? {
    networkHeader(afterCookedTypeAt: LinuxCookedLayout.protocolType, header: LinuxCookedLayout.headerLength)
  }

  /// The same, version 2.
  func networkHeaderInLinuxCooked2() -> NetworkHeader? {
    networkHeader(afterCookedTypeAt: LinuxCooked2Layout.protocolType, header: LinuxCooked2Layout.headerLength)
  }

  /// Like an EtherType, but what it announces starts after the cooked header, not right behind the type.
  private func networkHeader(afterCookedTypeAt typeOffset: Int, header: Int) -> NetworkHeader? {
    switch wire16(at: typeOffset) {
    case EtherType.ipv4:
      return NetworkHeader(offset: header, announcedVersion: 4)
    case EtherType.ipv6:
      return NetworkHeader(offset: header, announcedVersion: 6)
    case EtherType.vlan, EtherType.serviceVLAN, EtherType.oldServiceVLAN:
      return networkHeader(afterEtherTypeAt: header + 2)?.tagged(vlanIdentifier(at: header))
    case EtherType.pppoeSession:
      return networkHeader(inPPPoEAt: header)
    case LinuxCookedLayout.llc:
      return etherTypeOffset(inLLCAt: header).flatMap { networkHeader(afterEtherTypeAt: $0) }
    default:
      return nil
    }
  }
}
