internal import SentryPacket

/// What `URL` probes or fetches (docs/Classic.md, "Actions"): `ping://host`, `lookup://host`, `tcp://host:port`, and the
/// addresses of pages and files. `scan://host`, of old documents, is a ping.
enum ProbeText {
  private enum Scheme: String {
    case ping, scan, lookup, tcp, http, https, ftp
  }

  static func check(_ text: Substring) throws(ValueError) {
    guard let colon = text.firstRange(of: "://") else { throw .noProbe(text) }
    guard let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased()) else { throw .noProbe(text) }
    let rest = text[colon.upperBound...]
    guard rest.allSatisfy({ !$0.isWhitespace }) else { throw .probeWithBlank(text) }
    let authority = rest.prefix { !"/?#".contains($0) }
    switch scheme {
    case .scan: guard isHost(authority.prefix { $0 != ":" }) || isHost(authority) else { throw .noHost(in: text) }
    case .ping, .lookup: guard isHost(authority) else { throw .noHost(in: text) }
    case .tcp: try checkEndpoint(authority, needsPort: true, in: text)
    case .http, .https, .ftp:
      let user = authority.lastIndex(of: "@").map { authority[...$0].count } ?? 0
      try checkEndpoint(authority.dropFirst(user), needsPort: false, in: text)
    }
  }

  /// `host:port`, `[2001:db8::1]:port`.
  private static func checkEndpoint(_ text: Substring, needsPort: Bool, in whole: Substring) throws(ValueError) {
    let host = text.first == "[" ? text.prefix { $0 != "]" } + "]" : text.prefix { $0 != ":" }
    guard isHost(host) else { throw .noHost(in: whole) }
    let port = text.dropFirst(host.count)
    if port.isEmpty, !needsPort { return }
    guard port.first == ":", let number = UInt16(port.dropFirst()), number > 0, NumberText.isDecimal(port.dropFirst())
    else { throw .noPort(in: whole) }
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
