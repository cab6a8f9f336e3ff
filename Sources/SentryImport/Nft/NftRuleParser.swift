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
  private var limit: Word?
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
      guard verdicts.isEmpty, !actions.isEmpty, actions.allSatisfy(\.isLog) else {
        throw ImportRefusal("'limit' has no counterpart here", at: limit)
      }
      findings.append(.logsMore(limit))
    }
    clauses = clauses.filter { !$0.isAlways }
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
    guard take("with") else { return findings.append(.answersDiffer(word)) }
    let how = try next("how")
    if how.text == "tcp", take("reset") { return }
    _ = take("type")
    let type = try next("a type").text
    if type != "port-unreachable" { findings.append(.answersDiffer(word)) }
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
    try require { (values) throws(ImportRefusal) in
      let states = try values.map { (value) throws(ImportRefusal) in
        guard let state = TrackedState(rawValue: value.text) else {
          throw ImportRefusal("state \(value.text.quoted) has no counterpart here", at: value)
        }
        return state
      }
      return TrackedState.clauses(states)
    }
  }

  // MARK: Matches

  mutating func add(_ more: [Clause]) { clauses += more }

  private mutating func readMatch(_ word: Word) throws(ImportRefusal) {
    switch word.text {
    case "meta": try readMeta(next("a key"))
    case "fib": try readRoute(word)
    case "pkttype", "iifname", "iif", "oifname", "oif", "l4proto", "nfproto", "skuid": try readMeta(word)
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
    case "skuid": try require { (values) throws(ImportRefusal) in try Clause(users: values) }
    case "length": try requireNumbers(.packetLength, limit: 65_535)
    case "protocol":
      try require { (values) throws(ImportRefusal) in
        Clause(
          oneOf: values.filter { $0.text.hasPrefix("ip") }.map { PacketTest(.ipVersion, $0.text == "ip6" ? "6" : "4") })
      }
    case "pkttype":
      let options = options
      var more: [Diagnostic] = []
      try require { (values) throws(ImportRefusal) in
        try AddressType.clause(ofPackets: values, .destinationNet, options, &more)
      }
      findings += more
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
    case "length" where family.text == "ip": try requireNumbers(.packetLength, limit: 65_535)
    case "dscp": try requireNumbers(.dscp, names: ServiceClassNames.numbers, limit: 63)
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
    case "code": try requireNumbers(isIPv6 ? .icmpv6Code : .icmpCode, names: ICMPNames.codes(isIPv6: isIPv6))
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

  // MARK: Values

  /// Reads a relation and values, and asks what `clause` makes of these.
  private mutating func require(_ clause: ([Word]) throws(ImportRefusal) -> Clause) throws(ImportRefusal) {
    try require { (values) throws(ImportRefusal) in [try clause(values)] }
  }

  /// The same of clauses that must all hold.
  private mutating func require(_ clauses: ([Word]) throws(ImportRefusal) -> [Clause]) throws(ImportRefusal) {
    let isNot = take("!=")
    if !isNot { _ = take("==") }
    if ["<", ">", "<=", ">="].contains(peek) {
      throw ImportRefusal("\(peek.quoted) is taken over of numbers only", at: tokens[position].word)
    }
    if take("map") { throw ImportRefusal("a map is not taken over", at: tokens[position - 1].word) }
    if take("vmap") {
      for (value, action) in try verdictMap() {
        let clause = Clause(allOf: try clauses([value]))
        if !verdicts.contains(where: { $0.0 == clause }) { verdicts.append((clause, action)) }
      }
      return
    }
    let made = try clauses(try values())
    self.clauses += isNot ? Clause(allOf: made).negated : made
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
    let bounded = try bound(65_535) { (word) throws(ImportRefusal) in try IPFWValues.ports(word, options) }
    if let bounded { return clauses.append(Clause(property, bounded)) }
    try require { (values) throws(ImportRefusal) in
      let ranges = try values.map { (value) throws(ImportRefusal) in try IPFWValues.ports(value, options) }
      return Clause(property, ranges.flatMap(\.self))
    }
  }

  /// - Parameter names: of numbers.
  private mutating func requireNumbers(
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
