internal import SentryPacket

/// Where TCP or UDP stands in a frame that holds the whole packet, and no fragment: in bytes from the frame's start.
struct TransportHeader {
  let protocolNumber: UInt8
  let start: Int
  /// Where its checksum stands.
  let checksum: Int
  /// Ends with the packet; what follows in the frame is padding of the link.
  let payload: Range<Int>

  init?(of packet: borrowing PacketFields, in frame: RawSpan) {
    guard packet.has([.addresses, .protocolNumber, .payload]), !packet.hasMoreFragments, packet.fragmentOffset == 0
    else { return nil }
    payload = Int(packet.payload.lowerBound)..<Int(packet.payload.upperBound)
    guard payload.upperBound == Int(packet.networkOffset) + Int(packet.byteCount), payload.upperBound <= frame.byteCount
    else { return nil }
    protocolNumber = packet.protocolNumber
    switch protocolNumber {
    case IPProtocol.tcp where packet.has(.tcpOptions):
      start = Int(packet.tcpOptions.lowerBound) - TCPHeader.options
      checksum = start + TCPHeader.checksum
    case IPProtocol.udp:
      start = payload.lowerBound - UDPHeader.length
      checksum = start + UDPHeader.checksum
    default:
      return nil
    }
  }

  /// What the checksum covers besides header and payload.
  func pseudoHeader(_ packet: borrowing PacketFields) -> InternetChecksum {
    InternetChecksum(
      protocol: protocolNumber, from: packet.source, to: packet.destination, byteCount: payload.upperBound - start)
  }

  /// The sender has left the checksum to its network card: the field holds only the sum of the pseudo-header, not yet inverted.
  ///
  /// A finished checksum may happen to have that value, too; to finish it once more changes nothing then.
  func isUnfinished(_ packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    frame.wire16(at: checksum) == ~pseudoHeader(packet).value
  }
}

/// The TCP header (RFC 9293 §3.1), in bytes from its start.
enum TCPHeader {
  static let sequence = 4
  static let flags = 13
  static let checksum = 16
  static let options = 20

  static let congestionWindowReduced: UInt8 = 128
}

/// The UDP header (RFC 768).
enum UDPHeader {
  static let checksum = 6
  static let length = 8
}
