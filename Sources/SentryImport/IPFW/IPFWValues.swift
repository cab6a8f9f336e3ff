internal import SentryPacket

/// Values in rules of ipfw.
enum IPFWValues {
  // MARK: Addresses

  /// `192.0.2.1,198.51.100.0/24`; `nil` where that is any address.
  static func addresses(_ word: Word, _ tables: [String: [AddressRange]]) throws(ImportRefusal) -> [AddressRange]? {
    var ranges: [AddressRange] = []
    for element in elements(of: word.text) {
      guard let some = try address(element, word, tables) else { return nil }
      ranges += some
    }
    guard !ranges.isEmpty else { throw ImportRefusal("an empty list of addresses", at: word) }
    return ranges
  }

  /// Between commas outside braces.
  private static func elements(of text: String) -> [Substring] {
    var depth = 0
    return text.split { character in
      if character == "{" || character == "(" { depth += 1 }
      if character == "}" || character == ")" { depth -= 1 }
      return character == "," && depth <= 0
    }
  }

  private static func address(
    _ text: Substring, _ word: Word, _ tables: [String: [AddressRange]]
  ) throws(ImportRefusal) -> [AddressRange]? {
    if text.hasPrefix("table(") { return try table(text, word, tables) }
    if let brace = text.firstIndex(of: "{") { return try set(text[..<brace], text[brace...], word) }
    if !text.contains(":") || text.filter({ $0 == ":" }).count == 1 {
      if let colon = text.firstIndex(of: ":") {
        return try masked(text[..<colon], by: text[text.index(after: colon)...], word)
      }
    }
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    if halves.count == 2, halves[1].contains(".") { return try masked(halves[0], by: halves[1], word) }
    if text == "localhost" { return [AddressRange(prefix: IPAddress(v4: 0x7F00_0001), length: 128)] }
    if text.hasSuffix("/0") { return nil }
    guard let range = try? AddressRange(text), !text.contains("-") else {
      throw ImportRefusal(
        "expected an address such as 192.0.2.1, 192.0.2.0/24 or 192.0.2.0:255.255.255.0, found \(String(text).quoted); "
          + "names are not looked up", at: word)
    }
    return [range]
  }

  private static func table(
    _ text: Substring, _ word: Word, _ tables: [String: [AddressRange]]
  ) throws(ImportRefusal) -> [AddressRange] {
    let name = String(text.dropFirst("table(".count).prefix { $0 != "," && $0 != ")" })
    guard !text.contains(",") else {
      throw ImportRefusal(
        "values of a table's entries are not taken over: table \(name.quoted) without one is", at: word)
    }
    guard let ranges = tables[name], !ranges.isEmpty else {
      throw ImportRefusal("what table \(name.quoted) holds is not in the file", at: word)
    }
    return ranges
  }

  /// `192.0.2.0:255.255.255.0`.
  private static func masked(
    _ address: Substring, by mask: Substring, _ word: Word
  ) throws(ImportRefusal) -> [AddressRange]? {
    guard let address = IPAddress(address), let mask = IPAddress(mask)?.v4, address.isIPv4 else {
      throw ImportRefusal("expected address:mask, found \(word.text.quoted)", at: word)
    }
    guard ~mask & (~mask &+ 1) == 0 else {
      throw ImportRefusal("a mask with gaps has no counterpart here", at: word)
    }
    return mask == 0 ? nil : [AddressRange(prefix: address, length: 96 + mask.nonzeroBitCount)]
  }

  /// `192.0.2.0/24{1,5-9}`: the last parts of addresses of the net.
  private static func set(_ net: Substring, _ parts: Substring, _ word: Word) throws(ImportRefusal) -> [AddressRange] {
    let halves = net.split(separator: "/")
    guard let base = halves.first.flatMap({ IPAddress($0)?.v4 }), parts.hasSuffix("}"),
      let length = halves.count == 2 ? Int(halves[1]) : 24, (24...32).contains(length)
    else { throw ImportRefusal("expected a set such as 192.0.2.0/24{1,5-9}, found \(word.text.quoted)", at: word) }
    let net = AddressRange(prefix: IPAddress(v4: base), length: 96 + length)
    let list = Word(text: String(parts.dropFirst().dropLast()), range: word.range)
    return try numbers(list, 0...255).map { (range) throws(ImportRefusal) in
      let prefix = base & ~0xFF
      guard
        let addresses = AddressRange(
          first: IPAddress(v4: prefix | UInt32(range.lowerBound)),
          last: IPAddress(v4: prefix | UInt32(range.upperBound))),
        net.contains(addresses.first), net.contains(addresses.last)
      else { throw ImportRefusal("the set \(word.text.quoted) reaches out of its net", at: word) }
      return addresses
    }
  }

