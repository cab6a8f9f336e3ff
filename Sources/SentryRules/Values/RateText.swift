/// Rates in bits per second: digits, with a fraction or without, and a unit of 1 000, 1 000 000 or 1 000 000 000.
enum RateText {
  /// From `1` to `1000G`; what remains below one bit is dropped.
  static func bitsPerSecond(_ text: Substring) throws(ValueError) -> UInt64 {
    guard !text.isEmpty else { throw .missingRate }
    let scale = scale(of: text.last)
    let number = scale == nil ? text : text.dropLast().trimmed
    guard let rate = scaled(number, by: scale ?? 1), rate >= 1, rate <= 1_000_000_000_000 else { throw .notARate(text) }
    return rate
  }

  private static func scale(of unit: Character?) -> UInt64? {
    switch unit {
    case "k", "K": 1000
    case "m", "M": 1_000_000
    case "g", "G": 1_000_000_000
    default: nil
    }
  }

  /// Digit by digit, so that `1.25M` is 1 250 000 and not a neighbour of it.
  private static func scaled(_ text: Substring, by scale: UInt64) -> UInt64? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy(NumberText.isDecimal), let whole = parts.first.flatMap({ UInt64($0) }) else { return nil }
    var (rate, overflow) = whole.multipliedReportingOverflow(by: scale)
    guard !overflow else { return nil }
    var place = scale / 10
    for digit in (parts.count == 2 ? parts[1] : "").utf8 where place > 0 {
      (rate, overflow) = rate.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")) * place)
      guard !overflow else { return nil }
      place /= 10
    }
    return rate
  }
}
