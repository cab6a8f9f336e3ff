/// A piece of a packet's line: a word, a text in quotes, or a mark.
struct NotationToken: Equatable {
  enum Kind: Equatable {
    case word
    /// What the quotes hold, its escapes read.
    case quoted([UInt8])
    /// `>`, `(` and `)`.
    case arrow, open, close
    case end
  }

  let kind: Kind
  /// As written; empty at the end.
  let text: String
  /// In UTF-8 bytes of the line.
  let range: Range<Int>

  /// For the "found" of a message.
  var shown: String { kind == .end ? "the end" : "'\(text.shown)'" }

  func isWord(_ word: String) -> Bool { kind == .word && text.lowercased() == word }
}

/// Cuts a line into tokens.
struct NotationScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// All tokens, an `end` last.
  static func tokens(of text: String) throws(NotationError) -> [NotationToken] {
    var scanner = NotationScanner(text)
    var tokens: [NotationToken] = []
    while let token = try scanner.next() { tokens.append(token) }
    let end = scanner.bytes.count
    return tokens + [NotationToken(kind: .end, text: "", range: end..<end)]
  }

  private mutating func next() throws(NotationError) -> NotationToken? {
    while let byte = peek, byte.isBlank { position += 1 }
    let start = position
    guard let byte = peek else { return nil }
    switch byte {
    case UInt8(ascii: ">"): return mark(.arrow)
    case UInt8(ascii: "("): return mark(.open)
    case UInt8(ascii: ")"): return mark(.close)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try text(endingWith: [[byte]], from: start)
    default:
      if let marks = Self.typographicMarks.first(where: { length(ofOneOf: $0) != nil }) {
        return try text(endingWith: marks, from: start)
      }
      while let byte = peek, !byte.isBlank, !byte.endsNotationWord { position += 1 }
      return token(.word, from: start)
    }
  }

  /// As a word processor may have them around a line that was pasted from it.
  private static let typographicMarks = [TypographicQuotes.double.union(["\""]), TypographicQuotes.single].map {
    marks in
    marks.map { Array(String($0).utf8) }
  }

  /// Of the mark that stands here; `nil` if none of them does.
  private func length(ofOneOf marks: [[UInt8]]) -> Int? {
    marks.first { $0[0] == peek && bytes[position...].starts(with: $0) }?.count
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func mark(_ kind: NotationToken.Kind) -> NotationToken {
    position += 1
    return token(kind, from: position - 1)
  }

  private func token(_ kind: NotationToken.Kind, from start: Int) -> NotationToken {
    NotationToken(kind: kind, text: String(decoding: bytes[start..<position], as: UTF8.self), range: start..<position)
  }

  /// From one of the marks, which stands here, up to and with the next.
  private mutating func text(endingWith marks: [[UInt8]], from start: Int) throws(NotationError) -> NotationToken {
    position += length(ofOneOf: marks) ?? 1
    var content: [UInt8] = []
    while let byte = peek {
      if let length = length(ofOneOf: marks) {
        position += length
        return token(.quoted(content), from: start)
      }
      position += 1
      content.append(byte == UInt8(ascii: "\\") ? try escaped() : byte)
    }
    throw .unterminatedText(at: start..<position)
  }

  /// What follows a backslash, which is read.
  private mutating func escaped() throws(NotationError) -> UInt8 {
    let start = position - 1
    guard let byte = peek else { throw .badEscape(at: start..<position) }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "0"): return 0
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return byte
    case UInt8(ascii: "x"):
      guard let high = peek?.hexDigit else { throw .badEscape(at: start..<position) }
      position += 1
      guard let low = peek?.hexDigit else { throw .badEscape(at: start..<position) }
      position += 1
      return high << 4 | low
    default:
      while let byte = peek, byte & 0xC0 == 0x80 { position += 1 }
      throw .badEscape(at: start..<position)
    }
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

  fileprivate var endsNotationWord: Bool {
    switch self {
    case UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
    default: false
    }
  }

  /// The value of a hexadecimal digit of either case.
  var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
