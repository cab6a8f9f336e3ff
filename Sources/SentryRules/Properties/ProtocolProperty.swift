/// `Protocol`: the upper protocol, after any IPv6 extension headers (IANA "Protocol Numbers").
enum ProtocolProperty: NumberProperty {
  static let name = "Protocol"
  static let codes = GenerationCodes(10, year2003: 8)
  static let summary = "the protocol that IP carries"
  static let details = "Of IPv6 the protocol behind the extension headers."
  static let valueSyntax = "a number from 0 to 255, a range low-high, or a name: TCP, UDP, ICMP, ICMPv6, GRE, ESP, …"
  static let example = "6 (TCP)"
  static let suggestions = [
    "6 (TCP)", "17 (UDP)", "1 (ICMP)", "58 (ICMPv6)", "2 (IGMP)", "47 (GRE)", "50 (ESP)", "51 (AH)",
  ]
  static let limits: ClosedRange<UInt64> = 0...255

  /// Read in any case.
  static let names: [String: UInt64] = [
    "ICMP": 1, "IGMP": 2, "IPIP": 4, "TCP": 6, "UDP": 17, "DCCP": 33, "GRE": 47, "ESP": 50, "AH": 51, "ICMPv6": 58,
    "OSPF": 89, "PIM": 103, "VRRP": 112, "L2TP": 115, "SCTP": 132, "UDPLite": 136,
  ]
  private static let numbers = Dictionary(uniqueKeysWithValues: names.map { ($0.key.lowercased(), $0.value) })

  static func parse(_ text: Substring) throws(ValueError) -> ClosedRange<UInt64> {
    if text.first?.isASCIIDigit == true { return try NumberText.range(text, within: limits) }
    guard let number = numbers[text.lowercased()] else { throw .unknownProtocol(text) }
    return number...number
  }

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.protocolNumber, range) }
}
