internal import SentryPacket

/// One question about a packet, as a rule of a document asks it.
struct PacketTest: Hashable, Sendable {
  var property: TestedProperty
  /// As documents write it.
  let value: String
  /// Holds for all packets that do not match, whatever the reason: `!=`.
  var isNegated = false
  /// What its value says, for comparisons with others.
  let meaning: Meaning

  init(_ property: TestedProperty, _ value: String) {
    self.property = property
    self.value = value
    meaning = Meaning(of: value, property)
  }

  static prefix func ! (test: PacketTest) -> PacketTest {
    var opposite = test
    opposite.isNegated.toggle()
    return opposite
  }

  /// Not the first fragment: it has neither ports nor flags.
  static let laterFragment = PacketTest(.fragmentOffset, "1-8191")
  static let inbound = PacketTest(.direction, "inbound")
  static let outbound = PacketTest(.direction, "outbound")
  static let isTCP = PacketTest(.protocolNumber, "TCP")
  static let isUDP = PacketTest(.protocolNumber, "UDP")
  static let knownConnection = PacketTest(.include, "state")

  /// False of a protocol without ports; 132 is SCTP, 136 UDP-Lite.
  var mayHavePorts: Bool {
    property != .protocolNumber || isNegated || ["TCP", "UDP", "132", "136"].contains(value)
  }

  /// The same of a packet that goes the other way.
  var reversed: PacketTest {
    var reversed = self
    reversed.property = property.reversed
    return reversed
  }

  /// What it answers for a later fragment; `nil` if that depends on the packet.
  var answerForLaterFragment: Bool? {
    if property == .fragmentOffset { return !isNegated }
    return property.isBehindIPHeader ? isNegated : nil
  }

  /// What it answers for any other packet; `nil` if that depends on the packet.
  var answerForFirstFragment: Bool? { property == .fragmentOffset ? isNegated : nil }
}

/// What rules of other firewalls ask for, in the words of documents, in the order in which a tree asks.
enum TestedProperty: String, CaseIterable, Sendable {
  case direction = "Direction"
  case interface = "Interface"
  case ipVersion = "IP version"
  case include = "Include"
  case connectionState = "Connection state"
  case protocolNumber = "Protocol"
  case fragmentOffset = "IPFragmentOffset"
  case sourceMAC = "Source MAC Address"
  case destinationMAC = "Dest MAC Address"
  case sourceNet = "Source net"
  case destinationNet = "Dest net"
  case user = "User"
  case packetLength = "Packet length"
  case timeToLive = "TTL"
  case dscp = "DSCP"
  case ipOptions = "IPOptions"
  case tcpFlags = "TCP header flags"
  case tcpOptions = "TCPOptions"
  case icmpType = "ICMP type"
  case icmpCode = "ICMP code"
  case icmpv6Type = "ICMPv6 type"
  case icmpv6Code = "ICMPv6 code"
  case sourcePort = "Source port"
  case destinationPort = "Dest port"
}

extension TestedProperty {
  fileprivate var reversed: TestedProperty {
    switch self {
    case .sourceNet: .destinationNet
    case .destinationNet: .sourceNet
    case .sourcePort: .destinationPort
    case .destinationPort: .sourcePort
    default: self
    }
  }

  /// Only the first fragment of a packet has it.
  fileprivate var isBehindIPHeader: Bool {
    switch self {
    case .tcpFlags, .tcpOptions, .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code, .sourcePort, .destinationPort: true
    default: false
    }
  }

  /// All packets of a connection have the same, those of the other direction the reverse.
  var isOfConnection: Bool {
    switch self {
    case .ipVersion, .protocolNumber, .sourceNet, .destinationNet, .sourcePort, .destinationPort: true
    default: false
    }
  }
}
