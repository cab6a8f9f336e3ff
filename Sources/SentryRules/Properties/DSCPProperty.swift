/// `DSCP`: the differentiated services code point, the upper six bits of IPv4's type of service and IPv6's traffic class
/// (RFC 2474 §3).
enum DSCPProperty: NumberProperty {
  static let name = "DSCP"
  static let codes = GenerationCodes.none
  static let summary = "the differentiated services code point"
  static let details = "The upper six bits of IPv4's type of service and of IPv6's traffic class."
  static let valueSyntax = "a number from 0 to 63, a range low-high, or a name: ef, cs0 to cs7, af11 to af43, va, le"
  static let example = "46 (ef)"
  static let suggestions = ["46 (ef)", "cs1", "le", "af41"]
  static let limits: ClosedRange<UInt64> = 0...63

  static func parse(_ text: Substring) throws(ValueError) -> ClosedRange<UInt64> {
    if text.first?.isASCIIDigit == true { return try NumberText.range(text, within: limits) }
    guard let codePoint = codePoints[text.lowercased()] else {
      throw .unknownCodePoint(text, among: codePoints.keys.sorted())
    }
    return codePoint...codePoint
  }

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.dscp, range) }

  /// Class selectors (RFC 2474 §4.2.2), assured forwarding (RFC 2597 §6), expedited forwarding (RFC 3246 §2.7), voice
  /// admitted (RFC 5865 §3), lower effort (RFC 8622 §2).
  private static let codePoints: [String: UInt64] = {
    var codePoints: [String: UInt64] = ["ef": 46, "va": 44, "le": 1]
    for number in 0...7 as ClosedRange<UInt64> { codePoints["cs\(number)"] = number * 8 }
    for group in 1...4 as ClosedRange<UInt64> {
      for precedence in 1...3 as ClosedRange<UInt64> {
        codePoints["af\(group)\(precedence)"] = group * 8 + precedence * 2
      }
    }
    return codePoints
  }()
}
