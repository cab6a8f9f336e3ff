internal import SentryPacket

/// A flow as the connection table stores it: 104 bytes.
struct ConnectionRecord: LinkedEntry {
  let key: FlowIdentity
  /// The first packet came from the end that the key names first.
  let isForwardFromFirstEnd: Bool
  /// That end is this host.
  let isFirstEndLocal: Bool
  var tcp: TCPState
  var expiryClass = ExpiryClass.free
  var interface: UInt16 = 0
  var links = Links()
  let firstNanoseconds: Int64
  var lastNanoseconds: Int64 = 0
  var forward = FlowTraffic()
  var reverse = FlowTraffic()

  /// A new flow, before `packet` is added to it.
  init(_ flow: FlowKey, startedBy packet: borrowing PacketFields, at firstTime: Timestamp) {
    key = flow.identity
    isForwardFromFirstEnd = flow.isFromFirstEnd
    isFirstEndLocal = flow.isFirstEndLocal
    // `add` takes it back if this packet's SYN flag is off: a connection that is met half-way counts as open.
    tcp = packet.has(.tcpFlags) ? .onlySYN : []
    firstNanoseconds = firstTime.nanoseconds
  }

  /// Counts a packet of this flow and follows what it says.
  @inline(__always)
  mutating func add(_ packet: borrowing PacketFields, isFromFirstEnd: Bool, interface: UInt16) {
    let isForward = isFromFirstEnd == isForwardFromFirstEnd
    if isForward { forward.count(bytes: packet.byteCount) } else { reverse.count(bytes: packet.byteCount) }
    self.interface = interface
    if packet.has(.tcpFlags) { tcp.follow(packet.tcpFlags, isForward: isForward) }
  }

  var limit: ConnectionLimit {
    switch key.protocolNumber {
    case IPProtocol.tcp: ConnectionLimit(tcp: tcp)
    case IPProtocol.udp:
      isFirstEndLocal
        ? ConnectionLimit(udpLocalPort: key.firstPort, remotePort: key.secondPort)
        : ConnectionLimit(udpLocalPort: key.secondPort, remotePort: key.firstPort)
    case IPProtocol.gre, IPProtocol.esp: .tunnel
    default: .other
    }
  }

  /// A copy for others.
  var entry: ConnectionEntry {
    let first = FlowEndpoint(address: IPAddress(high: key.firstHigh, low: key.firstLow), port: key.firstPort)
    let second = FlowEndpoint(address: IPAddress(high: key.secondHigh, low: key.secondLow), port: key.secondPort)
    return ConnectionEntry(
      protocolNumber: key.protocolNumber,
      local: isFirstEndLocal ? first : second, remote: isFirstEndLocal ? second : first,
      firstDirection: isForwardFromFirstEnd == isFirstEndLocal ? .outbound : .inbound,
      interface: interface,
      firstTime: Timestamp(nanoseconds: firstNanoseconds), lastTime: Timestamp(nanoseconds: lastNanoseconds),
      forward: forward, reverse: reverse, tcp: tcp, limitSeconds: Int(limit.seconds))
  }
}
