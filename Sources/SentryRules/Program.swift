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
    public var observation: Observation

    public init(
      test: Test, isNegated: Bool, operation: Operation, rule: Int32, parent: Int32, afterMatch: Int32,
      afterSubtree: Int32, observation: Observation = .none
    ) {
      self.test = test
      self.isNegated = isNegated
      self.operation = operation
      self.rule = rule
      self.parent = parent
      self.afterMatch = afterMatch
      self.afterSubtree = afterSubtree
      self.observation = observation
    }
  }

  public var instructions: [Instruction] = []
  /// Rules in the document, disabled ones included.
  public var ruleCount = 0
  /// Instructions whose test is `idleSeconds`, in document order: what the timer walks.
  public var idleInstructions: [Int32] = []
  public var contents: [ContentPattern] = []
  /// What `URL keyword` rules look for: at least one byte each, ASCII letters in lower case.
  public var keywords: [[UInt8]] = []
  /// What `TLS server name` and `DNS name` rules ask for.
  public var names: [NamePattern] = []
  /// What `Application` rules ask for.
  public var applications: [ApplicationName] = []
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
  /// Where the flow stood before this packet is one of these.
  case connectionState(ConnectionStates)
  /// All bits of `on` set, all bits of `off` clear.
  case tcpFlags(on: UInt8, off: UInt8)
  /// Index into `Program.optionLists`: all (or, with `noneOf`, none) of the listed kinds are there. A packet that lacks
  /// options altogether has none of them.
  case ipOptions(list: Int32, noneOf: Bool)
  case tcpOptions(list: Int32, noneOf: Bool)
  /// Index into `Program.contents`.
  case content(pattern: Int32)
  /// Index into `Program.keywords`: in the request line or the `Host` header of an HTTP request (RFC 9112 §3).
  case urlKeyword(keyword: Int32)
  /// Index into `Program.names`: the server name of a TLS ClientHello (RFC 6066 §3).
  case serverName(name: Int32)
  /// Index into `Program.names`: the first question of a DNS message (RFC 1035 §4.1.2).
  case dnsName(name: Int32)
  /// Index into `Program.applications`: the executable of the process on this host behind the packet.
  case application(name: Int32)
  /// Packets per second from the source address, in the last full second.
  case sourceRate(ClosedRange<UInt64>)

  // These work without a packet.

  /// Seconds of the local day, 0...86 399, both ends included; a first one after the last wraps around midnight.
  case timeOfDay(first: UInt32, last: UInt32)
  /// Local days, 0 (Sunday)...6, both ends included; a first one after the last wraps around the week's end.
  case dayOfWeek(first: UInt8, last: UInt8)
  /// Whole seconds since 1970, UTC.
  case dateAndTime(ClosedRange<Int64>)
  case parentMatchCount(ClosedRange<UInt64>)
  /// Matches of the parent in the last full second.
  case parentMatchRate(ClosedRange<UInt64>)
  /// IP bytes of all packets that the parent matched.
  case parentByteCount(ClosedRange<UInt64>)
  /// Whole seconds without a match, tested by the timer only.
  case idleSeconds(IdleSubject, ClosedRange<UInt64>)
}

/// A number that `PacketFields` or the packet's surroundings hold.
public enum NumberField: UInt8, Sendable, CaseIterable {
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
  /// 4 or 6.
  case ipVersion
  case icmpv6Type
  case icmpv6Code
  /// IPv4 time to live, IPv6 hop limit.
  case timeToLive
  /// IP total length in bytes: `PacketFields.byteCount`.
  case packetLength
  /// Differentiated services code point, 0...63 (RFC 2474).
  case dscp
  /// IEEE 802.1Q VLAN identifier of the outermost tag, 0...4095.
  case vlan
  /// The user on this host who owns the socket.
  case user
  /// `ApplicationPermission`.
  case applicationPermission
}

/// Where the flow of a packet stands, before this packet.
public struct ConnectionStates: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The flow is not known, and this packet may start one: a SYN without ACK, any UDP datagram, an ICMP request, any packet
  /// of a protocol without connections. Also a SYN without ACK of a TCP flow that has seen only SYNs so far, or that is
  /// closed: it asks again, or anew.
  public static let new = ConnectionStates(rawValue: 1 << 0)
  /// The flow is known, and open as far as TCP's flags tell.
  public static let established = ConnectionStates(rawValue: 1 << 1)
  /// The flow is known, and a FIN or RST was seen (TCP).
  public static let closing = ConnectionStates(rawValue: 1 << 2)
  /// The flow is not known, and this packet cannot start one: a stray ACK, an ICMP reply or error that nothing asked
  /// for, a fragment whose start was not seen.
  public static let none = ConnectionStates(rawValue: 1 << 3)
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

/// A host name, or all names below one.
public struct NamePattern: Sendable, Hashable {
  /// ASCII, letters in lower case, without a trailing dot; never empty.
  public var name: [UInt8]
  /// From `*.example.org`: names that end in `.example.org`, at whatever depth, but not `example.org` itself.
  public var matchesBelow: Bool

  public init(name: [UInt8], matchesBelow: Bool) {
    self.name = name
    self.matchesBelow = matchesBelow
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
  case pass, delete, deleteWithoutLog, reject, dropConnection, delay, routeTo, trigger
  // Remembering the source address, then going on.
  case keepAddress, keepInvalid, authorize
  // Binding the flow to the rule's rate, then going on: what arrives, what leaves, or both.
  case rateLimitIn, rateLimitOut, rateLimit
  // Telling, then going on.
  case log, dontLog, alert, email, url, script
  case resetParent

  /// Ends the walk for a packet, but for the rule's own children.
  @inlinable
  public var isTerminating: Bool { rawValue >= Operation.pass.rawValue && rawValue <= Operation.trigger.rawValue }
}
