/// A TCP or UDP flow as this host sees it: its own end, and the other.
public struct LocalFlow: Equatable, Sendable, BitwiseCopyable {
  public var local: IPAddress
  public var remote: IPAddress
  public var localPort: UInt16
  public var remotePort: UInt16
  /// 6 (TCP) or 17 (UDP).
  public var protocolNumber: UInt8

  @inlinable
  public init(
    local: IPAddress, _ localPort: UInt16, remote: IPAddress, _ remotePort: UInt16, protocolNumber: UInt8
  ) {
    self.local = local
    self.remote = remote
    self.localPort = localPort
    self.remotePort = remotePort
    self.protocolNumber = protocolNumber
  }
}

extension LocalFlow {
  /// `nil` if the packet has no ports, or they are not known.
  ///
  /// - Parameter direction: the source of an outbound packet is the local end, the destination of an inbound one.
  @inlinable
  public init?(_ packet: borrowing PacketFields, direction: Direction) {
    let number = packet.protocolNumber
    guard packet.has([.addresses, .protocolNumber, .ports]), number == IPProtocol.tcp || number == IPProtocol.udp
    else { return nil }
    switch direction {
    case .outbound:
      self.init(
        local: packet.source, packet.sourcePort, remote: packet.destination, packet.destinationPort,
        protocolNumber: number)
    case .inbound:
      self.init(
        local: packet.destination, packet.destinationPort, remote: packet.source, packet.sourcePort,
        protocolNumber: number)
    }
  }
}
