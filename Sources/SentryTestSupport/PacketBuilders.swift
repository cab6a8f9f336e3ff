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
  public typealias Fragment = IPFragment

  public static let destinationMAC = EthernetHeader().destination
  public static let sourceMAC = EthernetHeader().source

  /// A TCP segment. `options` are padded with zeros to whole words.
  ///
  /// A `fragment` says which piece the frame is of; for a later piece build the bytes with `ipv4` or `ipv6`.
  public static func tcp(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16,
    flags: TCPFlags = .syn, options: [UInt8] = [], payload: [UInt8] = [], sequence: UInt32 = 1,
    acknowledgement: UInt32 = 0, window: UInt16 = 0x2000,
    ipOptions: [UInt8] = [], fragment: Fragment? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    var segment = TCPSegment(sourcePort: sourcePort, destinationPort: destinationPort, flags: flags.rawValue)
    segment.options = options
    segment.payload = payload
    segment.sequence = sequence
    segment.acknowledgement = acknowledgement
    segment.window = window
    return ip(
      from: source, to: destination, protocol: IPProtocol.tcp, ipOptions: ipOptions, fragment: fragment,
      payload: segment.bytes(from: address(source), to: address(destination)), link: link)
  }

  /// A UDP datagram.
  public static func udp(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16,
    payload: [UInt8] = [], ipOptions: [UInt8] = [], fragment: Fragment? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    let datagram = UDPDatagram(sourcePort: sourcePort, destinationPort: destinationPort, payload: payload)
    return ip(
      from: source, to: destination, protocol: IPProtocol.udp, ipOptions: ipOptions, fragment: fragment,
      payload: datagram.bytes(from: address(source), to: address(destination)), link: link)
  }

  /// ICMP between IPv4 addresses, ICMPv6 between IPv6 addresses.
  public static func icmp(
    from source: String, to destination: String, type: UInt8, code: UInt8 = 0, identifier: UInt16 = 0,
    sequence: UInt16 = 1, payload: [UInt8] = [], fragment: Fragment? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    let (sender, receiver) = (address(source), address(destination))
    let message = ICMPMessage(
      type: type, code: code, restOfHeader: ICMPMessage.echo(identifier: identifier, sequence: sequence), body: payload)
    return ip(
      from: source, to: destination, protocol: sender.isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6,
      fragment: fragment, payload: message.bytes(from: sender, to: receiver), link: link)
  }

  /// An IPv4 packet around any payload. `options` are padded with zeros to whole words; `totalLength` and
  /// `headerLength` (bytes) say something else than the truth for malformed packets.
  public static func ipv4(
    from source: String, to destination: String, protocol number: UInt8, options: [UInt8] = [],
    identification: UInt16 = 0, fragmentOffset: UInt16 = 0, moreFragments: Bool = false, timeToLive: UInt8 = 64,
    payload: [UInt8] = [], totalLength: UInt16? = nil, headerLength: Int? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    var header = IPHeader(source: address(source), destination: address(destination), protocolNumber: number)
    header.options = options
    header.fragment = IPFragment(
      identification: UInt32(identification), offset: fragmentOffset, moreFollow: moreFragments)
    header.timeToLive = timeToLive
    header.claimedLength = totalLength
    header.claimedHeaderLength = headerLength
    return wrapped(header.packet(carrying: payload), isIPv4: true, in: link)
  }

  /// An IPv6 packet around any payload, which begins with the header that `nextHeader` names; `payloadLength` says
  /// something else than the truth for malformed packets and jumbograms.
  public static func ipv6(
    from source: String, to destination: String, nextHeader: UInt8, hopLimit: UInt8 = 64, payload: [UInt8] = [],
    payloadLength: UInt16? = nil, link: Link = .ethernet
  ) -> [UInt8] {
    var header = IPHeader(source: address(source), destination: address(destination), protocolNumber: nextHeader)
    header.isIPv4 = false
    header.timeToLive = hopLimit
    header.claimedLength = payloadLength
    return wrapped(header.packet(carrying: payload), isIPv4: false, in: link)
  }

  /// An extension header of RFC 8200 §4.3, §4.4 or §4.6 with `data` padded to whole 8-byte units.
  public static func ipv6Extension(nextHeader: UInt8, data: [UInt8] = []) -> [UInt8] {
    let body = ([nextHeader, 0] + data).padded(toMultipleOf: 8)
    return [nextHeader, UInt8(body.count / 8 - 1)] + body.dropFirst(2)
  }

  /// An IPv6 fragment header (RFC 8200 §4.5).
  public static func ipv6Fragment(nextHeader: UInt8, _ fragment: Fragment) -> [UInt8] {
    fragment.ipv6Header(nextHeader: nextHeader)
  }

  /// An Ethernet frame of any type (or, up to 1500, IEEE 802.3 length).
  public static func ethernet(type: UInt16, payload: [UInt8]) -> [UInt8] {
    EthernetHeader().frame(type: type, carrying: payload)
  }

  /// A frame around an IP packet.
  public static func carrying(_ packet: [UInt8], link: Link) -> [UInt8] {
    wrapped(packet, isIPv4: packet.first.map { $0 >> 4 != 6 } ?? true, in: link)
  }

  /// An ARP request: a frame that is not IP (RFC 826).
  public static func arp(from source: String, for target: String) -> [UInt8] {
    var request: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1] + [UInt8](networkOrder: sourceMAC, count: 6)
    request += addressBytes(source) + [0, 0, 0, 0, 0, 0] + addressBytes(target)
    return ethernet(type: 0x0806, payload: request)
  }

  /// An IP packet of the addresses' family.
  private static func ip(
    from source: String, to destination: String, protocol number: UInt8, ipOptions: [UInt8] = [],
    fragment: Fragment?, payload: [UInt8], link: Link
  ) -> [UInt8] {
    var header = IPHeader(source: address(source), destination: address(destination), protocolNumber: number)
    header.options = ipOptions
    header.fragment = fragment
    return wrapped(header.packet(carrying: payload), isIPv4: header.isIPv4, in: link)
  }

  private static func wrapped(_ packet: [UInt8], isIPv4: Bool, in link: Link) -> [UInt8] {
    let etherType = bytes(UInt16(isIPv4 ? 0x0800 : 0x86DD))
    switch link {
    case .ethernet(let vlans):
      var header = EthernetHeader()
      header.vlans = vlans
      return header.frame(carrying: packet, isIPv4: isIPv4)
    case .pppoe:
      let pppProtocol = bytes(UInt16(isIPv4 ? 0x0021 : 0x0057))
      return ethernet(type: 0x8864, payload: [0x11, 0, 0, 1] + bytes(UInt16(2 + packet.count)) + pppProtocol + packet)
    case .snap:
      return ethernet(type: UInt16(8 + packet.count), payload: [0xAA, 0xAA, 3, 0, 0, 0] + etherType + packet)
    case .linuxCooked:
      return [0, 0, 0, 1, 0, 6] + [UInt8](networkOrder: sourceMAC, count: 6) + [0, 0] + etherType + packet
    case .linuxCooked2:
      return etherType + [0, 0, 0, 0, 0, 2, 0, 1, 0, 6] + [UInt8](networkOrder: sourceMAC, count: 6) + [0, 0] + packet
    case .null(let bigEndian):
      let family: [UInt8] = [0, 0, 0, isIPv4 ? 2 : 30]
      return (bigEndian ? family : family.reversed()) + packet
    case .raw:
      return packet
    }
  }

  private static func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("'\(text)' is not an address") }
    return address
  }

  private static func addressBytes(_ text: String) -> [UInt8] {
    let address = address(text)
    return address.bytes(isIPv4: address.isIPv4)
  }

  /// Network order.
  private static func bytes(_ value: UInt16) -> [UInt8] { [UInt8](networkOrder: value) }
}
