/// JSON in the making: numbers are written without a text for each, for there may be ten thousands of them a second.
struct JSONText {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }

  mutating func append(byte: UInt8) { bytes.append(byte) }

  /// In decimal digits, with zeros ahead where there are fewer than asked for.
  mutating func append(number: UInt64, digitsAtLeast least: Int = 1) {
    let start = bytes.count
    var rest = number
    while rest > 0 || bytes.count - start < least {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }
}
