internal import SentryDiagnostics
internal import SentryPacket

/// Reads one rule of iptables: `-p tcp -m tcp --dport 22 -j ACCEPT`.
struct IptablesRuleParser {
  private let words: [Word]
  private var position = 0
  private let isIPv6: Bool
  private let options: ImportOptions
  private var protocolNumber: UInt8?
  private(set) var clauses: [Clause] = []
  private(set) var action = FilterChain.Action.count
  private(set) var tracksConnections = false
  /// Of a rule that is not for every packet, but for so many in a time.
  private var limit: Word?
  private(set) var findings: [Diagnostic] = []

  init(_ words: [Word], isIPv6: Bool, _ options: ImportOptions) {
    self.words = words
    self.isIPv6 = isIPv6
    self.options = options
  }

  mutating func read() throws(ImportRefusal) {
    while position < words.count { try readOption() }
    if let limit {
      guard case .log = action else { throw ImportRefusal("match 'limit' has no counterpart here", at: limit) }
      findings.append(.logsMore(limit))
    }
    clauses = clauses.filter { !$0.isAlways }
  }

  // MARK: Words

  private mutating func next(_ what: String) throws(ImportRefusal) -> Word {
    guard position < words.count else {
      throw ImportRefusal("expected \(what) at the end of the rule", at: words.last?.range ?? 0..<0)
    }
    position += 1
    return words[position - 1]
  }

  private mutating func require(_ clause: Clause, isNot: Bool) {
    if isNot { clauses += clause.negated } else { clauses.append(clause) }
  }

  // MARK: Options

  private mutating func readOption() throws(ImportRefusal) {
    var word = try next("an option")
    let isNot = word.text == "!"
    if isNot {
      word = try next("an option")
      if ["-m", "--match", "-j", "--jump", "-g", "--goto", "--comment"].contains(word.text) {
        throw ImportRefusal("'!' says nothing before \(word.text.quoted)", at: word)
      }
    }
    switch word.text {
    case "-m", "--match": try readModule(next("a match"))
    case "-j", "--jump": try readTarget(next("a target"))
    case "-g", "--goto": action = .goto(try next("a chain").text)
    case "--comment": _ = try next("a comment")
    default: try readMatch(word, isNot: isNot)
    }
  }

  private static let modules: Set<String> = [
    "tcp", "udp", "icmp", "icmp6", "ipv6-icmp", "multiport", "iprange", "state", "conntrack", "comment", "mac",
    "length", "ttl", "hl", "owner", "limit", "addrtype", "pkttype",
  ]

  private mutating func readModule(_ word: Word) throws(ImportRefusal) {
    guard Self.modules.contains(word.text) else {
      throw ImportRefusal("match \(word.text.quoted) has no counterpart here", at: word)
    }
    if word.text == "limit" { limit = word }
    // These look at headers that only first fragments have.
    if ["tcp", "udp", "icmp", "icmp6", "multiport"].contains(word.text) { clauses.append(Clause(!.laterFragment)) }
  }

  private mutating func readMatch(_ word: Word, isNot: Bool) throws(ImportRefusal) {
    switch word.text {
    case "-p", "--protocol": try readProtocol(isNot: isNot)
    case "-s", "--source": require(try addresses(.sourceNet), isNot: isNot)
    case "-d", "--destination": require(try addresses(.destinationNet), isNot: isNot)
    case "-i", "--in-interface": require(try interface(.inbound), isNot: isNot)
    case "-o", "--out-interface": require(try interface(.outbound), isNot: isNot)
    case "-f", "--fragment": require(Clause(.laterFragment), isNot: isNot)
    case "--sport", "--source-port", "--sports", "--source-ports": require(try ports(.sourcePort), isNot: isNot)
    case "--dport", "--destination-port", "--dports", "--destination-ports":
      require(try ports(.destinationPort), isNot: isNot)
    case "--ports":
      let list = try next("ports")
      let either = try Clause(anyOf: [ports(.sourcePort, list), ports(.destinationPort, list)])
      require(either, isNot: isNot)
    case "--src-range": require(try range(.sourceNet), isNot: isNot)
    case "--dst-range": require(try range(.destinationNet), isNot: isNot)
    case "--state", "--ctstate":
      let states = try states()
      clauses += isNot ? Clause(allOf: states).negated : states
    case "--syn": require(Clause(PacketTest(.tcpFlags, "syn,-rst,-ack,-fin")), isNot: isNot)
    case "--tcp-flags": require(try tcpFlags(), isNot: isNot)
    case "--tcp-option": require(Clause(PacketTest(.tcpOptions, try next("an option").text)), isNot: isNot)
    case "--icmp-type", "--icmpv6-type": require(try icmpType(), isNot: isNot)
    case "--mac-source": require(Clause(PacketTest(.sourceMAC, try next("an address").text)), isNot: isNot)
    case "--length": require(try numbers(.packetLength), isNot: isNot)
    case "--ttl-eq", "--hl-eq": require(try numbers(.timeToLive), isNot: isNot)
    case "--ttl-lt", "--hl-lt": require(try hops { 0...($0 - 1) }, isNot: isNot)
    case "--ttl-gt", "--hl-gt": require(try hops { ($0 + 1)...255 }, isNot: isNot)
    case "--limit", "--limit-burst": _ = try next("a number")
    case "--src-type": require(try addressTypes(.sourceNet), isNot: isNot)
    case "--dst-type": require(try addressTypes(.destinationNet), isNot: isNot)
    case "--pkt-type":
      let type = try next("a type of packets")
      let clause = try AddressType.clause(ofPackets: [type], .destinationNet, isIPv6: isIPv6, options, &findings)
      require(clause, isNot: isNot)
    case "--uid-owner": require(try Clause(users: [next("a user")]), isNot: isNot)
    default: throw ImportRefusal("option \(word.text.quoted) has no counterpart here", at: word)
    }
  }

