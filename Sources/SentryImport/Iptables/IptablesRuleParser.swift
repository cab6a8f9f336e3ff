internal import SentryDiagnostics
internal import SentryPacket

/// Reads one rule of iptables: `-p tcp -m tcp --dport 22 -j ACCEPT`.
struct IptablesRuleParser {
  private let words: [Word]
  private var position = 0
  let isIPv6: Bool
  let options: ImportOptions
  var protocolNumber: UInt8?
  private(set) var clauses: [Clause] = []
  private(set) var action = FilterChain.Action.count
  var tracksConnections = false
  /// Of a rule that is not for every packet, but for so many in a time.
  private(set) var limit: Word?
  var findings: [Diagnostic] = []

  init(_ words: [Word], isIPv6: Bool, _ options: ImportOptions) {
    self.words = words
    self.isIPv6 = isIPv6
    self.options = options
  }

  mutating func read() throws(ImportRefusal) {
    while position < words.count { try readOption() }
    if let limit, action.isLog {
      findings.append(.logsMore(limit))
      self.limit = nil
    }
    clauses = clauses.filter { !$0.isAlways }
    try ImportRefusal.checkPorts(clauses, at: words.range)
  }

  // MARK: Words

  mutating func next(_ what: String) throws(ImportRefusal) -> Word {
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
    "length", "ttl", "hl", "owner", "limit", "addrtype", "pkttype", "dscp",
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
    case "--dscp", "--dscp-class":
      require(Clause(.dscp, try IPFWValues.serviceClasses(next("a class"))), isNot: isNot)
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
