/// Cuts the UTF-8 text of a property list into tokens. Takes any bytes; knows only where tokens end, not what is in
/// them: escapes and hexadecimal digits are looked at when a token is used (`QuotedText`, `HexData`).
///
/// Each byte is looked at a bounded number of times, whatever the text; see `unterminatedLimit`.
struct Scanner {
  /// What is wrong with a comment, with the offset of the `/*` it is about.
  enum CommentProblem {
    case unterminated(at: Int)
    case opensAnother(at: Int, inner: Int)
  }

  let bytes: [UInt8]
  private(set) var position: Int
  /// Found since `takeCommentProblems` was last called, or while skipping to the newest token.
  private(set) var commentProblems: [CommentProblem] = []
  /// An unterminated comment took the rest of the text.
  private(set) var endsInComment = false

  private var indentation = 0
  private var startsLine = true
  /// There is no `*/` at or after this offset.
  private var lastCommentEndSearched = Int.max
  private var unterminatedCount = 0

  /// Looking for the end of a string that has none costs a look at the rest of the text; after this many the rest is
  /// one stray token.
  private static let unterminatedLimit = 250

  /// Begins after a byte order mark, if there is one.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// Begins in the middle of the text.
  init(_ bytes: [UInt8], from offset: Int) {
    self.bytes = bytes
    position = offset
  }

  mutating func takeCommentProblems() -> [CommentProblem] {
    defer { commentProblems = [] }
    return commentProblems
  }

  /// The next token; `.end`, again and again, after the last.
  mutating func next() -> Token {
    let triviaStart = position
    skipTrivia()
    var token = Token(
      kind: .end, triviaStart: triviaStart, start: position, end: position, startsLine: startsLine,
      indentation: indentation)
    startsLine = false
    guard let byte = byte(at: position) else { return token }
    guard unterminatedCount < Self.unterminatedLimit else {
      token.kind = .stray
      token.end = bytes.count
      position = token.end
      return token
    }
    scan(&token, from: byte)
    position = token.end
    return token
  }

  func byte(at offset: Int) -> UInt8? {
    offset < bytes.count ? bytes[offset] : nil
  }

  private mutating func scan(_ token: inout Token, from byte: UInt8) {
    token.end = token.start + 1
    switch byte {
    case UInt8(ascii: "{"): token.kind = .openBrace
    case UInt8(ascii: "}"): token.kind = .closeBrace
    case UInt8(ascii: "("): token.kind = .openParenthesis
    case UInt8(ascii: ")"): token.kind = .closeParenthesis
    case UInt8(ascii: "="): token.kind = .equals
    case UInt8(ascii: ";"): token.kind = .semicolon
    case UInt8(ascii: ","): token.kind = .comma
    case .quotationMark, .apostrophe: scanString(&token, quote: byte)
    case UInt8(ascii: "<"): if !scanData(&token) { scanWord(&token) }
    default: scanWord(&token)
    }
    if token.isUnterminated { unterminatedCount += 1 }
  }
}

// MARK: Blanks and comments

extension Scanner {
  private mutating func skipTrivia() {
    while let byte = byte(at: position) {
      if byte.isBlank {
        if startsLine { indentation = byte == 0x09 ? (indentation / 8 + 1) * 8 : indentation + 1 }
        position += 1
      } else if byte.isLineEnd {
        beginLine(at: position + 1)
      } else if isLineSeparator(at: position) {
        beginLine(at: position + 3)
      } else if byte == .slash, self.byte(at: position + 1) == .slash {
        position = endOfLine(from: position)
      } else if byte == .slash, self.byte(at: position + 1) == .asterisk {
        skipComment()
      } else {
        return
      }
    }
  }

  private mutating func beginLine(at offset: Int) {
    position = offset
    indentation = 0
    startsLine = true
  }

  /// U+2028 or U+2029, which Foundation's readers take for line ends.
  private func isLineSeparator(at offset: Int) -> Bool {
    bytes[offset] == 0xE2 && byte(at: offset + 1) == 0x80
      && (byte(at: offset + 2) == 0xA8 || byte(at: offset + 2) == 0xA9)
  }

  /// The first offset at or after `offset` that holds neither a blank nor a line end.
  func endOfBlanks(from offset: Int) -> Int {
    var end = offset
    while let byte = byte(at: end) {
      if byte.isBlank || byte.isLineEnd { end += 1 } else if isLineSeparator(at: end) { end += 3 } else { break }
    }
    return end
  }

  func endOfLine(from offset: Int) -> Int {
    var end = offset
    while let byte = byte(at: end), !byte.isLineEnd, !isLineSeparator(at: end) { end += 1 }
    return end
  }

  private mutating func skipComment() {
    let start = position
    var inner: Int?
    var offset = start + 2
    while start < lastCommentEndSearched, let byte = byte(at: offset) {
      if byte == .asterisk, self.byte(at: offset + 1) == .slash {
        if let inner { commentProblems.append(.opensAnother(at: start, inner: inner)) }
        if bytes[start..<offset].contains(where: \.isLineEnd) { beginLine(at: offset + 2) }
        position = offset + 2
        return
      }
      if byte == .slash, self.byte(at: offset + 1) == .asterisk, inner == nil { inner = offset }
      offset += 1
    }
    lastCommentEndSearched = min(lastCommentEndSearched, start)
    commentProblems.append(.unterminated(at: start))
    position = endOfText(in: start + 2..<endOfLine(from: start))
    if !nextLineLooksLikeProperties() { position = bytes.count }
    endsInComment = position == bytes.count
  }

