internal import SentryPacket

/// How long a flow is remembered after its last packet (docs/Classic.md, "Connection table").
///
/// The raw value is the position of the limit's expiry class in the connection table.
enum ConnectionLimit: UInt16, CaseIterable {
  case closedTCP
  /// Only SYN packets seen, or one end closed, or dropped by a rule.
  case partOpenTCP
  case openTCP
  /// Key exchange (RFC 7296 §2): UDP with local port 500.
  case keyExchange
  case dns
  case udp
  /// GRE and ESP.
  case tunnel
  /// ICMP and everything else.
  case other

  var seconds: Int64 {
    switch self {
    case .closedTCP: 1
    case .partOpenTCP: 120
    case .openTCP: 86_400
    case .keyExchange: 1_800
    case .dns: 20
    case .udp: 120
    case .tunnel: 1_800
    case .other: 60
    }
  }

  /// The lifetime of its class. A flow goes when it is *older* than its limit: at the limit it is still there.
  var lifetime: Int64 { seconds * Timestamp.nanosecondsPerSecond + 1 }

  @inline(__always)
  init(tcp state: TCPState) {
    if state.contains(.closedByFirewall) {
      self = .partOpenTCP
    } else if state.isClosed {
      self = .closedTCP
    } else if state.contains(.onlySYN) || !state.isDisjoint(with: [.forwardFIN, .reverseFIN]) {
      self = .partOpenTCP
    } else {
      self = .openTCP
    }
  }

  @inline(__always)
  init(udpLocalPort local: UInt16, remotePort remote: UInt16) {
    if local == 500 {
      self = .keyExchange
    } else if local == 53 || remote == 53 {
      self = .dns
    } else {
      self = .udp
    }
  }
}
