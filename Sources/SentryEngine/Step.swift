internal import SentryPacket
internal import SentryRules

/// An instruction as the walk reads it: 48 bytes with all that decides where to go next, side by side.
///
/// The tests that nearly every packet meets are answered from here. Most ask for a number, and much else can be asked as one: an
/// IPv4 address, whether certain TCP flags are set, whether the interface is among those meant. That takes a mask, a
/// subtraction and a comparison. Others concern only packets that have something to look into, such as options or a payload. What is left says `other`, and the walk asks the instruction itself.
struct Step {
  enum Test: UInt8 {
    /// The bits of `mask` of the number, taken as a number, lie in the range. `NumberSlot.constant` serves for what is always so.
    case number
    /// Of packets with a feature in `mask` the instruction is asked; of others the answer is whether `lower` is not 0.
    case gated
    /// `field` is the raw value of an `AddressTableKind`.
    case table
    case other
  }

  struct Traits: OptionSet {
    let rawValue: UInt8

    /// `!=`.
    static let negated = Traits(rawValue: 1 << 0)
    /// Never matches without a packet.
    static let needsPacket = Traits(rawValue: 1 << 1)
    /// A match does more than steer or end the walk.
    static let acts = Traits(rawValue: 1 << 2)
    /// A match ends the walk.
    static let terminates = Traits(rawValue: 1 << 3)
    /// One of many siblings that an index knows: `family` says which.
    static let isIndexed = Traits(rawValue: 1 << 4)
    /// Asks for one of `SiblingIndex.looseWords`.
    static let isLooseWord = Traits(rawValue: 1 << 5)
    /// A member of a cohort, or right below one: `family` says of which stretch.
    static let isInStretch = Traits(rawValue: 1 << 6)
    /// In an observed subtree.
    static let isObserved = Traits(rawValue: 1 << 7)
    static let isAmongMany: Traits = [.isIndexed, .isInStretch]
  }

  let test: Test
  private(set) var traits: Traits
  let operation: Operation
  let field: UInt8
  let rule: Int32
  let parent: Int32
  let afterMatch: Int32
  let afterSubtree: Int32
  /// Index into `SiblingIndex.families`, or into `Cohorts.stretches`; -1 for none.
  private(set) var family: Int32 = -1
  let mask: UInt64
  /// The range's start.
  let lower: UInt64
  /// Its length less one.
  let width: UInt64

  var isNegated: Bool { traits.contains(.negated) }

  init(_ instruction: Program.Instruction) {
    let question = Question(instruction.test)
    (test, field) = (question.test, question.field)
    (mask, lower, width) = (question.mask, question.lower, question.width)
    operation = instruction.operation
    rule = instruction.rule
    parent = instruction.parent
    let isObservedRoot = instruction.observation == .root
    // All that is below is walked when its action is performed.
    afterMatch = isObservedRoot ? instruction.afterSubtree : instruction.afterMatch
    afterSubtree = instruction.afterSubtree
    var traits: Traits = instruction.isNegated ? .negated : []
    if instruction.test.needsPacket { traits.insert(.needsPacket) }
    if operation.acts || isObservedRoot { traits.insert(.acts) }
    if operation.isTerminating, !isObservedRoot { traits.insert(.terminates) }
    if instruction.observation != .none { traits.insert(.isObserved) }
    self.traits = traits
  }

  mutating func join(family: Int32) {
    self.family = family
    traits.insert(.isIndexed)
  }

  mutating func join(stretch: Int32) {
    family = stretch
    traits.insert(.isInStretch)
  }

  /// Of two of many siblings: they belong to the same family or stretch.
  @inline(__always)
  func isAmongThe(same other: Step) -> Bool {
    family == other.family && traits.intersection(.isAmongMany) == other.traits.intersection(.isAmongMany)
  }

  mutating func becomeLooseWord() { traits.insert(.isLooseWord) }
}

