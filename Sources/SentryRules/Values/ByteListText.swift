/// Comma lists of option numbers: `3,9`, `2, 4, 8`.
enum ByteListText {
  /// 0...255 each, at least one.
  static func parse(_ text: Substring) throws(ValueError) -> [UInt8] {
    var bytes: [UInt8] = []
    for element in text.listElements {
      bytes.append(UInt8(try NumberText.number(element, within: 0...255, in: text)))
    }
    return bytes
  }
}
