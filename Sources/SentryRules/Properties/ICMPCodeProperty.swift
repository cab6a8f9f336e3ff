/// `ICMP code` (RFC 792). ICMPv6 has codes of its own and does not match.
enum ICMPCodeProperty: NumberProperty {
  static let name = "ICMP code"
  static let codes = GenerationCodes(14, year2003: 12)
  static let summary = "the code of an ICMP message"
  static let details = "Of IPv4 only; ICMPv6 has codes of its own."
  static let example = "3 (port unreachable)"
  static let limits: ClosedRange<UInt64> = 0...255
  static let precondition: String? = "ICMP"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.icmpCode, range) }
}
