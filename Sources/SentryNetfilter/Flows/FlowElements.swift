internal import SentryPacket
internal import SentryState

extension KernelFlow: SetEntry {
  static var messageLimit: Int { 500 }

  /// Each part begins at a multiple of four bytes. The kernel has the interface in the byte order of the host.
  func appendKey(to writer: inout NetlinkWriter) {
    writer.append(interface)
    writer.append(source.address)
    writer.append(destination.address)
    for port in [source.port, destination.port] {
      writer.append(port.bigEndian)
      writer.append(UInt16(0))
    }
  }

  /// See `appendKey`.
  fileprivate init?(key bytes: RawSpan, _ range: Range<Int>, in set: FlowSet) {
    let addressLength = set.isIPv4 ? 4 : 16
    let addresses = range.lowerBound + 4
    let ports = addresses + 2 * addressLength
    guard range.count == 12 + 2 * addressLength, let interface = bytes.host32(at: range.lowerBound),
      let source = IPAddress(bytes, addresses..<(addresses + addressLength)),
      let destination = IPAddress(bytes, (addresses + addressLength)..<ports),
      let sourcePort = bytes.wire16(at: ports), let destinationPort = bytes.wire16(at: ports + 4)
    else { return nil }
    self.init(
      protocolNumber: set.isTCP ? IPProtocol.tcp : IPProtocol.udp, direction: set.direction, interface: interface,
      source: FlowEndpoint(address: source, port: sourcePort),
      destination: FlowEndpoint(address: destination, port: destinationPort))
  }
}

/// A flow as the kernel lists it.
struct ListedFlow: Equatable {
  var flow: KernelFlow
  /// Packets that have passed since it was put there, and their IP bytes.
  var traffic: FlowTraffic
}

extension NetlinkReader {
  /// The flows in a message of a listing, or of what was done.
  static func forEachFlow(_ message: Message, _ bytes: RawSpan, in set: FlowSet, _ body: (ListedFlow) -> Void) {
    forEachEntry(message, bytes) { entry in
      guard let flow = KernelFlow(key: bytes, entry.key, in: set) else { return }
      body(ListedFlow(flow: flow, traffic: FlowTraffic(packets: entry.counter.packets, bytes: entry.counter.bytes)))
    }
  }
}
