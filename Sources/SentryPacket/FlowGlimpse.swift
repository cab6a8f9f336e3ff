/// What tells flows apart, read from a plain frame long before it is decoded: Ethernet or nothing, IP without options or
/// extension headers, TCP or UDP.
///
/// A guess for those who fetch from memory what will be needed: lengths are not checked, and the ports of a later fragment are
/// its first bytes.
public struct FlowGlimpse: Equatable, Sendable {
  public let protocolNumber: UInt8
  public let source: IPAddress
  public let destination: IPAddress
  public let sourcePort: UInt16
  public let destinationPort: UInt16

  /// `nil` for a frame that is not plain, or not captured up to the ports.
  public init?(of frame: RawSpan, linkType: LinkType) {
    switch linkType {
    case .ethernet:
      switch frame.wire16(at: EthernetLayout.type) {
      case EtherType.ipv4: self.init(ofIPv4: frame, at: EthernetLayout.header)
      case EtherType.ipv6: self.init(ofIPv6: frame, at: EthernetLayout.header)
      default: return nil
      }
    case .raw, .rawInFiles:
      switch frame.wire8(at: 0).map({ $0 >> 4 }) {
      case 4: self.init(ofIPv4: frame, at: 0)
      case 6: self.init(ofIPv6: frame, at: 0)
      default: return nil
      }
    default: return nil
    }
  }

  @inline(__always)
  private init?(ofIPv4 frame: RawSpan, at start: Int) {
    guard let ports = frame.wire32(at: start + IPv4Layout.options),
      frame.wire8(at: start + IPv4Layout.versionIHL) == 0x45,
      let timeToLiveAndProtocol = frame.wire16(at: start + IPv4Layout.timeToLiveAndProtocol),
      let addresses = frame.wire64(at: start + IPv4Layout.source)
    else { return nil }
    self.init(
      UInt8(truncatingIfNeeded: timeToLiveAndProtocol), IPAddress(v4: UInt32(truncatingIfNeeded: addresses >> 32)),
      IPAddress(v4: UInt32(truncatingIfNeeded: addresses)), ports)
  }

  @inline(__always)
  private init?(ofIPv6 frame: RawSpan, at start: Int) {
    guard let ports = frame.wire32(at: start + IPv6Layout.headerLength),
      let protocolNumber = frame.wire8(at: start + IPv6Layout.nextHeader),
      let sourceHigh = frame.wire64(at: start + IPv6Layout.source),
      let sourceLow = frame.wire64(at: start + IPv6Layout.source + 8),
      let destinationHigh = frame.wire64(at: start + IPv6Layout.destination),
      let destinationLow = frame.wire64(at: start + IPv6Layout.destination + 8)
    else { return nil }
    self.init(
      protocolNumber, IPAddress(high: sourceHigh, low: sourceLow),
      IPAddress(high: destinationHigh, low: destinationLow), ports)
  }

  @inline(__always)
  private init?(_ protocolNumber: UInt8, _ source: IPAddress, _ destination: IPAddress, _ ports: UInt32) {
    guard protocolNumber == IPProtocol.tcp || protocolNumber == IPProtocol.udp else { return nil }
    self.protocolNumber = protocolNumber
    self.source = source
    self.destination = destination
    sourcePort = UInt16(truncatingIfNeeded: ports >> 16)
    destinationPort = UInt16(truncatingIfNeeded: ports)
  }
}
