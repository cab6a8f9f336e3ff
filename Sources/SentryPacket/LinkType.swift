/// What stands before the network header of a frame, by libpcap's data link number (`DLT_…`,
/// tcpdump.org/linktypes.html).
///
/// Any number is a valid value; frames of one the decoder does not know are `FrameKind.notIP`.
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// BSD loopback: a protocol family in the byte order of the machine that captured it.
  public static var null: LinkType { LinkType(rawValue: 0) }
  /// Ethernet without preamble and frame check sequence.
  public static var ethernet: LinkType { LinkType(rawValue: 1) }
  /// PPP, with or without HDLC framing.
  public static var ppp: LinkType { LinkType(rawValue: 9) }
  /// PPP in HDLC framing.
  public static var pppSerial: LinkType { LinkType(rawValue: 50) }
  /// A PPPoE session header, without the Ethernet header before it.
  public static var pppEther: LinkType { LinkType(rawValue: 51) }
  /// OpenBSD loopback: a protocol family in network order.
  public static var loop: LinkType { LinkType(rawValue: 108) }
  /// Linux "cooked" capture, as from the interface `any`.
  public static var linuxCooked: LinkType { LinkType(rawValue: 113) }
  /// Linux "cooked" capture, version 2.
  public static var linuxCooked2: LinkType { LinkType(rawValue: 276) }

  /// An IP packet of either version and nothing before it, as Linux numbers it.
  public static var raw: LinkType { LinkType(rawValue: 12) }
  /// The same, as OpenBSD numbers it.
  public static var rawOpenBSD: LinkType { LinkType(rawValue: 14) }
  /// The same, as capture files number it.
  public static var rawInFiles: LinkType { LinkType(rawValue: 101) }
  /// An IPv4 packet and nothing before it.
  public static var ipv4: LinkType { LinkType(rawValue: 228) }
  /// An IPv6 packet and nothing before it.
  public static var ipv6: LinkType { LinkType(rawValue: 229) }
}

extension LinkType {
  /// Those whose frames the decoder looks into.
  public var isDecoded: Bool { name != nil }

  private var name: String? {
    switch self {
    case .null, .loop: "BSD loopback"
    case .ethernet: "Ethernet"
    case .ppp, .pppSerial: "PPP"
    case .pppEther: "PPPoE"
    case .linuxCooked: "Linux cooked"
    case .linuxCooked2: "Linux cooked 2"
    case .raw, .rawOpenBSD, .rawInFiles, .ipv4, .ipv6: "raw IP"
    default: nil
    }
  }
}

extension LinkType: CustomStringConvertible {
  /// `Ethernet`, or the number of one that is not decoded.
  public var description: String { name ?? "number \(rawValue)" }
}
