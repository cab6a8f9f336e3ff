internal import NIOCore
internal import SentryPacket
internal import SentryProcesses

/// Who has a connection to the web port.
enum WebPeer {
  /// The number of the user whose process is at the other end; `nil` if that is on another host, or not to be seen.
  static func user(of channel: any Channel) -> UInt32? {
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
