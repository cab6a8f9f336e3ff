internal import SentryPacket

/// What a described packet's IP header carries.
enum NotationProtocol: Equatable, Sendable {
  case tcp, udp, icmp, icmpv6
  /// By its number, and without a header of its own: the payload follows the IP header.
  case other(UInt8)

  /// `nil` if no protocol has this name, in any case.
  init?(name: String) {
    switch name.lowercased() {
    case "tcp": self = .tcp
    case "udp": self = .udp
    case "icmp": self = .icmp
    case "icmp6", "icmpv6": self = .icmpv6
    case let name:
      guard let number = Self.numbers[name] else { return nil }
      self = .other(number)
    }
  }

  /// The protocol as a packet names it: 58 is ICMPv6 in IPv6 only.
  init(number: UInt8, isIPv4: Bool) {
    self =
      switch number {
      case IPProtocol.tcp: .tcp
      case IPProtocol.udp: .udp
      case IPProtocol.icmp where isIPv4: .icmp
      case IPProtocol.icmpv6 where !isIPv4: .icmpv6
      default: .other(number)
      }
  }

  var number: UInt8 {
    switch self {
    case .tcp: IPProtocol.tcp
    case .udp: IPProtocol.udp
    case .icmp: IPProtocol.icmp
    case .icmpv6: IPProtocol.icmpv6
    case .other(let number): number
    }
  }

  /// As a line begins with it.
  var name: String {
    switch self {
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmp: "icmp"
    case .icmpv6: "icmp6"
    case .other(let number): Self.names(of: number) ?? "proto \(number)"
    }
  }

  var hasPorts: Bool { self == .tcp || self == .udp }
  var isICMP: Bool { self == .icmp || self == .icmpv6 }

  /// All words that its packets may have, its own first.
  var words: [String] {
    let own =
      switch self {
      case .tcp: TCPFlagNames.all
      case .icmp: ICMPNotation.messages(isIPv4: true).names
      case .icmpv6: ICMPNotation.messages(isIPv4: false).names
      case .udp, .other: [String]()
      }
    return own + NotationWord.allCases.map(\.rawValue)
  }

  /// For messages.
  var exampleWords: String {
    switch self {
    case .tcp: "in, out, syn, ttl or a payload in quotes"
    case .udp: "in, out, dns, ttl or a payload in quotes"
    case .icmp, .icmpv6: "in, out, echo-request, id or quoting"
    case .other: "in, out, ttl or a payload in quotes"
    }
  }

  static let names: [String] = ["tcp", "udp", "icmp", "icmp6", "proto"] + numbers.keys.sorted()

  /// Protocols without a form of their own here, by the names that `Protocol` rules know.
  private static let numbers: [String: UInt8] = {
    let own: Set<UInt64> = [6, 17, 1, 58]
    let others = ProtocolProperty.names.filter { !own.contains($0.value) }
    return Dictionary(uniqueKeysWithValues: others.map { ($0.key.lowercased(), UInt8(truncatingIfNeeded: $0.value)) })
  }()

  private static func names(of number: UInt8) -> String? { numbers.first { $0.value == number }?.key }
}
