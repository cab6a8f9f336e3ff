/// Where each TCP field sits, in bytes from the start of the header (RFC 9293 §3.1).
enum TCPLayout {
  static let sourcePort = 0
  static let destinationPort = 2
  static let sequence = 4
  static let acknowledgement = 8
  static let dataOffset = 12  // upper 4 bits: header length in 32-bit words
  static let flags = 13
  static let window = 14
  static let checksum = 16
  static let urgentPointer = 18
  static let options = 20
  static let minimumHeader = 20
}

extension PacketFields {
  /// Decodes the TCP header from byte `start`, of a packet that ended at `packetEnd` on the wire.
  @inline(__always)
  mutating func decodeTCP(_ frame: RawSpan, from start: Int, packetEnd: Int) -> FrameKind {
    let length = packetEnd - start
    guard length >= TCPLayout.minimumHeader, let first = frame.wire64(at: start),
      let second = frame.wire64(at: start + 8)
    else { return decodeCutTCP(frame, from: start, packetEnd: packetEnd) }
    sourcePort = UInt16(truncatingIfNeeded: first >> 48)
    destinationPort = UInt16(truncatingIfNeeded: first >> 32)
    tcpSequence = UInt32(truncatingIfNeeded: first)
    tcpFlags = UInt8(truncatingIfNeeded: second >> 16)
    present.formUnion([.ports, .tcpFlags])
    let headerLength = Int(second >> 28 & 0x0F) * 4
    guard headerLength >= TCPLayout.minimumHeader, headerLength <= length else { return .shortTCPHeader }

    let headerEnd = start + headerLength
    if headerEnd <= frame.byteCount {
      tcpOptions = byteRange(start + TCPLayout.options, headerEnd)
      present.insert(.tcpOptions)
    }
    setPayload(of: frame, from: headerEnd, packetEnd: packetEnd)
    return .ip
  }

  /// Where the packet, or the capture, ends before the sixteenth byte of a TCP header, or the packet before the twentieth.
  @inline(never)
  private mutating func decodeCutTCP(_ frame: RawSpan, from start: Int, packetEnd: Int) -> FrameKind {
    let length = packetEnd - start
    readPorts(frame, from: start, packetEnd: packetEnd)
    if length > TCPLayout.flags, let flags = frame.wire8(at: start + TCPLayout.flags),
      let sequence = frame.wire32(at: start + TCPLayout.sequence)
    {
      tcpFlags = flags
      tcpSequence = sequence
      present.insert(.tcpFlags)
    }
    guard length >= TCPLayout.minimumHeader else { return .shortTCPHeader }
    guard let dataOffset = frame.wire8(at: start + TCPLayout.dataOffset) else { return .ip }
    let headerLength = Int(dataOffset >> 4) * 4
    return headerLength >= TCPLayout.minimumHeader && headerLength <= length ? .ip : .shortTCPHeader
  }

  /// The first four bytes of TCP and UDP; they must lie inside the packet and the capture.
  @inline(__always)
  mutating func readPorts(_ frame: RawSpan, from start: Int, packetEnd: Int) {
    guard packetEnd - start >= 4, let ports = frame.wire32(at: start) else { return }
    sourcePort = UInt16(truncatingIfNeeded: ports >> 16)
    destinationPort = UInt16(truncatingIfNeeded: ports)
    present.insert(.ports)
  }
}
