internal import SentryDiagnostics
internal import SentryPacket

extension ImportedRules {
  /// Reads what `nft list ruleset` prints.
  public init(nft bytes: [UInt8], fileName: String, options: ImportOptions) {
    self.init(bytes, fileName: fileName, options) { source, findings in
      var reader = NftReader(source, options)
      let nodes = reader.nodes()
      findings += reader.findings
      return nodes
    }
  }
}

/// Reads tables: their sets first, as rules may come before them; then their chains.
struct NftReader {
  private var tokens: [NftTokens.Token]
  private var position = 0
  private let options: ImportOptions
  private var base = BaseChains()
  /// Sets and maps by table and name: what stands between the braces of the elements.
  private var sets: [String: [NftTokens.Token]] = [:]
  private var family: PacketTest?
  private var table = ""
  /// Where the file ends within a statement, in bytes.
  private var cut: Int?
  private(set) var findings: [Diagnostic]
  /// What clears the way for the tables that follow.
  private static let clearing = ["flush", "destroy", "delete"]

  init(_ source: SourceText, _ options: ImportOptions) {
    self.options = options
    var definitions = NftDefinitions()
    let written = NftTokens.tokens(of: source.bytes)
    tokens = definitions.expanded(written)
    findings = definitions.findings
    for token in written where token.isOpen {
      findings.append(.notTakenOver("a quote that does not end on its line", at: token.word.range))
    }
    closeBraces(end: source.bytes.count)
    for isForSets in [true, false] {
      position = 0
      while position < tokens.count { readTable(isForSets: isForSets) }
    }
  }

  mutating func nodes() -> [RuleNode] {
    guard !base.inbound.isEmpty || !base.outbound.isEmpty else {
      findings.append(.noRules(of: "nft"))
      return []
    }
    if base.seesNoLaterFragments, let first = base.inbound.first ?? base.outbound.first {
      findings.append(.tracksDifferently(at: first.chain.range))
    }
    // The policy of a base chain is known when all of it was read.
    for keyPath in [\BaseChains.inbound, \BaseChains.outbound] {
      for index in base[keyPath: keyPath].indices {
        let name = base[keyPath: keyPath][index].chain.name
        if let chain = base.chains[name] { base[keyPath: keyPath][index].chain = chain }
      }
    }
    return base.nodes(&findings)
  }

  // MARK: Tokens

  /// What the file ends with was perhaps not all of it.
  private mutating func closeBraces(end: Int) {
    var open: [Word] = []
    for token in tokens where !token.isQuoted {
      if token.text == "{" { open.append(token.word) }
      if token.text == "}" { _ = open.popLast() }
    }
    guard let last = open.last else { return }
    findings.append(.cutOff(missing: "'}'", at: last.range))
    if let word = tokens.last?.word, word.text != ";", word.text != "}" { cut = word.range.upperBound }
    tokens += ([";"] + open.map { _ in "}" }).map { NftTokens.Token(word: Word(text: $0, range: end..<end)) }
  }

  private func text(_ place: Int) -> String { place < tokens.count ? tokens[place].text : "" }

  /// The place behind the brace that closes the one at `open`.
  private func end(ofBlockAt open: Int) -> Int {
    var depth = 0
    var place = open
    while place < tokens.count {
      if !tokens[place].isQuoted {
        if tokens[place].text == "{" { depth += 1 }
        if tokens[place].text == "}" { depth -= 1 }
      }
      place += 1
      if depth == 0 { return place }
    }
    return place
  }

  // MARK: Tables

  private mutating func readTable(isForSets: Bool) {
    let start = position
    guard text(start) == "table", let open = tokens[start...].prefix(6).firstIndex(where: { $0.text == "{" }) else {
      // `table inet filter` alone makes one that is empty.
      let isMade = text(start) == "table" && tokens[start...].dropFirst().prefix(3).contains { $0.text == ";" }
      if !isForSets, !isMade, !(["", ";"] + Self.clearing).contains(text(start)) {
        findings.append(.notTakenOver("expected a table, found \(text(start).quoted)", at: tokens[start].word.range))
      }
      position = text(start) == ";" || text(start).isEmpty ? start + 1 : skippedLine(from: start)
      return
    }
    let names = tokens[start + 1..<open].map(\.text)
    let end = end(ofBlockAt: open)
    defer { position = end }
    table = names.joined(separator: " ")
    switch names.count == 2 ? names[0] : "ip" {
    case "ip": family = PacketTest(.ipVersion, "4")
    case "ip6": family = PacketTest(.ipVersion, "6")
    case "inet": family = nil
    default:
      if !isForSets { findings.append(.otherTable(table, tokens[start].word.range)) }
      return
    }
    position = open + 1
    while position < end - 1 { readObject(before: end - 1, isForSets: isForSets) }
  }

  private func skippedLine(from start: Int) -> Int {
    (tokens[start...].firstIndex { $0.text == ";" } ?? tokens.count - 1) + 1
  }

