internal import SentryPacket

// Relations and values: `!= { 22, 80 }`, `< 1024`, `@set`.

extension NftRuleParser {
  /// Reads a relation and values, and asks what `clause` makes of these.
  mutating func require(_ clause: ([Word]) throws(ImportRefusal) -> Clause) throws(ImportRefusal) {
    try require { (values) throws(ImportRefusal) in [try clause(values)] }
  }

  /// The same of clauses that must all hold.
  mutating func require(_ clauses: ([Word]) throws(ImportRefusal) -> [Clause]) throws(ImportRefusal) {
    let isNot = take("!=")
    if !isNot { _ = take("==") }
    if ["<", ">", "<=", ">="].contains(peek) {
      throw ImportRefusal("\(peek.quoted) is taken over of numbers only", at: tokens[position].word)
    }
    if take("map") { throw ImportRefusal("a map is not taken over", at: tokens[position - 1].word) }
    if take("vmap") {
      return try addVerdicts(
        verdictMap().map { (value, action) throws(ImportRefusal) in (Clause(allOf: try clauses([value])), action) })
    }
    let made = try clauses(try values())
    self.clauses += isNot ? Clause(allOf: made).negated : made
  }

  /// One value, several between commas, those in braces, or those of a set.
  private mutating func values() throws(ImportRefusal) -> [Word] {
    guard peek == "{" || peek.hasPrefix("@") else {
      var values = [try next("a value")]
      while take(",") { values.append(try next("a value")) }
      return values
    }
    return try elementTokens(of: "set").map { (element) throws(ImportRefusal) in
      if let odd = element.first(where: { ["timeout", "expires", ":", "."].contains($0.text) && !$0.isQuoted }) {
        throw ImportRefusal("a set whose elements end or lead somewhere is not taken over", at: odd.word)
      }
      return element[0].word
    }
  }

  /// - Parameter direction: of the packets that have it.
  mutating func requireNames(
    _ property: TestedProperty, _ direction: PacketTest? = nil
  ) throws(ImportRefusal) {
    try require { (values) throws(ImportRefusal) in
      if let odd = values.first(where: { $0.text.contains(where: { "()\",".contains($0) }) || $0.text.isEmpty }) {
        throw ImportRefusal("\(odd.text.quoted) is no name that can be asked for", at: odd)
      }
      let names = Clause(anyOf: values.map { Clause(PacketTest(property, $0.text)) })
      return direction.map { Clause(allOf: [Clause($0), names]) } ?? names
    }
  }

  mutating func requireProtocols() throws(ImportRefusal) {
    let options = options
    try require { (values) throws(ImportRefusal) in
      Clause(
        anyOf: try values.map { (value) throws(ImportRefusal) in
          guard let number = options.protocolNumber(named: value.text) else {
            throw ImportRefusal("\(value.text.quoted) is no protocol that is known here", at: value)
          }
          return Clause(protocolNumber: number)
        })
    }
  }

  mutating func requireAddresses(_ property: TestedProperty) throws(ImportRefusal) {
    try require { (values) throws(ImportRefusal) in
      let ranges = try values.map { (value) throws(ImportRefusal) in
        guard let range = try? AddressRange(value.text) else {
          throw ImportRefusal("expected an address, a net or a range, found \(value.text.quoted)", at: value)
        }
        return range
      }
      return Clause(property, ranges)
    }
  }

  mutating func requirePorts(_ property: TestedProperty) throws(ImportRefusal) {
    let options = options
    let bounded = try bound(65_535) { (word) throws(ImportRefusal) in try IPFWValues.ports(word, options) }
    if let bounded { return clauses.append(Clause(property, bounded)) }
    try require { (values) throws(ImportRefusal) in
      let ranges = try values.map { (value) throws(ImportRefusal) in try IPFWValues.ports(value, options) }
      return Clause(property, ranges.flatMap(\.self))
    }
  }

  /// - Parameter names: of numbers.
  mutating func requireNumbers(
    _ property: TestedProperty, names: [String: Int] = [:], limit: Int = 255
  ) throws(ImportRefusal) {
    func numbers(_ word: Word) throws(ImportRefusal) -> [ClosedRange<Int>] {
      if let number = names[word.text] { return [number...number] }
      return try IPFWValues.numbers(word, 0...limit)
    }
    if let bounded = try bound(limit, numbers) { return clauses.append(Clause(property, bounded)) }
    try require { (values) throws(ImportRefusal) in
      Clause(property, try values.map { (value) throws(ImportRefusal) in try numbers(value) }.flatMap(\.self))
    }
  }

  /// `< 1024` as a range; `nil` if no such relation stands here.
  private mutating func bound(
    _ limit: Int, _ numbers: (Word) throws(ImportRefusal) -> [ClosedRange<Int>]
  ) throws(ImportRefusal) -> [ClosedRange<Int>]? {
    let relation = peek
    guard ["<", ">", "<=", ">="].contains(relation) else { return nil }
    position += 1
    guard let number = try numbers(next("a number")).first?.lowerBound else { return nil }
    let (lowest, highest) =
      switch relation {
      case "<": (0, number - 1)
      case "<=": (0, number)
      case ">": (number + 1, limit)
      default: (number, limit)
      }
    return lowest <= highest ? [lowest...highest] : []
  }
}
