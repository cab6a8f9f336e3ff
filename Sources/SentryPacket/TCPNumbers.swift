/// What a segment says of its place in the stream, and what its answer says (RFC 9293 §3.4, §3.10.7.1).
struct TCPNumbers {
  /// Where the TCP header starts, in bytes from the start of the frame.
  let headerStart: Int
  let sequence: UInt32
  /// Means nothing without the ACK flag.
  let acknowledgement: UInt32
  let flags: UInt8
  /// The number after the segment's last: payload, SYN and FIN each take their place (RFC 9293 §3.3.1, SEG.LEN).
  let next: UInt32

  var hasACK: Bool { flags & TCPFlag.ack != 0 }
}

extension TCPNumbers {
  /// `nil` unless the packet is TCP, and its header was captured whole.
  init?(of packet: borrowing PacketFields, in frame: RawSpan) {
    guard packet.isWholeTCPHeader else { return nil }
    let start = Int(packet.tcpOptions.lowerBound) - TCPLayout.options
    guard let acknowledgement = frame.wire32(at: start + TCPLayout.acknowledgement) else { return nil }
    headerStart = start
    sequence = packet.tcpSequence
    self.acknowledgement = acknowledgement
    flags = packet.tcpFlags
    // By the IP header: the capture may have been cut.
    let payload = max(0, Int(packet.networkOffset) + Int(packet.byteCount) - Int(packet.tcpOptions.upperBound))
    let controls = (flags & TCPFlag.syn != 0 ? 1 : 0) + (flags & TCPFlag.fin != 0 ? 1 : 0)
    next = sequence &+ UInt32(truncatingIfNeeded: payload + controls)
  }
}
