internal import SentryDiagnostics
internal import SentryPacket

// What stands behind the options: `192.0.2.0/24`, `1024:65535`, `FIN,SYN,RST,ACK SYN`.

extension IptablesRuleParser {
  mutating func addresses(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let word = try next("an address")
    var ranges: [AddressRange] = []
    for text in word.text.split(separator: ",") {
      if text.hasSuffix("/0") { return .always }
      let masked = Word(
        text: String(text.replacing("/", with: ":", maxReplacements: 1)), range: word.range)
      let isMask = text.split(separator: "/").last?.contains(".") == true && text.contains("/")
      guard let some = try IPFWValues.addresses(isMask ? masked : Word(text: String(text), range: word.range), [:])
      else {
        return .always
      }
      ranges += some
    }
    return Clause(property, ranges)
  }

  mutating func range(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let word = try next("a range")
    guard let range = try? AddressRange(word.text) else {
      throw ImportRefusal("expected two addresses joined by '-', found \(word.text.quoted)", at: word)
    }
    return Clause(property, [range])
  }

  /// - Parameter direction: of the packets that have it.
  mutating func interface(_ direction: PacketTest) throws(ImportRefusal) -> Clause {
    let word = try next("an interface")
    if word.text == "+" { return .always }
    let name = word.text.hasSuffix("+") ? word.text.dropLast() + "*" : word.text[...]
    guard !name.contains(where: { "(),\" ".contains($0) }) else {
      throw ImportRefusal("\(word.text.quoted) is no interface", at: word)
    }
    return Clause(direction, PacketTest(.interface, String(name)))
  }

  mutating func ports(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    try ports(property, next("ports"))
  }

  /// `80`, `1024:65535`, `:1023`, and lists of these.
  func ports(_ property: TestedProperty, _ word: Word) throws(ImportRefusal) -> Clause {
    let ranges = word.text.split(separator: ",").map { part in
      let ends = part.split(separator: ":", omittingEmptySubsequences: false)
      guard ends.count == 2 else { return String(part) }
      return "\(ends[0].isEmpty ? "0" : ends[0])-\(ends[1].isEmpty ? "65535" : ends[1])"
    }
    let list = Word(text: ranges.joined(separator: ","), range: word.range)
    let ports = Clause(property, try IPFWValues.ports(list, options))
    return protocolNumber == 6 || protocolNumber == 17
      ? ports : Clause(allOf: [Clause(anyOf: [Clause(.isTCP), Clause(.isUDP)]), ports])
  }

  mutating func numbers(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let word = try next("a number")
    let list = Word(text: word.text.replacing(":", with: "-"), range: word.range)
    return Clause(property, try IPFWValues.numbers(list, 0...65_535))
  }

  /// - Parameter range: of a number that is neither the least nor the greatest.
  mutating func hops(_ range: (Int) -> ClosedRange<Int>) throws(ImportRefusal) -> Clause {
    let word = try next("a number")
    guard let number = Int(word.text), (1...254).contains(number) else {
      throw ImportRefusal("expected a number from 1 to 254, found \(word.text.quoted)", at: word)
    }
    return Clause(.timeToLive, [range(number)])
  }

  mutating func addressTypes(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let list = try next("types of addresses")
    let words = list.text.split(separator: ",").map { Word(text: String($0), range: list.range) }
    return try AddressType.clause(words, property, isIPv6: isIPv6, options, &findings)
  }

  mutating func states() throws(ImportRefusal) -> [Clause] {
    let word = try next("states")
    tracksConnections = true
    let states = try word.text.split(separator: ",").map { (name) throws(ImportRefusal) in
      guard let state = TrackedState(rawValue: name.lowercased()) else {
        throw ImportRefusal("state \(String(name).quoted) has no counterpart here", at: word)
      }
      return state
    }
    return TrackedState.clauses(states)
  }

  /// `FIN,SYN,RST,ACK SYN`: of the first, exactly the second are set.
  mutating func tcpFlags() throws(ImportRefusal) -> Clause {
    let (mask, set) = (try flags(), try flags())
    let wrong = set.subtracting(mask)
    if !wrong.isEmpty { return .never }
    let text = Self.flagNames.filter(mask.contains).map { set.contains($0) ? $0 : "-\($0)" }
    return text.isEmpty ? Clause(.isTCP) : Clause(PacketTest(.tcpFlags, text.joined(separator: ",")))
  }

  private static let flagNames = ["fin", "syn", "rst", "psh", "ack", "urg"]

  private mutating func flags() throws(ImportRefusal) -> Set<String> {
    let word = try next("flags")
    switch word.text {
    case "NONE": return []
    case "ALL": return Set(Self.flagNames)
    default:
      let names = word.text.split(separator: ",").map { $0.lowercased() }
      guard names.allSatisfy(Self.flagNames.contains) else {
        throw ImportRefusal("expected flags of TCP, found \(word.text.quoted)", at: word)
      }
      return Set(names)
    }
  }

  /// `8`, `3/4`, `any`.
  mutating func icmpType() throws(ImportRefusal) -> Clause {
    let word = try next("a type")
    if word.text == "any" || word.text == "255" { return .always }
    let parts = word.text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard let type = ICMPNames.type(named: parts[0], isIPv6: isIPv6), parts.count <= 2 else {
      throw ImportRefusal("expected a type such as 8 or 3/4, found \(word.text.quoted)", at: word)
    }
    let isType = Clause(PacketTest(isIPv6 ? .icmpv6Type : .icmpType, "\(type)"))
    guard parts.count == 2 else { return isType }
    guard let code = UInt8(parts[1]) else {
      throw ImportRefusal("expected a type such as 8 or 3/4, found \(word.text.quoted)", at: word)
    }
    return Clause(allOf: [isType, Clause(PacketTest(isIPv6 ? .icmpv6Code : .icmpCode, "\(code)"))])
  }
}
