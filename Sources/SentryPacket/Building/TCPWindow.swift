// Changing what a TCP segment says of its window, in a copy of the packet.

extension [UInt8] {
  /// Sets the window of the TCP segment in a copy of a captured frame, and mends its checksum.
  ///
  /// One that the sender has left to a network card, and so holds the sum of the pseudo-header only, is worked out whole; any other is
  /// adjusted, so that a packet damaged on its way stays recognisable (RFC 1624).
  ///
  /// - Parameters:
  ///   - numbers: those of the segment.
  ///   - packet: what was decoded from the frame.
  package mutating func setTCPWindow(_ window: UInt16, _ numbers: TCPNumbers, of packet: borrowing PacketFields) {
    let start = numbers.headerStart
    let end = Int(packet.networkOffset) + Int(packet.byteCount)
    guard end <= count, start + TCPLayout.minimumHeader <= end else { return }
    let checksum = word(at: start + TCPLayout.checksum)
    let pseudoHeader = InternetChecksum(
      protocol: IPProtocol.tcp, from: packet.source, to: packet.destination, byteCount: end - start)
    set16(window, at: start + TCPLayout.window)
    guard checksum == ~pseudoHeader.value else {
      let adjusted = InternetChecksum.adjusted(checksum, from: numbers.window, to: window)
      return set16(adjusted, at: start + TCPLayout.checksum)
    }
    // What follows the packet in the frame is padding.
    let padding = self[end...]
    removeLast(padding.count)
    set16(0, at: start + TCPLayout.checksum)
    setChecksum(at: TCPLayout.checksum, ofBytesFrom: start, pseudoHeader)
    self += padding
  }

  /// Makes the captured headers of a segment, which end with its TCP header, into an acknowledgement of the same place that
  /// tells another window. It keeps the options: to leave out an agreed timestamp would make it suspect (RFC 7323 §3.2).
  package mutating func becomeWindowUpdate(_ window: UInt16, of segment: SegmentHead) {
    let (network, start) = (segment.networkOffset, segment.tcpOffset)
    guard count >= start + TCPLayout.minimumHeader, start >= network + IPv4Layout.minimumHeader else { return }
    setPacketLength(count - network, at: network, isIPv4: segment.isIPv4)
    set16(UInt16(truncatingIfNeeded: segment.next >> 16), at: start + TCPLayout.sequence)
    set16(UInt16(truncatingIfNeeded: segment.next), at: start + TCPLayout.sequence + 2)
    self[start + TCPLayout.flags] = TCPFlag.ack
    set16(window, at: start + TCPLayout.window)
    set16(0, at: start + TCPLayout.checksum)
    set16(0, at: start + TCPLayout.urgentPointer)
    setTCPChecksum(from: start, segment.source, segment.destination)
  }

  private mutating func setPacketLength(_ length: Int, at network: Int, isIPv4: Bool) {
    let length = UInt16(truncatingIfNeeded: length)
    guard isIPv4 else {
      return set16(length - UInt16(IPv6Layout.headerLength), at: network + IPv6Layout.payloadLength)
    }
    let (old, checksum) = (word(at: network + IPv4Layout.totalLength), word(at: network + IPv4Layout.checksum))
    set16(length, at: network + IPv4Layout.totalLength)
    set16(InternetChecksum.adjusted(checksum, from: old, to: length), at: network + IPv4Layout.checksum)
  }

  /// The two bytes at `offset`, which are there.
  private func word(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }
}

/// Where the headers of a TCP segment stand in its frame, in bytes from the frame's start, and whose they are.
package struct SegmentHead {
  package var networkOffset: Int
  package var tcpOffset: Int
  /// Where the TCP options end.
  package var end: Int
  package var isIPv4: Bool
  package var source: IPAddress
  package var destination: IPAddress
  /// The number after the segment's last.
  package var next: UInt32

  package init(_ numbers: TCPNumbers, of packet: borrowing PacketFields) {
    networkOffset = Int(packet.networkOffset)
    tcpOffset = numbers.headerStart
    end = numbers.headerEnd
    isIPv4 = packet.version == 4
    source = packet.source
    destination = packet.destination
    next = numbers.next
  }
}
