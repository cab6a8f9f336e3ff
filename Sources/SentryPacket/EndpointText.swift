// One end of a packet as text: an address with a port, IPv6 in brackets then (RFC 5952 §6).

extension IPAddress {
  /// `203.0.113.9:40001` or `[2001:db8::9]:40001`; the address alone without a port.
  public func text(port: UInt16?) -> String {
    guard let port else { return description }
    return isIPv4 ? "\(self):\(port)" : "[\(self)]:\(port)"
  }
}

/// The two parts of such a text, as they stand there: neither needs to be one of the kind.
public struct EndpointText {
  /// Without brackets; empty if there is something else than a port behind them.
  public let host: Substring
  /// What stands behind the colon.
  public let port: Substring?

  public init(_ text: Substring) {
    if text.first == "[", let close = text.firstIndex(of: "]") {
      let rest = text[close...].dropFirst()
      let isWhole = rest.isEmpty || rest.first == ":"
      host = isWhole ? text[..<close].dropFirst() : ""
      port = rest.first == ":" ? rest.dropFirst() : nil
    } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
      host = text[..<colon]
      port = text[colon...].dropFirst()
    } else {
      // Only IPv6 addresses have more than one colon.
      host = text
      port = nil
    }
  }
}
