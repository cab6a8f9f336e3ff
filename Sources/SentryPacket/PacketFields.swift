/// Everything rules and tables need from one packet: plain values in host order, decoded once, no borrow, no heap.
///
/// A value counts only where `present` names it: a port of an ICMP packet, or one cut off by the snap length, is absent.
/// Offsets are in bytes from the start of the captured frame.
public struct PacketFields: Sendable {
  /// Which of the values below the packet has, and the capture holds.
  public struct Presence: OptionSet, Sendable {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `sourceMAC`: the frame is Ethernet, or the kernel tells the address beside the packet.
    @inlinable public static var sourceMAC: Presence { Presence(rawValue: 1 << 0) }
    /// `destinationMAC`: the frame is Ethernet.
    @inlinable public static var destinationMAC: Presence { Presence(rawValue: 1 << 12) }
    @inlinable public static var ethernet: Presence { [.sourceMAC, .destinationMAC] }
    /// The fixed IP header: addresses, `fragmentOffset`, `hasMoreFragments`, `identification`, `timeToLive`,
    /// `trafficClass`.
    @inlinable public static var addresses: Presence { Presence(rawValue: 1 << 1) }
    /// `protocolNumber`: the header chain was captured as far as the upper protocol.
    @inlinable public static var protocolNumber: Presence { Presence(rawValue: 1 << 2) }
    /// `ipOptions`: an IPv4 header that was captured whole (the range may be empty).
    @inlinable public static var ipOptions: Presence { Presence(rawValue: 1 << 3) }
    /// `sourcePort`, `destinationPort`: TCP or UDP, or filled in from the fragment table.
    @inlinable public static var ports: Presence { Presence(rawValue: 1 << 4) }
    /// `tcpFlags`, `tcpSequence`.
    @inlinable public static var tcpFlags: Presence { Presence(rawValue: 1 << 5) }
    /// `tcpOptions`: the TCP header was captured whole (the range may be empty).
    @inlinable public static var tcpOptions: Presence { Presence(rawValue: 1 << 6) }
    /// `icmpType`, `icmpCode`: ICMP for IPv4.
    @inlinable public static var icmp: Presence { Presence(rawValue: 1 << 7) }
    /// `icmpType`, `icmpCode`: ICMPv6.
    @inlinable public static var icmpv6: Presence { Presence(rawValue: 1 << 8) }
    /// `icmpIdentifier`: an echo request or reply of either ICMP.
    @inlinable public static var icmpIdentifier: Presence { Presence(rawValue: 1 << 9) }
    /// `payload`: the headers before it were captured whole (the range may be empty).
    @inlinable public static var payload: Presence { Presence(rawValue: 1 << 10) }
    /// `vlan`: the frame has an IEEE 802.1Q tag.
    @inlinable public static var vlan: Presence { Presence(rawValue: 1 << 11) }
  }

  public var present: Presence = []
  /// 4 or 6.
  public var version: UInt8 = 0
  /// The upper protocol, after any IPv6 extension headers (IANA "Protocol Numbers").
  public var protocolNumber: UInt8 = 0

  public var source = IPAddress(high: 0, low: 0)
  public var destination = IPAddress(high: 0, low: 0)
  /// Hardware addresses in the low 48 bits, first byte on the wire highest.
  public var sourceMAC: UInt64 = 0
  public var destinationMAC: UInt64 = 0

  /// IP total length (IPv6: 40 + payload length), never more than the wire length after the link header; that wire
  /// length where the header says 0.
  public var byteCount: UInt32 = 0

  /// In 8-byte units, 0...8191 (RFC 791 §3.1; RFC 8200 §4.5); 0 for a first fragment or a whole packet.
  public var fragmentOffset: UInt16 = 0
  public var hasMoreFragments = false
  /// IPv4 identification, or the 32-bit one of IPv6's fragment header; 0 without one.
  public var identification: UInt32 = 0

  /// IPv4 time to live or IPv6 hop limit.
  public var timeToLive: UInt8 = 0
  /// IPv4 type of service or IPv6 traffic class: DSCP in the upper six bits (RFC 2474 §3).
  public var trafficClass: UInt8 = 0
  /// Identifier of the outermost tag, 0...4095.
  public var vlan: UInt16 = 0

  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  /// RFC 9293 §3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
  public var tcpFlags: UInt8 = 0
  /// Number of the first payload byte, or of the SYN (RFC 9293 §3.1).
  public var tcpSequence: UInt32 = 0
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  public var icmpIdentifier: UInt16 = 0

  /// Where the IP header starts.
  public var networkOffset: UInt32 = 0
  /// Half-open byte range of the IPv4 options (RFC 791 §3.1).
  public var ipOptions: Range<UInt32> = 0..<0
  /// Half-open byte range of the TCP options (RFC 9293 §3.1).
  public var tcpOptions: Range<UInt32> = 0..<0
  /// Half-open range of captured payload bytes: after the TCP header, after eight bytes of UDP, ICMP or ICMPv6, else right
  /// after the IP header (as in a later fragment). Ends with the packet or with the capture, whichever is first.
  public var payload: Range<UInt32> = 0..<0

  @inlinable public init() {}

  @inlinable public func has(_ values: Presence) -> Bool { present.isSuperset(of: values) }

  /// Not the whole of a datagram.
  @inlinable public var isFragment: Bool { hasMoreFragments || fragmentOffset != 0 }
  public var isFirstFragment: Bool { fragmentOffset == 0 && hasMoreFragments }
  public var isLaterFragment: Bool { fragmentOffset != 0 }
}

/// What a frame turned out to be.
public enum FrameKind: UInt8, Sendable {
  /// IPv4 or IPv6 with headers that hold together (or were cut short by the snap length only).
  case ip
  /// Another network protocol: ARP, LLC, a link type without IP.
  case notIP
  /// Said to be IP, but the version is neither 4 nor 6.
  case unknownVersion
  /// The IP header is shorter than its minimum, or longer than the packet.
  case shortIPHeader
  /// The TCP header is shorter than its minimum, or longer than the packet; never a later fragment.
  case shortTCPHeader
  /// The packet is too short for its UDP or ICMP header; never a later fragment.
  case shortHeader
}

/// IANA protocol numbers that the decoder or the tables treat by name.
public enum IPProtocol {
  @inlinable public static var icmp: UInt8 { 1 }
  @inlinable public static var tcp: UInt8 { 6 }
  @inlinable public static var udp: UInt8 { 17 }
  @inlinable public static var gre: UInt8 { 47 }
  @inlinable public static var esp: UInt8 { 50 }
  @inlinable public static var icmpv6: UInt8 { 58 }
}

/// TCP flag bits as `PacketFields.tcpFlags` holds them (RFC 9293 §3.1).
public enum TCPFlag {
  @inlinable public static var fin: UInt8 { 1 }
  @inlinable public static var syn: UInt8 { 2 }
  @inlinable public static var rst: UInt8 { 4 }
  @inlinable public static var psh: UInt8 { 8 }
  @inlinable public static var ack: UInt8 { 16 }
  @inlinable public static var urg: UInt8 { 32 }
}
