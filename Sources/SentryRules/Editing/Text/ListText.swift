internal import SentryDiagnostics
internal import SentryPropertyList

/// How the elements of one list stand in the text: which comments belong to which, and which lines they fill.
///
/// A comment that begins on the line where an element ends belongs to that element; comments on the lines right above
/// one, with no empty line between, to the one below. Everything else belongs to the list.
struct ListText {
  let bytes: [UInt8]
  let elements: [SyntaxNode]
  /// Between the brackets.
  let interior: Range<Int>

  /// `nil` for a node without brackets.
  init?(_ list: SyntaxNode) {
    guard let opening = list.opening, let closing = list.closing else { return nil }
    bytes = list.tree.source.bytes
    elements = Array(list.children)
    interior = opening.upperBound..<closing.lowerBound
  }

  /// An element with its comments.
  struct Fragment {
    /// Where the first of its comments, or itself, begins.
    var start: Int
    /// Without comments.
    var body: Range<Int>
    /// Where its separator, or the last comment on its line, ends.
    var end: Int
    var separator: Range<Int>?
    /// Where the line of `start` begins; `nil` if something else stands before it on that line.
    var lineStart: Int?
    /// Where the line after that of `end` begins; `nil` if something else follows on the line.
    var nextLine: Int?
  }

  func fragment(_ index: Int) -> Fragment {
    let element = elements[index]
    let body = element.range
    let start = startOfComments(before: body.lowerBound, from: endOfPredecessor(of: index))
    let end = endOfLineComments(from: element.separator?.upperBound ?? body.upperBound, of: bytes, to: limit(index))
    return Fragment(
      start: start, body: body, end: end, separator: element.separator,
      lineStart: TextLine.start(before: start, of: bytes), nextLine: TextLine.next(after: end, of: bytes))
  }

  /// Where the blanks before an element begin, after its predecessor's comments.
  func endOfPredecessor(of index: Int) -> Int {
    guard index > 0 else {
      return endOfLineComments(from: interior.lowerBound, of: bytes, to: elements[index].range.lowerBound)
    }
    let last = elements[index - 1]
    return endOfLineComments(
      from: last.separator?.upperBound ?? last.range.upperBound, of: bytes, to: elements[index].range.lowerBound)
  }

  private func limit(_ index: Int) -> Int {
    index + 1 < elements.count ? elements[index + 1].range.lowerBound : interior.upperBound
  }

  private func startOfComments(before body: Int, from end: Int) -> Int {
    var start = body
    for comment in Array(TriviaComments(in: end..<body, of: bytes)).reversed() {
      guard !TextLine.hasEmptyLine(in: comment.upperBound..<start, of: bytes) else { break }
      start = comment.lowerBound
    }
    return start
  }
}

/// The end of the comments that follow `offset` on its line and end on it, if nothing else does before `limit`; else
/// `offset`.
func endOfLineComments(from offset: Int, of bytes: [UInt8], to limit: Int) -> Int {
  guard offset < limit else { return offset }
  var end = offset
  for comment in TriviaComments(in: offset..<limit, of: bytes) {
    guard TextLine.isBlank(end..<comment.lowerBound, of: bytes), !bytes[comment].contains(where: TextLine.isEnd) else {
      break
    }
    end = comment.upperBound
  }
  // Before something on the same line it is that thing's comment.
  let rest = bytes[end..<limit].first { !TextLine.isBlank($0) }
  let endsList = limit < bytes.count && (bytes[limit] == UInt8(ascii: ")") || bytes[limit] == UInt8(ascii: "}"))
  return rest.map(TextLine.isEnd) ?? (endsList || limit == bytes.count) ? end : offset
}

/// What is on one line of a text.
enum TextLine {
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  static func isEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  static func isBlank(_ range: Range<Int>, of bytes: [UInt8]) -> Bool { bytes[range].allSatisfy(isBlank) }

