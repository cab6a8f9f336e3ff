internal import SentryPacket
internal import SentryRules

/// An instruction as the walk reads it: 48 bytes with all that decides where to go next, side by side.
///
/// The tests that nearly every packet meets are answered from here. Most ask for a number, and much else can be asked as one: an
/// IPv4 address, whether certain TCP flags are set, whether the interface is among those meant. That takes a mask, a
/// subtraction and a comparison. Others concern only packets that have something to look into, such as options or a payload,
/// and a number tells those. What is left says `other`, and the walk asks the instruction itself.
struct Step {
  enum Test: UInt8 {
    /// The bits of `mask` of the number, taken as a number, lie in the range. `NumberSlot.constant` serves for what is always so.
    case number
    /// Where the number is 0 the answer is whether `lower` is not; else the instruction is asked.
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
  }

  let test: Test
  private(set) var traits: Traits
  let operation: Operation
  let field: UInt8
  let rule: Int32
  let parent: Int32
  let afterMatch: Int32
  let afterSubtree: Int32
  /// Index into `SiblingIndex.families`; -1 for none.
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
    afterMatch = instruction.afterMatch
    afterSubtree = instruction.afterSubtree
    var traits: Traits = instruction.isNegated ? .negated : []
    if instruction.test.needsPacket { traits.insert(.needsPacket) }
    if operation.acts { traits.insert(.acts) }
    if operation.isTerminating { traits.insert(.terminates) }
    self.traits = traits
  }

  mutating func join(family: Int32) {
    self.family = family
    traits.insert(.isIndexed)
  }
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

  /// Of the bits in `mask`, those of `wanted` are set and the others are not.
  private init(_ slot: NumberSlot, mask: UInt64, _ wanted: UInt64) {
    self.init(slot, wanted...wanted)
    self.mask = mask
  }

  /// One of these bits is set.
  private init(_ slot: NumberSlot, anyOf bits: UInt64) {
    self.init(slot, 1...bits)
    mask = bits
  }

  /// The instruction is asked where the number is not 0.
  private init(askedWhere slot: NumberSlot, otherwise answer: Bool = false) {
    self.init(slot, 0...0)
    test = .gated
    lower = answer ? 1 : 0
  }

  private init(_ test: Step.Test, field: UInt8 = 0) {
    self.init(.constant, 0...0)
    self.test = test
    self.field = field
  }

  init(_ test: SentryRules.Test) {
    switch test {
    case .constant(let value): self.init(.constant, value ? 0...0 : 1...1)
    case .number(let field, let range): self.init(NumberSlot(field), range)
    case .address(let endpoint, let range):
      if let first = range.first.v4, let last = range.last.v4 {
        self.init(NumberSlot(endpoint), UInt64(first)...UInt64(last))
      } else {
        self.init(askedWhere: .ipv6)
      }
    case .interface(let pattern):
      if pattern < NumberSlot.interfaceBits {
        self.init(.interface, anyOf: 1 << UInt64(pattern))
      } else {
        self.init(.other)
      }
    case .tcpFlags(let on, let off):
      // A flag cannot be both on and off: then what is wanted has a bit that the mask has not.
      let impossible = UInt64(on & off) << 32
      self.init(
        .tcpFlags, mask: NumberSlot.flagsPresent | UInt64(on | off), NumberSlot.flagsPresent | UInt64(on) | impossible)
    case .table(let table): self.init(.table, field: table.rawValue)
    case .knownConnection: self.init(.connection, anyOf: NumberSlot.connectionKnown)
    case .connectionState(let states):
      if states.isEmpty { self.init(.constant, 1...1) } else { self.init(.connection, anyOf: UInt64(states.rawValue)) }
    case .ipOptions(_, let noneOf): self.init(askedWhere: .ipOptions, otherwise: noneOf)
    case .tcpOptions(_, let noneOf): self.init(askedWhere: .tcpOptions, otherwise: noneOf)
    case .content, .urlKeyword: self.init(askedWhere: .payload)
    case .serverName, .dnsName, .application, .sourceRate, .timeOfDay, .dayOfWeek, .dateAndTime, .parentMatchCount,
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

/// The numbers that the walk knows of a packet, by place in `PacketNumbers`.
struct NumberSlot {
  let rawValue: UInt8

  private init(_ rawValue: UInt8) { self.rawValue = rawValue }

  init(_ field: NumberField) { self.init(field.rawValue) }
  /// An IPv4 address.
  init(_ endpoint: Endpoint) { self.init(endpoint == .source ? 17 : 18) }

  /// Always 0.
  static var constant: NumberSlot { NumberSlot(19) }
  /// Bit `pattern` is set if `Program.interfaces` means the interface there.
  static var interface: NumberSlot { NumberSlot(20) }
  /// The flags, and `flagsPresent`; 0 without.
  static var tcpFlags: NumberSlot { NumberSlot(21) }
  /// `ConnectionStates`, where rules ask for them, and `connectionKnown`.
  static var connection: NumberSlot { NumberSlot(22) }
  /// Bytes of them; 0 without.
  static var ipOptions: NumberSlot { NumberSlot(23) }
  static var tcpOptions: NumberSlot { NumberSlot(24) }
  static var payload: NumberSlot { NumberSlot(25) }
  /// Not 0 if the packet has addresses, and they are IPv6's.
  static var ipv6: NumberSlot { NumberSlot(26) }

  static var interfaceBits: Int32 { 63 }
  static var flagsPresent: UInt64 { 1 << 8 }
  static var connectionKnown: UInt64 { 1 << 8 }
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

  @inline(__always)
  subscript(at place: UInt8) -> UInt64 { values[Int(place & 31)] }

  /// The answer to a step that asks for a number, before its negation.
  @inline(__always)
  func satisfy(_ step: Step) -> Bool { values[Int(step.field & 31)] & step.mask &- step.lower <= step.width }

  /// There is something for a gated step to look into.
  @inline(__always)
  func opens(_ step: Step) -> Bool { values[Int(step.field & 31)] != 0 }

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
