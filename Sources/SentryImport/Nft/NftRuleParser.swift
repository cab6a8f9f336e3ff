internal import SentryDiagnostics
internal import SentryPacket

/// Reads one rule of nftables: `tcp dport { 22, 80 } ct state new counter accept`.
struct NftRuleParser {
  private let tokens: [NftTokens.Token]
  private var position = 0
  private let table: String
  private let sets: [String: [NftTokens.Token]]
  private let options: ImportOptions
  private(set) var clauses: [Clause] = []
  private(set) var actions: [FilterChain.Action] = []
  /// Of a map: for packets of one of the clauses, that action.
  private(set) var verdicts: [(Clause, FilterChain.Action)] = []
  private(set) var tracksConnections = false
  private(set) var findings: [Diagnostic] = []

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
    clauses = clauses.filter { !$0.isAlways }
  }

  // MARK: Words

  private var peek: String { position < tokens.count ? tokens[position].text : "" }

  private mutating func take(_ text: String) -> Bool {
    guard peek == text, position < tokens.count, !tokens[position].isQuoted else { return false }
    position += 1
    return true
  }

  private mutating func next(_ what: String) throws(ImportRefusal) -> Word {
    guard position < tokens.count else {
      throw ImportRefusal("expected \(what) at the end of the rule", at: tokens.last?.word.range ?? 0..<0)
    }
    position += 1
    return tokens[position - 1].word
  }

  // MARK: Statements

  private mutating func readStatement() throws(ImportRefusal) {
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
    guard take("with") else { return findings.append(.answersDiffer(word)) }
    let how = try next("how")
    if how.text == "tcp", take("reset") { return }
    _ = take("type")
    let type = try next("a type").text
    if type != "port-unreachable" { findings.append(.answersDiffer(word)) }
  }

  private mutating func readTracking(_ word: Word) throws(ImportRefusal) {
    let key = try next("'state'")
    guard key.text == "state" else { throw ImportRefusal("'ct \(key.text)' has no counterpart here", at: word) }
    tracksConnections = true
    try require { (values) throws(ImportRefusal) in
      Clause(
        anyOf: try values.map { (value) throws(ImportRefusal) in
          guard let state = TrackedState(rawValue: value.text) else {
            throw ImportRefusal("state \(value.text.quoted) has no counterpart here", at: value)
          }
          return state.clause
        })
    }
  }

  // MARK: Matches

  private mutating func readMatch(_ word: Word) throws(ImportRefusal) {
    switch word.text {
    case "meta": try readMeta(next("a key"))
    case "iifname", "iif", "oifname", "oif", "l4proto", "nfproto", "skuid": try readMeta(word)
    case "ip", "ip6": try readIP(word, next("a field"))
    case "tcp", "udp", "th": try readTransport(word, next("a field"))
    case "icmp", "icmpv6": try readICMP(word, next("a field"))
    case "ether": try readEthernet(next("a field"))
    default: throw ImportRefusal("\(word.text.quoted) has no counterpart here", at: word)
    }
  }

  private mutating func readMeta(_ key: Word) throws(ImportRefusal) {
    switch key.text {
    case "iifname", "iif": try requireNames(.interface, .inbound)
    case "oifname", "oif": try requireNames(.interface, .outbound)
    case "l4proto": try requireProtocols()
    case "nfproto":
      try require { (values) throws(ImportRefusal) in
        Clause(oneOf: values.map { PacketTest(.ipVersion, $0.text == "ipv6" ? "6" : "4") })
      }
    case "skuid": try requireNames(.user)
    case "length": try requireNumbers(.packetLength)
    default: throw ImportRefusal("'meta \(key.text)' has no counterpart here", at: key)
    }
  }

  private mutating func readIP(_ family: Word, _ field: Word) throws(ImportRefusal) {
    clauses.append(Clause(PacketTest(.ipVersion, family.text == "ip" ? "4" : "6")))
    switch field.text {
    case "saddr": try requireAddresses(.sourceNet)
    case "daddr": try requireAddresses(.destinationNet)
    case "protocol", "nexthdr": try requireProtocols()
    case "ttl", "hoplimit": try requireNumbers(.timeToLive)
    case "length" where family.text == "ip": try requireNumbers(.packetLength)
    case "dscp": try requireNumbers(.dscp)
    default: throw ImportRefusal("'\(family.text) \(field.text)' has no counterpart here", at: field)
    }
  }

  private mutating func readTransport(_ transport: Word, _ field: Word) throws(ImportRefusal) {
    switch transport.text {
    case "tcp": clauses.append(Clause(.isTCP))
    case "udp": clauses.append(Clause(.isUDP))
    default: clauses.append(Clause(anyOf: [Clause(.isTCP), Clause(.isUDP)]))
    }
    clauses.append(Clause(!.laterFragment))
    switch field.text {
    case "sport": try requirePorts(.sourcePort)
    case "dport": try requirePorts(.destinationPort)
    case "flags" where transport.text == "tcp": try readFlags()
    default: throw ImportRefusal("'\(transport.text) \(field.text)' has no counterpart here", at: field)
    }
  }

  private mutating func readICMP(_ word: Word, _ field: Word) throws(ImportRefusal) {
    let isIPv6 = word.text == "icmpv6"
    clauses += [Clause(protocolNumber: isIPv6 ? 58 : 1), Clause(!.laterFragment)]
    switch field.text {
    case "type":
      try require { (values) throws(ImportRefusal) in
        let types = try values.map { (value) throws(ImportRefusal) in
          guard let type = ICMPNames.type(named: value.text, isIPv6: isIPv6) else {
            throw ImportRefusal("\(value.text.quoted) is no type that is known here", at: value)
          }
          return Int(type)...Int(type)
        }
        return Clause(isIPv6 ? .icmpv6Type : .icmpType, types)
      }
    case "code": try requireNumbers(isIPv6 ? .icmpv6Code : .icmpCode)
    default: throw ImportRefusal("'\(word.text) \(field.text)' has no counterpart here", at: field)
    }
  }

  private mutating func readEthernet(_ field: Word) throws(ImportRefusal) {
    switch field.text {
    case "saddr": try requireNames(.sourceMAC)
    case "daddr": try requireNames(.destinationMAC)
    default: throw ImportRefusal("'ether \(field.text)' has no counterpart here", at: field)
    }
  }

  // MARK: TCP flags

  private static let flagNames = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"]

  /// `syn`, `syn,ack` (any of them), `== syn` (these and no others), `& (fin|syn) == syn`, `syn / fin,syn`.
  private mutating func readFlags() throws(ImportRefusal) {
    if take("&") {
      let mask = try flags()
      let isNot = take("!=")
      guard isNot || take("==") else { throw ImportRefusal("expected '==' or '!='", at: try next("a relation")) }
      return add(Self.clause(set: try flags(), of: mask), isNot: isNot)
    }
    if peek == "==" || peek == "!=" {
      let isExact = take("==")
      if !isExact { position += 1 }
      let set = try flags()
      if take("/") { return add(Self.clause(set: set, of: try flags()), isNot: !isExact) }
      return add(Self.clause(set: set, of: Set(Self.flagNames)), isNot: !isExact)
    }
    let set = try flags()
    if take("/") { return add(Self.clause(set: set, of: try flags()), isNot: false) }
    add(
      Clause(anyOf: Self.flagNames.filter(set.contains).map { Clause(PacketTest(.tcpFlags, Self.word($0))) }),
      isNot: false)
  }

  private mutating func add(_ clause: Clause, isNot: Bool) {
    if isNot { clauses += clause.negated } else { clauses.append(clause) }
  }

  /// In our words.
  private static func word(_ flag: String) -> String { flag == "ecn" ? "ece" : flag }

  /// Of `mask`, those of `set` are on and the others off.
  private static func clause(set: Set<String>, of mask: Set<String>) -> Clause {
    guard set.isSubset(of: mask) else { return .never }
    let text = flagNames.filter(mask.contains).map { (set.contains($0) ? "" : "-") + word($0) }
    return text.isEmpty ? .always : Clause(PacketTest(.tcpFlags, text.joined(separator: ",")))
  }

  /// `syn`, `syn,ack`, `(syn|ack)`, `syn | ack`, `0x0`.
  private mutating func flags() throws(ImportRefusal) -> Set<String> {
    let isGrouped = take("(") || take("{")
    var flags: Set<String> = []
    repeat {
      let word = try next("a flag")
      if word.text == "0x0" || word.text == "0" { continue }
      guard Self.flagNames.contains(word.text) else {
        throw ImportRefusal("expected a flag of TCP, found \(word.text.quoted)", at: word)
      }
      flags.insert(word.text)
    } while take("|") || take(",")
    if isGrouped, !take(")") { _ = take("}") }
    return flags
  }

  // MARK: Values

  /// Reads a relation and values, and asks what `clause` makes of these.
  private mutating func require(_ clause: ([Word]) throws(ImportRefusal) -> Clause) throws(ImportRefusal) {
    let isNot = take("!=")
    if !isNot { _ = take("==") }
    if ["<", ">", "<=", ">="].contains(peek) {
      throw ImportRefusal("\(peek.quoted) is not taken over; a range such as 1024-65535 is", at: tokens[position].word)
    }
    if take("map") { throw ImportRefusal("a map is not taken over", at: tokens[position - 1].word) }
    if take("vmap") {
      for (value, action) in try verdictMap() { verdicts.append((try clause([value]), action)) }
      return
    }
    let made = try clause(try values())
    if isNot { clauses += made.negated } else { clauses.append(made) }
  }

  /// `{ established : accept, invalid : drop }`.
  private mutating func verdictMap() throws(ImportRefusal) -> [(Word, FilterChain.Action)] {
    let open = try next("'{'")
    guard open.text == "{" else { throw ImportRefusal("a map with a name is not taken over", at: open) }
    var map: [(Word, FilterChain.Action)] = []
    while position < tokens.count, !take("}") {
      if take(",") || take(";") { continue }
      let value = try next("a value")
      let colon = try next("':'")
      let verdict = try next("a verdict")
      guard colon.text == ":", let action = try action(verdict) else {
        throw ImportRefusal("expected a value, ':' and a verdict, found \(verdict.text.quoted)", at: verdict)
      }
      map.append((value, action))
    }
    return map
  }

  /// `nil` if the word is no verdict.
  private mutating func action(_ word: Word) throws(ImportRefusal) -> FilterChain.Action? {
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

  /// One value, several between commas, those in braces, or those of a set.
  private mutating func values() throws(ImportRefusal) -> [Word] {
    if take("{") {
      var values: [Word] = []
      while position < tokens.count, !take("}") {
        let word = try next("a value")
        if word.text == ":" || word.text == "." {
          throw ImportRefusal("maps and joined values are not taken over", at: word)
        }
        if ![",", ";"].contains(word.text) { values.append(word) }
      }
      return values
    }
    let first = try next("a value")
    if first.text.hasPrefix("@") {
      guard let elements = sets["\(table) \(first.text.dropFirst())"], !elements.isEmpty else {
        throw ImportRefusal("what set \(first.text.quoted) holds is not in the file", at: first)
      }
      return try Self.elements(elements, at: first)
    }
    var values = [first]
    while take(",") { values.append(try next("a value")) }
    return values
  }

  /// Values, without what is said of each.
  private static func elements(_ tokens: [NftTokens.Token], at place: Word) throws(ImportRefusal) -> [Word] {
    var values: [Word] = []
    for element in tokens.split(whereSeparator: { $0.text == "," || $0.text == ";" }) {
      let words = element.map(\.word)
      if words.contains(where: { $0.text == "timeout" || $0.text == "expires" || $0.text == ":" || $0.text == "." }) {
        throw ImportRefusal("a set whose elements end or lead somewhere is not taken over", at: place)
      }
      if let first = words.first { values.append(Word(text: first.text, range: place.range)) }
    }
    return values
  }

  /// - Parameter direction: of the packets that have it.
  private mutating func requireNames(
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

  private mutating func requireProtocols() throws(ImportRefusal) {
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

  private mutating func requireAddresses(_ property: TestedProperty) throws(ImportRefusal) {
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

  private mutating func requirePorts(_ property: TestedProperty) throws(ImportRefusal) {
    let options = options
    try require { (values) throws(ImportRefusal) in
      let ranges = try values.map { (value) throws(ImportRefusal) in try IPFWValues.ports(value, options) }
      return Clause(property, ranges.flatMap(\.self))
    }
  }

  private mutating func requireNumbers(_ property: TestedProperty) throws(ImportRefusal) {
    try require { (values) throws(ImportRefusal) in
      let ranges = try values.map { (value) throws(ImportRefusal) in try IPFWValues.numbers(value, 0...65_535) }
      return Clause(property, ranges.flatMap(\.self))
    }
  }
}
