internal import SentryPacket

/// What it says about a packet that a rule's test holds, as far as the checks can tell.
struct Meaning: Sendable {
  /// Packets for which the test holds satisfy all of these, and those of `implied`.
  private(set) var core: [Constraint] = []
  private(set) var implied: [Constraint] = []
  /// For packets that satisfy all of these the test holds; `nil` if that cannot be told.
  private(set) var sufficient: [Constraint]?
  /// The test holds always, or never.
  private(set) var constant: Bool?
  /// Only packets can satisfy it: the clock brings none.
  private(set) var needsPacket = true
  /// Only the clock asks it.
  private(set) var isIdle = false

  var necessary: [Constraint] { core + implied }
}

extension Meaning {
  /// Nothing can be told in advance, but for what is `implied`.
  fileprivate static func unknown(implying implied: [Constraint] = []) -> Meaning { Meaning(implied: implied) }

  /// Holds exactly for what satisfies all of these.
  fileprivate static func exactly(
    _ constraints: [Constraint], implying implied: [Constraint] = [], needsPacket: Bool = true
  ) -> Meaning {
    Meaning(core: constraints, implied: implied, sufficient: constraints, needsPacket: needsPacket)
  }

  fileprivate static func exactly(_ aspect: Aspect, _ values: ValueSet, needsPacket: Bool = true) -> Meaning {
    exactly([Constraint(aspect, values)], needsPacket: needsPacket)
  }

  fileprivate static func between(necessary: Constraint, sufficient: Constraint) -> Meaning {
    Meaning(core: [necessary], sufficient: [sufficient])
  }

  /// Holds always, or never, without a packet, too.
  fileprivate static func settled(_ result: Bool) -> Meaning {
    Meaning(sufficient: result ? [] : nil, constant: result, needsPacket: false)
  }

  /// For `!=`. A packet test still needs a packet; of several constraints it is not known which one fails.
  fileprivate var negated: Meaning {
    if let constant { return .settled(!constant) }
    var meaning = self
    meaning.implied = []
    meaning.core = sufficient.flatMap { $0.count == 1 ? [$0[0].negated] : nil } ?? []
    meaning.sufficient = core.count == 1 ? [core[0].negated] : nil
    return meaning
  }

  fileprivate static let counts = Meaning(needsPacket: false)
  fileprivate static let clock = Meaning(needsPacket: false, isIdle: true)
}

/// Finds out what tests mean.
struct TestReader {
  private let settings: Settings
  private let interfaceNames: InterfaceNames
  private let hostNames: HostNames
  private let applicationNames: ApplicationNames
  private let emptyBuilder: ProgramBuilder

  init(_ ruleSet: RuleSet) {
    settings = ruleSet.settings
    interfaceNames = InterfaceNames(ruleSet)
    hostNames = HostNames(ruleSet)
    applicationNames = ApplicationNames(ruleSet)
    emptyBuilder = ProgramBuilder(settings: ruleSet.settings)
  }

  func meaning(of rule: Rule) -> Meaning {
    // An empty builder each time: then whatever the test refers to has the index 0.
    var builder = emptyBuilder
    let lowered = rule.condition.lower(into: &builder)
    let meaning = meaning(of: lowered.test, builder, rule)
    return lowered.isNegated ? meaning.negated : meaning
  }

  /// Some packet may satisfy it.
  func mayHold(_ meaning: Meaning) -> Bool { !PacketSet(meaning.necessary).isEmpty }

  func values(ofInterface name: String) -> ValueSet { interfaceNames.values(of: settings.systemName(of: name)) }

  private func meaning(of test: Test, _ builder: ProgramBuilder, _ rule: Rule) -> Meaning {
    switch test {
    case .constant(let result): .settled(result)
    case .number(let field, let range): .exactly([Constraint(field, range)], implying: Self.implied(by: field))
    case .address(let endpoint, let range): address(endpoint, range, isMapped: rule.value.contains(":"))
    case .interface: interface(builder.interfaces.values.first)
    case .knownConnection: .exactly([Constraint(.knownConnection, ValueSet(1))], implying: Self.statesOfKnown)
    case .connectionState(let states):
      .exactly([Constraint(.connectionState, ValueSet(states))], implying: Self.implied(by: states))
    case .tcpFlags(let on, let off): .exactly(Self.flags(on: on, off: off), implying: Self.tcpHeader)
    case .ipOptions(_, let noneOf): .unknown(implying: noneOf ? [] : Self.version4)
    case .tcpOptions(_, let noneOf): .unknown(implying: noneOf ? [] : Self.tcpHeader)
    case .urlKeyword: .unknown(implying: Self.tcpHeader)
    case .serverName: name(.serverName, builder, implying: Self.tcpHeader)
    case .dnsName: name(.dnsName, builder, implying: Self.ports)
    case .application: application(builder.applications.values.first)
    case .sourceRate(let range):
      .exactly(.sourceRate, ValueSet(UInt128(range.lowerBound)...UInt128(range.upperBound)))
    case .table, .content: .unknown()
    case .timeOfDay(let first, let last):
      .exactly(.timeOfDay, .wrapping(first, last, within: 86_399), needsPacket: false)
    case .dayOfWeek(let first, let last):
      .exactly(.dayOfWeek, .wrapping(first, last, within: 6), needsPacket: false)
    case .dateAndTime(let range):
      .exactly(.dateAndTime, ValueSet(range.lowerBound.inOrder...range.upperBound.inOrder), needsPacket: false)
    case .parentMatchCount(let range), .parentMatchRate(let range), .parentByteCount(let range):
      // The top level has no parent, and what it does not have counts 0.
      rule.parent < 0 ? .settled(range.contains(0)) : .counts
    case .idleSeconds: .clock
    }
  }

