internal import SentryDiagnostics
internal import SentryPropertyList

/// A document in the canonical text form, with every comment of a text kept: before a rule, after a brace, or at the end
/// of a line, wherever it stands.
///
/// The canonical form itself is `CanonicalDocument`'s; formatting it again changes nothing. Of several empty lines
/// between rules one stays.
public struct FormattedDocument: Sendable {
  public let document: RuleDocument
  /// `nil` if the document has errors.
  public let text: String?

  public init(reading bytes: [UInt8], fileName: String = "document") {
    var root: PropertyListNode?
    document = RuleDocument(bytes, fileName: fileName) { root = $0 }
    guard let ruleSet = document.ruleSet else {
      text = nil
      return
    }
    guard let root, let outline = RuleOutline(root), let node = root.syntax else {
      text = CanonicalDocument.text(of: ruleSet)
      return
    }
    text = TextFormatter(ruleSet: ruleSet, outline: outline, root: node).text
  }
}

/// Formats one text.
private struct TextFormatter {
  let ruleSet: RuleSet
  let outline: RuleOutline
  let root: SyntaxNode

  private var bytes: [UInt8] { root.tree.source.bytes }
  private var printer: CommentedPrinter { CommentedPrinter(bytes: bytes) }

  var text: String {
    let start = root.opening?.lowerBound ?? root.range.lowerBound
    let end = root.opening == nil ? bytes.count : root.range.upperBound
    let body =
      switch outline.layout {
      case .list, .singleRule: "(" + listOfRules(level: 0) + ")\n"
      case .rules where !hasClassicKeys: "{" + ownEntries + "}\n"
      case .rules, .classicTable, .rootIsTable: "{" + classicEntries + "}\n"
      }
    return header(before: start) + body + printer.ownLines(end..<bytes.count, 0)
  }

  /// Before the root: comments, and one empty line where there were some.
  private func header(before end: Int) -> String {
    var text = ""
    var position = 0
    for comment in TriviaComments(in: 0..<end, of: bytes) {
      if position > 0, TextLine.hasEmptyLine(in: position..<comment.lowerBound, of: bytes) { text += "\n" }
      text += printer.ownLines(comment, 0)
      position = comment.upperBound
    }
    return position > 0 && TextLine.hasEmptyLine(in: position..<end, of: bytes) ? text + "\n" : text
  }

  /// After the opening parenthesis, up to before the closing one.
  private func listOfRules(level: Int) -> String {
    guard let list = outline.topList?.syntax.flatMap(ListText.init) else {
      return "\n" + rulesText(level: level)
    }
    let first = list.elements.isEmpty ? list.interior.upperBound : list.endOfPredecessor(of: 0)
    let reader = RuleCommentReader(list)
    let opening = reader.texts(in: list.interior.lowerBound..<first).asTrailing + "\n"
    let end = list.elements.indices.last.map { list.fragment($0).end } ?? first
    let closing = printer.ownLines(end..<list.interior.upperBound, level + 1)
    return opening + rulesText(level: level) + closing
      + String(repeating: "  ", count: level)
  }

  private func rulesText(level: Int) -> String {
    CanonicalRules.text(of: ruleSet.rules, depth: level + 1, comments: RuleComments.all(in: outline))
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
  private var ownEntries: String {
    let entries = root.entries.filter { RuleKey(rawValue: $0.key.text ?? "") == nil }
    return printer.lines(ofEntries: entries, in: root, level: 1) { entry in
      guard entry.key.hasText(RootKey.rules) else { return nil }
      return "\(RootKey.rules) = (" + listOfRules(level: 1) + ");"
    }
  }

  /// The rules, then everything else under our names; comments outside the rules come first.
  private var classicEntries: String {
    let list = outline.topList?.syntax
    let outside = root.innerComments.filter { comment in list.map { !$0.range.contains(comment.lowerBound) } ?? true }
    var text = "\n" + outside.map { printer.ownLines($0, 1) }.joined()
    text += "  \(RootKey.rules) = (" + (list == nil ? "\n  " : listOfRules(level: 1)) + ");\n"
    for (index, entry) in CanonicalDocument.otherEntries(of: ruleSet).enumerated() {
      let value = CanonicalDocument.indented(entry.value)
      text += "\(index == 0 ? "\n" : "")  \(CanonicalDocument.printer.word(entry.key)) = \(value);\n"
    }
    return text
  }
}
