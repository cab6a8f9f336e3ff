internal import SentryDiagnostics
internal import SentryPropertyList

/// The numbers that a text repeats: the comment after a rule's opening brace, if it holds nothing else, and the classic
/// entry `nodeNumber`.
enum NumberMarks {
  /// Changes those of one rule to `number`.
  static func update(_ rule: SyntaxNode, to number: RuleNumber, in edits: inout SourceEdits) {
    if let place = placeInComment(of: rule) { edits.replace(place, with: "\(number)") }
    let entry = rule.entrySequence.first { $0.key.hasText(RuleKey.nodeNumber.rawValue) }
    if let value = entry?.value, value.kind == .string, !value.range.isEmpty {
      edits.replace(value.range, with: value.quotedAlike("\(number)"))
    }
  }

  /// Changes those of a rule and of all rules below it.
  static func updateAll(_ rule: SyntaxNode, to number: RuleNumber, in edits: inout SourceEdits) {
    update(rule, to: number, in: &edits)
    for (index, child) in rule.childRules.enumerated() { updateAll(child, to: number.child(index + 1), in: &edits) }
  }

  static func hasComment(_ rule: SyntaxNode) -> Bool { placeInComment(of: rule) != nil }

  /// Where the number stands in the comment; `nil` if the comment says anything else.
  private static func placeInComment(of rule: SyntaxNode) -> Range<Int>? {
    let bytes = rule.tree.source.bytes
    guard let comment = rule.openingComment, comment.count > 4, bytes[comment.lowerBound + 1] == UInt8(ascii: "*")
    else {
      return nil
    }
    let content = comment.lowerBound + 2..<comment.upperBound - 2
    guard let first = content.first(where: { !TextLine.isBlank(bytes[$0]) }),
      let last = content.last(where: { !TextLine.isBlank(bytes[$0]) })
    else { return nil }
    return isNumber(bytes[first...last]) ? first..<last + 1 : nil
  }

  /// Digits with single dots between them.
  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    var needsDigit = true
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): needsDigit = false
      case UInt8(ascii: ".") where !needsDigit: needsDigit = true
      default: return false
      }
    }
    return !needsDigit
  }
}

extension SyntaxNode {
  /// The array of the rules right below this one; `nil` if there is none.
  var childList: SyntaxNode? {
    let entry = entrySequence.first { $0.key.hasText(RuleKey.children.rawValue) }
    return entry.flatMap { $0.value.kind == .array ? $0.value : nil }
  }

  var childRules: [SyntaxNode] { childList.map { Array($0.children) } ?? [] }
}

extension SyntaxNode {
  /// `text` in the quotes that this string stands in; without, as it must be written.
  func quotedAlike(_ text: String) -> String {
    let quote = tree.source.bytes[range.lowerBound]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      return CanonicalDocument.printer.word(text)
    }
    let mark = String(decoding: [quote], as: UTF8.self)
    return mark + text + mark
  }
}