/// A test as the walk asks it; see `Step.Test`.
private struct Question {
  var test = Step.Test.number
  var field: UInt8
  var mask = UInt64.max
  var lower: UInt64
  var width: UInt64

  private init(_ slot: NumberSlot, _ range: ClosedRange<UInt64>) {
    field = slot.rawValue
    lower = range.lowerBound
    // No number reaches `absent`, so leaving that out of the range changes nothing for numbers that are there.
    width = min(range.upperBound, PacketNumbers.absent - 1) &- range.lowerBound
  }

  /// Of the features in `mask` the packet has those of `wanted`, and not the others.
  private init(_ mask: PacketFeatures, are wanted: PacketFeatures) {
    self.init(.features, wanted.rawValue...wanted.rawValue)
    self.mask = mask.rawValue
  }

  /// The packet has one of these features.
  private init(anyOf features: PacketFeatures) {
    self.init(.features, 1...max(1, features.rawValue))
    mask = features.rawValue
  }

  /// The instruction is asked of packets with this feature.
  private init(askedOf feature: PacketFeatures, otherwise answer: Bool = false) {
    self.init(.features, 0...0)
    test = .gated
    mask = feature.rawValue
    lower = answer ? 1 : 0
  }

  private init(always answer: Bool) { self.init(.constant, answer ? 0...0 : 1...1) }

  private init(_ test: Step.Test, field: UInt8 = 0) {
    self.init(always: true)
    self.test = test
    self.field = field
  }

  init(_ test: SentryRules.Test) {
    switch test {
    case .constant(let value): self.init(always: value)
    case .number(.direction, let range):
      switch (range.contains(0), range.contains(1)) {
      case (true, false): self.init(.outbound, are: [])
      case (false, true): self.init(.outbound, are: .outbound)
      case (let both, _): self.init(always: both)
      }
    case .number(let field, let range): self.init(NumberSlot(field), range)
    case .address(let endpoint, let range):
      if let first = range.first.v4, let last = range.last.v4 {
        self.init(NumberSlot(endpoint), UInt64(first)...UInt64(last))
      } else {
        self.init(askedOf: .ipv6)
      }
    case .interface(let pattern):
      if let feature = PacketFeatures(interfacePattern: Int(pattern)) {
        self.init(anyOf: feature)
      } else {
        self.init(.other)
      }
    case .tcpFlags(let on, let off):
      // A flag cannot be both on and off: `wanted` has a feature that the mask has not.
      let impossible: PacketFeatures = on & off == 0 ? [] : .impossible
      self.init(
        PacketFeatures(tcpFlags: on | off), are: PacketFeatures(tcpFlags: on).union(impossible))
    case .table(let table): self.init(.table, field: table.rawValue)
    case .knownConnection: self.init(anyOf: .knownConnection)
    case .connectionState(let states): self.init(anyOf: PacketFeatures(states))
    case .ipOptions(_, let noneOf): self.init(askedOf: .ipOptions, otherwise: noneOf)
    case .tcpOptions(_, let noneOf): self.init(askedOf: .tcpOptions, otherwise: noneOf)
    case .content, .urlKeyword, .serverName, .dnsName: self.init(askedOf: .payload)
    case .application, .sourceRate, .timeOfDay, .dayOfWeek, .dateAndTime, .parentMatchCount,
      .parentMatchRate, .parentByteCount, .idleSeconds:
      self.init(.other)
    }
  }
}

extension SentryRules.Test {
  /// False for what is asked also when the timer walks.
  fileprivate var needsPacket: Bool {
    switch self {
    case .constant, .timeOfDay, .dayOfWeek, .dateAndTime, .parentMatchCount, .parentMatchRate, .parentByteCount,
      .idleSeconds:
      false
    default: true
    }
  }
}

/// What a packet has or not, in one number.
struct PacketFeatures: OptionSet {
  var rawValue: UInt64

