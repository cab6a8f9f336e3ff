/// `IP version`: 4 or 6.
enum IPVersionProperty: NumberProperty {
  static let name = "IP version"
  static let codes = GenerationCodes.none
  static let summary = "the version of IP"
  static let example = "6"
  static let limits: ClosedRange<UInt64> = 4...6
  static let valueSyntax = "4 or 6"

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.ipVersion, range) }
}
