package import NIOCore
package import SentryPacket
internal import SentryProcesses

/// Who has a connection to a TCP port of ours.
package enum WebPeer: Hashable, Sendable {
  /// A process of this host, by its user's number.
  case user(UInt32)
  /// Another host by its address, or by its /64: that is what one host may choose addresses from (RFC 4291 §2.5.4).
  case network(IPAddress)
  /// It went away before it could be looked at.
  case unknown

  package init(of channel: any Channel) {
    if let user = Self.localUser(of: channel) {
      self = .user(user)
    } else if let address = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) }), !address.isLoopback {
      self = .network(address.isIPv4 ? address : address.masked(to: 64))
    } else {
      self = .unknown
    }
  }

  /// The number of the user whose process is at the other end; `nil` if that is on another host, or not to be seen.
  package static func localUser(of channel: any Channel) -> UInt32? {
    guard let remote = channel.remoteAddress, let own = channel.localAddress,
      let remoteAddress = remote.ipAddress.flatMap({ IPAddress($0) }), remoteAddress.isLoopback,
      let ownAddress = own.ipAddress.flatMap({ IPAddress($0) }),
      let remotePort = remote.port.flatMap({ UInt16(exactly: $0) }),
      let ownPort = own.port.flatMap({ UInt16(exactly: $0) })
    else { return nil }
    return LocalPeer.user(
      owning: LocalFlow(
        local: remoteAddress, remotePort, remote: ownAddress, ownPort, protocolNumber: IPProtocol.tcp))
  }
}
