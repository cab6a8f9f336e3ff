internal import SentryPacket

/// A flow as the connection table stores it: 104 bytes.
struct ConnectionRecord: LinkedEntry {
  let key: FlowIdentity
  private var traits: Traits
  @inlinable static var leavesTraces: Bool { true }

  /// Known only while rules limit rates.
  var windowShifts = WindowShifts()
  var tcp: TCPState
  var expiryClass = ExpiryClass.free
  var interface: UInt16 = 0
  /// The labels of the rules that limit what arrives and what leaves; 0 for none.
  private(set) var inboundRate: UInt32 = 0
  var lastNanoseconds: Int64 = 0
  var forward = FlowTraffic()
  var reverse = FlowTraffic()
  let firstNanoseconds: Int64
  private(set) var outboundRate: UInt32 = 0
  /// Packets discarded since a rule dropped the connection; before that, the number that `awaited` is, if there is one.
  private var refusalsOrNumber: UInt32 = 0

  /// A new flow, with its first packet.
  ///
  /// Each value is written once: then the record is put together in its slot, and not copied there.
  @inline(__always)
  init(_ flow: FlowKey, startedBy step: FlowStep, at firstTime: Timestamp, interface: UInt16) {
    key = flow.identity
    traits = Traits(flow)
    tcp = step.tcpFlags.map { TCPState(startedWith: $0) } ?? []
    self.interface = interface
    forward = FlowTraffic(packets: 1, bytes: UInt64(step.byteCount))
    firstNanoseconds = firstTime.nanoseconds
  }

  /// A flow as another table has it.
  init(_ flow: FlowKey, restoring entry: ConnectionEntry) {
    key = flow.identity
    traits = Traits(flow)
    tcp = entry.tcp
    interface = entry.interface
    forward = entry.forward
    reverse = entry.reverse
    inboundRate = entry.inboundRate
    outboundRate = entry.outboundRate
    firstNanoseconds = entry.firstTime.nanoseconds
    refusalsOrNumber = entry.refusals
  }

  /// Packets discarded since a rule dropped the connection.
  var refusals: UInt32 { tcp.contains(.closedByFirewall) ? refusalsOrNumber : 0 }

  /// The acknowledgement that proves that the remote end receives what is sent to it; `nil` if no SYN has left, or none is
  /// noted.
  var awaited: UInt32? {
    traits.contains(.awaitsProof) && !tcp.contains(.closedByFirewall) ? refusalsOrNumber : nil
  }

  mutating func await(acknowledgement: UInt32) {
    guard !tcp.contains(.closedByFirewall) else { return }
    traits.insert(.awaitsProof)
    refusalsOrNumber = acknowledgement
  }

  /// See `ConnectionTable.followProof`.
  var isProven: Bool { traits.contains(.proven) }

  mutating func noteProof() { traits.insert(.proven) }

  /// The first packet came from the end that the key names first.
  var isForwardFromFirstEnd: Bool { traits.contains(.forwardFromFirstEnd) }
  /// That end is this host.
  var isFirstEndLocal: Bool { traits.contains(.firstEndLocal) }

  /// Packets of `flow`, which is this one, go the way of the first.
  @inline(__always)
  func isForward(_ flow: FlowKey) -> Bool { flow.isFromFirstEnd == isForwardFromFirstEnd }

  /// Whether packets like those of `flow`, which is this one, may stay in the kernel.
  func stays(_ flow: FlowKey) -> Bool { traits.contains(staying(flow)) }

  mutating func setStays(_ stays: Bool, _ flow: FlowKey) {
    if stays { traits.formUnion(staying(flow)) } else { traits.subtract(staying(flow)) }
  }

  /// Forwarded packets are seen twice, and may stay at one place and not at the other.
  private func staying(_ flow: FlowKey) -> Traits {
    switch (isForward(flow), flow.isOutbound) {
    case (true, false): .forwardStaysInbound
    case (true, true): .forwardStaysOutbound
    case (false, false): .reverseStaysInbound
    case (false, true): .reverseStaysOutbound
    }
  }

  /// Some packets may stay in the kernel.
  var staysAtAll: Bool { !traits.isDisjoint(with: .staying) }

