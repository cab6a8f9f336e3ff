internal import SentryPacket

// What one test says about another, of the same packet.

extension PacketTest {
  /// What a value says, as far as it can be held against others.
  enum Meaning: Hashable, Sendable {
    case numbers(ClosedRange<Int>)
    case addresses(first: IPAddress, last: IPAddress)
    /// Flags of TCP, in bits, that must be on, and those that must be off.
    case flags(on: UInt8, off: UInt8)
    /// States of a connection, in bits; the last is that of packets without.
    case states(UInt8)
    /// The only value that a packet can have.
    case name
    case other
  }

  /// No packet fits both.
  func excludes(_ other: PacketTest) -> Bool {
    if let states, let others = other.states { return states & others == 0 }
    switch (isNegated, other.isNegated) {
    case (true, true): return false
    case (true, false): return other.isWithin(self)
    case (false, true): return isWithin(other)
    case (false, false): return isApart(from: other)
    }
  }

  /// What fits this one fits the other in any case, but not the other way round.
  func implies(_ other: PacketTest) -> Bool {
    if let states, let others = other.states { return states != others && states & ~others == 0 }
    guard property == other.property else { return !isNegated && other.isNegated && isApart(from: other) }
    guard value != other.value || isNegated != other.isNegated else { return false }
    switch (isNegated, other.isNegated) {
    case (false, false): return isWithin(other) && !other.isWithin(self)
    case (false, true): return isApart(from: other)
    case (true, true): return other.isWithin(self) && !isWithin(other)
    case (true, false): return false
    }
  }

  /// More are compared only where they can be put in order.
  private static let mostCompared = 32

  /// Whether it is plain that no packet fits two of these, none of which is there twice.
  static func areApart(_ tests: [PacketTest]) -> Bool {
    guard tests.count > mostCompared else {
      return tests.indices.allSatisfy { place in tests[..<place].allSatisfy { $0.excludes(tests[place]) } }
    }
    guard tests.allSatisfy({ $0.property == tests[0].property && !$0.isNegated }) else { return false }
    if tests.allSatisfy({ $0.meaning == .name }) { return true }
    let addresses = tests.compactMap { test -> ClosedRange<IPAddress>? in
      if case .addresses(let first, let last) = test.meaning { first...last } else { nil }
    }
    let numbers = tests.compactMap { test -> ClosedRange<Int>? in
      if case .numbers(let numbers) = test.meaning { numbers } else { nil }
    }
    return addresses.count == tests.count && areApart(addresses) || numbers.count == tests.count && areApart(numbers)
  }

  private static func areApart<Bound>(_ ranges: [ClosedRange<Bound>]) -> Bool {
    let ranges = ranges.sorted { $0.lowerBound < $1.lowerBound }
    return zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
  }

  // MARK: Leaving aside whether they are negated

  /// Of its values, each is among the other's.
  private func isWithin(_ other: PacketTest) -> Bool {
    if other.property == .ipVersion, case .addresses = meaning { return family == other.value }
    guard property == other.property else { return false }
    switch (meaning, other.meaning) {
    case (.numbers(let numbers), .numbers(let others)):
      return others.lowerBound <= numbers.lowerBound && numbers.upperBound <= others.upperBound
    case (.addresses(let first, let last), .addresses(let otherFirst, let otherLast)):
      return first.isIPv4 == otherFirst.isIPv4 && otherFirst <= first && last <= otherLast
    case (.flags(let on, let off), .flags(let otherOn, let otherOff)):
      return otherOn & ~on == 0 && otherOff & ~off == 0
    default: return value == other.value
    }
  }

  /// No packet has a value of both.
  private func isApart(from other: PacketTest) -> Bool {
    if let protocolName, let name = other.protocolName, protocolName != name { return true }
    if let family, let theirs = other.family, family != theirs { return true }
    if asksForPort && !other.mayHavePorts || other.asksForPort && !mayHavePorts { return true }
    guard property == other.property else { return false }
    switch (meaning, other.meaning) {
    case (.numbers(let numbers), .numbers(let others)): return !numbers.overlaps(others)
    case (.addresses(let first, let last), .addresses(let otherFirst, let otherLast)):
      return first.isIPv4 != otherFirst.isIPv4 || last < otherFirst || otherLast < first
    case (.flags(let on, let off), .flags(let otherOn, let otherOff)): return on & otherOff | off & otherOn != 0
    case (.name, .name): return value != other.value
    default: return false
    }
  }

  private var asksForPort: Bool { property == .sourcePort || property == .destinationPort }

  /// States of a connection for which it holds, in bits.
  private var states: UInt8? {
    guard case .states(let states) = meaning else { return nil }
    return isNegated ? ~states & 0b1_1111 : states
  }

  /// The only version of IP whose packets it holds for.
  private var family: String? {
    switch property {
    case .ipVersion: value
    case .sourceNet, .destinationNet: value.contains(":") ? "6" : "4"
    case .protocolNumber: value == "ICMP" ? "4" : value == "ICMPv6" ? "6" : nil
    case .icmpType, .icmpCode: "4"
    case .icmpv6Type, .icmpv6Code: "6"
    default: nil
    }
  }

  /// Of the only protocol whose packets it holds for.
  private var protocolName: String? {
    switch property {
    case .protocolNumber: value
    case .tcpFlags, .tcpOptions: "TCP"
    case .icmpType, .icmpCode: "ICMP"
    case .icmpv6Type, .icmpv6Code: "ICMPv6"
    default: nil
    }
  }
}

extension PacketTest.Meaning {
  private static let states = ["new", "established", "closing", "none"]
  private static let flags = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"]

  init(of value: String, _ property: TestedProperty) {
    switch property {
    case .direction, .ipVersion, .protocolNumber: self = .name
    case .interface: self = value.contains("*") ? .other : .name
    case .connectionState:
      let bits = Self.bits(of: value.split(separator: ","), in: Self.states)
      self = bits.map { .states($0) } ?? .other
    case .sourceNet, .destinationNet:
      let range = try? AddressRange(value)
      self = range.map { .addresses(first: $0.first, last: $0.last) } ?? .other
    case .tcpFlags:
      let names = value.split(separator: ",")
      let (on, off) = (names.filter { $0.first != "-" }, names.filter { $0.first == "-" }.map { $0.dropFirst() })
      guard let on = Self.bits(of: on, in: Self.flags), let off = Self.bits(of: off, in: Self.flags) else {
        self = .other
        return
      }
      self = .flags(on: on, off: off)
    case .fragmentOffset, .packetLength, .timeToLive, .dscp, .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code,
      .sourcePort, .destinationPort:
      self = Self.numbers(value).map { .numbers($0) } ?? .other
    case .include, .sourceMAC, .destinationMAC, .user, .ipOptions, .tcpOptions: self = .other
    }
  }

  /// `nil` where one of the names is none of these.
  private static func bits(of names: [Substring], in all: [String]) -> UInt8? {
    names.reduce(0) { bits, name in
      guard let bits, let place = all.firstIndex(of: String(name)) else { return nil }
      return bits | 1 << UInt8(place)
    }
  }

  /// `80` or `1024-65535`.
  private static func numbers(_ value: String) -> ClosedRange<Int>? {
    let ends = value.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let low = ends.first ?? nil, let high = ends.last ?? nil, ends.count <= 2, low <= high else { return nil }
    return low...high
  }
}
