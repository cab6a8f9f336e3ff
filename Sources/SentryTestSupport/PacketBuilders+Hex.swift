extension [UInt8] {
  /// Bytes written in hexadecimal, with blanks and lines as one likes; `#` starts a comment to the end of the line:
  ///
  /// ```swift
  /// [UInt8](hex: """
  ///   9c40 0017  # ports 40000, 23
  ///   0000 0001  # sequence number
  ///   """)
  /// ```
  ///
  /// Anything else is a mistake in the test and traps.
  public init(hex text: String) {
    let digits = text.split(separator: "\n").flatMap { line in
      line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
    }
    precondition(digits.count.isMultiple(of: 2), "half a byte is missing in '\(text)'")
    self = stride(from: 0, to: digits.count, by: 2).map { index in
      guard let byte = UInt8(String(digits[index...index + 1]), radix: 16) else {
        preconditionFailure("'\(digits[index])\(digits[index + 1])' is not a byte")
      }
      return byte
    }
  }
}
