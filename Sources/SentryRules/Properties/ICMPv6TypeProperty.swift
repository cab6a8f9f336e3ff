/// `ICMPv6 type` (RFC 4443 §2.1). ICMP for IPv4 has types of its own and does not match.
enum ICMPv6TypeProperty: NumberProperty {
  static let name = "ICMPv6 type"
  static let codes = GenerationCodes.none
  static let summary = "the type of an ICMPv6 message"
  static let details = "Of IPv6 only; ICMP has types of its own."
  static let example = "128 (echo request)"
  static let suggestions = ["128 (echo request)", "129 (echo reply)", "1-4 (errors)", "133-137 (neighbour discovery)"]
  static let limits: ClosedRange<UInt64> = 0...255
  static let precondition: String? = "ICMPv6"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.icmpv6Type, range) }
}
