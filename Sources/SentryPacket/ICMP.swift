/// Where each field of ICMP (RFC 792) and ICMPv6 (RFC 4443 §2.1, §4.1) sits, in bytes from the start of the header.
enum ICMPLayout {
  static let typeCode = 0  // a byte each
  static let checksum = 2
  static let identifier = 4  // of an echo request or reply
  static let headerLength = 8
}

/// Types of the echo messages.
private enum Echo {
  static let reply: UInt8 = 0
  static let request: UInt8 = 8
  static let requestV6: UInt8 = 128
  static let replyV6: UInt8 = 129
}

extension PacketFields {
  /// Decodes the message from byte `start`, of a packet that ended at `packetEnd` on the wire; `presence` is `.icmp` or
  /// `.icmpv6`.
  @inline(__always)
  mutating func decodeICMP(_ frame: RawSpan, from start: Int, packetEnd: Int, presence: Presence) -> FrameKind {
    let length = packetEnd - start
    if length >= 2, let typeCode = frame.wire16(at: start + ICMPLayout.typeCode) {
      icmpType = UInt8(truncatingIfNeeded: typeCode >> 8)
      icmpCode = UInt8(truncatingIfNeeded: typeCode)
      present.insert(presence)
      readIdentifier(frame, from: start, length: length)
    }
    guard length >= ICMPLayout.headerLength else { return .shortHeader }
    setPayload(of: frame, from: start + ICMPLayout.headerLength, packetEnd: packetEnd)
    return .ip
  }

  /// Only echo messages have one; in others the same bytes mean something else.
  @inline(__always)
  private mutating func readIdentifier(_ frame: RawSpan, from start: Int, length: Int) {
    let isEcho =
      version == 4
      ? icmpType == Echo.request || icmpType == Echo.reply : icmpType == Echo.requestV6 || icmpType == Echo.replyV6
    guard isEcho, length >= ICMPLayout.identifier + 2,
      let identifier = frame.wire16(at: start + ICMPLayout.identifier)
    else { return }
    icmpIdentifier = identifier
    present.insert(.icmpIdentifier)
  }
}
