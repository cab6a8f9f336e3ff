internal import SentryPacket
internal import SentryRules

/// An instruction as the walk reads it: 48 bytes with all that decides where to go next, side by side.
///
/// The tests that nearly every packet meets are answered from here. Most ask for a number, and an IPv4 address is one: that
/// takes one subtraction and one comparison. What is left says `other`, and the walk asks the instruction itself.
struct Step {
  enum Test: UInt8 {
    case number, constant, interface, tcpFlags, table, other
  }

  let test: Test
  let isNegated: Bool
  let operation: Operation
  /// Index into `PacketNumbers`, or the raw value of an `AddressTableKind`.
  let field: UInt8
  let rule: Int32
  let parent: Int32
  let afterMatch: Int32
  let afterSubtree: Int32
  /// A range's start; also the constant, the interface pattern, the TCP flags that must be on.
  let lower: UInt64
  /// A range's length less one; also the TCP flags that must be off.
  let width: UInt64

  init(_ instruction: Program.Instruction) {
    (test, field, lower, width) = Self.lowered(instruction.test)
    isNegated = instruction.isNegated
    operation = instruction.operation
    rule = instruction.rule
    parent = instruction.parent
    afterMatch = instruction.afterMatch
    afterSubtree = instruction.afterSubtree
  }

  private static func lowered(_ test: SentryRules.Test) -> (test: Test, field: UInt8, lower: UInt64, width: UInt64) {
    switch test {
    case .constant(let value): (.constant, 0, value ? 1 : 0, 0)
    case .interface(let pattern): (.interface, 0, UInt64(pattern), 0)
    case .tcpFlags(let on, let off): (.tcpFlags, 0, UInt64(on), UInt64(off))
    case .table(let table): (.table, table.rawValue, 0, 0)
    case .number(let field, let range):
      // No field reaches `absent`, so leaving that out of the range changes nothing for numbers that are there.
      (
        .number, PacketNumbers.index(of: field), range.lowerBound,
        min(range.upperBound, PacketNumbers.absent - 1) &- range.lowerBound
      )
    case .address(let endpoint, let range):
      if let first = range.first.v4, let last = range.last.v4 {
        (.number, PacketNumbers.index(of: endpoint), UInt64(first), UInt64(last) &- UInt64(first))
      } else {
        (.other, 0, 0, 0)
      }
    case .knownConnection, .connectionState, .ipOptions, .tcpOptions, .content, .urlKeyword, .serverName, .dnsName,
      .application, .sourceRate, .timeOfDay, .dayOfWeek, .dateAndTime, .parentMatchCount, .parentMatchRate,
      .parentByteCount,
      .idleSeconds:
      (.other, 0, 0, 0)
    }
  }
}

/// The numbers of one packet, gathered once; the rules ask for the same few again and again.
struct PacketNumbers {
  /// In place of a number the packet lacks; larger than any number a packet can have.
  static var absent: UInt64 { UInt64.max }

  /// By `NumberField`, then the two IPv4 addresses.
  private var values = InlineArray<19, UInt64>(repeating: PacketNumbers.absent)

  init() {}

  /// The number is there and lies in the range.
  @inline(__always)
  func satisfy(_ field: UInt8, _ lower: UInt64, _ width: UInt64) -> Bool { values[Int(field)] &- lower <= width }

  static func index(of field: NumberField) -> UInt8 { field.rawValue }
  static func index(of endpoint: Endpoint) -> UInt8 { endpoint == .source ? 17 : 18 }

  @inline(__always)
  mutating func set(_ field: NumberField, _ value: UInt64) { values[Int(Self.index(of: field))] = value }

  @inline(__always)
  mutating func set(_ endpoint: Endpoint, _ address: UInt32?) {
    values[Int(Self.index(of: endpoint))] = address.map(UInt64.init) ?? Self.absent
  }
}