  /// A set, a chain, or something else with braces.
  private mutating func readObject(before end: Int, isForSets: Bool) {
    let kind = text(position)
    let isNamed = ["set", "map", "chain", "counter", "quota", "limit", "ct", "flowtable", "secmark", "synproxy"]
      .contains(kind)
    guard isNamed, let open = tokens[position..<end].prefix(5).firstIndex(where: { $0.text == "{" }) else {
      position = min(end, skippedLine(from: position))
      return
    }
    let name = tokens[position + 1]
    let close = self.end(ofBlockAt: open) - 1
    switch kind {
    case "set" where isForSets, "map" where isForSets: readSet(name.text, open + 1..<close)
    case "chain" where !isForSets: readChain(name.word, open + 1..<close)
    default: break
    }
    position = close + 1
  }

  private mutating func readSet(_ name: String, _ body: Range<Int>) {
    guard let elements = tokens[body].firstIndex(where: { $0.text == "elements" }), text(elements + 2) == "{" else {
      return sets["\(table) \(name)"] = []
    }
    let close = end(ofBlockAt: elements + 2) - 1
    sets["\(table) \(name)"] = close > elements + 3 ? Array(tokens[elements + 3..<close]) : []
  }

  // MARK: Chains

  private mutating func readChain(_ name: Word, _ body: Range<Int>) {
    let fullName = "\(table) \(name.text)"
    var chain = FilterChain(name: fullName, range: name.range)
    var place = body.lowerBound
    var hook: String?
    var policy = FilterChain.Policy.accept
    var priority = 0
    while place < body.upperBound {
      let end = endOfStatement(from: place, before: body.upperBound)
      let statement = Array(tokens[place..<end])
      place = end + 1
      switch statement.first?.text {
      case nil, "comment": continue
      case "type":
        hook = statement.firstIndex { $0.text == "hook" }.flatMap {
          $0 + 1 < statement.count ? statement[$0 + 1].text : nil
        }
        priority = Self.priority(statement)
        if statement.count > 1, statement[1].text != "filter" { hook = "\(statement[1].text) \(hook ?? "")" }
      case "policy": policy = statement.last?.text == "drop" ? .drop : .accept
      default: chain.rules += rules(of: statement, &chain.findings)
      }
    }
    base.chains[fullName] = chain
    if let hook { hang(chain, policy, priority, on: hook) }
  }

  /// Of a line; braces may hold several.
  private func endOfStatement(from start: Int, before end: Int) -> Int {
    var place = start
    while place < end, tokens[place].isQuoted || tokens[place].text != ";" {
      place = tokens[place].text == "{" && !tokens[place].isQuoted ? self.end(ofBlockAt: place) : place + 1
    }
    return min(place, end)
  }

  /// One, or one for each entry of a map of verdicts.
  private mutating func rules(
    of statement: [NftTokens.Token], _ findings: inout [Diagnostic]
  ) -> [FilterChain.Rule] {
    let words = statement.map(\.word)
    var rule = FilterChain.Rule(text: words.text, range: words.range)
    var parser = NftRuleParser(statement, table: table, sets: sets, options)
    if let last = words.last, last.range.upperBound == cut {
      rule.actions = [.none]
      return [rule]
    }
    do throws(ImportRefusal) {
      try parser.read()
      rule.clauses = parser.clauses
      rule.actions = parser.actions.isEmpty && parser.verdicts.isEmpty ? [.count] : parser.actions
      rule.limit = parser.limit
      findings += parser.findings
      if parser.tracksConnections { base.seesNoLaterFragments = true }
    } catch {
      findings.append(.notTakenOver(error))
      rule.actions = [.none]
      return [rule]
    }
    let ofMap = parser.verdicts.map { clause, action in
      var entry = rule
      entry.clauses.append(clause)
      entry.actions.append(action)
      return entry
    }
    return ofMap.isEmpty ? [rule] : ofMap
  }

  /// `priority filter - 1`: names as nft(8) has them in "CHAINS".
  private static func priority(_ statement: [NftTokens.Token]) -> Int {
    let names = ["raw": -300, "mangle": -150, "filter": 0, "security": 50]
    guard let place = statement.firstIndex(where: { $0.text == "priority" }) else { return 0 }
    let words = statement[(place + 1)...].map(\.text)
    guard let first = words.first else { return 0 }
    let offset = words.count > 2 ? Int(words[2]) ?? 0 : 0
    let base = names[first] ?? Int(first) ?? 0
    return words.dropFirst().first == "-" ? base &- offset : base &+ offset
  }

  private mutating func hang(
    _ chain: FilterChain, _ policy: FilterChain.Policy, _ priority: Int, on hook: String
  ) {
    let base = BaseChains.Base(chain: chain, policy: policy, family: family, priority: priority)
    guard hook == "input" || hook == "output" else {
      if !chain.rules.isEmpty || policy == .drop { findings.append(.otherHook(hook, at: chain.range)) }
      return
    }
    if hook == "input" { self.base.inbound.append(base) } else { self.base.outbound.append(base) }
  }
}
