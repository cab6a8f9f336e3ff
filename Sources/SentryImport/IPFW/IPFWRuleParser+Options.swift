internal import SentryDiagnostics
internal import SentryPacket

// What stands behind the addresses: `in via en0 setup keep-state`.

extension IPFWRuleParser {
  /// One option, or a block of them: `in`, `not via lo0`, `{ src-port 53 or dst-port 53 }`.
  mutating func option() throws(ImportRefusal) -> [Clause] {
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
    case "dscp": return [Clause(.dscp, try IPFWValues.serviceClasses(next("classes")))]
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
  mutating func takeStateName() -> String {
    guard let word = peek, word.text.hasPrefix(":"), word.text.count > 1 else { return "default" }
    position += 1
    return String(word.text.dropFirst())
  }

  static func isOption(_ word: String) -> Bool { optionNames.contains(word) }

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