  private mutating func readProtocol(isNot: Bool) throws(ImportRefusal) {
    let word = try next("a protocol")
    if ["all", "0"].contains(word.text) { return }
    guard let number = options.protocolNumber(named: word.text) else {
      throw ImportRefusal("\(word.text.quoted) is no protocol that is known here", at: word)
    }
    if !isNot { protocolNumber = number }
    require(Clause(protocolNumber: number), isNot: isNot)
  }

  // MARK: Values

  private mutating func addresses(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
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

  private mutating func range(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let word = try next("a range")
    guard let range = try? AddressRange(word.text) else {
      throw ImportRefusal("expected two addresses joined by '-', found \(word.text.quoted)", at: word)
    }
    return Clause(property, [range])
  }

  /// - Parameter direction: of the packets that have it.
  private mutating func interface(_ direction: PacketTest) throws(ImportRefusal) -> Clause {
    let word = try next("an interface")
    if word.text == "+" { return .always }
    let name = word.text.hasSuffix("+") ? word.text.dropLast() + "*" : word.text[...]
    guard !name.contains(where: { "(),\" ".contains($0) }) else {
      throw ImportRefusal("\(word.text.quoted) is no interface", at: word)
    }
    return Clause(direction, PacketTest(.interface, String(name)))
  }

  private mutating func ports(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    try ports(property, next("ports"))
  }

  /// `80`, `1024:65535`, `:1023`, and lists of these.
  private func ports(_ property: TestedProperty, _ word: Word) throws(ImportRefusal) -> Clause {
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

  private mutating func numbers(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let word = try next("a number")
    let list = Word(text: word.text.replacing(":", with: "-"), range: word.range)
    return Clause(property, try IPFWValues.numbers(list, 0...65_535))
  }

  /// - Parameter range: of a number that is neither the least nor the greatest.
  private mutating func hops(_ range: (Int) -> ClosedRange<Int>) throws(ImportRefusal) -> Clause {
    let word = try next("a number")
    guard let number = Int(word.text), (1...254).contains(number) else {
      throw ImportRefusal("expected a number from 1 to 254, found \(word.text.quoted)", at: word)
    }
    return Clause(.timeToLive, [range(number)])
  }

  private mutating func addressTypes(_ property: TestedProperty) throws(ImportRefusal) -> Clause {
    let list = try next("types of addresses")
    let words = list.text.split(separator: ",").map { Word(text: String($0), range: list.range) }
    return try AddressType.clause(words, property, isIPv6: isIPv6, options, &findings)
  }

  private mutating func states() throws(ImportRefusal) -> [Clause] {
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
  private mutating func tcpFlags() throws(ImportRefusal) -> Clause {
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
  private mutating func icmpType() throws(ImportRefusal) -> Clause {
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

  // MARK: Targets

  private mutating func readTarget(_ word: Word) throws(ImportRefusal) {
    switch word.text {
    case "ACCEPT": action = .accept
    case "DROP": action = .drop
    case "RETURN": action = .leave
    case "REJECT":
      action = .reject
      try readRejection(word)
    case "LOG", "NFLOG": action = .log(try logPrefix())
    case "QUEUE", "NFQUEUE", "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "MARK", "CONNMARK", "TCPMSS", "CT", "NOTRACK",
      "SET",
      "TPROXY", "AUDIT", "CLASSIFY", "DSCP", "TOS", "TTL", "SECMARK", "CONNSECMARK", "RATEEST", "TRACE", "TEE", "HL",
      "NETMAP", "SYNPROXY", "CHECKSUM", "IDLETIMER", "HMARK", "LED":
      throw ImportRefusal("target \(word.text.quoted) has no counterpart here", at: word)
    default: action = .jump(word.text)
    }
  }

  private mutating func readRejection(_ word: Word) throws(ImportRefusal) {
    var with = "icmp-port-unreachable"
    if position < words.count, words[position].text == "--reject-with" {
      position += 1
      with = try next("how").text
    }
    let isAsWe =
      with == "tcp-reset" && protocolNumber == 6 || with.hasSuffix("port-unreachable") && protocolNumber == 17
    if !isAsWe { findings.append(.answersDiffer(word)) }
  }

  private mutating func logPrefix() throws(ImportRefusal) -> String {
    var prefix = ""
    while position < words.count, words[position].text.hasPrefix("--") {
      let option = try next("an option").text
      let takesValue = [
        "--log-prefix", "--nflog-prefix", "--log-level", "--nflog-group", "--nflog-threshold", "--nflog-size",
      ]
      guard takesValue.contains(option) else { continue }
      let value = try next("a value").text
      if option.hasSuffix("prefix") { prefix = value }
    }
    return prefix
  }
}
