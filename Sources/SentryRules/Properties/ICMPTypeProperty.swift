/// `ICMP type` (RFC 792). ICMPv6 has types of its own and does not match.
enum ICMPTypeProperty: NumberProperty {
  static let name = "ICMP type"
  static let codes = GenerationCodes(13, year2003: 11)
  static let summary = "the type of an ICMP message"
  static let details = "Of IPv4 only; ICMPv6 has types of its own."
  static let example = "8 (echo request)"
  static let suggestions = [
    "8 (echo request)", "0 (echo reply)", "3 (destination unreachable)", "5 (redirect)", "11 (time exceeded)",
  ]
  static let limits: ClosedRange<UInt64> = 0...255
  static let precondition: String? = "ICMP"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.icmpType, range) }
}
