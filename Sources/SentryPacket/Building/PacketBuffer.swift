/// Where a packet is made. One buffer serves packet after packet, so that making them allocates nothing.
///
/// It holds an IP packet, or nothing. What is made here is described in docs/Classic.md, "Packets the firewall makes".
public struct PacketBuffer: ~Copyable {
  /// No packet we make is longer, link header apart: no link that carries IPv6 has to split it (RFC 8200 §5).
  public static let longestPacket = 1280

  var packet: [UInt8] = []

  public init() {
    packet.reserveCapacity(Self.longestPacket)
  }

  /// 0 if nothing was made.
  public var byteCount: Int { packet.count }

  /// Hands out the bytes, from the IP header on.
  public borrowing func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try packet.withRawSpan(body)
  }

  mutating func clear() { packet.removeAll(keepingCapacity: true) }
}

// MARK: - The parts that all answers have

extension PacketBuffer {
  /// Begins a packet from the receiver of another to its sender.
  mutating func beginReply(to packet: borrowing PacketFields, protocol number: UInt8, carrying byteCount: Int) {
    clear()
    var header = IPHeader(source: packet.destination, destination: packet.source, protocolNumber: number)
    header.isIPv4 = packet.version == 4
    if header.isIPv4 { header.fragment = IPFragment(identification: 17) }
    header.append(to: &self.packet, carrying: byteCount)
  }

  /// Makes a whole TCP segment from the receiver of a packet to its sender.
  mutating func writeSegment(
    answering packet: borrowing PacketFields, flags: UInt8, sequence: UInt32, acknowledgement: UInt32,
    payload: ArraySlice<UInt8> = []
  ) {
    beginReply(to: packet, protocol: IPProtocol.tcp, carrying: TCPLayout.minimumHeader + payload.count)
    var segment = TCPSegment(
      sourcePort: packet.destinationPort, destinationPort: packet.sourcePort, flags: flags)
    segment.sequence = sequence
    segment.acknowledgement = acknowledgement
    segment.window = 4096
    let start = self.packet.count
    segment.appendHeader(to: &self.packet)
    self.packet += payload
    self.packet.setTCPChecksum(from: start, packet.destination, packet.source)
  }
}
