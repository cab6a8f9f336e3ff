internal import SentryPacket

// Protocol, from and to: `tcp from any 1024-65535 to me 22`.

extension IPFWRuleParser {
  /// `tcp from any 1024-65535 to me 22`; nothing where the rule has only options.
  mutating func endpoints() throws(ImportRefusal) -> [Clause] {
    guard words[position...].prefix(while: { $0.text != "//" }).contains(where: { $0.text == "from" }) else {
      try requireOptions()
      return []
    }
    var clauses = [try protocols()]
    let mayHavePorts = clauses[0].isAlways || clauses[0].alternatives.joined().allSatisfy(\.mayHavePorts)
    _ = try expect("from")
    clauses += try endpoint(.sourceNet, mayHavePorts ? .sourcePort : nil)
    _ = try expect("to")
    clauses += try endpoint(.destinationNet, mayHavePorts ? .destinationPort : nil)
    return clauses
  }

  /// Lest a line that is cut short is for all packets.
  private mutating func requireOptions() throws(ImportRefusal) {
    guard let word = peek, word.text != "//" else {
      if words[0].text == "check-state" { return }
      throw ImportRefusal("expected a protocol, 'from' and 'to' at the end of the rule", at: words.range)
    }
    if ["{", "(", "not"].contains(word.text) || Self.isOption(word.text) { return }
    _ = try protocols()
    _ = try expect("from")
  }

  private mutating func expect(_ text: String) throws(ImportRefusal) -> Word {
    let word = try next("'\(text)'")
    guard word.text == text else { throw ImportRefusal("expected '\(text)', found \(word.text.quoted)", at: word) }
    return word
  }

  mutating func protocols() throws(ImportRefusal) -> Clause {
    let isNot = take("not")
    var clauses: [Clause] = []
    if take("{") || take("(") {
      repeat { clauses.append(try protocolClause(next("a protocol"))) } while take("or")
      try close()
    } else {
      clauses.append(try protocolClause(next("a protocol")))
    }
    let any = Clause(anyOf: clauses)
    return isNot ? Clause(allOf: any.negated) : any
  }

  mutating func close() throws(ImportRefusal) {
    let word = try next("'}'")
    guard word.text == "}" || word.text == ")" else {
      throw ImportRefusal("expected 'or' or '}', found \(word.text.quoted)", at: word)
    }
  }

  private func protocolClause(_ word: Word) throws(ImportRefusal) -> Clause {
    switch word.text {
    case "ip", "all", "any": return .always
    case "ip4", "ipv4": return Clause(PacketTest(.ipVersion, "4"))
    case "ip6", "ipv6": return Clause(PacketTest(.ipVersion, "6"))
    default:
      guard let number = options.protocolNumber(named: word.text) else {
        throw ImportRefusal("\(word.text.quoted) is no protocol that is known here", at: word)
      }
      return Clause(protocolNumber: number)
    }
  }

  private mutating func endpoint(
    _ net: TestedProperty, _ port: TestedProperty?
  ) throws(ImportRefusal) -> [Clause] {
    var clauses = try addresses(net)
    guard let port else { return clauses }
    let isNot = isNext("not") && position + 1 < words.count && mayBePorts(words[position + 1].text)
    guard isNot || peek.map({ mayBePorts($0.text) }) == true else { return clauses }
    if isNot { position += 1 }
    let ports = Clause(port, try IPFWValues.ports(next("a port"), options))
    clauses += isNot ? ports.negated : [ports]
    return clauses
  }

  /// Numbers, or names that are no options.
  private func mayBePorts(_ word: String) -> Bool {
    guard let first = word.first else { return false }
    if first.isNumber { return true }
    let names = word.split(whereSeparator: { $0 == "," })
    return !Self.isOption(word) && word != "to" && word != "//"
      && names.contains { options.port(named: String($0)) != nil || $0.first?.isNumber == true || $0.contains("-") }
  }

  mutating func addresses(_ property: TestedProperty) throws(ImportRefusal) -> [Clause] {
    let isNot = take("not")
    let start = position
    var clauses: [Clause] = []
    if take("{") || take("(") {
      repeat {
        let isNot = take("not")
        let clause = try addressClause(property, next("an address"))
        clauses.append(isNot ? Clause(allOf: clause.negated) : clause)
      } while take("or")
      try close()
    } else {
      clauses.append(try addressClause(property, next("an address")))
    }
    let any = Clause(anyOf: clauses)
    guard isNot else { return [any] }
    if any.isAlways { throw ImportRefusal("'not any' matches nothing", at: words[start]) }
    return any.negated
  }

  private mutating func addressClause(_ property: TestedProperty, _ word: Word) throws(ImportRefusal) -> Clause {
    switch word.text {
    case "any", "any4", "any6": return .always
    case "me", "me6":
      let own = options.ownAddresses.filter { word.text == "me" || !$0.isIPv4 }
      guard !own.isEmpty else {
        throw ImportRefusal("'\(word.text)' needs the addresses of the machine: --me ADDRESS", at: word)
      }
      ownAddressWord = ownAddressWord ?? word
      return Clause(property, own.map { AddressRange(prefix: $0, length: 128) })
    default:
      guard let ranges = try IPFWValues.addresses(word, tables) else { return .always }
      return Clause(property, ranges)
    }
  }
}
