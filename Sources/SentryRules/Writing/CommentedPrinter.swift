internal import SentryDiagnostics
internal import SentryPropertyList

/// Prints a value of a text in the canonical layout, with its comments.
struct CommentedPrinter {
  let bytes: [UInt8]
  let output: ByteOutput

  /// From the value's first character to its last; lines after the first are indented for `level`.
  private func write(_ node: SyntaxNode, level: Int) {
    let isContainer = node.kind == .array || node.kind == .dictionary
    guard isContainer, node.opening != nil, node.hasInnerComments else {
      return CanonicalDocument.printer.write(PropertyListNode(syntax: node), to: output, margin: 2 * level)
    }
    let isArray = node.kind == .array
    output.write(isArray ? "(" : "{")
    if isArray {
      write(elements: Array(node.children), in: node, level: level + 1)
    } else {
      write(node.entries, in: node, level: level + 1)
    }
    output.write(blanks(level) + (isArray ? ")" : "}"))
  }

  /// The entries of a dictionary, a line or more for each, after the rest of the brace's line.
  ///
  /// - Parameter written: Writes an entry itself, unless it returns `false`.
  func write(
    _ entries: [SyntaxEntry], in node: SyntaxNode, level: Int, written: (SyntaxEntry) -> Bool = { _ in false }
  ) {
    var position = node.positionAfterOpening ?? node.range.lowerBound
    let limit = node.closing?.lowerBound ?? node.range.upperBound
    writeOpeningComments(&position, before: entries.first?.key.range.lowerBound ?? limit)
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].key.range.lowerBound : limit
      let end = endOfLineComments(from: entry.range.upperBound, of: bytes, to: next)
      writeSeparation(position..<entry.key.range.lowerBound, isFirst: index == 0)
      writeOwnLines(position..<entry.key.range.lowerBound, level)
      writeOwnLines(
        entry.key.range.upperBound..<max(entry.key.range.upperBound, entry.value.range.lowerBound), level)
      var trailing = comments(entry.value.range.upperBound..<max(end, entry.value.range.upperBound))
      writeLines(trailing.removeUnfit(), level)
      output.write(blanks(level))
      if !written(entry) {
        output.write(CanonicalDocument.printer.word(entry.key.text ?? "") + " = ")
        write(entry.value, level: level)
        output.write(";")
      }
      output.write(trailing.asTrailing + "\n")
      position = end
    }
    writeOwnLines(position..<limit, level)
  }

  private func write(elements: [SyntaxNode], in node: SyntaxNode, level: Int) {
    var position = node.positionAfterOpening ?? node.range.lowerBound
    let limit = node.closing?.lowerBound ?? node.range.upperBound
    writeOpeningComments(&position, before: elements.first?.range.lowerBound ?? limit)
    for (index, element) in elements.enumerated() {
      let next = index + 1 < elements.count ? elements[index + 1].range.lowerBound : limit
      let end = endOfLineComments(
        from: element.separator?.upperBound ?? element.range.upperBound, of: bytes, to: next)
      writeSeparation(position..<element.range.lowerBound, isFirst: index == 0)
      writeOwnLines(position..<element.range.lowerBound, level)
      var trailing = comments(element.range.upperBound..<max(end, element.range.upperBound))
      writeLines(trailing.removeUnfit(), level)
      output.write(blanks(level))
      write(element, level: level)
      output.write((index + 1 < elements.count ? "," : "") + trailing.asTrailing + "\n")
      position = end
    }
    writeOwnLines(position..<limit, level)
  }

  private func writeOpeningComments(_ position: inout Int, before limit: Int) {
    let end = endOfLineComments(from: position, of: bytes, to: limit)
    output.write(comments(position..<end).asTrailing + "\n")
    position = end
  }

  /// One empty line where the author left some.
  private func writeSeparation(_ range: Range<Int>, isFirst: Bool) {
    let end = TriviaComments(in: range, of: bytes).first { _ in true }?.lowerBound ?? range.upperBound
    if !isFirst, TextLine.hasEmptyLine(in: range.lowerBound..<end, of: bytes) { output.write("\n") }
  }

  func writeOwnLines(_ range: Range<Int>, _ level: Int) {
    writeLines(comments(range), level)
  }

  private func writeLines(_ comments: [String], _ level: Int) {
    for comment in comments {
      output.write(blanks(level) + comment.replacing("\n", with: "\n" + blanks(level)) + "\n")
    }
  }

  private func comments(_ range: Range<Int>) -> [String] {
    RuleCommentReader(bytes).texts(in: range)
  }

  private func blanks(_ level: Int) -> String { String(repeating: "  ", count: level) }
}
