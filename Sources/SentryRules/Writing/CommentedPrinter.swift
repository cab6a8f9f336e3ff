internal import SentryDiagnostics
internal import SentryPropertyList

/// Prints a value of a text in the canonical layout, with its comments.
struct CommentedPrinter {
  let bytes: [UInt8]

  /// From the value's first character to its last; lines after the first are indented for `level`.
  func text(of node: SyntaxNode, level: Int) -> String {
    let isContainer = node.kind == .array || node.kind == .dictionary
    guard isContainer, node.opening != nil, !node.innerComments.isEmpty else {
      let lines = CanonicalDocument.printer.print(PropertyListNode(syntax: node).value).split(separator: "\n")
      return lines.joined(separator: "\n" + blanks(level))
    }
    let isArray = node.kind == .array
    let body =
      isArray
      ? lines(ofElements: Array(node.children), in: node, level: level + 1)
      : lines(ofEntries: node.entries, in: node, level: level + 1)
    return (isArray ? "(" : "{") + body + blanks(level) + (isArray ? ")" : "}")
  }

  /// The entries of a dictionary, a line or more for each, after the rest of the brace's line.
  func lines(
    ofEntries entries: [SyntaxEntry], in node: SyntaxNode, level: Int, value: ((SyntaxEntry) -> String?)? = nil
  ) -> String {
    var position = node.positionAfterOpening ?? node.range.lowerBound
    let limit = node.closing?.lowerBound ?? node.range.upperBound
    var text = openingComments(&position, before: entries.first?.key.range.lowerBound ?? limit)
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].key.range.lowerBound : limit
      let end = endOfLineComments(from: entry.range.upperBound, of: bytes, to: next)
      text += separation(position..<entry.key.range.lowerBound, isFirst: index == 0)
      text += ownLines(position..<entry.key.range.lowerBound, level)
      text += ownLines(
        entry.key.range.upperBound..<max(entry.key.range.upperBound, entry.value.range.lowerBound), level)
      let key = CanonicalDocument.printer.word(entry.key.text ?? "")
      let written = value?(entry) ?? "\(key) = \(self.text(of: entry.value, level: level));"
      var trailing = comments(entry.value.range.upperBound..<max(end, entry.value.range.upperBound))
      text += lines(trailing.removeLong(), level) + blanks(level) + written + trailing.asTrailing + "\n"
      position = end
    }
    return text + ownLines(position..<limit, level)
  }

  private func lines(ofElements elements: [SyntaxNode], in node: SyntaxNode, level: Int) -> String {
    var position = node.positionAfterOpening ?? node.range.lowerBound
    let limit = node.closing?.lowerBound ?? node.range.upperBound
    var text = openingComments(&position, before: elements.first?.range.lowerBound ?? limit)
    for (index, element) in elements.enumerated() {
      let next = index + 1 < elements.count ? elements[index + 1].range.lowerBound : limit
      let end = endOfLineComments(
        from: element.separator?.upperBound ?? element.range.upperBound, of: bytes, to: next)
      text += separation(position..<element.range.lowerBound, isFirst: index == 0)
      text += ownLines(position..<element.range.lowerBound, level)
      var trailing = comments(element.range.upperBound..<max(end, element.range.upperBound))
      text += lines(trailing.removeLong(), level)
      text += blanks(level) + self.text(of: element, level: level) + (index + 1 < elements.count ? "," : "")
      text += trailing.asTrailing + "\n"
      position = end
    }
    return text + ownLines(position..<limit, level)
  }

  private func openingComments(_ position: inout Int, before limit: Int) -> String {
    let end = endOfLineComments(from: position, of: bytes, to: limit)
    defer { position = end }
    return comments(position..<end).asTrailing + "\n"
  }

  /// One empty line where the author left some.
  private func separation(_ range: Range<Int>, isFirst: Bool) -> String {
    let end = TriviaComments(in: range, of: bytes).first { _ in true }?.lowerBound ?? range.upperBound
    return !isFirst && TextLine.hasEmptyLine(in: range.lowerBound..<end, of: bytes) ? "\n" : ""
  }

  func ownLines(_ range: Range<Int>, _ level: Int) -> String {
    lines(comments(range), level)
  }

  private func lines(_ comments: [String], _ level: Int) -> String {
    comments.map { blanks(level) + $0.replacing("\n", with: "\n" + blanks(level)) + "\n" }.joined()
  }

  private func comments(_ range: Range<Int>) -> [String] {
    RuleCommentReader(bytes).texts(in: range)
  }

  private func blanks(_ level: Int) -> String { String(repeating: "  ", count: level) }
}
