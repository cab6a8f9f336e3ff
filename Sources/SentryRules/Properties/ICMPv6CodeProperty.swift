/// `ICMPv6 code` (RFC 4443 §2.1). ICMP for IPv4 has codes of its own and does not match.
enum ICMPv6CodeProperty: NumberProperty {
  static let name = "ICMPv6 code"
  static let codes = GenerationCodes.none
  static let summary = "the code of an ICMPv6 message"
  static let details = "Of IPv6 only; ICMP has codes of its own."
  static let example = "4 (port unreachable)"
  static let limits: ClosedRange<UInt64> = 0...255
  static let precondition: String? = "ICMPv6"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.icmpv6Code, range) }
}
