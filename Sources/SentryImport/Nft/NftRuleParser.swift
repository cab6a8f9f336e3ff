internal import SentryDiagnostics
internal import SentryPacket

/// Reads one rule of nftables: `tcp dport { 22, 80 } ct state new counter accept`.
struct NftRuleParser {
  let tokens: [NftTokens.Token]
  var position = 0
  let table: String
  let sets: [String: [NftTokens.Token]]
  let options: ImportOptions
  var clauses: [Clause] = []
  private(set) var actions: [FilterChain.Action] = []
  /// Of a map: for packets of one of the clauses, that action.
  var verdicts: [(Clause, FilterChain.Action)] = []
  private(set) var tracksConnections = false
  /// Of a rule that is not for every packet, but for so many in a time.
  private(set) var limit: Word?
  var findings: [Diagnostic] = []

  init(
    _ tokens: [NftTokens.Token], table: String, sets: [String: [NftTokens.Token]], _ options: ImportOptions
  ) {
    self.tokens = tokens
    self.table = table
    self.sets = sets
    self.options = options
  }

  mutating func read() throws(ImportRefusal) {
    while position < tokens.count { try readStatement() }
    if let limit {
      guard verdicts.isEmpty, !actions.isEmpty else { throw ImportRefusal.limit(limit) }
      if actions.allSatisfy(\.isLog) {
        findings.append(.logsMore(limit))
        self.limit = nil
      }
    }
    clauses = clauses.filter { !$0.isAlways }
    try ImportRefusal.checkPorts(clauses, at: tokens.map(\.word).range)
  }

  // MARK: Words

  var peek: String { position < tokens.count ? tokens[position].text : "" }

  mutating func take(_ text: String) -> Bool {
    guard peek == text, position < tokens.count, !tokens[position].isQuoted else { return false }
    position += 1
    return true
  }

  mutating func next(_ what: String) throws(ImportRefusal) -> Word {
    guard position < tokens.count else {
      throw ImportRefusal("expected \(what) at the end of the rule", at: tokens.last?.word.range ?? 0..<0)
    }
    position += 1
    return tokens[position - 1].word
  }

  // MARK: Statements

  private mutating func readStatement() throws(ImportRefusal) {
    if try readJoined() { return }
    let word = try next("a statement")
    if let action = try action(word) { return actions.append(action) }
    switch word.text {
    case "counter":
      if take("packets") { position += 1 }
      if take("bytes") { position += 1 }
      if take("name") { position += 1 }
    case "comment": position += 1
    case "log": actions.append(.log(try logPrefix()))
    case "reject": try readRejection(word)
    case "ct": try readTracking(word)
    case "limit": try readLimit(word)
    default: try readMatch(word)
    }
  }

  private mutating func logPrefix() throws(ImportRefusal) -> String {
    var prefix = ""
    while ["prefix", "level", "group", "snaplen", "queue-threshold", "flags"].contains(peek) {
      let option = try next("an option").text
      let value = try next("a value").text
      if option == "prefix" { prefix = value }
    }
    return prefix
  }

  private mutating func readRejection(_ word: Word) throws(ImportRefusal) {
    actions.append(.reject)
    if take("with") {
      let how = try next("how")
      if how.text == "tcp", take("reset") { return }
      _ = take("type")
      _ = try next("a type")
    }
    findings.append(.answersDiffer(word))
  }

  /// `limit rate 5/minute burst 10 packets`.
  private mutating func readLimit(_ word: Word) throws(ImportRefusal) {
    guard take("rate"), peek != "over", try next("a rate").text.contains("/") else {
      throw ImportRefusal("'limit' has no counterpart here", at: word)
    }
    if take("burst") {
      _ = try next("a number")
      _ = try next("'packets'")
    }
    limit = word
  }

  private mutating func readTracking(_ word: Word) throws(ImportRefusal) {
    let key = try next("'state'")
    if key.text == "helper", take("set") {
      findings.append(.helperIsNotSet(try next("a helper")))
      return
    }
    guard key.text == "state" else { throw ImportRefusal("'ct \(key.text)' has no counterpart here", at: word) }
    tracksConnections = true
    guard take("vmap") else { return try require(Self.clauses(ofStates:)) }
    var map = try verdictMap().map { (states: [$0], action: $1) }
    // One question for both, where both have the same answer.
    if let open = map.firstIndex(where: { $0.states[0].text == "established" }),
      let error = map.firstIndex(where: { $0.states[0].text == "related" }), map[open].action == map[error].action
    {
      map[open].states += map[error].states
      map.remove(at: error)
    }
    for (states, action) in map { verdicts.append((Clause(allOf: try Self.clauses(ofStates: states)), action)) }
  }

  private static func clauses(ofStates words: [Word]) throws(ImportRefusal) -> [Clause] {
    let states = try words.map { (word) throws(ImportRefusal) in
      guard let state = TrackedState(rawValue: word.text) else {
        throw ImportRefusal("state \(word.text.quoted) has no counterpart here", at: word)
      }
      return state
    }
    return TrackedState.clauses(states)
  }

  /// `nil` if the word is no verdict.
  mutating func action(_ word: Word) throws(ImportRefusal) -> FilterChain.Action? {
    switch word.text {
    case "accept": .accept
    case "drop": .drop
    case "return": .leave
    case "continue": .count
    case "jump": .jump("\(table) \(try next("a chain").text)")
    case "goto": .goto("\(table) \(try next("a chain").text)")
    default: nil
    }
  }
}
