internal import Foundation

/// How browsers name the pages where a proxy of this host hands them on, encrypted: `https://gate.example`.
public struct WebOrigin: Sendable, Equatable {
  /// As browsers send it in `Origin` (RFC 6454 §6.2): in lower case, without the scheme's own port.
  public let text: String

  /// - Returns: `nil` for what is no `https` with a host and, where it is not 443, a port.
  public init?(_ text: String) {
    let name = (text.hasSuffix("/") ? text.dropLast() : text[...]).lowercased()
    guard name.hasPrefix("https://"), let parts = URLComponents(string: name), let host = parts.host, !host.isEmpty,
      parts.user == nil, parts.password == nil, parts.path.isEmpty, parts.query == nil, parts.fragment == nil
    else { return nil }
    let port = parts.port.flatMap { $0 == 443 ? nil : $0 }
    guard port.map({ 1...65_535 ~= $0 }) ?? true else { return nil }
    let origin = "https://\(host)" + (port.map { ":\($0)" } ?? "")
    // What is left out of that, other than a port, is no part of a host's name.
    guard [origin, origin + ":443"].contains(name) else { return nil }
    self.text = origin
  }

  /// The host, and the port if there is one, as a request names them.
  var authority: String { String(text.dropFirst("https://".count)) }
}
