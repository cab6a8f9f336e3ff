/// `IP version`: 4 or 6.
enum IPVersionProperty: NumberProperty {
  static let name = "IP version"
  static let codes = GenerationCodes.none
  static let summary = "the version of IP"
  static let example = "6"
  static let suggestions = ["4", "6"]
  static let limits: ClosedRange<UInt64> = 4...6
  static let valueSyntax = "4 or 6"

  /// There is no version between the two.
  static func parse(_ text: Substring) throws(ValueError) -> ClosedRange<UInt64> {
    switch text {
    case "4": 4...4
    case "6": 6...6
    case "4-6": 4...6
    default: throw .unknownWord(text, expected: ["4", "6"])
    }
  }

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(.ipVersion, range) }
}
