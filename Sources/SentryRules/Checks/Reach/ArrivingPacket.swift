internal import SentryPacket

/// A packet that comes in from outside, as far as it is decided: what a check tries on the rules.
struct ArrivingPacket: Sendable {
  private(set) var constraints: [Constraint]

  private init(_ upper: [Constraint], from source: AddressRange, isKnown: Bool) {
    let state: ConnectionStates = isKnown ? .established : .new
    constraints =
      upper + [
        Constraint(.direction, 0...0), Constraint(.external, ValueSet(1)), Constraint(.fragmentOffset, 0...0),
        Constraint(.ipVersion, source.first.isIPv4 ? 4...4 : 6...6),
        Constraint(.address(.source), ValueSet(source.first.number...source.last.number)),
        // Nobody sends many such packets a second.
        Constraint(.sourceRate, ValueSet(0...1)),
        Constraint(.knownConnection, ValueSet(isKnown ? 1 : 0)),
        Constraint(.connectionState, ValueSet(UInt128(state.rawValue.trailingZeroBitCount))),
      ]
  }

  private static let everywhere = AddressRange(prefix: IPAddress(v4: 0), length: 96)

  private static func only(_ address: IPAddress) -> AddressRange { AddressRange(prefix: address, length: 128) }

  /// What asks for a new TCP connection.
  static func newConnection(to port: UInt16) -> ArrivingPacket {
    ArrivingPacket(tcpSYN(to: port), from: everywhere, isKnown: false)
  }

  static func newConnection(_ connection: HostFacts.SSHConnection) -> ArrivingPacket {
    var packet = ArrivingPacket(tcpSYN(to: connection.port), from: only(connection.peer), isKnown: false)
    packet.constraints.append(Constraint(.address(.destination), ValueSet(connection.address.number)))
    return packet
  }

  /// What a name server answers; the ports are those that Linux asks from by default.
  static func dnsAnswer(from server: IPAddress) -> ArrivingPacket {
    ArrivingPacket(udp(from: 53...53, to: 32_768...60_999), from: only(server), isKnown: true)
  }

  /// What a DHCP server answers (RFC 2131 §4.1).
  static func dhcpAnswer(from server: IPAddress) -> ArrivingPacket {
    ArrivingPacket(udp(from: 67...67, to: 68...68) + noNames, from: only(server), isKnown: true)
  }

  /// What a router says about the packets of others: unreachable, time exceeded (RFC 792).
  static func icmpError(from router: IPAddress) -> ArrivingPacket {
    let types = Constraint(.number(.icmpType), ValueSet([3...3, 11...11]))
    return ArrivingPacket([Constraint(.protocolNumber, 1...1), types] + noFlags, from: only(router), isKnown: true)
  }

  private static func tcpSYN(to port: UInt16) -> [Constraint] {
    let flags = (0..<8 as Range<UInt8>).map { Constraint(.flag($0), ValueSet(1 << $0 == TCPFlag.syn ? 1 : 0)) }
    return [Constraint(.protocolNumber, 6...6), Constraint(.destinationPort, UInt64(port)...UInt64(port))] + noICMP
      + noNames + flags
  }

  private static func udp(from source: ClosedRange<UInt64>, to destination: ClosedRange<UInt64>) -> [Constraint] {
    [Constraint(.protocolNumber, 17...17), Constraint(.sourcePort, source), Constraint(.destinationPort, destination)]
      + noFlags + noICMP
  }

  private static let absent = ValueSet([], includesAbsent: true)
  private static let noFlags = (0..<8 as Range<UInt8>).map { Constraint(.flag($0), absent) }
  private static let noNames = [Constraint(.dnsName, absent), Constraint(.serverName, absent)]
  private static let noICMP = [.icmpType, .icmpCode, .icmpv6Type, .icmpv6Code].map {
    Constraint(.number($0), absent)
  }
}
