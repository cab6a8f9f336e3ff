import SentryPacket

/// An Ethernet frame with a UDP datagram.
func udpFrame(
  from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress, _ destinationPort: UInt16,
  _ payload: [UInt8] = []
) -> [UInt8] {
  let datagram = UDPDatagram(sourcePort: sourcePort, destinationPort: destinationPort, payload: payload)
  return frame(.init(source: source, destination: destination, protocolNumber: IPProtocol.udp)) {
    datagram.bytes(from: source, to: destination)
  }
}

/// An Ethernet frame with a TCP segment in the midst of a connection.
func tcpFrame(
  from source: IPAddress, _ sourcePort: UInt16, to destination: IPAddress, _ destinationPort: UInt16,
  _ payload: [UInt8] = []
) -> [UInt8] {
  var segment = TCPSegment(sourcePort: sourcePort, destinationPort: destinationPort, flags: TCPFlag.ack)
  segment.payload = payload
  return frame(.init(source: source, destination: destination, protocolNumber: IPProtocol.tcp)) {
    segment.bytes(from: source, to: destination)
  }
}

/// An Ethernet frame with an ICMP echo request.
func echoFrame(from source: IPAddress, to destination: IPAddress, identifier: UInt16) -> [UInt8] {
  let message = ICMPMessage(type: 8, restOfHeader: ICMPMessage.echo(identifier: identifier, sequence: 1))
  return frame(.init(source: source, destination: destination, protocolNumber: IPProtocol.icmp)) {
    message.bytes(from: source, to: destination)
  }
}

private func frame(_ header: IPHeader, carrying payload: () -> [UInt8]) -> [UInt8] {
  EthernetHeader().frame(carrying: header.packet(carrying: payload()), isIPv4: true)
}
