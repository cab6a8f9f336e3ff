// Strings may span lines, so a forgotten quote would turn a document inside out: everything up to the next quote would
// become text, and the text after it structure. Foundation accepts after a string only a separator, a closing bracket,
// an equals sign, a comment or the end. Where something else follows the quote that would close a string, that string
// is judged by its surroundings: when the quote looks like the *opening* quote of the next string, or the first one
// like a closing quote, the string is cut off on its own line, before the separator that was meant to follow it. So no
// text that Foundation reads is ever cut.
extension Scanner {
  func scanString(_ token: inout Token, quote: UInt8) {
    token.kind = .string
    let contentStart = token.start + 1
    let (close, hasEscapes) = closingQuote(quote, from: contentStart)
    token.hasEscapes = hasEscapes
    if let close, isFollowedProperly(close) || !isMisplaced(opening: token.start, closing: close) {
      token.end = close + 1
      return
    }
    token.isUnterminated = true
    token.end = isGluedToWord(token.start) ? contentStart : cut(contentStart, before: close)
    token.hasEscapes = bytes[contentStart..<token.end].contains(.backslash)
  }

  private func closingQuote(_ quote: UInt8, from start: Int) -> (offset: Int?, hasEscapes: Bool) {
    var offset = start
    var hasEscapes = false
    while let byte = byte(at: offset) {
      if byte == quote { return (offset, hasEscapes) }
      if byte == .backslash {
        hasEscapes = true
        offset += 1
      }
      offset += 1
    }
    return (nil, hasEscapes)
  }

  /// Whether what follows the quote at `close` may follow a string.
  private func isFollowedProperly(_ close: Int) -> Bool {
    let offset = endOfBlanks(from: close + 1)
    switch byte(at: offset) {
    case nil, UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "="): return true
    case .slash: return byte(at: offset + 1) == .slash || byte(at: offset + 1) == .asterisk
    default: return false
    }
  }

  /// Whether the two quotes, with something improper after the second, rather belong to two different strings.
  private func isMisplaced(opening: Int, closing: Int) -> Bool {
    let content = bytes[opening + 1..<closing]
    let hasLineEnd = content.contains(where: \.isLineEnd)
    guard hasLineEnd || content.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }) else {
      return false
    }
    if hasLineEnd, isGluedToWord(opening) { return true }
    guard let last = content.last else { return false }
    if content.last(where: { !$0.isBlank }) == UInt8(ascii: "=") { return true }
    let standsFree = last.isBlank || last.isLineEnd || last.isDelimiter && !last.isQuote
    let isGluedToText = byte(at: closing + 1).map { !$0.isBlank && !$0.isLineEnd } ?? false
    return standsFree && isGluedToText
  }

  /// A quote right after a word: the closing one of a text whose opening quote is missing, or an apostrophe.
  private func isGluedToWord(_ quote: Int) -> Bool {
    quote > 0 && bytes[quote - 1].isWordByte
  }

  /// Where a string that begins at `start` and lacks its end is cut: before the separator on its line, if there is one.
  private func cut(_ start: Int, before close: Int?) -> Int {
    let lineEnd = endOfLine(from: start)
    let limit = min(lineEnd, close ?? lineEnd)
    let rest = bytes[start..<limit]
    if let semicolon = rest.firstIndex(of: UInt8(ascii: ";")) { return endOfText(in: start..<semicolon) }
    if limit < lineEnd, let separator = rest.firstIndex(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "=") }) {
      return endOfText(in: start..<separator)
    }
    return endOfText(in: start..<limit)
  }

  /// The end of `range` without what stands after the text there: blanks, commas, brackets that close more than the
  /// text opens, a semicolon after such a bracket.
  func endOfText(in range: Range<Int>) -> Int {
    let text = bytes[range]
    var surplus = text.count { $0.isClosingBracket } - text.count { $0.isOpeningBracket }
    var end = range.upperBound
    while end > range.lowerBound {
      let byte = bytes[end - 1]
      if byte.isClosingBracket, surplus > 0 {
        surplus -= 1
      } else if byte == UInt8(ascii: ";") {
        let last = bytes[range.lowerBound..<end - 1].last { !$0.isBlank }
        guard surplus > 0, last?.isClosingBracket == true else { return end }
      } else if !byte.isBlank, byte != UInt8(ascii: ",") {
        return end
      }
      end -= 1
    }
    return end
  }
}
