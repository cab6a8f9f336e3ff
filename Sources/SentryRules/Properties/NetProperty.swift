internal import SentryPacket

/// An address of the packet. IPv4 values match IPv4 packets only, IPv6 values IPv6 packets only; `>=` and `<=` stay
/// within the value's family, too.
protocol NetProperty: Property where Operand == AddressRange {
  static var endpoint: Endpoint { get }
}

extension NetProperty {
  static var valueSyntax: String { "an address, a net address/length, or a range first-last" }
  static var details: String {
    "IPv4 or IPv6. A net may have a mask, 192.0.2.0/255.255.255.0, and an IPv4 range a short end, 192.0.2.10-20."
  }
  static var absence: String { "A packet of the other family, IPv4 or IPv6, matches != and nothing else." }
  static var example: String { "192.0.2.0/24" }
  static var suggestions: [String] {
    [example, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fe80::/10", "fc00::/7"]
  }
  static var relations: Set<Relation> { .ordered }

  static func parse(_ text: Substring) throws(ValueError) -> AddressRange {
    try NetText.range(text)
  }

  static func advice(on value: Substring) -> ValueAdvice? {
    guard let text = try? value.without(remarks) else { return nil }
    return NetText.advice(on: text)
  }

  static func lower(_ relation: Relation, _ operand: AddressRange, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.address(endpoint, operand.standing(relation)), relation)
  }
}

extension AddressRange {
  /// The addresses of this range's family that stand in `relation` to it.
  fileprivate func standing(_ relation: Relation) -> AddressRange {
    let family = AddressRange.family(of: first)
    let standing =
      switch relation {
      case .equal, .notEqual, .equalIgnoringCase: self
      case .atLeast: AddressRange(first: first, last: family.last)
      case .atMost: AddressRange(first: family.first, last: last)
      }
    return standing ?? self
  }

  /// All addresses of one family. Of IPv6 it spans the block of mapped IPv4 addresses, which `matches` leaves out.
  private static func family(of address: IPAddress) -> AddressRange {
    address.isIPv4
      ? AddressRange(prefix: IPAddress(v4: 0), length: 96) : AddressRange(prefix: IPAddress(high: 0, low: 0), length: 0)
  }
}
