internal import SentryPacket

/// What it says about a packet that a rule's test holds, as far as the checks can tell.
struct Meaning: Sendable {
  /// Packets for which the test holds satisfy all of these.
  var necessary: [Constraint] = []
  /// For packets that satisfy all of these the test holds; `nil` if that cannot be told.
  var sufficient: [Constraint]?
  /// The test holds always, or never.
  var constant: Bool?
  /// Only packets can satisfy it: the clock brings none.
  var needsPacket = true
  /// Only the clock asks it.
  var isIdle = false

  /// `necessary` and `sufficient` say the same.
  fileprivate static func exactly(_ constraints: [Constraint]) -> Meaning {
    Meaning(necessary: constraints, sufficient: constraints)
  }

  fileprivate static func exactly(_ aspect: Aspect, _ values: ValueSet) -> Meaning {
    exactly([Constraint(aspect, values)])
  }

  /// Holds always, or never, without a packet, too.
  fileprivate static func settled(_ result: Bool) -> Meaning {
    var meaning = Meaning(needsPacket: false)
    meaning.settle(to: result)
    return meaning
  }

  fileprivate mutating func settle(to result: Bool) {
    constant = result
    sufficient = result ? [] : nil
  }

  /// Nothing can be told in advance.
  fileprivate static let unknown = Meaning()

  fileprivate func implying(_ implied: [Constraint]) -> Meaning {
    var meaning = self
    meaning.necessary += implied
    return meaning
  }

  fileprivate var withoutPacket: Meaning {
    var meaning = self
    meaning.needsPacket = false
    return meaning
  }
}

/// Finds out what tests mean.
struct TestReader: Sendable {
  private let settings: Settings
  private let interfaceNames: InterfaceNames

  init(_ ruleSet: RuleSet) {
    settings = ruleSet.settings
    interfaceNames = InterfaceNames(ruleSet)
  }

  func meaning(of rule: Rule) -> Meaning {
    // A builder of its own: then whatever the test refers to has the index 0.
    var builder = ProgramBuilder(settings: settings)
    let lowered = rule.condition.lower(into: &builder)
    let plain = meaning(of: lowered.test, builder, isTopLevel: rule.parent < 0)
    return lowered.isNegated ? negated(plain) : plain.meaning
  }

  func values(ofInterface name: String) -> ValueSet { interfaceNames.values(of: settings.systemName(of: name)) }

  /// A test's meaning, and the one constraint that it consists of but for what follows from it; for negating.
  private struct Plain {
    var meaning: Meaning
    var core: (necessary: Constraint?, sufficient: Constraint?) = (nil, nil)

    init(_ meaning: Meaning) {
      self.meaning = meaning
      if meaning.necessary.count == 1 { core.necessary = meaning.necessary.first }
      if meaning.sufficient?.count == 1 { core.sufficient = meaning.sufficient?.first }
    }

    func implying(_ implied: [Constraint]) -> Plain {
      var plain = self
      plain.meaning = meaning.implying(implied)
      return plain
    }
  }

  private func negated(_ plain: Plain) -> Meaning {
    var meaning = plain.meaning
    meaning.necessary = plain.core.sufficient.map { [$0.negated] } ?? []
    meaning.sufficient = plain.core.necessary.map { [$0.negated] }
    if let constant = meaning.constant { meaning.settle(to: !constant) }
    return meaning
  }

  private func meaning(of test: Test, _ builder: ProgramBuilder, isTopLevel: Bool) -> Plain {
    switch test {
    case .constant(let result): Plain(.settled(result))
    case .number(let field, let range):
      Plain(.exactly([Constraint(field, range)])).implying(Self.implied(by: field))
    case .address(let endpoint, let range): address(endpoint, range)
    case .interface: Plain(interface(builder.interfaces.values.first))
    case .table: Plain(.unknown)
    case .knownConnection: Plain(.exactly(.knownConnection, ValueSet(1)))
    case .connectionState(let states): Plain(.exactly(.connectionState, ValueSet(states)))
    case .tcpFlags(let on, let off):
      Plain(.exactly(Self.flags(on: on, off: off))).implying(Self.firstFragment(of: [6...6]))
    case .ipOptions(_, let noneOf):
      Plain(.unknown).implying(noneOf ? [] : [Constraint(.ipVersion, 4...4)])
    case .tcpOptions(_, let noneOf): Plain(.unknown).implying(noneOf ? [] : Self.firstFragment(of: [6...6]))
    case .urlKeyword, .serverName: Plain(.unknown).implying([Constraint(.protocolNumber, 6...6)])
    case .content, .dnsName, .sourceRate: Plain(.unknown)
    case .timeOfDay(let first, let last):
      Plain(Meaning.exactly(.timeOfDay, .wrapping(first, last, within: 86_399)).withoutPacket)
    case .dayOfWeek(let first, let last):
      Plain(Meaning.exactly(.dayOfWeek, .wrapping(first, last, within: 6)).withoutPacket)
    case .dateAndTime(let range):
      Plain(Meaning.exactly(.dateAndTime, ValueSet(range.lowerBound.inOrder...range.upperBound.inOrder)).withoutPacket)
    case .parentMatchCount(let range), .parentMatchRate(let range), .parentByteCount(let range):
      // The top level has no parent, and what it does not have counts 0.
      Plain(isTopLevel ? .settled(range.contains(0)) : Meaning(needsPacket: false))
    case .idleSeconds: Plain(Meaning(needsPacket: false, isIdle: true))
    }
  }

  // MARK: Packets

  /// IPv6 ranges may span the block of mapped IPv4 addresses without meaning it.
  private func address(_ endpoint: Endpoint, _ range: AddressRange) -> Plain {
    let mapped = IPAddress(v4: 0).number...IPAddress(v4: .max).number
    var values = ValueSet(range.first.number...range.last.number)
    guard !range.first.isIPv4 else { return Plain(.exactly(.address(endpoint), values)) }
    values.subtract(ValueSet(mapped), limit: .max)
    return Plain(.exactly(.address(endpoint), values)).implying([Constraint(.ipVersion, 6...6)])
  }

  private func interface(_ pattern: InterfacePattern?) -> Meaning {
    switch pattern {
    case nil: .unknown
    case .external: .exactly(.external, ValueSet(1))
    case .internal: .exactly(.external, ValueSet(0))
    case .named, .prefixed:
      Meaning(
        necessary: [Constraint(.interface, interfaceNames.possible(pattern))],
        sufficient: [Constraint(.interface, interfaceNames.certain(pattern))])
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
    case .sourcePort, .destinationPort: [portProtocols]
    case .icmpType, .icmpCode: firstFragment(of: [1...1]) + [Constraint(.ipVersion, 4...4)]
    case .icmpv6Type, .icmpv6Code: firstFragment(of: [58...58]) + [Constraint(.ipVersion, 6...6)]
    default: []
    }
  }

  /// Later fragments have the ports of their first, of TCP or UDP as well.
  private static let portProtocols = Constraint(.number(.protocolNumber), ValueSet([6...6, 17...17]))

  /// The packet has a header of one of these protocols: it is no later fragment.
  private static func firstFragment(of protocols: [ClosedRange<UInt128>]) -> [Constraint] {
    [Constraint(.number(.protocolNumber), ValueSet(protocols)), Constraint(.fragmentOffset, 0...0)]
  }
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
  fileprivate var inOrder: UInt128 { UInt128(UInt64(bitPattern: self) ^ (1 << 63)) }
}
