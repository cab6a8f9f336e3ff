public import SentryPacket

/// Frames for tests, with lengths and checksums filled in:
///
/// ```swift
/// Frame.tcp(from: "203.0.113.9", 40000, to: "192.0.2.10", 23, flags: .syn)
/// Frame.udp(from: "2001:db8::9", 53, to: "2001:db8::1", 40000, payload: [1, 2, 3], link: .ethernet(vlans: [7]))
/// Frame.icmp(from: "203.0.113.9", to: "192.0.2.10", type: 8, code: 0, identifier: 77)
/// ```
///
/// Addresses decide between IPv4 and IPv6. A text that is no address, or a mixed pair, is a mistake in the test and
/// traps.
public enum Frame {
  /// TCP control bits (RFC 9293 §3.1).
  public struct TCPFlags: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let fin = TCPFlags(rawValue: 1)
    public static let syn = TCPFlags(rawValue: 2)
    public static let rst = TCPFlags(rawValue: 4)
    public static let psh = TCPFlags(rawValue: 8)
    public static let ack = TCPFlags(rawValue: 16)
    public static let urg = TCPFlags(rawValue: 32)
  }

  /// What stands before the IP header.
  public enum Link: Sendable {
    /// Ethernet with 802.1Q tags, outermost first; of several tags all but the last are 802.1ad service tags.
    case ethernet(vlans: [UInt16])
    /// A PPPoE session on Ethernet (RFC 2516).
    case pppoe
    /// IEEE 802.3 with an LLC and SNAP header (RFC 1042).
    case snap
    /// `LINKTYPE_LINUX_SLL` and `LINKTYPE_LINUX_SLL2`.
    case linuxCooked, linuxCooked2
    /// `LINKTYPE_NULL` as a little-endian or a big-endian machine writes it.
    case null(bigEndian: Bool)
    /// The IP packet itself.
    case raw

    public static let ethernet = Link.ethernet(vlans: [])

    /// The link type under which a capture holds such frames.
    public var linkType: LinkType {
      switch self {
      case .ethernet, .pppoe, .snap: .ethernet
      case .linuxCooked: .linuxCooked
      case .linuxCooked2: .linuxCooked2
      case .null: .null
      case .raw: .raw
      }
    }
  }

  /// Which part of a packet a frame carries.
  public struct Fragment: Sendable {
    public var identification: UInt32
    /// In 8-byte units.
    public var offset: UInt16
    public var moreFollow: Bool

    public init(identification: UInt32, offset: UInt16, moreFollow: Bool) {
      self.identification = identification
      self.offset = offset
      self.moreFollow = moreFollow
    }
  }

  public static let destinationMAC: UInt64 = 0x02_00_00_00_00_01
  public static let sourceMAC: UInt64 = 0x02_00_00_00_00_02

  /// A TCP segment. `options` are padded with zeros to whole words.
  ///
  /// A `fragment` says which piece the frame is of; for a later piece build the bytes with `ipv4` or `ipv6`.
  public static func tcp(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16,
    flags: TCPFlags = .syn, options: [UInt8] = [], payload: [UInt8] = [], sequence: UInt32 = 1,
    acknowledgement: UInt32 = 0,
    ipOptions: [UInt8] = [], fragment: Fragment? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    let options = padded(options, to: 4)
    var segment = bytes(sourcePort) + bytes(destinationPort) + bytes(sequence) + bytes(acknowledgement)
    segment += [UInt8((20 + options.count) / 4) << 4, flags.rawValue] + bytes(UInt16(0x2000)) + [0, 0, 0, 0] + options
    segment += payload
    return ip(
      from: source, to: destination, protocol: IPProtocol.tcp, ipOptions: ipOptions, fragment: fragment,
      payload: withChecksum(segment, at: 16, from: source, to: destination, protocol: IPProtocol.tcp), link: link)
  }

  /// A UDP datagram.
  public static func udp(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16,
    payload: [UInt8] = [], ipOptions: [UInt8] = [], fragment: Fragment? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    let datagram =
      bytes(sourcePort) + bytes(destinationPort) + bytes(UInt16(8 + payload.count)) + [0, 0] + payload
    return ip(
      from: source, to: destination, protocol: IPProtocol.udp, ipOptions: ipOptions, fragment: fragment,
      payload: withChecksum(datagram, at: 6, from: source, to: destination, protocol: IPProtocol.udp), link: link)
  }

  /// ICMP between IPv4 addresses, ICMPv6 between IPv6 addresses.
  public static func icmp(
    from source: String, to destination: String, type: UInt8, code: UInt8 = 0, identifier: UInt16 = 0,
    sequence: UInt16 = 1, payload: [UInt8] = [], fragment: Fragment? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    let isIPv4 = address(source).isIPv4
    let number = isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6
    var message = [type, code, 0, 0] + bytes(identifier) + bytes(sequence) + payload
    if isIPv4 {
      message.replaceSubrange(2..<4, with: bytes(checksum(message)))
    } else {
      message = withChecksum(message, at: 2, from: source, to: destination, protocol: number)
    }
    return ip(from: source, to: destination, protocol: number, fragment: fragment, payload: message, link: link)
  }

  /// An IPv4 packet around any payload. `options` are padded with zeros to whole words; `totalLength` and
  /// `headerLength` (bytes) say something else than the truth for malformed packets.
  public static func ipv4(
    from source: String, to destination: String, protocol number: UInt8, options: [UInt8] = [],
    identification: UInt16 = 0, fragmentOffset: UInt16 = 0, moreFragments: Bool = false, timeToLive: UInt8 = 64,
    payload: [UInt8] = [], totalLength: UInt16? = nil, headerLength: Int? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    let options = padded(options, to: 4)
    let length = 20 + options.count
    var header = [UInt8(0x40 | (headerLength ?? length) / 4), 0]
    header += bytes(totalLength ?? UInt16(length + payload.count)) + bytes(identification)
    header += bytes((moreFragments ? 0x2000 : 0) | fragmentOffset) + [timeToLive, number, 0, 0]
    header += addressBytes(source) + addressBytes(destination) + options
    header.replaceSubrange(10..<12, with: bytes(checksum(header)))
    return wrapped(header + payload, isIPv4: true, in: link)
  }

  /// An IPv6 packet around any payload, which begins with the header that `nextHeader` names; `payloadLength` says
  /// something else than the truth for malformed packets and jumbograms.
  public static func ipv6(
    from source: String, to destination: String, nextHeader: UInt8, hopLimit: UInt8 = 64, payload: [UInt8] = [],
    payloadLength: UInt16? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    var header: [UInt8] = [0x60, 0, 0, 0] + bytes(payloadLength ?? UInt16(payload.count)) + [nextHeader, hopLimit]
    header += addressBytes(source) + addressBytes(destination)
    return wrapped(header + payload, isIPv4: false, in: link)
  }

  /// An extension header of RFC 8200 §4.3, §4.4 or §4.6 with `data` padded to whole 8-byte units.
  public static func ipv6Extension(nextHeader: UInt8, data: [UInt8] = []) -> [UInt8] {
    let body = padded([nextHeader, 0] + data, to: 8)
    return [nextHeader, UInt8(body.count / 8 - 1)] + body.dropFirst(2)
  }

  /// An IPv6 fragment header (RFC 8200 §4.5).
  public static func ipv6Fragment(nextHeader: UInt8, _ fragment: Fragment) -> [UInt8] {
    [nextHeader, 0] + bytes(fragment.offset << 3 | (fragment.moreFollow ? 1 : 0)) + bytes(fragment.identification)
  }

  /// An Ethernet frame of any type (or, up to 1500, IEEE 802.3 length).
  public static func ethernet(type: UInt16, payload: [UInt8]) -> [UInt8] {
    bytes(destinationMAC).suffix(6) + bytes(sourceMAC).suffix(6) + bytes(type) + payload
  }

  /// An ARP request: a frame that is not IP (RFC 826).
  public static func arp(from source: String, for target: String) -> [UInt8] {
    var request: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1] + bytes(sourceMAC).suffix(6)
    request += addressBytes(source) + [0, 0, 0, 0, 0, 0] + addressBytes(target)
    return ethernet(type: 0x0806, payload: request)
  }

  /// An IP packet of the addresses' family.
  private static func ip(
    from source: String, to destination: String, protocol number: UInt8, ipOptions: [UInt8] = [],
    fragment: Fragment?, payload: [UInt8], link: Link
  ) -> [UInt8] {
    guard address(source).isIPv4 else {
      let header = fragment.map { ipv6Fragment(nextHeader: number, $0) } ?? []
      return ipv6(
        from: source, to: destination, nextHeader: header.isEmpty ? number : 44, payload: header + payload, link: link)
    }
    return ipv4(
      from: source, to: destination, protocol: number, options: ipOptions,
      identification: UInt16(truncatingIfNeeded: fragment?.identification ?? 0), fragmentOffset: fragment?.offset ?? 0,
      moreFragments: fragment?.moreFollow ?? false, payload: payload, link: link)
  }

  private static func wrapped(_ packet: [UInt8], isIPv4: Bool, in link: Link) -> [UInt8] {
    let etherType = bytes(UInt16(isIPv4 ? 0x0800 : 0x86DD))
    switch link {
    case .ethernet(let vlans):
      let tags = vlans.enumerated().flatMap { index, vlan in
        bytes(UInt16(index < vlans.count - 1 ? 0x88A8 : 0x8100)) + bytes(vlan)
      }
      return Array(ethernet(type: 0, payload: []).dropLast(2)) + tags + etherType + packet
    case .pppoe:
      let pppProtocol = bytes(UInt16(isIPv4 ? 0x0021 : 0x0057))
      return ethernet(type: 0x8864, payload: [0x11, 0, 0, 1] + bytes(UInt16(2 + packet.count)) + pppProtocol + packet)
    case .snap:
      return ethernet(type: UInt16(8 + packet.count), payload: [0xAA, 0xAA, 3, 0, 0, 0] + etherType + packet)
    case .linuxCooked:
      return [0, 0, 0, 1, 0, 6] + bytes(sourceMAC).suffix(6) + [0, 0] + etherType + packet
    case .linuxCooked2:
      return etherType + [0, 0, 0, 0, 0, 2, 0, 1, 0, 6] + bytes(sourceMAC).suffix(6) + [0, 0] + packet
    case .null(let bigEndian):
      let family: [UInt8] = [0, 0, 0, isIPv4 ? 2 : 30]
      return (bigEndian ? family : family.reversed()) + packet
    case .raw:
      return packet
    }
  }

  /// A transport segment with its checksum over the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) at byte `offset`.
  private static func withChecksum(
    _ segment: [UInt8], at offset: Int, from source: String, to destination: String, protocol number: UInt8
  ) -> [UInt8] {
    let pseudoHeader =
      addressBytes(source) + addressBytes(destination) + bytes(UInt32(segment.count)) + [0, 0, 0, number]
    var segment = segment
    segment.replaceSubrange(offset..<offset + 2, with: bytes(checksum(pseudoHeader + segment)))
    return segment
  }

  /// The ones' complement of the ones' complement sum (RFC 1071).
  private static func checksum(_ data: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: data.count, by: 2) {
      sum += UInt32(data[index]) << 8 | (index + 1 < data.count ? UInt32(data[index + 1]) : 0)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
  }

  private static func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("'\(text)' is not an address") }
    return address
  }

  private static func addressBytes(_ text: String) -> [UInt8] {
    let address = address(text)
    return address.v4.map { bytes($0) } ?? bytes(address.high) + bytes(address.low)
  }

  /// Network order.
  private static func bytes(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func padded(_ data: [UInt8], to unit: Int) -> [UInt8] {
    data + Array(repeating: 0, count: (unit - data.count % unit) % unit)
  }
}
