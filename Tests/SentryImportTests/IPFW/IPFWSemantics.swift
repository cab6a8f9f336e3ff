import SentryPacket
import Testing

/// A packet as ipfw's rules see it.
struct SeenPacket {
  var source: IPAddress
  var destination: IPAddress
  var protocolNumber: UInt8
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  var tcpFlags: UInt8 = 0
  var icmpType: UInt8 = 0
  /// In units of 8 bytes.
  var fragmentOffset: UInt16 = 0
  var identification: UInt16 = 0
  var moreFragments = false
  /// Kinds, in order.
  var ipOptions: [UInt8] = []
  var tcpOptions: [UInt8] = []
  var timeToLive: UInt8 = 64
  /// Of the IP packet.
  var length = 0
  var interface = "en0"
  var isOut = false

  var isIPv4: Bool { source.isIPv4 }
  var hasPorts: Bool { (protocolNumber == 6 || protocolNumber == 17) && fragmentOffset == 0 }
}

/// What ipfw(8) says a list of rules does with packets: the first rule that matches and ends decides. Made from that page, and
/// from nothing of ours: rules are compiled to closures, state is a set of connections.
struct IPFWSemantics {
  enum Verdict: String { case allow, deny, reject, log }

  typealias Condition = (SeenPacket) -> Bool

  private struct Rule {
    var number: Int
    var verb: String
    var target = 0
    var isLogged = false
    var keepsState = false
    var matches: Condition
  }

  private struct Connection: Hashable {
    var protocolNumber: UInt8
    var source: IPAddress
    var destination: IPAddress
    var sourcePort: UInt16
    var destinationPort: UInt16

    init(_ packet: SeenPacket) {
      protocolNumber = packet.protocolNumber
      (source, destination) = (packet.source, packet.destination)
      (sourcePort, destinationPort) = packet.hasPorts ? (packet.sourcePort, packet.destinationPort) : (0, 0)
    }

    var reversed: Connection {
      var other = self
      (other.source, other.destination) = (destination, source)
      (other.sourcePort, other.destinationPort) = (destinationPort, sourcePort)
      return other
    }
  }

  private var rules: [Rule] = []
  private var connections: [Connection: Int] = [:]

  init(_ listing: String, me: [String]) throws {
    for line in listing.split(separator: "\n") {
      var reader = IPFWLineReader(line.prefix(while: { $0 != "#" }), me: me)
      if reader.isAtEnd { continue }
      rules.append(try Self.rule(&reader))
    }
  }

  private static func rule(_ reader: inout IPFWLineReader) throws -> Rule {
    let number = try #require(Int(reader.next()))
    var rule = Rule(number: number, verb: String(reader.next()), matches: { _ in true })
    if rule.verb == "skipto" { rule.target = try #require(Int(reader.next())) }
    if rule.verb == "unreach" { _ = reader.next() }
    if rule.verb == "check-state" { reader.passStateName() }
    rule.isLogged = reader.take("log")
    if reader.isAtEnd { return rule }
    rule.matches = try reader.condition()
    rule.keepsState = reader.keepsState
    return rule
  }

  /// What becomes of the packet, and how many log entries there are.
  mutating func judge(_ packet: SeenPacket) -> (verdict: Verdict, rule: Int, logged: Int) {
    var hasAskedForState = false
    var logged = 0
    var place = 0
    while place < rules.count {
      let rule = rules[place]
      if rule.verb == "check-state" || rule.keepsState, !hasAskedForState {
        hasAskedForState = true
        let connection = Connection(packet)
        if let parent = connections[connection] ?? connections[connection.reversed] {
          return (.allow, rules[parent].number, logged + (rules[parent].isLogged ? 1 : 0))
        }
      }
      guard rule.verb != "check-state", rule.matches(packet) else {
        place += 1
        continue
      }
      if rule.isLogged { logged += 1 }
      switch rule.verb {
      case "allow", "pass", "accept", "permit":
        if rule.keepsState { connections[Connection(packet)] = place }
        return (.allow, rule.number, logged)
      case "deny", "drop": return (.deny, rule.number, logged)
      case "reject", "unreach": return (.reject, rule.number, logged)
      case "reset": return (packet.protocolNumber == 6 ? .reject : .deny, rule.number, logged)
      case "skipto": place = rules.firstIndex { $0.number >= max(rule.target, rule.number + 1) } ?? rules.count
      default: place += 1
      }
    }
    return (.deny, 65_535, logged)
  }
}

/// The words of one rule, and what they ask.
struct IPFWLineReader {
  typealias Condition = IPFWSemantics.Condition

  private var words: [Substring]
  private let me: [String]
  private(set) var keepsState = false

  init(_ line: some StringProtocol, me: [String]) {
    words = line.split(separator: " ").map { Substring($0) }
    if let comment = words.firstIndex(of: "//") { words.removeSubrange(comment...) }
    self.me = me
  }

