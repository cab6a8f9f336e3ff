/// The PPPoE session header (RFC 2516 §4), in bytes from its start.
private enum PPPoELayout {
  static let versionType = 0  // both 4 bits, both 1
  static let code = 1  // 0 in the session stage
  static let payload = 6  // after a session identifier and a length
}

/// PPP protocol numbers (RFC 1332 §4, RFC 5072 §3).
private enum PPPProtocol {
  static let ipv4: UInt16 = 0x0021
  static let ipv6: UInt16 = 0x0057
}

extension RawSpan {
  /// The IP header in the PPPoE session frame that starts at `offset`; `nil` if it carries something else.
  func networkHeader(inPPPoEAt offset: Int) -> NetworkHeader? {
    guard wire8(at: offset + PPPoELayout.versionType) == 0x11, wire8(at: offset + PPPoELayout.code) == 0 else {
      return nil
    }
    return networkHeader(inPPPAt: offset + PPPoELayout.payload)
  }

  /// The IP header in the PPP frame that starts at `offset`, with or without the address and control bytes of HDLC
  /// framing (RFC 1662 §3.1); `nil` if it carries something else.
  func networkHeader(inPPPAt offset: Int) -> NetworkHeader? {
    let start = wire16(at: offset) == 0xFF03 ? offset + 2 : offset
    guard let first = wire8(at: start) else { return nil }
    // An odd first byte is a protocol number compressed to one byte (RFC 1661 §6.5).
    let isCompressed = first & 1 == 1
    guard let number = isCompressed ? UInt16(first) : wire16(at: start) else { return nil }
    let payload = start + (isCompressed ? 1 : 2)
    switch number {
    case PPPProtocol.ipv4: return NetworkHeader(offset: payload, announcedVersion: 4)
    case PPPProtocol.ipv6: return NetworkHeader(offset: payload, announcedVersion: 6)
    default: return nil
    }
  }
}
