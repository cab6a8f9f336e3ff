internal import SentryDiagnostics
internal import SentryPacket

/// What an address is for this host, as netfilter asks for it.
enum AddressType: String {
  case unicast, local, broadcast, multicast

  /// Of addresses of this type. That of unicast is none of the others.
  ///
  /// - Parameters:
  ///   - word: where it is asked for.
  ///   - isIPv6: the only family that is asked about; `nil`: both.
  func clauses(
    _ property: TestedProperty, at word: Word, isIPv6: Bool?, _ options: ImportOptions
  ) throws(ImportRefusal) -> [Clause] {
    func ofFamily(_ ranges: [AddressRange]) -> Clause {
      Clause(property, ranges.filter { isIPv6 == nil || $0.first.isIPv4 != isIPv6 })
    }
    switch self {
    case .local:
      guard !options.ownAddresses.isEmpty else {
        throw ImportRefusal("'\(word.text)' needs the addresses of the machine: --me ADDRESS", at: word)
      }
      let own = options.ownAddresses.map { AddressRange(prefix: $0, length: 128) }
      return [ofFamily(own + Self.loopback)]
    // Those of nets are not known here.
    case .broadcast: return [ofFamily([AddressRange(prefix: IPAddress(v4: .max), length: 128)])]
    case .multicast: return [ofFamily(Self.groups)]
    case .unicast:
      var none: [Clause] = []
      for other in [AddressType.local, .broadcast, .multicast] {
        none += try other.clauses(property, at: word, isIPv6: isIPv6, options).flatMap(\.negated)
      }
      return none
    }
  }

  /// Any of several types.
  static func clause(
    _ names: [Word], _ property: TestedProperty, isIPv6: Bool? = nil, _ options: ImportOptions,
    _ findings: inout [Diagnostic]
  ) throws(ImportRefusal) -> Clause {
    var clauses: [Clause] = []
    for name in names {
      guard let type = AddressType(rawValue: name.text.lowercased()) else {
        throw ImportRefusal("addresses of type \(name.text.quoted) are not known here", at: name)
      }
      if type == .broadcast || type == .unicast { findings.append(.broadcastsOfNets(name)) }
      if type == .local || type == .unicast, options.ownAddressesAreAssumed {
        findings.append(.ownAddressesAssumed(options.ownAddresses.map(\.description).joined(separator: ", "), at: name))
      }
      clauses.append(Clause(allOf: try type.clauses(property, at: name, isIPv6: isIPv6, options)))
    }
    return Clause(anyOf: clauses)
  }

  /// Any of the types that packets have on their way: for this host alone, for a group, for everybody.
  static func clause(
    ofPackets names: [Word], _ property: TestedProperty, isIPv6: Bool? = nil, _ options: ImportOptions,
    _ findings: inout [Diagnostic]
  ) throws(ImportRefusal) -> Clause {
    var clauses: [Clause] = []
    for name in names {
      switch name.text.lowercased() {
      case "host", "unicast":
        let many = try [AddressType.broadcast, .multicast].map { (type) throws(ImportRefusal) in
          try type.clauses(property, at: name, isIPv6: isIPv6, options)
        }
        findings.append(.broadcastsOfNets(name))
        clauses.append(Clause(allOf: many.joined().flatMap(\.negated)))
      case "broadcast", "multicast":
        clauses.append(try clause([name], property, isIPv6: isIPv6, options, &findings))
      default: throw ImportRefusal("packets of type \(name.text.quoted) are not known here", at: name)
      }
    }
    return Clause(anyOf: clauses)
  }

  private static let loopback = [
    AddressRange(prefix: IPAddress(v4: 0x7F00_0000), length: 96 + 8),
    AddressRange(prefix: IPAddress(high: 0, low: 1), length: 128),
  ]

  private static let groups = [
    AddressRange(prefix: IPAddress(v4: 0xE000_0000), length: 96 + 4),
    AddressRange(prefix: IPAddress(high: 0xFF << 56, low: 0), length: 8),
  ]
}
