internal import SentryDiagnostics
internal import SentryPacket

// What a rule asks, by the header that it asks about.

extension NftRuleParser {
  mutating func add(_ more: [Clause]) { clauses += more }

  mutating func readMatch(_ word: Word) throws(ImportRefusal) {
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
    // Only TCP and UDP have ports for us; what has none there has others than any that is named.
    default: break
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
}
