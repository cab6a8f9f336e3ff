/// How a text is laid out: its line ends and what a level is indented by.
struct Layout: Sendable {
  var lineEnd: [UInt8] = [0x0A]
  var unit: [UInt8] = [0x20, 0x20]

  init() {}

  /// As `bytes` has it: the first line end, and the first indented line's blanks, if they are a tab or at most eight.
  init(of bytes: [UInt8]) {
    if let end = bytes.firstIndex(where: TextLine.isEnd) {
      lineEnd = bytes[end] == 0x0A ? [0x0A] : end + 1 < bytes.count && bytes[end + 1] == 0x0A ? [0x0D, 0x0A] : [0x0D]
    }
    var isLineStart = false
    for (offset, byte) in bytes.enumerated() {
      if isLineStart, TextLine.isBlank(byte) {
        let blanks = bytes[offset...].prefix(while: TextLine.isBlank)
        if byte == 0x09 { unit = [0x09] } else if blanks.count <= 8, blanks.count > 1 { unit = Array(blanks) }
        return
      }
      isLineStart = TextLine.isEnd(byte)
    }
  }

  /// `text` with the indentation of its lines after the first changed from `old` to `new`, and with this layout's line
  /// ends. What stands in quotes stays.
  func reindented(_ text: [UInt8], from old: [UInt8], to new: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var quotes = QuoteTracker()
    var offset = 0
    while offset < text.count {
      let byte = text[offset]
      quotes.see(byte, next: offset + 1 < text.count ? text[offset + 1] : 0)
      offset += 1
      guard TextLine.isEnd(byte), !quotes.isInString else {
        result.append(byte)
        continue
      }
      if byte == 0x0D, offset < text.count, text[offset] == 0x0A { offset += 1 }
      result += lineEnd
      let blanks = text[offset...].prefix(while: TextLine.isBlank)
      let isEmpty = offset + blanks.count == text.count || TextLine.isEnd(text[offset + blanks.count])
      let common = zip(blanks, old).prefix { $0 == $1 }.count
      if !isEmpty { result += new }
      offset += isEmpty ? blanks.count : common
    }
    return result
  }
}

/// Follows a text byte by byte and knows whether it is within quotes.
struct QuoteTracker {
  private enum State {
    case code
    case string(quote: UInt8)
    case lineComment
    case blockComment
  }

  private var state = State.code
  /// Bytes whose meaning an earlier one has settled.
  private var skipped = 0
  /// Within a word, where `//` begins no comment: `ping://192.0.2.1`.
  private var isInWord = false

  var isInString: Bool { if case .string = state { true } else { false } }
  var isInLineComment: Bool { if case .lineComment = state { true } else { false } }
  var isInCode: Bool { if case .code = state { true } else { false } }

  mutating func see(_ byte: UInt8, next: UInt8) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    switch state {
    case .code:
      defer { isInWord = byte.isOfWord }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { state = .string(quote: byte) }
      if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/"), !isInWord { state = .lineComment }
      if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
        state = .blockComment
        skipped = 1
      }
    case .string(let quote):
      if byte == UInt8(ascii: "\\") { skipped = 1 } else if byte == quote { state = .code }
    case .lineComment:
      if TextLine.isEnd(byte) { endComment() }
    case .blockComment:
      if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
        endComment()
        skipped = 1
      }
    }
  }

  /// Its slashes were none of a word: another comment may follow at once.
  private mutating func endComment() {
    state = .code
    isInWord = false
  }
}

extension UInt8 {
  /// May stand in text without quotes.
  fileprivate var isOfWord: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: "_$/:.-+".utf8.contains(self)
    }
  }
}
