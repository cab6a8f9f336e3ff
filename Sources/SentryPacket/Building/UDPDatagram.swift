/// A UDP datagram to be made (RFC 768).
public struct UDPDatagram: Sendable, Equatable {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var payload: [UInt8]

  package static let headerByteCount = UDPLayout.headerLength

  public init(sourcePort: UInt16, destinationPort: UInt16, payload: [UInt8] = []) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.payload = payload
  }

  /// Header and payload, with the checksum for these addresses.
  public func bytes(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
    var datagram = [UInt8](networkOrder: sourcePort) + .init(networkOrder: destinationPort)
    datagram += .init(networkOrder: UInt16(truncatingIfNeeded: 8 + payload.count)) + [0, 0] + payload
    var checksum = InternetChecksum(
      protocol: IPProtocol.udp, from: source, to: destination, byteCount: datagram.count)
    checksum.add(datagram)
    // 0 would mean that there is none.
    datagram.set16(checksum.value == 0 ? 0xFFFF : checksum.value, at: 6)
    return datagram
  }
}
