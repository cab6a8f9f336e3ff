/// Names of ICMP's types, as iptables and nftables have them.
enum ICMPNames {
  /// IANA "ICMP Type Numbers".
  private static let types: [String: UInt8] = [
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "ttl-exceeded": 11,
    "parameter-problem": 12, "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
    "address-mask-request": 17, "address-mask-reply": 18,
  ]

  /// IANA "ICMPv6 type Numbers".
  private static let typesOfIPv6: [String: UInt8] = [
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo-request": 128,
    "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131, "mld-listener-done": 132,
    "mld-listener-reduction": 132, "nd-router-solicit": 133, "router-solicitation": 133, "nd-router-advert": 134,
    "router-advertisement": 134, "nd-neighbor-solicit": 135, "neighbour-solicitation": 135,
    "neighbor-solicitation": 135, "nd-neighbor-advert": 136, "neighbour-advertisement": 136,
    "neighbor-advertisement": 136, "nd-redirect": 137, "redirect": 137, "router-renumbering": 138,
    "ind-neighbor-solicit": 141, "ind-neighbor-advert": 142, "mld2-listener-report": 143,
  ]

  static func type(named name: String, isIPv6: Bool) -> UInt8? {
    UInt8(name) ?? (isIPv6 ? typesOfIPv6[name] : types[name])
  }

  /// Codes of "destination unreachable", by the names that nftables has for them (RFC 792, RFC 1812 §5.2.7.1; RFC 4443 §3.1).
  static func codes(isIPv6: Bool) -> [String: Int] {
    isIPv6
      ? [
        "no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4, "policy-fail": 5,
        "reject-route": 6,
      ]
      : [
        "net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "frag-needed": 4,
        "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
      ]
  }
}

/// Names of the classes in a packet's DSCP (IANA "Differentiated Services Field Codepoints"), and how listings have the numbers.
enum ServiceClassNames {
  static let numbers: [String: Int] = {
    var numbers = ["be": 0, "df": 0, "le": 1, "lephb": 1, "va": 44, "ef": 46]
    for number in 0...63 {
      let digits = String(number, radix: 16)
      numbers["0x\(digits)"] = number
      if number < 16 { numbers["0x0\(digits)"] = number }
    }
    for selector in 0...7 { numbers["cs\(selector)"] = selector * 8 }
    for group in 1...4 { for drop in 1...3 { numbers["af\(group)\(drop)"] = group * 8 + drop * 2 } }
    return numbers
  }()
}
