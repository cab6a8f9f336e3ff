internal import SentryPacket
internal import SentryRules

/// An instruction as the walk reads it: what decides where to go next, side by side.
///
/// Most rules ask for a number: those answer here, by one subtraction and one comparison. The others say `other`, and the
/// walk asks the instruction itself.
struct Step {
  /// A `NumberField`, or `Step.other`.
  let field: UInt8
  let isNegated: Bool
  let operation: Operation
  let rule: Int32
  let afterMatch: Int32
  let afterSubtree: Int32
  let lower: UInt64
  /// The range's length less one.
  let width: UInt64

  static let other = UInt8.max

  init(_ instruction: Program.Instruction) {
    if case .number(let number, let range) = instruction.test {
      field = number.rawValue
      lower = range.lowerBound
      // No field reaches `PacketNumbers.absent`, so leaving that out of the range changes nothing for present numbers.
      width = min(range.upperBound, PacketNumbers.absent - 1) &- range.lowerBound
    } else {
      field = Self.other
      lower = 0
      width = 0
    }
    isNegated = instruction.isNegated
    operation = instruction.operation
    rule = instruction.rule
    afterMatch = instruction.afterMatch
    afterSubtree = instruction.afterSubtree
  }
}

/// The numbers of one packet by `NumberField`, gathered once; the rules ask for the same few again and again.
struct PacketNumbers {
  /// In place of a number the packet lacks; larger than any number a packet can have.
  static let absent = UInt64.max

  private var values = InlineArray<9, UInt64>(repeating: PacketNumbers.absent)

  init() {}

  init(_ packet: borrowing PacketFields, direction: Direction) {
    self[.direction] = UInt64(direction.rawValue)
    if packet.has(.addresses) { self[.fragmentOffset] = UInt64(packet.fragmentOffset) }
    if packet.has(.protocolNumber) { self[.protocolNumber] = UInt64(packet.protocolNumber) }
    if packet.has(.ports) {
      self[.sourcePort] = UInt64(packet.sourcePort)
      self[.destinationPort] = UInt64(packet.destinationPort)
    }
    if packet.has(.ethernet) {
      self[.sourceMAC] = packet.sourceMAC
      self[.destinationMAC] = packet.destinationMAC
    }
    if packet.has(.icmp) {
      self[.icmpType] = UInt64(packet.icmpType)
      self[.icmpCode] = UInt64(packet.icmpCode)
    }
  }

  /// The number in `step.field` lies in the step's range.
  func satisfy(_ step: Step) -> Bool { values[Int(step.field)] &- step.lower <= step.width }

  private subscript(field: NumberField) -> UInt64 {
    get { values[Int(field.rawValue)] }
    set { values[Int(field.rawValue)] = newValue }
  }
}
