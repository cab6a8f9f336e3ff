internal import SentryPacket
internal import SentryRules

/// What rules ask, in ipfw's words.
struct IPFWPhrase {
  private var protocolName: String?
  private var source: String?
  private var destination: String?
  private var options: [String] = []
  /// What ipfw cannot ask, in our words.
  private(set) var unsaid: [String] = []

  init() {}

  /// What one rule asks.
  init(_ instruction: Program.Instruction, of program: Program, rule: Rule) {
    if read(instruction.test, isNegated: instruction.isNegated, of: program) { return }
    self = IPFWPhrase()
    let question = [rule.property.name, rule.value.isEmpty ? "" : "\(rule.relation.name) \(rule.value)"]
    unsaid = [question.filter { !$0.isEmpty }.joined(separator: " ")]
  }

  /// It is for TCP alone.
  var isTCP: Bool { protocolName == "tcp" }

  /// Both must hold.
  mutating func add(_ other: IPFWPhrase) {
    options += other.options
    unsaid += other.unsaid
    if let name = other.protocolName {
      if protocolName == nil { protocolName = name } else { options.append("proto \(name)") }
    }
    if let address = other.source {
      if source == nil { source = address } else { options.append("src-ip \(address)") }
    }
    if let address = other.destination {
      if destination == nil { destination = address } else { options.append("dst-ip \(address)") }
    }
  }

  /// `tcp from any to 192.0.2.1 dst-port 22 in`.
  var text: String {
    (["\(protocolName ?? "ip") from \(source ?? "any") to \(destination ?? "any")"] + options).joined(separator: " ")
  }

  // MARK: Tests

  /// - Returns: false if ipfw has no words for it.
  private mutating func read(_ test: Test, isNegated: Bool, of program: Program) -> Bool {
    let not = isNegated ? "not " : ""
    switch test {
    case .constant(let holds): return holds != isNegated
    case .number(let field, let range): return read(field, range, not)
    case .address(let endpoint, let range):
      guard let nets = range.nets else { return false }
      return read(endpoint, nets.map(\.description).joined(separator: ","), isNegated)
    case .interface(let pattern):
      switch program.interfaces[Int(pattern)] {
      case .named(let name): options.append("\(not)via \(name)")
      case .prefixed(let start): options.append("\(not)via \(start)*")
      case .external, .internal: return false
      }
    case .tcpFlags(0x02, 0x10): options.append("\(not)setup")
    case .tcpFlags(let on, let off):
      guard (on | off) & 0xC0 == 0 else { return false }
      let names = ["fin", "syn", "rst", "psh", "ack", "urg"].enumerated()
      let set = names.filter { on >> UInt8($0.offset) & 1 == 1 }.map(\.element)
      let clear = names.filter { off >> UInt8($0.offset) & 1 == 1 }.map { "!\($0.element)" }
      options.append("\(not)tcpflags \((set + clear).joined(separator: ","))")
    case .ipOptions(let list, let noneOf):
      let names: [UInt8: String] = [3: "lsrr", 131: "lsrr", 9: "ssrr", 137: "ssrr", 7: "rr", 68: "ts", 4: "ts"]
      return read("ipoptions", program.optionLists[Int(list)], noneOf, isNegated, names)
    case .tcpOptions(let list, let noneOf):
      let names: [UInt8: String] = [2: "mss", 3: "window", 8: "ts"]
      return read("tcpoptions", program.optionLists[Int(list)], noneOf, isNegated, names)
    default: return false
    }
    return true
  }

  /// All of some options, or none of them.
  private mutating func read(
    _ option: String, _ kinds: [UInt8], _ noneOf: Bool, _ isNegated: Bool, _ names: [UInt8: String]
  ) -> Bool {
    let known = kinds.compactMap { names[$0] }
    guard !isNegated, known.count == kinds.count else { return false }
    if noneOf {
      options += known.map { "not \(option) \($0)" }
    } else {
      options.append("\(option) \(known.joined(separator: ","))")
    }
    return true
  }

  private mutating func read(_ endpoint: Endpoint, _ address: String, _ isNegated: Bool) -> Bool {
    switch (endpoint, isNegated) {
    case (.source, false): source = address
    case (.destination, false): destination = address
    case (.source, true): options.append("not src-ip \(address)")
    case (.destination, true): options.append("not dst-ip \(address)")
    }
    return true
  }

  private mutating func read(_ field: NumberField, _ range: ClosedRange<UInt64>, _ not: String) -> Bool {
    let numbers = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    switch field {
    case .direction: options.append((range == 0...0) == not.isEmpty ? "in" : "out")
    case .protocolNumber:
      guard let number = UInt8(exactly: range.lowerBound), range.count == 1 else { return false }
      let name = Self.protocolName(number)
      if not.isEmpty { protocolName = name } else { options.append("not proto \(name)") }
    case .fragmentOffset:
      if range == 0...0 {
        options.append(not.isEmpty ? "not frag" : "frag")
      } else {
        guard range == 1...8191 else { return false }
        options.append("\(not)frag")
      }
    case .icmpType: options.append("\(not)icmptypes \(range.map { "\($0)" }.joined(separator: ","))")
    case .icmpv6Type: options.append("\(not)icmp6types \(range.map { "\($0)" }.joined(separator: ","))")
    case .sourcePort: options.append("\(not)src-port \(numbers)")
    case .destinationPort: options.append("\(not)dst-port \(numbers)")
    case .ipVersion where range.count == 1: options.append("\(not)ipversion \(numbers)")
    case .timeToLive: options.append("\(not)ipttl \(numbers)")
    case .dscp: options.append("\(not)dscp \(range.map { "\($0)" }.joined(separator: ","))")
    case .packetLength: options.append("\(not)iplen \(numbers)")
    case .user where range.count == 1: options.append("\(not)uid \(numbers)")
    default: return false
    }
    return true
  }

  private static func protocolName(_ number: UInt8) -> String {
    switch number {
    case 58: "ipv6-icmp"
    default: WellKnownNames.documentName(ofProtocol: number).lowercased()
    }
  }
}

extension AddressRange {
  /// The nets that it consists of; `nil` of a range of IPv6 that is none.
  fileprivate var nets: [AddressRange]? {
    if first == last || prefixLength != nil { return [self] }
    guard let low = first.v4, let high = last.v4 else { return nil }
    var nets: [AddressRange] = []
    var start = UInt64(low)
    while start <= UInt64(high) {
      // As large as its start allows, and as the end does.
      let aligned = start == 0 ? 32 : min(32, start.trailingZeroBitCount)
      let fitting = 63 - (UInt64(high) - start + 1).leadingZeroBitCount
      let bits = min(aligned, fitting)
      nets.append(AddressRange(prefix: IPAddress(v4: UInt32(start)), length: 128 - bits))
      start += 1 << UInt64(bits)
    }
    return nets
  }
}