  /// Whether what follows the line at `position` reads like a property list rather than like a comment's next line.
  private func nextLineLooksLikeProperties() -> Bool {
    var offset = endOfBlanks(from: position)
    guard let first = byte(at: offset) else { return true }
    if first.isDelimiter || first == .slash { return true }
    while let byte = byte(at: offset), byte.isWordByte { offset += 1 }
    while let byte = byte(at: offset), byte.isBlank { offset += 1 }
    return byte(at: offset) == UInt8(ascii: "=")
  }
}

// MARK: Words

extension Scanner {
  /// A word up to a blank, a delimiter or a comment. What cannot begin a word becomes a stray token.
  private func scanWord(_ token: inout Token) {
    if let end = endOfStrayBlanks(from: token.start) {
      token.kind = .stray
      token.isUnseen = true
      token.end = end
      return
    }
    if let end = endOfBrokenComment(from: token.start) {
      token.kind = .stray
      token.isBrokenComment = true
      token.end = end
      return
    }
    if let end = endOfCurlyQuotedText(from: token.start) {
      token.kind = .word
      token.isOdd = true
      token.end = end
      return
    }
    var hasTextCharacter = false
    var end = token.start
    while let byte = byte(at: end), !endsWord(byte, at: end) {
      if !byte.isWordByte { token.isOdd = true }
      if byte.isASCIILetterOrDigit || byte >= 0x80 { hasTextCharacter = true }
      end += 1
    }
    token.end = max(end, token.start + 1)
    token.kind = token.isOdd && !hasTextCharacter ? .stray : .word
    token.isSlash = token.kind == .word && token.range.count == 1 && bytes[token.start] == .slash
  }

  /// `* … */` or `/ … */` on one line. An asterisk outside quotes and comments is no part of a property list, so no
  /// text that Foundation reads is taken for such.
  private func endOfBrokenComment(from start: Int) -> Int? {
    guard bytes[start] == .slash || bytes[start] == .asterisk else { return nil }
    for offset in start + 1..<max(start + 1, min(start + 200, bytes.count - 1)) {
      let byte = bytes[offset]
      if byte.isLineEnd || byte.isQuote || byte == .slash && bytes[offset + 1] == .asterisk { return nil }
      if byte == .asterisk, bytes[offset + 1] == .slash { return offset + 2 }
    }
    return nil
  }

  private func endsWord(_ byte: UInt8, at offset: Int) -> Bool {
    if byte.isWordByte { return byte == .slash && self.byte(at: offset + 1) == .asterisk }
    return byte.isBlank || byte.isLineEnd || byte.isDelimiter || byte.isControl
      || byte == UInt8(ascii: "<") && self.byte(at: offset + 1)?.hexDigitValue != nil
      || byte >= 0x80 && (isLineSeparator(at: offset) || lengthOfUnicodeBlank(at: offset) != nil)
  }

  /// Control characters, or blanks outside ASCII (which look harmless and are not).
  private func endOfStrayBlanks(from start: Int) -> Int? {
    var end = start
    while let byte = byte(at: end) {
      if byte.isControl { end += 1 } else if let length = lengthOfUnicodeBlank(at: end) { end += length } else { break }
    }
    return end > start ? end : nil
  }

  /// Bytes of the no-break space, an en or em blank, a zero-width blank or a byte order mark at `offset`.
  private func lengthOfUnicodeBlank(at offset: Int) -> Int? {
    let second = byte(at: offset + 1) ?? 0
    let third = byte(at: offset + 2) ?? 0
    return switch (bytes[offset], second, third) {
    case (0xC2, 0xA0, _): 2
    case (0xE2, 0x80, 0x80...0x8D), (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF): 3
    default: nil
    }
  }

  /// Text in typographic quotes, as word processors make them, up to the closing one on the same line.
  private func endOfCurlyQuotedText(from start: Int) -> Int? {
    guard isCurlyQuote(at: start) else { return nil }
    var end = start + 3
    while let byte = byte(at: end), !byte.isLineEnd {
      if isCurlyQuote(at: end) { return end + 3 }
      end += 1
    }
    return nil
  }

  /// One of U+2018, U+2019, U+201C, U+201D.
  private func isCurlyQuote(at offset: Int) -> Bool {
    guard byte(at: offset) == 0xE2, byte(at: offset + 1) == 0x80, let last = byte(at: offset + 2) else { return false }
    return last == 0x98 || last == 0x99 || last == 0x9C || last == 0x9D
  }
}

// MARK: Data

extension Scanner {
  /// `<…>`; `false` if the `<` does not begin data (as in `<=`).
  private func scanData(_ token: inout Token) -> Bool {
    var end = token.start + 1
    while let byte = byte(at: end), byte != UInt8(ascii: ">"), !byte.isDelimiter, byte != UInt8(ascii: "<") { end += 1 }
    token.kind = .data
    if byte(at: end) == UInt8(ascii: ">") {
      token.end = end + 1
      return true
    }
    guard let endOfDigits = endOfUnterminatedDigits(from: token.start + 1) else { return false }
    token.isUnterminated = true
    token.end = endOfDigits
    return true
  }

  /// Where data without its `>` ends: after the last digit on the line. `nil` when its first group is not all digits.
  private func endOfUnterminatedDigits(from start: Int) -> Int? {
    var offset = start
    var end: Int?
    while let byte = byte(at: offset), !byte.isLineEnd, byte.isBlank || byte.hexDigitValue != nil {
      offset += 1
      if !byte.isBlank { end = offset }
    }
    if end == offset, let after = byte(at: offset), !after.isDelimiter, !after.isLineEnd {
      // The last group runs into something that is no digit: it is not ours.
      let groups = bytes[start..<offset].lastIndex(where: \.isBlank)
      return groups.flatMap { blank in bytes[start..<blank].lastIndex { !$0.isBlank }.map { $0 + 1 } }
    }
    return end
  }
}
