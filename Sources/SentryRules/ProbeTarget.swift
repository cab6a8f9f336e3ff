internal import SentryPacket

/// What a `URL` rule probes or fetches (docs/Notifications.md, "URL").
public enum ProbeTarget: Equatable, Sendable {
  /// One echo request. Hosts are names or addresses; IPv6 addresses without brackets.
  case ping(host: String)
  /// The address of a name, or the name of an address.
  case lookup(host: String)
  /// A connection that is ended as soon as it is there.
  case connect(host: String, port: UInt16)
  /// A page by HTTP or HTTPS; the whole URL.
  case page(url: String)

  /// - Throws: what is wrong with the text, and what would be accepted.
  public init(_ text: some StringProtocol) throws(ValueError) {
    self = try ProbeText.target(of: Substring(text).trimmed)
  }
}
