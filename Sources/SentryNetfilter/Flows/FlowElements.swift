internal import CNftables
internal import SentryPacket
internal import SentryState

/// A flow as the kernel lists it.
struct ListedFlow: Equatable {
  var flow: KernelFlow
  /// Packets that have passed since it was put there, and their IP bytes.
  var traffic: FlowTraffic
}

extension NetlinkWriter {
  /// So many flows go into one message, whose attributes may have 65 535 bytes.
  private static let flowsPerMessage = 500

  /// Flows for their set, or out of it.
  ///
  /// - Parameter echoes: the kernel is to tell what it did, with the counters.
  mutating func flows(
    _ message: nf_tables_msg_types, of set: FlowSet, _ flows: [KernelFlow], echoes: Bool = false
  ) {
    var rest = flows[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.flowsPerMessage)
      rest = rest.dropFirst(part.count)
      let flags = (message == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0) | (echoes ? NLM_F_ECHO : 0)
      self.message(nftables(message), flags: UInt16(truncatingIfNeeded: flags), family: inetFamily) { writer in
        writer.setName(set.name)
        writer.nested(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { list in
          for flow in part { list.append(flow) }
        }
      }
    }
  }

  private mutating func append(_ flow: KernelFlow) {
    nested(UInt16(NFTA_LIST_ELEM.rawValue)) { writer in
      writer.nested(UInt16(NFTA_SET_ELEM_KEY.rawValue)) { key in
        key.attribute(UInt16(NFTA_DATA_VALUE.rawValue)) { $0.appendKey(flow) }
      }
    }
  }

  /// Each part begins at a multiple of four bytes. The kernel has the interface in the byte order of the host.
  private mutating func appendKey(_ flow: KernelFlow) {
    append(flow.interface)
    append(flow.source.address)
    append(flow.destination.address)
    for port in [flow.source.port, flow.destination.port] {
      append(port.bigEndian)
      append(UInt16(0))
    }
  }

  private mutating func append(_ address: IPAddress) {
    if let v4 = address.v4 {
      append(v4.bigEndian)
    } else {
      append(address.high.bigEndian)
      append(address.low.bigEndian)
    }
  }
}

extension NetlinkReader {
  /// The flows in a message of a listing, or of what was done.
  static func forEachFlow(_ message: Message, _ bytes: RawSpan, in set: FlowSet, _ body: (ListedFlow) -> Void) {
    guard let list = attribute(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue), bytes, in: message.attributes) else {
      return
    }
    forEachAttribute(bytes, list) { _, element in
      if let listed = ListedFlow(bytes, element, in: set) { body(listed) }
    }
  }

  /// The name of the set that a message is about.
  static func setName(_ message: Message, _ bytes: RawSpan) -> String? {
    attribute(UInt16(NFTA_SET_ELEM_LIST_SET.rawValue), bytes, in: message.attributes).map { text(bytes, $0) }
  }
}

extension ListedFlow {
  fileprivate init?(_ bytes: RawSpan, _ range: Range<Int>, in set: FlowSet) {
    var key: KernelFlow?
    var counter = ChainListing.Counter()
    NetlinkReader.forEachAttribute(bytes, range) { type, value in
      switch UInt32(type) {
      case NFTA_SET_ELEM_KEY.rawValue:
        key = NetlinkReader.attribute(UInt16(NFTA_DATA_VALUE.rawValue), bytes, in: value)
          .flatMap { KernelFlow(key: bytes, $0, in: set) }
      case NFTA_SET_ELEM_EXPR.rawValue:
        counter = ChainListing.Counter(expression: bytes, value) ?? counter
      default: break
      }
    }
    guard let key else { return nil }
    self.init(flow: key, traffic: FlowTraffic(packets: counter.packets, bytes: counter.bytes))
  }
}

extension KernelFlow {
  /// See `NetlinkWriter.appendKey`.
  fileprivate init?(key bytes: RawSpan, _ range: Range<Int>, in set: FlowSet) {
    let addressLength = set.isIPv4 ? 4 : 16
    let start = range.lowerBound
    let ports = start + 4 + 2 * addressLength
    guard range.count == 12 + 2 * addressLength, let interface = bytes.host32(at: start),
      let source = IPAddress(bytes, at: start + 4, isIPv4: set.isIPv4),
      let destination = IPAddress(bytes, at: start + 4 + addressLength, isIPv4: set.isIPv4),
      let sourcePort = bytes.wire16(at: ports), let destinationPort = bytes.wire16(at: ports + 4)
    else { return nil }
    self.init(
      protocolNumber: set.isTCP ? IPProtocol.tcp : IPProtocol.udp, direction: set.direction, interface: interface,
      source: FlowEndpoint(address: source, port: sourcePort),
      destination: FlowEndpoint(address: destination, port: destinationPort))
  }
}

extension IPAddress {
  fileprivate init?(_ bytes: RawSpan, at start: Int, isIPv4: Bool) {
    if isIPv4 {
      guard let v4 = bytes.wire32(at: start) else { return nil }
      self.init(v4: v4)
    } else {
      guard let high = bytes.wire64(at: start), let low = bytes.wire64(at: start + 8) else { return nil }
      self.init(high: high, low: low)
    }
  }
}