  mutating func endStay() { traits.subtract(.staying) }

  /// Nothing but time, and packets out of the ordinary, can change how the flow stands: both ends have spoken, neither has ended
  /// it, and no rate holds for it.
  var isSteady: Bool {
    tcp.isEmpty && inboundRate | outboundRate == 0 && forward.packets > 0 && reverse.packets > 0
  }

  /// Counts a packet of `flow`, which is this one, and follows what it says.
  @inline(__always)
  mutating func add(_ step: FlowStep, of flow: FlowKey, interface: UInt16) {
    let isForward = isForward(flow)
    if isForward { forward.count(bytes: step.byteCount) } else { reverse.count(bytes: step.byteCount) }
    self.interface = interface
    if let flags = step.tcpFlags { tcp.follow(flags, isForward: isForward) }
  }

  /// Binds the flow to the rules with these labels; 0 leaves a direction as it is.
  ///
  /// - Returns: the directions whose rule is another one now.
  mutating func bind(inbound: UInt32, outbound: UInt32) -> RateDirections {
    var changed: RateDirections = []
    if inbound != 0, inbound != inboundRate { changed.insert(.inbound) }
    if outbound != 0, outbound != outboundRate { changed.insert(.outbound) }
    if changed.contains(.inbound) { inboundRate = inbound }
    if changed.contains(.outbound) { outboundRate = outbound }
    return changed
  }

  /// Marks the flow as dropped by a rule.
  ///
  /// - Parameters:
  ///   - flow: that of the packet that was dropped.
  ///   - hasFIN: that packet has one.
  ///   - endsOtherSide: the sender has been told that the other end sent a FIN.
  mutating func close(_ flow: FlowKey, hasFIN: Bool, endsOtherSide: Bool) {
    let isForward = isForward(flow)
    if !tcp.contains(.closedByFirewall) { refusalsOrNumber = 0 }
    tcp.insert(.closedByFirewall)
    if hasFIN { tcp.noteFIN(isForward: isForward) }
    if endsOtherSide { tcp.noteFIN(isForward: !isForward) }
  }

  /// Counts one more packet of a dropped flow, and notes its FIN.
  mutating func refuse(_ flow: FlowKey, hasFIN: Bool) {
    if refusalsOrNumber < .max { refusalsOrNumber += 1 }
    if hasFIN { tcp.noteFIN(isForward: isForward(flow)) }
  }

  /// Always inlined, as a call would be given a copy of the whole record: read right after `add`, that has to wait until all its
  /// changes have reached the cache.
  @inline(__always)
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
      // The clock may have been set back since.
      firstTime: Timestamp(nanoseconds: min(firstNanoseconds, lastNanoseconds)),
      lastTime: Timestamp(nanoseconds: lastNanoseconds),
      forward: forward, reverse: reverse, tcp: tcp, limitSeconds: Int(limit.seconds),
      inboundRate: inboundRate, outboundRate: outboundRate, refusals: refusals)
  }
}

/// How a flow lies between the ends that its key names, and what of it may stay in the kernel, in one byte.
private struct Traits: OptionSet, BitwiseCopyable {
  let rawValue: UInt8

  static let forwardFromFirstEnd = Traits(rawValue: 1 << 0)
  static let firstEndLocal = Traits(rawValue: 1 << 1)
  static let forwardStaysInbound = Traits(rawValue: 1 << 2)
  static let forwardStaysOutbound = Traits(rawValue: 1 << 3)
  static let reverseStaysInbound = Traits(rawValue: 1 << 4)
  static let reverseStaysOutbound = Traits(rawValue: 1 << 5)
  static let awaitsProof = Traits(rawValue: 1 << 6)
  static let proven = Traits(rawValue: 1 << 7)
  static let staying: Traits = [
    .forwardStaysInbound, .forwardStaysOutbound, .reverseStaysInbound, .reverseStaysOutbound,
  ]
}

extension Traits {
  @inline(__always)
  init(_ flow: FlowKey) {
    self = []
    if flow.isFromFirstEnd { insert(.forwardFromFirstEnd) }
    if flow.isFirstEndLocal { insert(.firstEndLocal) }
  }
}
