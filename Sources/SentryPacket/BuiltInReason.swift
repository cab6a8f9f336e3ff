/// Why a packet was judged by rule 0 (docs/Classic.md, "Before the rules").
public enum BuiltInReason: UInt8, Sendable, CaseIterable {
  case shortIPHeader
  case shortTCPHeader
  case shortHeader
  case notIP
  case delayTableFull
  case blockedIPv6
  case connectionClosed

  /// As logs and reports name it.
  public var name: String {
    switch self {
    case .shortIPHeader: "short IP header"
    case .shortTCPHeader: "short TCP header"
    case .shortHeader: "short header"
    case .notIP: "not IP"
    case .delayTableFull: "delay table full"
    case .blockedIPv6: "IPv6 blocked"
    case .connectionClosed: "connection closed by firewall"
    }
  }
}
