/// What a segment says of its place in the stream, and what its answer says (RFC 9293 §3.4, §3.10.7.1).
public struct TCPNumbers: Sendable {
  /// Where the TCP header starts, in bytes from the start of the frame.
  public let headerStart: Int
  /// Where its options end.
  public let headerEnd: Int
  public let sequence: UInt32
  /// Means nothing without the ACK flag.
  public let acknowledgement: UInt32
  public let flags: UInt8
  /// As the segment has it: not shifted (RFC 7323 §2.2).
  public let window: UInt16
  /// In bytes, by the IP header.
  public let payloadCount: Int
  /// The number after the segment's last: payload, SYN and FIN each take their place (RFC 9293 §3.3.1, SEG.LEN).
  public let next: UInt32

  public var hasACK: Bool { flags & TCPFlag.ack != 0 }
  public var hasSYN: Bool { flags & TCPFlag.syn != 0 }
  public var hasFIN: Bool { flags & TCPFlag.fin != 0 }
  public var hasRST: Bool { flags & TCPFlag.rst != 0 }
}

extension TCPNumbers {
  /// `nil` unless the packet is TCP, and its header was captured whole.
  public init?(of packet: borrowing PacketFields, in frame: RawSpan) {
    guard packet.isWholeTCPHeader else { return nil }
    let start = Int(packet.tcpOptions.lowerBound) - TCPLayout.options
    guard let acknowledgement = frame.wire32(at: start + TCPLayout.acknowledgement),
      let window = frame.wire16(at: start + TCPLayout.window)
    else { return nil }
    headerStart = start
    headerEnd = Int(packet.tcpOptions.upperBound)
    self.window = window
    sequence = packet.tcpSequence
    self.acknowledgement = acknowledgement
    flags = packet.tcpFlags
    // By the IP header: the capture may have been cut.
    payloadCount = max(0, Int(packet.networkOffset) + Int(packet.byteCount) - Int(packet.tcpOptions.upperBound))
    let controls = (flags & TCPFlag.syn != 0 ? 1 : 0) + (flags & TCPFlag.fin != 0 ? 1 : 0)
    next = sequence &+ UInt32(truncatingIfNeeded: payloadCount + controls)
  }
}