  // MARK: Packets

  /// IPv6 ranges may span the block of mapped IPv4 addresses without meaning it.
  ///
  /// - Parameter isMapped: An IPv4 range is written as IPv6 writes it: then forged IPv6 packets may be meant that use such
  ///   addresses.
  private func address(_ endpoint: Endpoint, _ range: AddressRange, isMapped: Bool) -> Meaning {
    var values = ValueSet(range.first.number...range.last.number)
    guard !range.first.isIPv4 else {
      return .exactly([Constraint(.address(endpoint), values)], implying: isMapped ? [] : Self.version4)
    }
    values.subtract(ValueSet(IPAddress(v4: 0).number...IPAddress(v4: .max).number), limit: .max)
    return .exactly([Constraint(.address(endpoint), values)], implying: Self.version6)
  }

  private func name(_ aspect: Aspect, _ builder: ProgramBuilder, implying implied: [Constraint]) -> Meaning {
    .exactly([Constraint(aspect, hostNames.values(of: builder.names.values.first))], implying: implied)
  }

  private func application(_ name: ApplicationName?) -> Meaning {
    guard let values = name.flatMap({ applicationNames.values(of: $0) }) else { return .unknown(implying: Self.ports) }
    return .exactly([Constraint(.application, values)], implying: Self.ports)
  }

  private func interface(_ pattern: InterfacePattern?) -> Meaning {
    switch pattern {
    case nil: .unknown()
    case .external: .exactly(.external, ValueSet(1))
    case .internal: .exactly(.external, ValueSet(0))
    case .named, .prefixed:
      .between(
        necessary: Constraint(.interface, interfaceNames.possible(pattern)),
        sufficient: Constraint(.interface, interfaceNames.certain(pattern)))
    }
  }

  private static func flags(on: UInt8, off: UInt8) -> [Constraint] {
    (0..<8 as Range<UInt8>).compactMap { bit in
      if on & (1 << bit) != 0 { return Constraint(.flag(bit), ValueSet(1)) }
      if off & (1 << bit) != 0 { return Constraint(.flag(bit), ValueSet(0)) }
      return nil
    }
  }

  /// What else is true of a packet that has `field`.
  private static func implied(by field: NumberField) -> [Constraint] {
    switch field {
    case .sourcePort, .destinationPort, .user, .applicationPermission: ports
    case .icmpType, .icmpCode: icmpHeader
    case .icmpv6Type, .icmpv6Code: icmpv6Header
    default: []
    }
  }

  /// A SYN that is sent again is new, but known.
  private static func implied(by states: ConnectionStates) -> [Constraint] {
    if states.isSubset(of: [.established, .closing]) { return [Constraint(.knownConnection, ValueSet(1))] }
    return states == .none ? [Constraint(.knownConnection, ValueSet(0))] : []
  }

  private static let statesOfKnown = [Constraint(.connectionState, ValueSet([.new, .established, .closing]))]
  private static let version4 = [Constraint(.ipVersion, 4...4)]
  private static let version6 = [Constraint(.ipVersion, 6...6)]
  /// Later fragments have the ports of their first.
  private static let ports = [Constraint(.number(.protocolNumber), ValueSet([6...6, 17...17]))]
  // A packet with one of these headers is no later fragment.
  private static let tcpHeader = [Constraint(.protocolNumber, 6...6), Constraint(.fragmentOffset, 0...0)]
  private static let icmpHeader = [Constraint(.protocolNumber, 1...1), Constraint(.fragmentOffset, 0...0)] + version4
  private static let icmpv6Header =
    [Constraint(.protocolNumber, 58...58), Constraint(.fragmentOffset, 0...0)] + version6
}

// MARK: Values

extension ValueSet {
  /// From `first` to `last`, around the end if the last comes first.
  fileprivate static func wrapping(_ first: some BinaryInteger, _ last: some BinaryInteger, within end: UInt128)
    -> ValueSet
  {
    let (first, last) = (UInt128(clamping: first), UInt128(clamping: last))
    guard first > last else { return ValueSet(first...last) }
    return last + 1 == first ? ValueSet(0...end) : ValueSet([0...last, first...max(first, end)])
  }

  /// Each state is the number of its bit.
  fileprivate init(_ states: ConnectionStates) {
    self.init((0..<4 as Range<UInt128>).filter { states.rawValue & (1 << $0) != 0 }.map { $0...$0 })
  }
}

extension IPAddress {
  /// The 128 bits as one number.
  var number: UInt128 { UInt128(high) << 64 | UInt128(low) }
}

extension Int64 {
  /// As an unsigned number with the same order.
  var inOrder: UInt128 { UInt128(UInt64(bitPattern: self) ^ (1 << 63)) }
}
