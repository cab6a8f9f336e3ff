/// Which part of a datagram a packet carries.
public struct IPFragment: Sendable, Equatable {
  /// IPv6 has 32 bits of it, IPv4 16.
  public var identification: UInt32
  /// In 8-byte units, 0...8191.
  public var offset: UInt16
  public var moreFollow: Bool

  public init(identification: UInt32, offset: UInt16 = 0, moreFollow: Bool = false) {
    self.identification = identification
    self.offset = offset
    self.moreFollow = moreFollow
  }
}

/// The header of an IP packet to be made.
public struct IPHeader: Sendable, Equatable {
  public var source: IPAddress
  public var destination: IPAddress
  public var protocolNumber: UInt8
  /// IPv4 time to live, IPv6 hop limit.
  public var timeToLive: UInt8 = 64
  /// IPv4 type of service, IPv6 traffic class: DSCP in the upper six bits (RFC 2474 §3).
  public var trafficClass: UInt8 = 0
  /// IPv4 identification, offset and flag; in IPv6 a fragment header, and none for `nil`.
  public var fragment: IPFragment?
  /// IPv4 options (RFC 791 §3.1), padded with zeros to whole words; at most 40 bytes count. IPv6 has none.
  public var options: [UInt8] = []
  /// What the length field says where that is not the truth: IPv4 total length, IPv6 payload length.
  public var claimedLength: UInt16?
  /// What the IPv4 header says of its own length, in bytes, where that is not the truth.
  public var claimedHeaderLength: Int?

  /// Unless told otherwise, between two IPv4 addresses.
  public var isIPv4: Bool

  public init(source: IPAddress, destination: IPAddress, protocolNumber: UInt8) {
    self.source = source
    self.destination = destination
    self.protocolNumber = protocolNumber
    isIPv4 = source.isIPv4 && destination.isIPv4
  }

  /// In bytes: IPv4 options and IPv6 fragment header included.
  public var byteCount: Int {
    if isIPv4 { return IPv4Layout.minimumHeader + (optionCount + 3) / 4 * 4 }
    return IPv6Layout.headerLength + (fragment == nil ? 0 : FragmentLayout.headerLength)
  }

  /// The packet around `payload`, its lengths and the header's checksum filled in. A payload that is too long for the
  /// 16-bit length makes that field wrong, nothing else.
  public func packet(carrying payload: [UInt8]) -> [UInt8] {
    var packet: [UInt8] = []
    append(to: &packet, carrying: payload.count)
    return packet + payload
  }

  /// The header of a packet that carries so many bytes more.
  package func append(to packet: inout [UInt8], carrying payloadLength: Int) {
    if isIPv4 {
      appendIPv4(to: &packet, carrying: payloadLength)
    } else {
      appendIPv6(to: &packet, carrying: payloadLength)
    }
  }

  private var optionCount: Int { min(options.count, 40) }

  private func appendIPv4(to packet: inout [UInt8], carrying payloadLength: Int) {
    let start = packet.count
    let words = UInt8(truncatingIfNeeded: (claimedHeaderLength ?? byteCount) / 4) & 0x0F
    let fragment = fragment ?? IPFragment(identification: 0)
    packet.append(0x40 | words)
    packet.append(trafficClass)
    packet.append(networkOrder: claimedLength ?? UInt16(truncatingIfNeeded: byteCount + payloadLength))
    packet.append(networkOrder: UInt16(truncatingIfNeeded: fragment.identification))
    packet.append(
      networkOrder: (fragment.moreFollow ? IPv4Layout.moreFragments : 0)
        | fragment.offset & IPv4Layout.fragmentOffsetMask)
    packet.append(timeToLive)
    packet.append(protocolNumber)
    packet.append(networkOrder: 0 as UInt16)
    packet.append(source, isIPv4: true)
    packet.append(destination, isIPv4: true)
    packet += options[..<optionCount]
    packet.pad(from: start, toMultipleOf: 4)
    packet.setChecksum(at: IPv4Layout.checksum, ofBytesFrom: start, InternetChecksum())
  }

  private func appendIPv6(to packet: inout [UInt8], carrying payloadLength: Int) {
    let length = byteCount - IPv6Layout.headerLength + payloadLength
    packet.append(0x60 | trafficClass >> 4)
    packet.append(trafficClass << 4)
    packet.append(networkOrder: 0 as UInt16)  // the flow label's lower bits
    packet.append(networkOrder: claimedLength ?? UInt16(truncatingIfNeeded: length))
    packet.append(fragment == nil ? protocolNumber : ExtensionHeader.fragment)
    packet.append(timeToLive)
    packet.append(source, isIPv4: false)
    packet.append(destination, isIPv4: false)
    if let fragment { packet += fragment.ipv6Header(nextHeader: protocolNumber) }
  }
}

extension IPFragment {
  /// The fragment header of IPv6 (RFC 8200 §4.5).
  public func ipv6Header(nextHeader: UInt8) -> [UInt8] {
    [nextHeader, 0] + .init(networkOrder: offset << 3 | (moreFollow ? 1 : 0)) + .init(networkOrder: identification)
  }
}