  /// Two line ends with only blanks between; CR LF is one.
  static func hasEmptyLine(in range: Range<Int>, of bytes: [UInt8]) -> Bool {
    var count = 0
    var previous: UInt8 = 0
    for byte in bytes[range] {
      if isEnd(byte), !(byte == 0x0A && previous == 0x0D) { count += 1 }
      if count == 2 { return true }
      previous = byte
    }
    return false
  }

  /// Where the line of `offset` begins, if only blanks stand between.
  static func start(before offset: Int, of bytes: [UInt8]) -> Int? {
    var start = offset
    while start > 0, isBlank(bytes[start - 1]) { start -= 1 }
    return start == 0 || isEnd(bytes[start - 1]) ? start : nil
  }

  /// Where the line after `offset` begins, if only blanks stand between.
  static func next(after offset: Int, of bytes: [UInt8]) -> Int? {
    var end = offset
    while end < bytes.count, isBlank(bytes[end]) { end += 1 }
    guard end < bytes.count else { return bytes.count }
    guard isEnd(bytes[end]) else { return nil }
    return end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A ? end + 2 : end + 1
  }

  /// The blanks that the line of `offset` begins with, up to `offset`.
  static func indentation(at offset: Int, of bytes: [UInt8]) -> [UInt8] {
    var start = offset
    while start > 0, !isEnd(bytes[start - 1]) { start -= 1 }
    return Array(bytes[start..<offset].prefix(while: isBlank))
  }
}

extension ListText {
  /// What goes with an element: its lines if nothing else is on them, else it and the blanks to a neighbour.
  ///
  /// - Parameter isLast: nothing behind it stays; then that is the neighbour before it.
  func removal(of index: Int, isLast: Bool) -> Range<Int> {
    let fragment = fragment(index)
    if isLast, self.fragment(elements.count - 1).nextLine == nil {
      let end = endOfPredecessor(of: index)
      let isClose = bytes[end..<fragment.start].allSatisfy { TextLine.isBlank($0) || TextLine.isEnd($0) }
      return (isClose ? end : TextLine.startOfBlanks(before: fragment.start, of: bytes))..<fragment.end
    }
    if let lineStart = fragment.lineStart, let nextLine = fragment.nextLine { return lineStart..<nextLine }
    if fragment.nextLine != nil {
      return TextLine.startOfBlanks(before: fragment.start, of: bytes)..<fragment.end
    }
    return fragment.start..<TextLine.endOfBlanks(after: fragment.end, of: bytes)
  }
}

extension SyntaxNode {
  /// What goes with an entry of a dictionary; `nil` if there is none with this key, and if it has comments of its own.
  func entryRemoval(of key: String) -> Range<Int>? {
    let bytes = tree.source.bytes
    let entries = Array(entrySequence)
    guard let index = entries.firstIndex(where: { $0.key.hasText(key) }) else { return nil }
    let range = entries[index].range
    let isLast = index + 1 == entries.count
    let limit = isLast ? self.range.upperBound - 1 : entries[index + 1].key.range.lowerBound
    let end = endOfLineComments(from: range.upperBound, of: bytes, to: limit)
    let ownText = entries[index].key.range.upperBound..<entries[index].value.range.lowerBound
    guard end == range.upperBound, !TriviaComments(in: ownText, of: bytes).contains(where: { _ in true }) else {
      return nil
    }
    if let lineStart = TextLine.start(before: range.lowerBound, of: bytes),
      let nextLine = TextLine.next(after: end, of: bytes)
    {
      return lineStart..<nextLine
    }
    if isLast { return TextLine.startOfBlanks(before: range.lowerBound, of: bytes)..<range.upperBound }
    return range.lowerBound..<TextLine.endOfBlanks(after: range.upperBound, of: bytes)
  }
}

extension TextLine {
  static func startOfBlanks(before offset: Int, of bytes: [UInt8]) -> Int {
    var start = offset
    while start > 0, isBlank(bytes[start - 1]) { start -= 1 }
    return start
  }

  static func endOfBlanks(after offset: Int, of bytes: [UInt8]) -> Int {
    var end = offset
    while end < bytes.count, isBlank(bytes[end]) { end += 1 }
    return end
  }
}
