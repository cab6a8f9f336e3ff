internal import SentryPacket

/// What `URL` probes or fetches (docs/Notifications.md, "URL"): `ping://host`, `lookup://host`, `tcp://host:port`, and the addresses
/// of web pages. `scan://host`, of old documents, is a ping.
enum ProbeText {
  private enum Scheme: String {
    case ping, scan, lookup, tcp, http, https
  }

  static func target(of text: Substring) throws(ValueError) -> ProbeTarget {
    guard let colon = text.firstRange(of: "://") else { throw .noProbe(text) }
    guard let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased()) else { throw .noProbe(text) }
    let rest = text[colon.upperBound...]
    guard rest.allSatisfy({ !$0.isWhitespace }) else { throw .probeWithBlank(text) }
    let authority = rest.prefix { !"/?#".contains($0) }
    switch scheme {
    case .scan:
      let host = isHost(authority) ? authority : authority.prefix { $0 != ":" }
      return .ping(host: try plainHost(host, in: text))
    case .ping: return .ping(host: try plainHost(authority, in: text))
    case .lookup: return .lookup(host: try plainHost(authority, in: text))
    case .tcp:
      let (host, port) = try endpoint(authority, in: text)
      guard let port else { throw .noPort(in: text) }
      return .connect(host: host, port: port)
    case .http, .https:
      let user = authority.lastIndex(of: "@").map { authority[...$0].count } ?? 0
      _ = try endpoint(authority.dropFirst(user), in: text)
      return .page(url: String(text))
    }
  }

  private static func plainHost(_ text: Substring, in whole: Substring) throws(ValueError) -> String {
    guard isHost(text) else { throw .noHost(in: whole) }
    return String(text.first == "[" ? text.dropFirst().dropLast() : text)
  }

  /// `host:port`, `[2001:db8::1]:port`, or without the port.
  private static func endpoint(
    _ text: Substring, in whole: Substring
  ) throws(ValueError) -> (host: String, port: UInt16?) {
    let host = text.first == "[" ? text.prefix { $0 != "]" } + "]" : text.prefix { $0 != ":" }
    let plain = try plainHost(host[...], in: whole)
    let port = text.dropFirst(host.count)
    if port.isEmpty { return (plain, nil) }
    guard port.first == ":", let number = UInt16(port.dropFirst()), number > 0, NumberText.isDecimal(port.dropFirst())
    else { throw .noPort(in: whole) }
    return (plain, number)
  }

  /// A name, an IPv4 address, or an IPv6 address, with brackets or without.
  private static func isHost(_ text: Substring) -> Bool {
    if text.first == "[" || text.contains(":") {
      let inner = text.first == "[" && text.last == "]" ? text.dropFirst().dropLast() : text
      return inner.contains(":") && IPAddress(String(inner)) != nil
    }
    guard text.utf8.count <= HostNameText.longestName else { return false }
    // Whatever ends in a number must be an address: no top-level domain is one.
    guard let last = text.split(separator: ".").last, NumberText.isDecimal(last) else {
      return HostNameText.isName(text)
    }
    return IPAddress(String(text)) != nil
  }
}
