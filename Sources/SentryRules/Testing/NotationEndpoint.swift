internal import SentryPacket

/// Where a described packet comes from or goes to: `203.0.113.9:40000`, `[2001:db8::9]:40000`, `me:23`, or without a port.
struct NotationEndpoint {
  let party: PacketOutline.Party
  let port: UInt16?
  /// Where the port stands in the line; without one, where the address does.
  let portRange: Range<Int>

  /// `nil` for `me`, which is both.
  var isIPv4: Bool? {
    if case .address(let address) = party { address.isIPv4 } else { nil }
  }

  /// `nil` if the token is nothing of the kind; a port that is none is told by itself.
  init?(_ token: NotationToken) throws(NotationError) {
    let parts = EndpointText(token.text[...])
    if parts.host.lowercased() == "me" {
      party = .me
    } else if let address = IPAddress(parts.host) {
      party = .address(address)
    } else {
      return nil
    }
    let portStart = token.range.upperBound - (parts.port?.utf8.count ?? token.text.utf8.count)
    portRange = portStart..<token.range.upperBound
    guard let port = parts.port else {
      self.port = nil
      return
    }
    do {
      self.port = UInt16(truncatingIfNeeded: try NumberText.number(port, within: 0...65_535))
    } catch {
      throw .badValue(error, at: portRange)
    }
  }
}
