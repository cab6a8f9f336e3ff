/// What the inside of a quoted string says once its escapes are read.
///
/// `\a \b \f \n \r \t \v`, a backslash before a quote, a backslash or a line end, one to three octal digits in NeXTSTEP
/// encoding, and `\U` with one to four hexadecimal digits of a UTF-16 code unit, pairs of surrogates included.
struct QuotedText {
  enum Problem: Equatable {
    case unknownEscape
    case noHexDigits
    case notACharacter
    case loneSurrogate
  }

  /// UTF-8; U+FFFD stands for what could not be read.
  private(set) var utf8: [UInt8] = []
  /// What could not be read, with the ranges of the escapes.
  private(set) var problems: [(range: Range<Int>, problem: Problem)] = []

  private let bytes: [UInt8]
  private let end: Int
  private var position: Int

  /// Where reading ended.
  var endPosition: Int { position }

  /// Reads the bytes of `content`, which is what stands between the quotes, until it has `length` bytes of text.
  init(_ content: Range<Int>, of bytes: [UInt8], upTo length: Int = .max) {
    self.bytes = bytes
    position = content.lowerBound
    end = content.upperBound
    utf8.reserveCapacity(min(content.count, length))
    while position < end, utf8.count < length {
      let byte = bytes[position]
      position += 1
      if byte == .backslash { readEscape() } else { utf8.append(byte) }
    }
  }

  var string: String { String(decoding: utf8, as: UTF8.self) }

  /// `position` is right after the backslash.
  private mutating func readEscape() {
    let start = position - 1
    guard position < end else { return report(.unknownEscape, from: start) }
    let byte = bytes[position]
    if byte >= 0x80 {
      append("\u{FFFD}")
      position += 1
      while position < end, bytes[position] & 0xC0 == 0x80 { position += 1 }
      return report(.unknownEscape, from: start)
    }
    switch byte {
    case 0x30...0x37: readOctal(from: start)
    case UInt8(ascii: "U"): readCodeUnit(from: start)
    default:
      position += 1
      utf8.append(Self.singles[byte] ?? byte)
      if Self.singles[byte] == nil { report(.unknownEscape, from: start) }
    }
  }

  /// What one character after a backslash stands for.
  private static let singles: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0A,
    UInt8(ascii: "v"): 0x0B, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "r"): 0x0D,
    .quotationMark: .quotationMark, .apostrophe: .apostrophe, .backslash: .backslash,
    .lineFeed: .lineFeed, .carriageReturn: .carriageReturn,
  ]

  private mutating func readOctal(from start: Int) {
    var value = 0
    var digits = 0
    while position < end, digits < 3, bytes[position] >= 0x30, bytes[position] <= 0x37 {
      value = value * 8 + Int(bytes[position] - 0x30)
      position += 1
      digits += 1
    }
    guard let byte = UInt8(exactly: value), let scalar = NeXTSTEPEncoding.scalar(of: byte) else {
      append("\u{FFFD}")
      return report(.notACharacter, from: start)
    }
    append(scalar)
  }

  /// `position` is at the `U`.
  private mutating func readCodeUnit(from start: Int) {
    guard let first = codeUnit() else {
      append("\u{FFFD}")
      return report(.noHexDigits, from: start)
    }
    if let scalar = Unicode.Scalar(first) { return append(scalar) }
    let afterFirst = position
    if UTF16.isLeadSurrogate(first), position + 1 < end, bytes[position] == .backslash,
      bytes[position + 1] == UInt8(ascii: "U")
    {
      position += 1
      if let second = codeUnit(), UTF16.isTrailSurrogate(second) {
        return append(UTF16.decode(UTF16.EncodedScalar([first, second])))
      }
      position = afterFirst
    }
    append("\u{FFFD}")
    report(.loneSurrogate, from: start)
  }

  /// One to four hexadecimal digits after the `U` at `position`.
  private mutating func codeUnit() -> UInt16? {
    position += 1
    var value: UInt16 = 0
    var digits = 0
    while position < end, digits < 4, let digit = bytes[position].hexDigitValue {
      value = value << 4 | UInt16(digit)
      position += 1
      digits += 1
    }
    return digits > 0 ? value : nil
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    utf8.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func report(_ problem: Problem, from start: Int) {
    problems.append((start..<position, problem))
  }
}
