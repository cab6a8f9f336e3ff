extension PacketBuffer {
  /// Makes the reset that a closed port would answer with (RFC 9293 §3.10.7.1).
  ///
  /// - Parameter frame: the frame that `packet` was decoded from.
  /// - Returns: false if there is none: the packet is not TCP, a reset itself, or its header was not captured whole.
  public mutating func writeReset(answering packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    clear()
    guard let numbers = TCPNumbers(of: packet, in: frame), numbers.flags & TCPFlag.rst == 0 else { return false }
    if numbers.hasACK {
      writeSegment(answering: packet, flags: TCPFlag.rst, sequence: numbers.acknowledgement, acknowledgement: 0)
    } else {
      writeSegment(
        answering: packet, flags: TCPFlag.rst | TCPFlag.ack, sequence: 0, acknowledgement: numbers.next)
    }
    return true
  }

  /// Makes the acknowledgement of all that a segment says, so that its sender need not say it again.
  ///
  /// - Returns: false if there is none: as for `writeReset`, or the packet has no ACK flag and so tells no number to go on from.
  public mutating func writeAcknowledgement(of packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    clear()
    guard let numbers = TCPNumbers(of: packet, in: frame), numbers.hasACK, numbers.flags & TCPFlag.rst == 0 else {
      return false
    }
    writeSegment(
      answering: packet, flags: TCPFlag.ack, sequence: numbers.acknowledgement, acknowledgement: numbers.next)
    return true
  }

  /// Makes the packet itself into a reset: same ends, same place in the stream, no payload, no TCP options.
  ///
  /// The ACK flag and its number stay: an end that has asked for the connection believes a reset only with them (RFC 9293
  /// §3.10.7.3). The IP header keeps its options or extension headers, so that the TCP header stays where it was; a first
  /// fragment becomes a whole packet. It is short, whatever was behind it: as long as one segment at most.
  ///
  /// - Returns: false if that cannot be: the packet is not TCP, its header was not captured whole, or the headers before it
  ///   take more room than a packet of ours has.
  public mutating func writeClosing(_ packet: borrowing PacketFields, in frame: RawSpan) -> Bool {
    clear()
    guard let numbers = TCPNumbers(of: packet, in: frame),
      appendNetworkHeader(of: packet, in: frame, upTo: numbers.headerStart)
    else { return false }
    var segment = TCPSegment(
      sourcePort: packet.sourcePort, destinationPort: packet.destinationPort,
      flags: TCPFlag.rst | numbers.flags & TCPFlag.ack)
    segment.sequence = numbers.sequence
    segment.acknowledgement = numbers.hasACK ? numbers.acknowledgement : 0
    segment.window = 4096
    let start = self.packet.count
    segment.appendHeader(to: &self.packet)
    self.packet.setTCPChecksum(from: start, packet.source, packet.destination)
    return true
  }

  /// Copies everything before the TCP header, with the length of what is left; for `writeClosing`.
  private mutating func appendNetworkHeader(
    of packet: borrowing PacketFields, in frame: RawSpan, upTo headerStart: Int
  ) -> Bool {
    let start = Int(packet.networkOffset)
    let length = headerStart - start + TCPLayout.minimumHeader
    guard length <= Self.longestPacket else { return false }
    if packet.version == 6, packet.hasMoreFragments {
      // Its fragment header says that more follows. Nothing does.
      var header = IPHeader(
        source: packet.source, destination: packet.destination, protocolNumber: IPProtocol.tcp)
      header.isIPv4 = false
      header.timeToLive = packet.timeToLive
      header.append(to: &self.packet, carrying: TCPLayout.minimumHeader)
      return true
    }
    self.packet.append(start..<headerStart, of: frame)
    if packet.version == 6 {
      self.packet.set16(UInt16(truncatingIfNeeded: length - IPv6Layout.headerLength), at: IPv6Layout.payloadLength)
    } else {
      self.packet.set16(UInt16(truncatingIfNeeded: length), at: IPv4Layout.totalLength)
      self.packet.set16(0, at: IPv4Layout.fragment)
      self.packet.set16(0, at: IPv4Layout.checksum)
      self.packet.setChecksum(at: IPv4Layout.checksum, ofBytesFrom: 0, InternetChecksum())
    }
    return true
  }
}