  static var outbound: PacketFeatures { PacketFeatures(rawValue: 1 << 0) }
  /// Some, in what was captured.
  static var ipOptions: PacketFeatures { PacketFeatures(rawValue: 1 << 1) }
  static var tcpOptions: PacketFeatures { PacketFeatures(rawValue: 1 << 2) }
  static var payload: PacketFeatures { PacketFeatures(rawValue: 1 << 3) }
  /// Addresses, and they are IPv6's.
  static var ipv6: PacketFeatures { PacketFeatures(rawValue: 1 << 4) }
  static var knownConnection: PacketFeatures { PacketFeatures(rawValue: 1 << 5) }
  /// No packet has it.
  static var impossible: PacketFeatures { PacketFeatures(rawValue: 1 << 63) }

  /// Four bits; gathered only where rules ask for them.
  @inline(__always)
  init(_ states: ConnectionStates) { rawValue = UInt64(states.rawValue) << 6 }

  /// That there are flags, and which.
  @inline(__always)
  init(tcpFlags: UInt8) { rawValue = (1 << 8 | UInt64(tcpFlags)) << 10 }

  /// The interface is among those that a pattern of `Program.interfaces` means; `nil` for those behind the first ones.
  init?(interfacePattern pattern: Int) {
    guard pattern < 40 else { return nil }
    rawValue = 1 << UInt64(19 + pattern)
  }

  @inline(__always)
  init(rawValue: UInt64) { self.rawValue = rawValue }

  @inline(__always)
  mutating func insert(_ feature: PacketFeatures, if isThere: Bool) { rawValue |= isThere ? feature.rawValue : 0 }
}

/// The numbers that the walk knows of a packet, by place in `PacketNumbers`.
struct NumberSlot {
  let rawValue: UInt8

  private init(_ rawValue: UInt8) { self.rawValue = rawValue }

  init(_ field: NumberField) { self.init(field.rawValue) }
  /// An IPv4 address.
  init(_ endpoint: Endpoint) { self.init(endpoint == .source ? 18 : 19) }

  /// Always 0.
  static var constant: NumberSlot { NumberSlot(20) }
  /// `PacketFeatures`.
  static var features: NumberSlot { NumberSlot(21) }
}

/// The numbers of one packet, gathered once; the rules ask for the same few again and again.
struct PacketNumbers {
  /// In place of a number the packet lacks; larger than any number a packet can have.
  static var absent: UInt64 { UInt64.max }

  /// By `NumberSlot`; a power of two, so that five bits of a place need no check.
  private var values = InlineArray<32, UInt64>(repeating: PacketNumbers.absent)

  init() { self[.constant] = 0 }

  subscript(slot: NumberSlot) -> UInt64 {
    @inline(__always) get { values[Int(slot.rawValue & 31)] }
    @inline(__always) set { values[Int(slot.rawValue & 31)] = newValue }
  }

  var features: PacketFeatures {
    @inline(__always) get { PacketFeatures(rawValue: self[.features]) }
  }

  @inline(__always)
  subscript(at place: UInt8) -> UInt64 { values[Int(place & 31)] }

  /// The answer to a step that asks for a number, before its negation.
  @inline(__always)
  func satisfy(_ step: Step) -> Bool { values[Int(step.field & 31)] & step.mask &- step.lower <= step.width }

  /// A gated step is to be asked.
  @inline(__always)
  func opens(_ step: Step) -> Bool { self[.features] & step.mask != 0 }

  /// The answer to a step follows from these numbers.
  @inline(__always)
  func imply(_ step: Step) -> Bool { step.test == .number || step.test == .gated && !opens(step) }

  @inline(__always)
  mutating func set(_ field: NumberField, _ value: UInt64) { self[NumberSlot(field)] = value }

  @inline(__always)
  mutating func set(_ endpoint: Endpoint, _ address: UInt32?) {
    self[NumberSlot(endpoint)] = address.map(UInt64.init) ?? Self.absent
  }
}
