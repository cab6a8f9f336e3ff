internal import SentryPacket

// Sets and maps of nftables, in braces or with a name, also of values that are joined by dots.

extension NftRuleParser {
  /// `{ established : accept, invalid : drop }`, or `@name`.
  mutating func verdictMap() throws(ImportRefusal) -> [(Word, FilterChain.Action)] {
    var map: [(Word, FilterChain.Action)] = []
    for (value, verdict) in try entriesOfMap() {
      guard value.count == 1 else {
        throw ImportRefusal("expected a value before ':'", at: value.first?.word ?? verdict[0].word)
      }
      map.append((value[0].word, try action(verdict)))
    }
    return map
  }

  /// What stands before and behind the colon of each entry.
  private mutating func entriesOfMap() throws(ImportRefusal) -> [(value: [NftTokens.Token], verdict: [NftTokens.Token])]
  {
    var entries: [(value: [NftTokens.Token], verdict: [NftTokens.Token])] = []
    for element in try elementTokens(of: "map") {
      guard let colon = element.firstIndex(where: { $0.text == ":" && !$0.isQuoted }), colon + 1 < element.count else {
        throw ImportRefusal("expected a value, ':' and a verdict", at: element.map(\.word).range)
      }
      let value = element[..<colon].prefix { !["counter", "comment", "timeout", "expires"].contains($0.text) }
      entries.append((Array(value), Array(element[(colon + 1)...])))
    }
    return entries
  }

  private func action(_ tokens: [NftTokens.Token]) throws(ImportRefusal) -> FilterChain.Action {
    var parser = NftRuleParser(tokens, table: table, sets: sets, options)
    let word = try parser.next("a verdict")
    guard let action = try parser.action(word) else {
      throw ImportRefusal("expected a verdict, found \(word.text.quoted)", at: word)
    }
    return action
  }

  /// The elements in braces, or those of a set or a map that has a name.
  mutating func elementTokens(of kind: String) throws(ImportRefusal) -> [[NftTokens.Token]] {
    let first = try next("'{'")
    guard first.text != "{" else {
      let end = tokens[position...].firstIndex { $0.text == "}" && !$0.isQuoted } ?? tokens.count
      defer { position = min(tokens.count, end + 1) }
      return Self.split(tokens[position..<end])
    }
    guard first.text.hasPrefix("@"), let elements = sets["\(table) \(first.text.dropFirst())"], !elements.isEmpty else {
      throw ImportRefusal("what \(kind) \(first.text.quoted) holds is not in the file", at: first)
    }
    return Self.split(elements[...]).map { element in
      element.map { NftTokens.Token(word: Word(text: $0.text, range: first.range), isQuoted: $0.isQuoted) }
    }
  }

  private static func split(_ tokens: ArraySlice<NftTokens.Token>) -> [[NftTokens.Token]] {
    tokens.split { ($0.text == "," || $0.text == ";") && !$0.isQuoted }.map { Array($0) }
  }

  /// Of a map. The first of those that are alike counts.
  mutating func addVerdicts(_ more: [(Clause, FilterChain.Action)]) {
    var known = Set(verdicts.map(\.0))
    verdicts += more.filter { known.insert($0.0).inserted }
  }

  // MARK: Types of addresses

  /// `fib daddr type local`, `fib daddr . iif type local`.
  mutating func readRoute(_ word: Word) throws(ImportRefusal) {
    let isSource = take("saddr")
    let isAddress = isSource || take("daddr")
    let isOfInterface = isAddress && take(".") && (take("iif") || take("oif"))
    guard isAddress, take("type") else {
      throw ImportRefusal("'fib' has no counterpart here, but for types of addresses", at: word)
    }
    if isOfInterface { findings.append(.interfaceOfAddress(word)) }
    let isNot = take("!=")
    var words: [Word] = []
    if peek == "{" {
      words = try elementTokens(of: "set").compactMap(\.first?.word)
    } else {
      repeat { words.append(try next("a type")) } while take(",")
    }
    let clause = try AddressType.clause(words, isSource ? .sourceNet : .destinationNet, options, &findings)
    clauses += isNot ? clause.negated : [clause]
  }

  // MARK: Joined values

  /// `ip saddr . tcp dport { 192.0.2.1 . 22 }`: of each element, what each of the fields must be, as rules of their own ask.
  ///
  /// - Returns: false if no joined fields stand here.
  mutating func readJoined() throws(ImportRefusal) -> Bool {
    guard peek != "fib", let (fields, end) = joinedFields() else { return false }
    position = end
    let isNot = take("!=")
    if take("vmap") {
      try addVerdicts(
        entriesOfMap().map { (value, verdict) throws(ImportRefusal) in
          (Clause(allOf: try clauses(of: fields, value).flatMap(\.self)), try action(verdict))
        })
      return true
    }
    let elements = try elementTokens(of: "set").map { (element) throws(ImportRefusal) in
      try clauses(of: fields, element)
    }
    // The headers must be there, whatever they hold.
    if let first = elements.first { clauses += first.flatMap { $0.dropLast() } }
    let any = Clause(anyOf: elements.map { Clause(allOf: $0.compactMap(\.last)) })
    clauses += isNot ? any.negated : [any]
    return true
  }

  /// `ip saddr`, `tcp dport`, and where they end.
  private func joinedFields() -> (fields: [ArraySlice<NftTokens.Token>], end: Int)? {
    let end = tokens[position...].firstIndex {
      $0.text == "{" || $0.text.hasPrefix("@") || $0.text == "vmap" || $0.text == "!="
    }
    guard let end else { return nil }
    let fields = tokens[position..<end].split { $0.text == "." }
    // What is asked before them is a statement of its own.
    return fields.count > 1 && fields.allSatisfy { $0.count <= 2 } ? (fields, end) : nil
  }

  /// - Returns: of each field, clauses for what it is part of, and one for its value.
  private func clauses(
    of fields: [ArraySlice<NftTokens.Token>], _ element: [NftTokens.Token]
  ) throws(ImportRefusal) -> [[Clause]] {
    let values = element.split { $0.text == "." && !$0.isQuoted }
    guard values.count == fields.count, let first = element.first else {
      throw ImportRefusal("expected \(fields.count) values joined by dots", at: element.map(\.word).range)
    }
    if let odd = element.first(where: { ["timeout", "expires"].contains($0.text) }) {
      throw ImportRefusal("a set whose elements end is not taken over", at: odd.word)
    }
    var all: [[Clause]] = []
    for (field, value) in zip(fields, values) {
      let value = value.prefix { !["counter", "comment"].contains($0.text) }
      var parser = NftRuleParser(Array(field + value), table: table, sets: sets, options)
      try parser.read()
      guard parser.actions.isEmpty, parser.verdicts.isEmpty else {
        throw ImportRefusal("expected a value", at: first.word)
      }
      all.append(parser.clauses)
    }
    try ImportRefusal.checkPorts(all.flatMap(\.self), at: element.map(\.word).range)
    return all
  }
}
