public import SentryPacket

/// One end of a packet as log entries name it: an address, and a port if the packet has ports.
public struct LogEndpoint: Hashable, Sendable {
  public var address: IPAddress
  public var port: UInt16?

  public init(address: IPAddress, port: UInt16? = nil) {
    self.address = address
    self.port = port
  }

  /// Reads `203.0.113.9:40001`, `[2001:db8::9]:40001`, or an address alone, also in brackets; `nil` for any other text.
  public init?(_ text: some StringProtocol) {
    let (host, port) = Self.parts(of: Substring(text))
    guard let address = IPAddress(host) else { return nil }
    self.address = address
    guard let port else { return }
    guard let number = UInt16(port), port.first?.isNumber == true else { return nil }
    self.port = number
  }

  /// Only IPv6 addresses have more than one colon, and then ports stand behind brackets (RFC 5952 §6).
  private static func parts(of text: Substring) -> (host: Substring, port: Substring?) {
    if text.first == "[", let close = text.firstIndex(of: "]") {
      let (host, rest) = (text[..<close].dropFirst(), text[close...].dropFirst())
      return rest.isEmpty ? (host, nil) : rest.first == ":" ? (host, rest.dropFirst()) : ("", nil)
    }
    guard let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon else { return (text, nil) }
    return (text[..<colon], text[colon...].dropFirst())
  }
}

extension LogEndpoint: CustomStringConvertible {
  public var description: String {
    guard let port else { return address.description }
    return address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}

extension LogEntry {
  /// `nil` if the entry has no packet, or the text cannot be read.
  public var sourceEndpoint: LogEndpoint? { source.flatMap { LogEndpoint($0) } }
  public var destinationEndpoint: LogEndpoint? { destination.flatMap { LogEndpoint($0) } }
}