  var isAtEnd: Bool { words.isEmpty }

  mutating func next() -> Substring { words.isEmpty ? "" : words.removeFirst() }

  mutating func take(_ word: Substring) -> Bool {
    guard words.first == word else { return false }
    words.removeFirst()
    return true
  }

  /// All are of one name here.
  mutating func passStateName() { _ = take(":default") }

  private static let ports: [Substring: UInt16] = [
    "ssh": 22, "domain": 53, "http": 80, "https": 443, "ntp": 123, "ftp": 21, "telnet": 23,
  ]
  private static let protocols: [Substring: UInt8] = [
    "tcp": 6, "udp": 17, "icmp": 1, "gre": 47, "esp": 50, "ipv6-icmp": 58,
  ]

  mutating func condition() throws -> Condition {
    var all: [Condition] = [try block { try $0.protocolCondition() }]
    #expect(take("from"))
    all += try end(\.source, \.sourcePort)
    #expect(take("to"))
    all += try end(\.destination, \.destinationPort)
    while !isAtEnd { all.append(try option()) }
    return { packet in all.allSatisfy { $0(packet) } }
  }

  /// One, or `{ one or another }`.
  private mutating func block(_ one: (inout IPFWLineReader) throws -> Condition) throws -> Condition {
    guard take("{") else { return try one(&self) }
    var any: [Condition] = []
    repeat { any.append(try one(&self)) } while take("or")
    #expect(take("}"))
    return { packet in any.contains { $0(packet) } }
  }

  private mutating func protocolCondition() throws -> Condition {
    let word = next()
    switch word {
    case "ip", "all": return { _ in true }
    case "ip4": return { $0.isIPv4 }
    case "ip6": return { !$0.isIPv4 }
    default:
      let number = try #require(Self.protocols[word] ?? UInt8(word))
      return { $0.protocolNumber == number }
    }
  }

  private mutating func end(
    _ address: KeyPath<SeenPacket, IPAddress>, _ port: KeyPath<SeenPacket, UInt16>
  ) throws -> [Condition] {
    let isNot = take("not")
    let addresses = try block { try $0.addressCondition(address) }
    var all: [Condition] = [isNot ? { !addresses($0) } : addresses]
    let isNotPort = words.count > 1 && words[0] == "not" && isPorts(words[1])
    if isNotPort { _ = next() }
    if let word = words.first, isPorts(word) {
      let ports = try portCondition(port)
      all.append(isNotPort ? { !ports($0) } : ports)
    }
    return all
  }

  private func isPorts(_ word: Substring) -> Bool {
    word.first?.isNumber == true || Self.ports[word.prefix { $0 != "," }] != nil
  }

  private mutating func addressCondition(_ address: KeyPath<SeenPacket, IPAddress>) throws -> Condition {
    let word = next()
    switch word {
    case "any": return { _ in true }
    case "me", "me6":
      let own = me.compactMap { IPAddress($0) }.filter { word == "me" || !$0.isIPv4 }
      return { own.contains($0[keyPath: address]) }
    default: break
    }
    if let brace = word.firstIndex(of: "{") {
      let net = try #require(IPAddress(word.prefix { $0 != "/" })?.v4) & 0xFFFF_FF00
      let last = try Self.ranges(word[word.index(after: brace)...].dropLast()) { UInt32($0) }
      return { packet in
        guard let value = packet[keyPath: address].v4, value & 0xFFFF_FF00 == net else { return false }
        return last.contains { $0.contains(value & 0xFF) }
      }
    }
    let nets = try word.split(separator: ",").map { try Self.net($0) }
    return { packet in nets.contains { $0(packet[keyPath: address]) } }
  }

  private static func net(_ text: Substring) throws -> (IPAddress) -> Bool {
    if text.contains("."), let colon = text.firstIndex(of: ":") {
      let (base, mask) = (
        try #require(IPAddress(text[..<colon])?.v4), try #require(IPAddress(text[text.index(after: colon)...])?.v4)
      )
      return { $0.v4.map { $0 & mask == base & mask } ?? false }
    }
    let parts = text.split(separator: "/")
    let base = try #require(IPAddress(parts[0]))
    let length = parts.count > 1 ? try #require(Int(parts[1])) : base.isIPv4 ? 32 : 128
    return { address in
      guard address.isIPv4 == base.isIPv4 else { return false }
      let skipped = base.isIPv4 ? 96 : 0
      return (0..<length).allSatisfy { bit(skipped + $0, of: address) == bit(skipped + $0, of: base) }
    }
  }

  /// Counting from the left.
  private static func bit(_ place: Int, of address: IPAddress) -> UInt64 {
    place < 64 ? address.high >> (63 - place) & 1 : address.low >> (127 - place) & 1
  }

