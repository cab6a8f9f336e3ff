internal import SentryPacket

/// What the checks can tell packets apart by. Each stays as it is while one packet, or one tick of the clock, goes
/// through the rules.
enum Aspect: Hashable, Sendable {
  case number(NumberField)
  case address(Endpoint)
  /// One bit of the TCP flags, 0...7: whether it is on.
  case flag(UInt8)
  /// The interface is external.
  case external
  /// The interface's name, as `InterfaceNames` counts them.
  case interface
  /// The flow was known before.
  case knownConnection
  /// Which bit of `ConnectionStates` the flow has.
  case connectionState
  /// The name that a DNS message asks about, the server that a TLS client asks for, as `HostNames` counts them.
  case dnsName, serverName
  /// The executable of the process behind the packet, as `ApplicationNames` counts them.
  case application
  /// Packets from the same source in the last full second.
  case sourceRate
  /// Seconds of the local day, day of the local week, seconds since 1970 (with the sign bit turned, so that they are in
  /// order).
  case timeOfDay, dayOfWeek, dateAndTime

  /// Every value there is.
  var universe: ValueSet {
    switch self {
    case .number(let field): Universe.of(field)
    case .address: Universe.addresses
    case .flag: Universe.flag
    case .external, .knownConnection: Universe.yesOrNo
    case .interface, .sourceRate, .dateAndTime: Universe.word
    case .dnsName, .serverName, .application: Universe.names
    case .connectionState: Universe.states
    case .timeOfDay: Universe.seconds
    case .dayOfWeek: Universe.days
    }
  }
}

/// Made once: an analysis asks for them over and over.
private enum Universe {
  static let addresses = ValueSet([0...UInt128.max], includesAbsent: true)
  static let flag = ValueSet([0...1], includesAbsent: true)
  static let yesOrNo = ValueSet(0...1)
  static let word = ValueSet(0...UInt128(UInt64.max))
  static let names = ValueSet([0...UInt128(UInt64.max)], includesAbsent: true)
  static let states = ValueSet(0...3)
  static let seconds = ValueSet(0...86_399)
  static let days = ValueSet(0...6)
  static let hardware = ValueSet([0...0xFFFF_FFFF_FFFF], includesAbsent: true)
  static let byte = ValueSet([0...255], includesAbsent: true)
  static let fragmentOffset = ValueSet([0...8191], includesAbsent: true)
  static let port = ValueSet([0...65_535], includesAbsent: true)
  /// Of packets that come to the rules: others are passed or deleted before.
  static let version = ValueSet([4...4, 6...6])
  /// A whole header of IPv4 at least (RFC 791 §3.1).
  static let length = ValueSet([20...UInt128(UInt32.max)])
  static let dscp = ValueSet([0...63], includesAbsent: true)
  static let user = ValueSet([0...UInt128(UInt32.max)], includesAbsent: true)
  static let permission = ValueSet([1...4], includesAbsent: true)
  static let vlan = ValueSet([0...4095], includesAbsent: true)

  static func of(_ field: NumberField) -> ValueSet {
    switch field {
    case .direction: yesOrNo
    case .sourceMAC, .destinationMAC: hardware
    case .protocolNumber, .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code, .timeToLive: byte
    case .fragmentOffset: fragmentOffset
    case .sourcePort, .destinationPort: port
    case .ipVersion: version
    case .packetLength: length
    case .dscp: dscp
    case .vlan: vlan
    case .user: user
    case .applicationPermission: permission
    }
  }
}

/// One aspect has one of these values.
struct Constraint: Equatable, Sendable {
  let aspect: Aspect
  let values: ValueSet

  init(_ aspect: Aspect, _ values: ValueSet) {
    self.aspect = aspect
    self.values = values
  }

  /// A number of the packet lies within `range`; packets without it are out.
  init(_ field: NumberField, _ range: ClosedRange<UInt64>) {
    self.init(.number(field), ValueSet(UInt128(range.lowerBound)...UInt128(range.upperBound)))
  }

  /// Whatever satisfies this satisfies `other`.
  func implies(_ other: Constraint) -> Bool { aspect == other.aspect && values.isSubset(of: other.values) }

  /// Everything else.
  var negated: Constraint {
    var rest = aspect.universe
    rest.subtract(values, limit: .max)
    return Constraint(aspect, rest)
  }
}
