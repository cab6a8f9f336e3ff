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
    let parts = EndpointText(Substring(text))
    guard let address = IPAddress(parts.host) else { return nil }
    self.address = address
    guard let port = parts.port else { return }
    guard let number = UInt16(port), port.first?.isNumber == true else { return nil }
    self.port = number
  }
}

extension LogEndpoint: CustomStringConvertible {
  public var description: String { address.text(port: port) }
}

extension LogEntry {
  /// `nil` if the entry has no packet, or the text cannot be read.
  public var sourceEndpoint: LogEndpoint? { source.flatMap { LogEndpoint($0) } }
  public var destinationEndpoint: LogEndpoint? { destination.flatMap { LogEndpoint($0) } }
}
