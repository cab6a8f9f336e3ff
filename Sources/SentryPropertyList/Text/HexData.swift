/// The bytes of `<0fbd77 1c2735ae>`: pairs of hexadecimal digits, blanks and line ends between pairs.
struct HexData {
  private(set) var decoded: [UInt8] = []
  /// The first byte that is no digit, and a digit without its partner, if there are such; both hinder reading.
  private(set) var firstBadDigit: Int?
  private(set) var unpairedDigit: Int?

  /// Reads the bytes of `content`, which is what stands between `<` and `>`.
  init(_ content: Range<Int>, of bytes: [UInt8]) {
    var high: (value: UInt8, offset: Int)?
    for offset in content {
      let byte = bytes[offset]
      if let digit = byte.hexDigitValue {
        if let first = high {
          decoded.append(first.value << 4 | digit)
          high = nil
        } else {
          high = (digit, offset)
        }
        continue
      }
      if let first = high {
        unpairedDigit = unpairedDigit ?? first.offset
        high = nil
      }
      if !byte.isBlank, !byte.isLineEnd { firstBadDigit = firstBadDigit ?? offset }
    }
    unpairedDigit = unpairedDigit ?? high?.offset
  }
}
