// What the values of most properties have in common: blanks around them do not count, nor do remarks in parentheses
// (docs/Classic.md, "Values").

/// Where a value may hold text in parentheses that does not count: `8 (echo request)`.
public enum ValueRemarks: Sendable {
  /// Nowhere: the whole text counts, parentheses and blanks included.
  case nowhere
  /// The value ends before the first parenthesis.
  case atEnd
  /// After each element of a list, nested parentheses included: `3 (loose), 9 (strict)`.
  case anywhere
}

extension Substring {
  /// The text that counts. A remark that is not closed, or text after one that stands at the end, is refused: it would
  /// not count, and nothing would show it.
  func without(_ remarks: ValueRemarks) throws(ValueError) -> Substring {
    guard remarks != .nowhere, utf8.contains(UInt8(ascii: "(")) else { return remarks == .nowhere ? self : trimmed }
    let kept = try withoutParentheses()
    guard remarks == .atEnd else { return kept.trimmed }
    let value = prefix { $0 != "(" }.trimmed
    guard kept.trimmed == value else { throw .textAfterRemark(self, value: value) }
    return value
  }

  private func withoutParentheses() throws(ValueError) -> Substring {
    var kept = Substring()
    var depth = 0
    for character in self {
      switch character {
      case "(": depth += 1
      case ")" where depth > 0: depth -= 1
      default: if depth == 0 { kept.append(character) }
      }
    }
    guard depth == 0 else { throw .unclosedRemark(self, open: depth) }
    return kept
  }

  /// Without blanks at both ends.
  package var trimmed: Substring {
    // Nearly every value is bare ASCII; to ask Unicode about each of its characters takes ten times as long.
    if let first = utf8.first, let last = utf8.last, first.isVisibleASCII, last.isVisibleASCII { return self }
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return prefix(0)
    }
    return self[first...last]
  }

  /// The elements of a comma list, trimmed; empty elements stay.
  var listElements: ListElements { ListElements(of: self) }

  /// The two halves around the first `separator`, trimmed; `nil` without one.
  func halves(around separator: Character) -> (Substring, Substring)? {
    guard let middle = firstIndex(of: separator) else { return nil }
    return (self[..<middle].trimmed, self[index(after: middle)...].trimmed)
  }
}

/// The elements of a comma list, cut off one after the other: a list may be as long as a document.
struct ListElements: Sequence, IteratorProtocol {
  /// `nil` after the last element.
  private var rest: Substring?

  fileprivate init(of list: Substring) {
    rest = list
  }

  mutating func next() -> Substring? {
    guard let list = rest else { return nil }
    guard let comma = list.utf8.firstIndex(of: UInt8(ascii: ",")) else {
      rest = nil
      return list.trimmed
    }
    rest = list[list.index(after: comma)...]
    return list[..<comma].trimmed
  }
}

extension UInt8 {
  /// From `!` to `~`.
  fileprivate var isVisibleASCII: Bool { self > 0x20 && self < 0x7F }
}
