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
  /// Seconds of the local day, day of the local week, seconds since 1970 (with the sign bit turned, so that they are in
  /// order).
  case timeOfDay, dayOfWeek, dateAndTime

  /// Every value there is.
  var universe: ValueSet {
    switch self {
    case .number(let field): Self.universe(of: field)
    case .address: ValueSet([0...UInt128.max], includesAbsent: true)
    case .flag: ValueSet([0...1], includesAbsent: true)
    case .external, .knownConnection: ValueSet(0...1)
    case .interface: ValueSet(0...UInt128(UInt64.max))
    case .connectionState: ValueSet(0...3)
    case .timeOfDay: ValueSet(0...86_399)
    case .dayOfWeek: ValueSet(0...6)
    case .dateAndTime: ValueSet(0...UInt128(UInt64.max))
    }
  }

  private static func universe(of field: NumberField) -> ValueSet {
    switch field {
    case .direction: ValueSet(0...1)
    case .sourceMAC, .destinationMAC: ValueSet([0...0xFFFF_FFFF_FFFF], includesAbsent: true)
    case .protocolNumber, .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code, .timeToLive:
      ValueSet([0...255], includesAbsent: true)
    case .fragmentOffset: ValueSet([0...8191], includesAbsent: true)
    case .sourcePort, .destinationPort: ValueSet([0...65_535], includesAbsent: true)
    case .ipVersion: ValueSet([4...4, 6...6], includesAbsent: true)
    case .packetLength: ValueSet([0...UInt128(UInt32.max)], includesAbsent: true)
    case .dscp: ValueSet([0...63], includesAbsent: true)
    case .vlan: ValueSet([0...4095], includesAbsent: true)
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

  /// Everything else.
  var negated: Constraint {
    var rest = aspect.universe
    rest.subtract(values, limit: .max)
    return Constraint(aspect, rest)
  }
}