  // MARK: Numbers

  /// `1,5-9`.
  static func numbers(_ word: Word, _ limits: ClosedRange<Int>) throws(ImportRefusal) -> [ClosedRange<Int>] {
    try list(word, limits) { Int($0) }
  }

  static func ports(_ word: Word, _ options: ImportOptions) throws(ImportRefusal) -> [ClosedRange<Int>] {
    try list(word, 0...65_535) { name in Int(name) ?? options.port(named: name).map(Int.init) }
  }

  /// `ef,af11,8`.
  static func serviceClasses(_ word: Word) throws(ImportRefusal) -> [ClosedRange<Int>] {
    try list(word, 0...63) { name in Int(name) ?? ServiceClassNames.numbers[name.lowercased()] }
  }

  private static func list(
    _ word: Word, _ limits: ClosedRange<Int>, _ number: (String) -> Int?
  ) throws(ImportRefusal) -> [ClosedRange<Int>] {
    let parts = word.text.split(separator: ",", omittingEmptySubsequences: false)
    return try parts.map { (part) throws(ImportRefusal) in
      let name = String(part.replacing("\\", with: ""))
      if let one = number(name), limits.contains(one) { return one...one }
      let ends = name.split(separator: "-", maxSplits: 1).map { number(String($0)) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high, limits.contains(low),
        limits.contains(high)
      else {
        throw ImportRefusal(
          "expected numbers from \(limits.lowerBound) to \(limits.upperBound), ranges or known names, found "
            + String(part).quoted, at: word)
      }
      return low...high
    }
  }

  // MARK: Bits of headers

  /// `syn,!ack`.
  static func tcpFlags(_ word: Word) throws(ImportRefusal) -> PacketTest {
    let names: Set<Substring> = ["fin", "syn", "rst", "psh", "ack", "urg"]
    let flags = try marked(word) { names.contains($0) ? [String($0)] : nil }
    return PacketTest(.tcpFlags, flags.map { ($0.isSet ? "" : "-") + $0.kinds[0] }.joined(separator: ","))
  }

  /// IANA "TCP Option Kind Numbers".
  static func tcpOptions(_ word: Word) throws(ImportRefusal) -> [Clause] {
    let kinds: [Substring: [String]] = [
      "mss": ["2"], "window": ["3"], "sack": ["4", "5"], "ts": ["8"], "cc": ["11", "12", "13"],
    ]
    return [Clause(.isTCP), Clause(!.laterFragment)] + clauses(.tcpOptions, try marked(word) { kinds[$0] })
  }

  /// IANA "IP Option Numbers".
  static func ipOptions(_ word: Word) throws(ImportRefusal) -> [Clause] {
    let kinds: [Substring: [String]] = ["ssrr": ["137"], "lsrr": ["131"], "rr": ["7"], "ts": ["68"]]
    return [Clause(PacketTest(.ipVersion, "4"))] + clauses(.ipOptions, try marked(word) { kinds[$0] })
  }

  private static func clauses(_ property: TestedProperty, _ marked: [(isSet: Bool, kinds: [String])]) -> [Clause] {
    marked.flatMap { isSet, kinds in
      let any = Clause(anyOf: kinds.map { Clause(PacketTest(property, $0)) })
      return isSet ? [any] : any.negated
    }
  }

  /// Names between commas; one behind `!` must not be there.
  private static func marked(
    _ word: Word, _ kinds: (Substring) -> [String]?
  ) throws(ImportRefusal) -> [(isSet: Bool, kinds: [String])] {
    try word.text.split(separator: ",", omittingEmptySubsequences: false).map { (part) throws(ImportRefusal) in
      let isSet = part.first != "!"
      guard let kinds = kinds(isSet ? part : part.dropFirst()) else {
        throw ImportRefusal("\(String(part).quoted) is nothing that can be asked for here", at: word)
      }
      return (isSet, kinds)
    }
  }
}
