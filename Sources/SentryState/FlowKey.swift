public import SentryPacket

/// The flow a packet belongs to, and which way along it the packet goes.
///
/// Both directions of a flow have the same identity, on whatever interface they are seen. TCP and UDP flows are told apart by
/// their ports, echo requests and replies of ICMP and ICMPv6 by their identifier (RFC 792; RFC 4443 §4), other ICMP messages by
/// type and code; an ICMP error belongs to the flow it quotes, if that is known. Other protocols have one flow for each pair of
/// hosts, and so have fragments whose ports are not known.
public struct FlowKey: Sendable {
  public let identity: FlowIdentity
  /// The packet's source is the end that the identity names first.
  @usableFromInline let isFromFirstEnd: Bool
  /// This host is the end that the identity names first.
  @usableFromInline let isFirstEndLocal: Bool
  /// False if addresses or protocol were not captured: the packet belongs to no flow.
  @usableFromInline let isKnown: Bool

  /// - Parameters:
  ///   - packet: one whose ports, if it is a later fragment, were filled in from the fragment table.
  ///   - direction: tells which end is local: the source of an outbound packet, the destination of an inbound one.
  ///
  /// Inlinable, so that the packet is read field by field: copied whole right after it was decoded, it would have to wait for
  /// all its bytes.
  @inlinable @inline(__always)
  public init(_ packet: borrowing PacketFields, direction: Direction) {
    let ports = Self.ports(of: packet, direction)
    self.init(
      packet.protocolNumber, packet.source, ports.source, packet.destination, ports.destination, direction,
      isKnown: packet.has([.addresses, .protocolNumber]))
  }

  /// The flow of a packet of which only this is known, of a protocol with ports.
  public init(
    protocolNumber: UInt8, source: FlowEndpoint, destination: FlowEndpoint, direction: Direction
  ) {
    self.init(
      protocolNumber, source.address, source.port, destination.address, destination.port, direction, isKnown: true)
  }

  /// Puts the ends in order.
  @inlinable @inline(__always)
  init(
    _ protocolNumber: UInt8, _ source: IPAddress, _ sourcePort: UInt16, _ destination: IPAddress,
    _ destinationPort: UInt16, _ direction: Direction, isKnown: Bool
  ) {
    isFromFirstEnd = source != destination ? source < destination : sourcePort <= destinationPort
    isFirstEndLocal = isFromFirstEnd == (direction == .outbound)
    self.isKnown = isKnown
    identity =
      isFromFirstEnd
      ? FlowIdentity(source, sourcePort, destination, destinationPort, protocolNumber)
      : FlowIdentity(destination, destinationPort, source, sourcePort, protocolNumber)
  }

  /// That of a packet that belongs to none.
  static var unknown: FlowKey { FlowKey(PacketFields(), direction: .inbound) }

  /// The flow of an ICMP error: that of the packet it quotes, and the other way along it.
  ///
  /// - Parameters:
  ///   - quoted: what the error quotes of a packet.
  ///   - direction: that of the error.
  public init(quoted: borrowing PacketFields, byErrorGoing direction: Direction) {
    let sent = FlowKey(quoted, direction: direction == .inbound ? .outbound : .inbound)
    identity = sent.identity
    isFromFirstEnd = !sent.isFromFirstEnd
    isFirstEndLocal = sent.isFirstEndLocal
    isKnown = sent.isKnown
  }

  /// The packet goes out: its source is this host.
  var isOutbound: Bool { isFromFirstEnd == isFirstEndLocal }

  /// The ports, or what stands for them.
  @inlinable @inline(__always)
  static func ports(of packet: borrowing PacketFields, _ direction: Direction) -> (source: UInt16, destination: UInt16)
  {
    if packet.has(.ports) { return (packet.sourcePort, packet.destinationPort) }
    if packet.has(.icmpIdentifier) { return (packet.icmpIdentifier, packet.icmpIdentifier) }
    guard !packet.present.isDisjoint(with: [.icmp, .icmpv6]) else { return (0, 0) }
    // Other messages have type and code at the remote end, so that both directions agree.
    let typeAndCode = UInt16(packet.icmpType) << 8 | UInt16(packet.icmpCode)
    return direction == .outbound ? (0, typeAndCode) : (typeAndCode, 0)
  }
}

/// What all packets of a flow have in common. The lower address comes first; of two equal ones that with the lower port.
public struct FlowIdentity: BitwiseCopyable, Hashable, Sendable {
  @usableFromInline let firstHigh: UInt64
  @usableFromInline let firstLow: UInt64
  @usableFromInline let secondHigh: UInt64
  @usableFromInline let secondLow: UInt64
  @usableFromInline let firstPort: UInt16
  @usableFromInline let secondPort: UInt16
  @usableFromInline let protocolNumber: UInt8

  @inlinable @inline(__always)
  init(_ first: IPAddress, _ firstPort: UInt16, _ second: IPAddress, _ secondPort: UInt16, _ protocolNumber: UInt8) {
    firstHigh = first.high
    firstLow = first.low
    secondHigh = second.high
    secondLow = second.low
    self.firstPort = firstPort
    self.secondPort = secondPort
    self.protocolNumber = protocolNumber
  }
}

extension FlowIdentity: TableKey {
  @inline(__always)
  func hash(_ seed: HashSeed) -> UInt64 {
    let rest = UInt64(firstPort) << 32 | UInt64(secondPort) << 16 | UInt64(protocolNumber)
    let addresses = fold(firstHigh ^ seed.first, firstLow ^ seed.second) ^ secondHigh
    return fold(fold(addresses, secondLow ^ seed.third) ^ rest, seed.first)
  }
}
