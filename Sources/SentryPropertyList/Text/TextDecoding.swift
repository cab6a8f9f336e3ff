import SentryDiagnostics

/// How the characters of a text document are written, told by its first four bytes.
private enum TextEncoding {
  case utf8
  /// - Parameter start: where the text begins, after a byte order mark.
  case utf16(highByteFirst: Bool, start: Int)
  case utf32

  /// Without a byte order mark the zeros tell, as in XML 1.0 appendix F: every document begins with characters of ASCII,
  /// and none of them is a NUL.
  init(of bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      self = .utf32
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      self = .utf16(highByteFirst: false, start: 2)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      self = .utf16(highByteFirst: true, start: 2)
    } else {
      switch bytes.prefix(4).map({ $0 == 0 }) {
      case [true, false, true, false]: self = .utf16(highByteFirst: true, start: 0)
      case [false, true, false, true]: self = .utf16(highByteFirst: false, start: 0)
      case [true, true, true, false], [false, true, true, true]: self = .utf32
      default: self = .utf8
      }
    }
  }
}

/// The bytes of a text document as UTF-8, whatever they were.
struct TextDecoding {
  /// UTF-8 as far as it is valid; UTF-16 is converted.
  private(set) var utf8: [UInt8]
  private(set) var findings: [Diagnostic] = []
  /// Where `utf8` is not valid, ascending.
  private(set) var invalidRanges: [Range<Int>] = []
  /// The document cannot be read as text at all.
  private(set) var isUnreadable = false

  init(_ bytes: [UInt8]) {
    utf8 = bytes
    switch TextEncoding(of: bytes) {
    case .utf32:
      isUnreadable = true
      findings = [SyntaxMessages.unsupportedEncoding("UTF-32")]
    case .utf16(let highByteFirst, let start):
      decodeUTF16(bytes, from: start, highByteFirst: highByteFirst)
    case .utf8:
      invalidRanges = Self.invalidRanges(of: bytes, limit: Parser.findingLimit)
      findings = invalidRanges.map { SyntaxMessages.invalidUTF8(at: $0) }
    }
  }

  /// Two bytes a code unit.
  private mutating func decodeUTF16(_ bytes: [UInt8], from start: Int, highByteFirst: Bool) {
    let units = stride(from: start, to: bytes.count - 1, by: 2).map { offset in
      let (first, second) = (UInt16(bytes[offset]), UInt16(bytes[offset + 1]))
      return highByteFirst ? first << 8 | second : second << 8 | first
    }
    utf8 = []
    utf8.reserveCapacity(units.count)
    var codec = UTF16()
    var iterator = units.makeIterator()
    decoding: while true {
      switch codec.decode(&iterator) {
      case .scalarValue(let scalar): utf8 += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      case .emptyInput: break decoding
      case .error: replace("half of a surrogate pair")
      }
    }
    if bytes.count % 2 == 1 { replace("half of a character") }
  }

  private mutating func replace(_ what: String) {
    let range = utf8.count..<utf8.count + 3
    utf8 += UTF8.encodedReplacementCharacter
    guard findings.count < Parser.findingLimit else { return }
    invalidRanges.append(range)
    findings.append(SyntaxMessages.invalidUTF16(what, at: range))
  }

  /// Runs of bytes that are not UTF-8 (Unicode Standard, table 3-7), at most `limit` of them.
  static func invalidRanges(of bytes: [UInt8], limit: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var offset = 0
    while offset < bytes.count {
      if bytes[offset] < 0x80 {
        offset += 1
        continue
      }
      if let length = lengthOfSequence(at: offset, of: bytes) {
        offset += length
        continue
      }
      if let last = ranges.last, last.upperBound == offset {
        ranges[ranges.count - 1] = last.lowerBound..<offset + 1
      } else if ranges.count == limit {
        break
      } else {
        ranges.append(offset..<offset + 1)
      }
      offset += 1
    }
    return ranges
  }

  /// Bytes of the well-formed sequence of two to four bytes at `offset`; `nil` if there is none.
  private static func lengthOfSequence(at offset: Int, of bytes: [UInt8]) -> Int? {
    let (length, second): (Int, ClosedRange<UInt8>)
    switch bytes[offset] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return nil }
    return bytes[offset + 1..<offset + length].allSatisfy { $0 & 0xC0 == 0x80 } ? length : nil
  }
}
