internal import SentryDiagnostics
package import SentryPropertyList

/// A document in the canonical text form, with every comment of a text kept: before a rule, after a brace, or at the end
/// of a line, wherever it stands.
///
/// The canonical form itself is `CanonicalDocument`'s; formatting it again changes nothing. Of several empty lines
/// between rules one stays.
public struct FormattedDocument: Sendable {
  public let document: RuleDocument
  private let root: PropertyListNode?

  public init(reading bytes: [UInt8], fileName: String = "document") {
    var root: PropertyListNode?
    document = RuleDocument(bytes, fileName: fileName) { root = $0 }
    self.root = root
  }

  /// `nil` if the document has errors. Put together at each use.
  public var text: String? { document.hasErrors ? nil : ByteOutput.text { write(to: $0) } }

  /// Writes the text piece by piece; nothing if the document has errors.
  package func write(to output: ByteOutput) {
    guard let ruleSet = document.ruleSet else { return }
    guard let root, let outline = RuleOutline(root), let node = root.syntax else {
      return CanonicalDocument.write(ruleSet, to: output)
    }
    TextFormatter(ruleSet: ruleSet, outline: outline, root: node, output: output).write()
  }

  /// Whether `bytes` are the text already.
  package func isText(_ bytes: [UInt8]) -> Bool {
    guard !document.hasErrors else { return false }
    var (isSame, position) = (true, 0)
    let output = ByteOutput { piece in
      isSame = isSame && bytes[position...].starts(with: piece)
      position = min(bytes.count, position + piece.count)
    }
    write(to: output)
    output.finish()
    return isSame && position == bytes.count
  }
}

/// Formats one text.
private struct TextFormatter {
  let ruleSet: RuleSet
  let outline: RuleOutline
  let root: SyntaxNode
  let output: ByteOutput

  private var bytes: [UInt8] { root.tree.source.bytes }
  private var printer: CommentedPrinter { CommentedPrinter(bytes: bytes, output: output) }

  func write() {
    let start = root.opening?.lowerBound ?? root.range.lowerBound
    let end = root.opening == nil ? bytes.count : root.range.upperBound
    writeHeader(before: start)
    switch outline.layout {
    case .list, .singleRule:
      output.write("(")
      writeRules(level: 0)
      output.write(")\n")
    case .rules where !hasClassicKeys:
      output.write("{")
      writeOwnEntries()
      output.write("}\n")
    case .rules, .classicTable, .rootIsTable:
      output.write("{")
      writeClassicEntries()
      output.write("}\n")
    }
    printer.writeOwnLines(end..<bytes.count, 0)
  }

  /// Before the root: comments, and one empty line where there were some.
  private func writeHeader(before end: Int) {
    var position = 0
    for comment in TriviaComments(in: 0..<end, of: bytes) {
      if position > 0, TextLine.hasEmptyLine(in: position..<comment.lowerBound, of: bytes) { output.write("\n") }
      printer.writeOwnLines(comment, 0)
      position = comment.upperBound
    }
    if position > 0, TextLine.hasEmptyLine(in: position..<end, of: bytes) { output.write("\n") }
  }

  /// After the opening parenthesis, up to before the closing one.
  private func writeRules(level: Int) {
    guard let list = outline.topList?.syntax.flatMap(ListText.init) else {
      output.write("\n")
      return writeTree(level: level)
    }
    let first = list.elements.isEmpty ? list.interior.upperBound : list.endOfPredecessor(of: 0)
    let afterLast = (list.elements.indices.last.map { list.fragment($0).end } ?? first)..<list.interior.upperBound
    let reader = RuleCommentReader(list)
    output.write(reader.texts(in: list.interior.lowerBound..<first).asTrailing + "\n")
    writeTree(level: level)
    printer.writeOwnLines(afterLast, level + 1)
    output.write(String(repeating: "  ", count: level))
  }

  private func writeTree(level: Int) {
    CanonicalRules.write(ruleSet.rules, to: output, depth: level + 1, comments: RuleComments.all(in: outline))
  }

  // MARK: The root's entries

  private var hasClassicKeys: Bool {
    root.entrySequence.contains { entry in
      [RootKey.classicInterfaces, RootKey.classicTriggerDuration, RootKey.classicBlockIPv6].contains {
        entry.key.hasText($0)
      }
    }
  }

  /// In the author's order, with everything that was written.
  private func writeOwnEntries() {
    let entries = root.entries.filter { RuleKey(rawValue: $0.key.text ?? "") == nil }
    printer.write(entries, in: root, level: 1) { entry in
      guard entry.key.hasText(RootKey.rules) else { return false }
      output.write("\(RootKey.rules) = (")
      writeRules(level: 1)
      output.write(");")
      return true
    }
  }

  /// The rules, then everything else under our names; comments outside the rules come first.
  private func writeClassicEntries() {
    let list = outline.topList?.syntax
    output.write("\n")
    for comment in root.innerComments where list?.range.contains(comment.lowerBound) != true {
      printer.writeOwnLines(comment, 1)
    }
    output.write("  \(RootKey.rules) = (")
    if list == nil { output.write("\n  ") } else { writeRules(level: 1) }
    output.write(");\n")
    CanonicalDocument.writeOtherEntries(of: ruleSet, to: output)
  }
}
