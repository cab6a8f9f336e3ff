internal import SentryDiagnostics
internal import SentryPacket

/// Reads one rule: `allow log tcp from any to me 22 in setup keep-state`.
struct IPFWRuleParser {
  private let words: [Word]
  private var position = 0
  private let number: Int
  let options: ImportOptions
  let tables: [String: [AddressRange]]
  private var stateName: String?
  private var isLogged = false
  private(set) var findings: [Diagnostic] = []
  /// The first word that means this host.
  private(set) var ownAddressWord: Word?

  init(_ words: [Word], number: Int, options: ImportOptions, tables: [String: [AddressRange]]) {
    self.words = words
    self.number = number
    self.options = options
    self.tables = tables
  }

  mutating func rule() throws(ImportRefusal) -> IPFWRule {
    let action = try action()
    try readLog()
    var clauses = try endpoints()
    while let word = peek, word.text != "//" { clauses += try option() }
    clauses = clauses.filter { !$0.isAlways }
    if stateName != nil, !action.mayKeepState {
      throw ImportRefusal("only rules that allow or skip can keep state here", at: words.range)
    }
    return IPFWRule(
      number: number, text: words.text, range: words.range, action: action, isLogged: isLogged, clauses: clauses,
      stateName: stateName)
  }

  // MARK: Words

  private var peek: Word? { position < words.count ? words[position] : nil }

  private func isNext(_ text: String) -> Bool { peek?.text == text }

  /// Takes the next word if it is this one.
  private mutating func take(_ text: String) -> Bool {
    guard isNext(text) else { return false }
    position += 1
    return true
  }

  private mutating func next(_ what: String) throws(ImportRefusal) -> Word {
    guard let word = peek else {
      throw ImportRefusal("expected \(what) at the end of the rule", at: words.last?.range ?? words.range)
    }
    position += 1
    return word
  }

  // MARK: Actions

  private mutating func action() throws(ImportRefusal) -> IPFWRule.Action {
    let word = try next("an action such as allow or deny")
    switch word.text {
    case "allow", "accept", "pass", "permit": return .allow
    case "deny", "drop": return .deny
    case "reject":
      findings.append(.answersDiffer(word))
      return .reject
    case "unreach", "unreach6":
      let code = try next("what is unreachable, such as host or port")
      if !["port", "filter-prohib"].contains(code.text) { findings.append(.answersDiffer(word)) }
      return .reject
    case "reset", "reset6": return .reset
    case "count": return .count
    case "reass":
      findings.append(.fragmentsAreKnown(word))
      return .count
    case "check-state":
      let name = takeStateName()
      return .checkState(name: name == "any" ? nil : name)
    case "skipto":
      let target = try next("the number of a rule")
      guard let number = Int(target.text) else {
        throw ImportRefusal("expected the number of a rule to go to, found \(target.text.quoted)", at: target)
      }
      return .skip(to: number)
    case "fwd", "forward": return .forward(try nextHop())
    case "divert", "tee", "nat":
      throw ImportRefusal(
        "'\(word.text)' hands packets to a program or to address translation, which sentry has not", at: word)
    case "pipe", "queue":
      throw ImportRefusal("'\(word.text)' shapes traffic; see 'Rate limit' in docs/Actions.md", at: word)
    default: throw ImportRefusal("\(word.text.quoted) is no action that can be taken over", at: word)
    }
  }

  private mutating func nextHop() throws(ImportRefusal) -> IPAddress {
    let word = try next("an address")
    guard let address = IPAddress(word.text), !address.isLoopback else {
      throw ImportRefusal(
        "packets can be sent on to a next hop only: an address without a port, not \(word.text.quoted)", at: word)
    }
    return address
  }

  private mutating func readLog() throws(ImportRefusal) {
    guard take("log") else { return }
    isLogged = true
    if take("logamount") { _ = try next("a number") }
  }

  // MARK: From and to

