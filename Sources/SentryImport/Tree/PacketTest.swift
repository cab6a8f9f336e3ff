internal import SentryPacket

/// One question about a packet, as a rule of a document asks it.
struct PacketTest: Hashable, Sendable {
  var property: TestedProperty
  /// As documents write it.
  var value: String
  /// Holds for all packets that do not match, whatever the reason: `!=`.
  var isNegated = false

  init(_ property: TestedProperty, _ value: String) {
    self.property = property
    self.value = value
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

  /// No packet fits both.
  func excludes(_ other: PacketTest) -> Bool {
    if other == !self { return true }
    if let states, let others = other.states { return states.isDisjoint(with: others) }
    if let protocolName, let name = other.protocolName, protocolName != name { return true }
    if let family, let theirs = other.family, family != theirs { return true }
    if let flags, let theirs = other.flags {
      return !flags.on.isDisjoint(with: theirs.off) || !flags.off.isDisjoint(with: theirs.on)
    }
    return property == other.property && value != other.value && !isNegated && !other.isNegated && hasOneValue
      && other.hasOneValue
  }

  /// What fits this one fits the other in any case.
  func implies(_ other: PacketTest) -> Bool {
    if let states, let others = other.states { return states.isStrictSubset(of: others) }
    return property == other.property && value != other.value && !isNegated && other.isNegated && hasOneValue
      && other.hasOneValue
  }

  /// States of a connection for which it holds; an empty name is that of packets without.
  private var states: Set<Substring>? {
    guard property == .connectionState else { return nil }
    let named = Set(value.split(separator: ","))
    return isNegated ? Set(["new", "established", "closing", "none", ""]).subtracting(named) : named
  }

  /// The only version of IP whose packets it holds for.
  private var family: String? {
    guard !isNegated else { return nil }
    switch property {
    case .ipVersion: return value
    case .sourceNet, .destinationNet: return value.contains(":") ? "6" : "4"
    case .protocolNumber: return value == "ICMP" ? "4" : value == "ICMPv6" ? "6" : nil
    default: return nil
    }
  }

  /// Flags that must be on, and those that must be off.
  private var flags: (on: Set<Substring>, off: Set<Substring>)? {
    guard property == .tcpFlags, !isNegated else { return nil }
    let names = value.split(separator: ",")
    return (Set(names.filter { $0.first != "-" }), Set(names.filter { $0.first == "-" }.map { $0.dropFirst() }))
  }

  /// Of the only protocol whose packets it holds for.
  private var protocolName: String? {
    guard !isNegated else { return nil }
    switch property {
    case .protocolNumber: return value
    case .tcpFlags, .tcpOptions: return "TCP"
    case .icmpType, .icmpCode: return "ICMP"
    case .icmpv6Type, .icmpv6Code: return "ICMPv6"
    default: return nil
    }
  }

  /// Each packet has one of it, and the value names just that.
  private var hasOneValue: Bool {
    switch property {
    case .direction, .ipVersion, .protocolNumber: true
    case .interface: !value.contains("*")
    case .sourceNet, .destinationNet: IPAddress(value) != nil
    case .sourcePort, .destinationPort, .icmpType, .icmpv6Type: UInt16(value) != nil
    default: false
    }
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
