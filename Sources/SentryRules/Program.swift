// The compiled form of a rule set: what the packet thread runs.
//
// A program is one flat array of instructions, an instruction for each rule that is in use (enabled, and so are all
// its ancestors), in document order. A rule whose test fails jumps over its subtree; a rule that matches goes to its
// first child or wherever its action leads. All jumps are worked out here, once, so the evaluator never looks at the
// tree. Disabled rules have no instruction, but they keep their index in document order, which is where counters
// live.

public import SentryPacket

/// A checked rule set, ready to run. Immutable; every index in it is valid.
public struct Program: Sendable {
  public struct Instruction: Sendable {
    public var test: Test
    /// The relation was `!=`: match when the test fails (never, for a packet test, without a packet).
    public var isNegated: Bool
    public var operation: Operation
    /// This rule's place in document order, counting from 0, disabled rules included: the index of its counters.
    public var rule: Int32
    /// The parent's place in document order; -1 for a top-level rule.
    public var parent: Int32
    /// The instruction that follows a match, where the action does not end the walk.
    public var afterMatch: Int32
    /// The instruction that follows a mismatch; also the end of this rule's subtree.
    public var afterSubtree: Int32

    public init(
      test: Test, isNegated: Bool, operation: Operation, rule: Int32, parent: Int32, afterMatch: Int32,
      afterSubtree: Int32
    ) {
      self.test = test
      self.isNegated = isNegated
      self.operation = operation
      self.rule = rule
      self.parent = parent
      self.afterMatch = afterMatch
      self.afterSubtree = afterSubtree
    }
  }

  public var instructions: [Instruction] = []
  /// Rules in the document, disabled ones included.
  public var ruleCount = 0
  /// Instructions whose test is `idleSeconds`, in document order: what the timer walks.
  public var idleInstructions: [Int32] = []
  public var contents: [ContentPattern] = []
  public var optionLists: [[UInt8]] = []
  public var interfaces: [InterfacePattern] = []

  public init() {}
}

/// What a rule asks of a packet: the closed set that every property lowers to.
///
/// Relations are gone: `==`, `>=` and `<=` have become ranges, `!=` the instruction's `isNegated`. A test on a value
/// that the packet lacks fails.
public enum Test: Sendable, Equatable {
  /// `Any` and `None`; the same without a packet.
  case constant(Bool)
  case number(NumberField, ClosedRange<UInt64>)
  /// The address is of the range's family and within it: `AddressRange.matches`.
  case address(Endpoint, AddressRange)
  /// Index into `Program.interfaces`.
  case interface(pattern: Int32)
  /// The source address is in this table.
  case table(AddressTableKind)
  /// The flow was known before this packet.
  case knownConnection
  /// All bits of `on` set, all bits of `off` clear.
  case tcpFlags(on: UInt8, off: UInt8)
  /// Index into `Program.optionLists`: all (or, with `noneOf`, none) of the listed kinds are there. A packet that lacks
  /// options altogether has none of them.
  case ipOptions(list: Int32, noneOf: Bool)
  case tcpOptions(list: Int32, noneOf: Bool)
  /// Index into `Program.contents`.
  case content(pattern: Int32)
  /// Works without a packet.
  case parentMatchCount(ClosedRange<UInt64>)
  /// Whole seconds without a match, tested by the timer only.
  case idleSeconds(IdleSubject, ClosedRange<UInt64>)
}

/// A number that `PacketFields` or the packet's surroundings hold.
public enum NumberField: UInt8, Sendable {
  /// 0 inbound, 1 outbound.
  case direction
  case sourceMAC
  case destinationMAC
  case protocolNumber
  case fragmentOffset
  case icmpType
  case icmpCode
  case sourcePort
  case destinationPort
}

extension AddressRange {
  /// What a rule asks: the address lies within the range and is of its family. A range of IPv6 may span the block of
  /// mapped IPv4 addresses (`::/0` does) without meaning them.
  @inlinable
  public func matches(_ address: IPAddress) -> Bool {
    contains(address) && address.isIPv4 == first.isIPv4
  }
}

public enum Endpoint: UInt8, Sendable {
  case source
  case destination
}

public enum IdleSubject: UInt8, Sendable {
  case rule
  case parent
}

/// What `Data content` looks for, and where.
public struct ContentPattern: Sendable, Hashable {
  public enum Start: Sendable, Hashable {
    /// Bytes from the first payload byte.
    case payload(offset: Int)
    /// Bytes from where the packet's previous search found something (0 at first); may be negative, clamped to the
    /// payload.
    case previousFind(offset: Int)
  }
  /// At least one byte.
  public var bytes: [UInt8]
  public var start: Start
  /// The text must lie within this many bytes from the start.
  public var windowLength: Int
  /// The window ends at the first byte with this value.
  public var terminator: UInt8?
  /// ASCII letters match in either case.
  public var ignoresCase: Bool

  public init(bytes: [UInt8], start: Start, windowLength: Int, terminator: UInt8?, ignoresCase: Bool) {
    self.bytes = bytes
    self.start = start
    self.windowLength = windowLength
    self.terminator = terminator
    self.ignoresCase = ignoresCase
  }
}

/// Which interfaces an `Interface` rule means.
public enum InterfacePattern: Sendable, Hashable {
  case external
  case `internal`
  case named(String)
  /// From a trailing `*`.
  case prefixed(String)

  public func matches(name: String, isExternal: Bool) -> Bool {
    switch self {
    case .external: isExternal
    case .internal: !isExternal
    case .named(let wanted): name == wanted
    case .prefixed(let start): name.hasPrefix(start)
    }
  }
}

/// What a rule does when it matches: the closed set that every action lowers to.
public enum Operation: UInt8, Sendable, CaseIterable {
  // Steering.
  case next, skip, group, exitGroup
  // Ending the walk.
  case pass, delete, deleteWithoutLog, reject, dropConnection, delay, trigger
  // Remembering the source address, then going on.
  case keepAddress, keepInvalid, authorize
  // Telling, then going on.
  case log, dontLog, alert, email, url
  case resetParent

  /// Ends the walk for a packet, but for the rule's own children.
  @inlinable
  public var isTerminating: Bool { rawValue >= Operation.pass.rawValue && rawValue <= Operation.trigger.rawValue }
}
