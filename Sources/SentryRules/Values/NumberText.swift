/// Decimal numbers and inclusive ranges of them.
enum NumberText {
  /// `N` or `N-M`, both ends included and within `limits`; blanks around the hyphen are allowed.
  static func range(_ text: Substring, within limits: ClosedRange<UInt64>) throws(ValueError) -> ClosedRange<UInt64> {
    guard let (first, last) = text.halves(around: "-") else {
      let number = try number(text, within: limits)
      return number...number
    }
    guard isDecimal(first), isDecimal(last) else { throw .notANumber(text, limits) }
    let low = try number(first, within: limits)
    let high = try number(last, within: limits)
    guard low <= high else { throw .reversedRange(text, hint: "\(high)-\(low)") }
    return low...high
  }

  /// - Parameter list: what `text` is an element of, for the message.
  static func number(_ text: Substring, within limits: ClosedRange<UInt64>, in list: Substring? = nil)
    throws(ValueError) -> UInt64
  {
    guard isDecimal(text) else { throw .notANumber(text, limits, in: list) }
    guard let number = UInt64(text), limits.contains(number) else { throw .outOfRange(text, limits) }
    return number
  }

  /// ASCII digits only, at least one: `UInt64(_:)` also takes a sign.
  static func isDecimal(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