  private static func ranges<Number: Comparable>(
    _ text: Substring, _ number: (Substring) -> Number?
  ) throws -> [ClosedRange<Number>] {
    try text.split(separator: ",").map { part in
      if let one = number(part) { return one...one }
      let ends = part.split(separator: "-")
      return try #require(number(ends[0]))...(try #require(number(ends[1])))
    }
  }

  private mutating func portCondition(_ port: KeyPath<SeenPacket, UInt16>) throws -> Condition {
    let ranges = try Self.ranges(next()) { UInt16($0) ?? Self.ports[$0] }
    return { packet in packet.hasPorts && ranges.contains { $0.contains(packet[keyPath: port]) } }
  }

  private mutating func numbers() throws -> [ClosedRange<Int>] { try Self.ranges(next()) { Int($0) } }

  // MARK: Options

  private mutating func option() throws -> Condition {
    let isNot = take("not")
    let condition = try block { try $0.plainOption() }
    return isNot ? { !condition($0) } : condition
  }

  private mutating func plainOption() throws -> Condition {
    let word = next()
    switch word {
    case "in": return { !$0.isOut }
    case "out": return { $0.isOut }
    case "via": return interface()
    case "recv":
      let interface = interface()
      return { !$0.isOut && interface($0) }
    case "xmit":
      let interface = interface()
      return { $0.isOut && interface($0) }
    case "frag": return { $0.fragmentOffset != 0 }
    case "established": return { $0.isWholeTCP && $0.tcpFlags & 0x14 != 0 }
    case "setup": return { $0.isWholeTCP && $0.tcpFlags & 0x12 == 0x02 }
    case "tcpflags": return try flags()
    case "icmptypes":
      let types = try numbers()
      return { packet in
        packet.protocolNumber == 1 && packet.fragmentOffset == 0 && types.contains { $0.contains(Int(packet.icmpType)) }
      }
    case "icmp6types":
      let types = try numbers()
      return { packet in
        packet.protocolNumber == 58 && packet.fragmentOffset == 0
          && types.contains { $0.contains(Int(packet.icmpType)) }
      }
    case "ipoptions":
      return kinds(["lsrr": [131], "ssrr": [137], "rr": [7], "ts": [68]]) { $0.isIPv4 ? $0.ipOptions : nil }
    case "tcpoptions":
      return kinds(["mss": [2], "window": [3], "sack": [4, 5], "ts": [8]]) { $0.isWholeTCP ? $0.tcpOptions : nil }
    default: return try valueOption(word)
    }
  }

  private mutating func valueOption(_ word: Substring) throws -> Condition {
    switch word {
    case "src-ip": return try addressCondition(\.source)
    case "dst-ip": return try addressCondition(\.destination)
    case "src-port": return try portCondition(\.sourcePort)
    case "dst-port": return try portCondition(\.destinationPort)
    case "proto": return try protocolCondition()
    case "iplen":
      let lengths = try numbers()
      return { packet in lengths.contains { $0.contains(packet.length) } }
    case "ipttl":
      let lives = try numbers()
      return { packet in lives.contains { $0.contains(Int(packet.timeToLive)) } }
    case "keep-state", "limit":
      if word == "limit" { (_, _) = (next(), next()) }
      passStateName()
      keepsState = true
      return { _ in true }
    default: throw Unknown(word: String(word))
    }
  }

  private struct Unknown: Error { var word: String }

  private mutating func interface() -> Condition {
    let name = String(next())
    return name.hasSuffix("*") ? { $0.interface.hasPrefix(name.dropLast()) } : { $0.interface == name }
  }

  private mutating func flags() throws -> Condition {
    var (on, off) = (UInt8(0), UInt8(0))
    for part in next().split(separator: ",") {
      let bit =
        UInt8(1)
        << UInt8(try #require(["fin", "syn", "rst", "psh", "ack", "urg"].firstIndex(of: part.drop { $0 == "!" })))
      if part.hasPrefix("!") { off |= bit } else { on |= bit }
    }
    return { $0.isWholeTCP && $0.tcpFlags & on == on && $0.tcpFlags & off == 0 }
  }

  private mutating func kinds(
    _ names: [Substring: [UInt8]], _ present: @escaping (SeenPacket) -> [UInt8]?
  ) -> Condition {
    let parts = next().split(separator: ",").map {
      (isNot: $0.hasPrefix("!"), kinds: names[$0.drop { $0 == "!" }] ?? [])
    }
    return { packet in
      guard let present = present(packet) else { return false }
      return parts.allSatisfy { part in part.kinds.contains(where: present.contains) != part.isNot }
    }
  }
}

extension SeenPacket {
  fileprivate var isWholeTCP: Bool { protocolNumber == 6 && fragmentOffset == 0 }
}