  /// `tcp from any 1024-65535 to me 22`; nothing where the rule has only options.
  private mutating func endpoints() throws(ImportRefusal) -> [Clause] {
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

  private mutating func protocols() throws(ImportRefusal) -> Clause {
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

  private mutating func close() throws(ImportRefusal) {
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

  private mutating func addresses(_ property: TestedProperty) throws(ImportRefusal) -> [Clause] {
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

  // MARK: Options

  /// One option, or a block of them: `in`, `not via lo0`, `{ src-port 53 or dst-port 53 }`.
  private mutating func option() throws(ImportRefusal) -> [Clause] {
    let isNot = take("not")
    if take("{") || take("(") {
      var any: [Clause] = []
      repeat { any.append(Clause(allOf: try option())) } while take("or")
      try close()
      let clause = Clause(anyOf: any)
      return isNot ? clause.negated : [clause]
    }
    let word = try next("an option")
    let clauses = try option(word)
    return isNot ? Clause(allOf: clauses).negated : clauses
  }

  private mutating func option(_ word: Word) throws(ImportRefusal) -> [Clause] {
    switch word.text {
    case "in": return [Clause(.inbound)]
    case "out": return [Clause(.outbound)]
    case "via": return [try interface()]
    case "recv":
      if words.contains(where: { $0.text == "out" || $0.text == "xmit" }) {
        throw ImportRefusal("where a packet that leaves was received is not known here", at: word)
      }
      return [Clause(.inbound), try interface()]
    case "xmit": return [Clause(.outbound), try interface()]
    case "keep-state", "limit":
      try readState(word)
      return []
    case "src-ip", "src-ip6": return try addresses(.sourceNet)
    case "dst-ip", "dst-ip6": return try addresses(.destinationNet)
    case "src-port": return [Clause(.sourcePort, try IPFWValues.ports(next("a port"), options))]
    case "dst-port": return [Clause(.destinationPort, try IPFWValues.ports(next("a port"), options))]
    case "proto": return [try protocols()]
    case "log":
      position -= 1
      try readLog()
      return []
    case "logamount":
      _ = try next("a number")
      return []
    default: return try headerOption(word)
    }
  }

  private mutating func headerOption(_ word: Word) throws(ImportRefusal) -> [Clause] {
    switch word.text {
    case "frag", "fragment": return [Clause(.laterFragment)]
    case "setup": return [Clause(PacketTest(.tcpFlags, "syn,-ack"))]
    case "established": return [.established]
    case "tcpflags": return [Clause(try IPFWValues.tcpFlags(next("flags")))]
    case "tcpoptions": return try IPFWValues.tcpOptions(next("options"))
    case "ipoptions": return try IPFWValues.ipOptions(next("options"))
    case "icmptypes": return [Clause(.icmpType, try IPFWValues.numbers(next("types"), 0...255))]
    case "icmp6types": return [Clause(.icmpv6Type, try IPFWValues.numbers(next("types"), 0...255))]
    case "iplen": return [Clause(.packetLength, try IPFWValues.numbers(next("lengths"), 0...65_535))]
    case "ipttl": return [Clause(.timeToLive, try IPFWValues.numbers(next("numbers"), 0...255))]
    case "ipversion", "ipver", "ip4", "ip6", "ipv4", "ipv6":
      let isNamed = word.text.hasPrefix("ipver")
      return [Clause(PacketTest(.ipVersion, isNamed ? try next("a version").text : String(word.text.suffix(1))))]
    case "uid": return [try Clause(users: [next("a user")])]
    case "layer2" where position > 1 && words[position - 2].text == "not": return [.never]
    default: throw ImportRefusal("\(word.text.quoted) is no option that can be taken over", at: word)
    }
  }

  private mutating func interface() throws(ImportRefusal) -> Clause {
    let word = try next("an interface")
    if word.text == "any" || word.text == "*" { return .always }
    let stem = word.text.hasSuffix("*") ? word.text.dropLast() : word.text[...]
    guard IPAddress(word.text) == nil, !stem.contains(where: { "*?[](),\"".contains($0) }), !stem.isEmpty else {
      throw ImportRefusal(
        "an interface is asked for by its name here, such as en0 or en*, not \(word.text.quoted)", at: word)
    }
    return Clause(PacketTest(.interface, word.text))
  }

  private mutating func readState(_ word: Word) throws(ImportRefusal) {
    if word.text == "limit" {
      var count = try next("what to count")
      while ["src-addr", "src-port", "dst-addr", "dst-port"].contains(count.text) { count = try next("a number") }
      findings.append(.limitIsNotKept(word))
    }
    stateName = takeStateName()
  }

  /// `:web`. What has no name is called so, too.
  private mutating func takeStateName() -> String {
    guard let word = peek, word.text.hasPrefix(":"), word.text.count > 1 else { return "default" }
    position += 1
    return String(word.text.dropFirst())
  }

  private static func isOption(_ word: String) -> Bool { optionNames.contains(word) }

  private static let optionNames: Set<String> = [
    "in", "out", "via", "recv", "xmit", "keep-state", "limit", "src-ip", "src-ip6", "dst-ip", "dst-ip6", "src-port",
    "dst-port", "proto", "log", "logamount", "frag", "fragment", "setup", "established", "tcpflags", "tcpoptions",
    "ipoptions", "icmptypes", "icmp6types", "iplen", "ipttl", "ipversion", "ipver", "ip4", "ip6", "ipv4", "ipv6", "uid",
    "gid", "layer2", "not", "mac", "MAC", "bridged", "antispoof", "verrevpath", "versrcreach", "ipid", "iptos",
    "ipprecedence", "dscp", "tcpdatalen", "tcpseq", "tcpack", "tcpwin", "jail", "tagged", "diverted",
    "diverted-loopback", "diverted-output", "ipsec", "flow-id", "ext6hdr", "fib", "lookup", "sockarg", "defer-action",
    "record-state",
  ]
}

extension IPFWRule.Action {
  fileprivate var mayKeepState: Bool {
    switch self {
    case .allow, .skip: true
    default: false
    }
  }
}
