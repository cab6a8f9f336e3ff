/// The words that may follow the addresses of a described packet, besides TCP flags and the names of ICMP messages.
enum NotationWord: String, CaseIterable {
  // Around the packet.
  case `in`, out, external, `internal`, on, at, mac, vlan, application, user, permission
  // IP.
  case ttl, dscp, id, fragment
  case ipOption = "ip-option"
  case size, cut
  // TCP.
  case noFlags = "no-flags"
  case seq, window, mss, wscale, sackok, sack, timestamps, nop
  case tcpOption = "tcp-option"
  // ICMP.
  case type, code, mtu, gateway, quoting
  // Payload.
  case hex, zeros, bytes, tls, dns, http

  /// Says something once and for all; the others add.
  var isSaidOnce: Bool {
    switch self {
    case .vlan, .ipOption, .sack, .nop, .tcpOption, .hex, .zeros, .tls, .dns, .http: false
    default: true
    }
  }

  /// Describes how the packet came here, not the packet.
  var isAboutSurroundings: Bool {
    switch self {
    case .in, .out, .external, .internal, .on, .at, .mac, .vlan, .application, .user, .permission: true
    default: false
    }
  }
}
