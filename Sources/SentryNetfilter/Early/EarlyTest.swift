internal import SentryPacket
internal import SentryRules

/// What nftables can say of a rule's test, for inbound packets that may be fragments. Each list means packets that satisfy
/// one of its matches.
struct EarlyTest {
  /// Packets that match for certain.
  var sure: [EarlyMatch]
  /// All others do not match.
  var possible: [EarlyMatch]
  /// The two are the same packets.
  var isExact: Bool

  private static func exact(_ matches: [EarlyMatch]) -> EarlyTest {
    EarlyTest(sure: matches, possible: matches, isExact: true)
  }

  private static let always = exact([.everything])
  private static let never = exact([])
  /// Only the daemon can tell.
  private static let unknown = EarlyTest(sure: [], possible: [.everything], isExact: false)
}

extension EarlyTest {
  init(_ instruction: Program.Instruction, _ program: Program, interfaces: [InterfaceEntry]) {
    let isNegated = instruction.isNegated
    self =
      switch instruction.test {
      case .constant(let value): value != isNegated ? .always : .never
      // The chain sees what arrives.
      case .number(.direction, let range): range.contains(0) != isNegated ? .always : .never
      case .number(.fragmentOffset, let range): .exact(Self.fragments(range, isNegated: isNegated))
      case .number(.ipVersion, let range): .exact(Self.versions { range.contains($0) != isNegated })
      case .interface(let pattern): Self.interface(pattern, isNegated, program, interfaces)
      case .address(let endpoint, let range) where !isNegated: .exact(Self.addresses(endpoint, range))
      case .ipOptions(let list, noneOf: false) where !isNegated: Self.options(list, program)
      // Later fragments have no ports, and so no program.
      case .number(.applicationPermission, _) where !isNegated:
        EarlyTest(sure: [], possible: Self.fragments(0...0), isExact: false)
      // The clock asks these, not packets.
      case .idleSeconds: .never
      default: .unknown
      }
  }

  /// Packets whose fragment offset, 0...8191, is within the range. One of IPv6 without a fragment header has offset 0.
  static func fragments(_ range: ClosedRange<UInt64>, isNegated: Bool = false) -> [EarlyMatch] {
    let ranges = isNegated ? range.complement(within: 0...8191) : [range.clamped(to: 0...8191)]
    guard ranges != [0...8191] else { return [.everything] }
    return ranges.flatMap { range in
      let numbers = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
      let others = range == 1...8191 ? "0" : "!= \(numbers)"
      let matches = [
        EarlyMatch.ipv4("ip frag-off & 0x1fff \(numbers)", opposite: "ip frag-off & 0x1fff \(others)"),
        // What has no fragment header satisfies no condition on one.
        .ipv6("frag frag-off \(numbers)"),
      ]
      return range.contains(0) ? matches + [.ipv6("meta nfproto ipv6 exthdr frag missing")] : matches
    }
  }

  private static func versions(_ holds: (UInt64) -> Bool) -> [EarlyMatch] {
    switch (holds(4), holds(6)) {
    case (true, true): [.everything]
    case (true, false): [.onlyIPv4]
    case (false, true): [.ipv6("meta nfproto ipv6")]
    case (false, false): []
    }
  }

  /// The chain knows the interfaces it sees packets of, so every pattern becomes a list of names.
  private static func interface(
    _ pattern: Int32, _ isNegated: Bool, _ program: Program, _ interfaces: [InterfaceEntry]
  ) -> EarlyTest {
    guard program.interfaces.indices.contains(Int(pattern)) else { return .unknown }
    let pattern = program.interfaces[Int(pattern)]
    let meant = interfaces.filter { pattern.matches(name: $0.name, isExternal: $0.isExternal) != isNegated }
    if meant.isEmpty { return .never }
    if meant.count == interfaces.count { return .always }
    return .exact([
      EarlyMatch(
        text: "iifname { " + meant.map { "\"\($0.name)\"" }.joined(separator: ", ") + " }",
        opposite: meant.map { "iifname != \"\($0.name)\"" }.joined(separator: " "))
    ])
  }

  /// A mapped address in an IPv6 packet counts as the IPv4 address it stands for.
  private static func addresses(_ endpoint: Endpoint, _ range: AddressRange) -> [EarlyMatch] {
    let side = endpoint == .source ? "saddr" : "daddr"
    let ipv6 = { (range: String) in EarlyMatch.ipv6("ip6 \(side) \(range)", opposite: "ip6 \(side) != \(range)") }
    guard range.first.isIPv4 else { return range.withoutMapped.map { ipv6("\($0)") } }
    let mapped = range.first == range.last ? "::ffff:\(range.first)" : "::ffff:\(range.first)-::ffff:\(range.last)"
    return [.ipv4("ip \(side) \(range)", opposite: "ip \(side) != \(range)"), ipv6(mapped)]
  }

  /// Those that the kernel knows by their usual byte (RFC 791 §3.1). A number below 32 also means bytes with other high bits,
  /// and a list that is damaged may hold them, too: such packets are left to the queue.
  private static func options(_ list: Int32, _ program: Program) -> EarlyTest {
    guard program.optionLists.indices.contains(Int(list)) else { return .unknown }
    let names = program.optionLists[Int(list)].map { optionNames[$0] }
    let known = names.compactMap { $0 }
    let isKnown = !known.isEmpty && known.count == names.count
    let sure = EarlyMatch.ipv4(known.map { "ip option \($0) exists" }.joined(separator: " "))
    return EarlyTest(sure: isKnown ? [sure] : [], possible: [.withOptions], isExact: false)
  }

  static let optionNames: [UInt8: String] = [
    3: "lsrr", 131: "lsrr", 9: "ssrr", 137: "ssrr", 7: "rr", 20: "ra", 148: "ra",
  ]
}

extension EarlyMatch {
  static let onlyIPv4 = EarlyMatch.ipv4("meta nfproto ipv4")
  /// Shorter headers than five words do not come so far.
  static let withOptions = EarlyMatch.ipv4("ip hdrlength > 5", opposite: "ip hdrlength 5")
}

extension ClosedRange<UInt64> {
  /// What of `limits` is not in this range.
  fileprivate func complement(within limits: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] {
    var rest: [ClosedRange<UInt64>] = []
    if lowerBound > limits.lowerBound { rest.append(limits.lowerBound...Swift.min(lowerBound - 1, limits.upperBound)) }
    if upperBound < limits.upperBound { rest.append(Swift.max(upperBound + 1, limits.lowerBound)...limits.upperBound) }
    return rest
  }
}

extension AddressRange {
  /// A range of IPv6, without the block of mapped IPv4 addresses it may span: what `matches` means by it.
  fileprivate var withoutMapped: [AddressRange] {
    let block = AddressRange(prefix: IPAddress(v4: 0), length: 96)
    guard first < block.first, block.last < last else { return [self] }
    let below = AddressRange(first: first, last: IPAddress(high: 0, low: block.first.low - 1))
    let above = AddressRange(first: IPAddress(high: 0, low: block.last.low + 1), last: last)
    return [below, above].compactMap { $0 }
  }
}
