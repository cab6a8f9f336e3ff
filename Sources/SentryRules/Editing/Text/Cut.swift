internal import SentryDiagnostics
internal import SentryPropertyList

/// A rule cut out of its text, with its comments.
struct Cut {
  private let rule: SyntaxNode
  private let bytes: [UInt8]
  private let start: Int
  private let separator: Range<Int>?
  private let end: Int

  init(_ rule: SyntaxNode, _ fragment: ListText.Fragment) {
    self.rule = rule
    bytes = rule.tree.source.bytes
    start = fragment.start
    separator = fragment.separator
    end = fragment.end
  }

  /// A root that is one rule: all comments of the text are its own.
  init(root: SyntaxNode) {
    rule = root
    bytes = root.tree.source.bytes
    start =
      TriviaComments(in: 0..<root.range.lowerBound, of: bytes).first { _ in true }?.lowerBound
      ?? root.range.lowerBound
    separator = nil
    end =
      Array(TriviaComments(in: root.range.upperBound..<bytes.count, of: bytes)).last?.upperBound
      ?? root.range.upperBound
  }

  /// Its text in another place; no blanks before the first line, no line end after the last.
  func text(
    as number: RuleNumber, indentation: [UInt8], layout: Layout, comma: Bool
  ) throws(EditError) -> [UInt8] {
    var edits = SourceEdits()
    NumberMarks.updateAll(rule, to: number, in: &edits)
    let body: [UInt8]
    do {
      body = try edits.applied(to: bytes, within: start..<rule.range.upperBound)
    } catch {
      throw EditError("rule \(number) is laid out in a way that cannot be edited here; `sentry format` it first")
    }
    let bodyEnd = rule.range.upperBound
    let trailing =
      separator.map { Self.comments(bytes[bodyEnd..<$0.lowerBound]) + bytes[$0.upperBound..<max(end, $0.upperBound)] }
      ?? bytes[bodyEnd..<max(end, bodyEnd)]
    let old = TextLine.indentation(at: start, of: bytes)
    let text = (rule.opening == nil ? Self.braced(body) : body) + (comma ? [UInt8(ascii: ",")] : []) + trailing
    return layout.reindented(text, from: old, to: indentation)
  }

  /// The pairs of a rule without braces, put into some: on their line, if a comment does not end it.
  private static func braced(_ pairs: [UInt8]) -> [UInt8] {
    let last = pairs.lastIndex { !TextLine.isBlank($0) && !TextLine.isEnd($0) }
    let content = last.map { Array(pairs[...$0]) } ?? []
    var quotes = QuoteTracker()
    for (offset, byte) in content.enumerated() {
      quotes.see(byte, next: offset + 1 < content.count ? content[offset + 1] : 0)
    }
    let isOneLine = !content.contains(where: TextLine.isEnd) && !quotes.isInLineComment
    return Array("{ ".utf8) + content + Array((isOneLine ? " }" : "\n}").utf8)
  }

  /// What stands between a rule and its comma, without the blanks before the comma.
  private static func comments(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = text.lastIndex(where: { !TextLine.isBlank($0) && !TextLine.isEnd($0) }) else { return [] }
    // The end of a line may be that of a comment.
    return text[...last] + text[(last + 1)...].filter(TextLine.isEnd)
  }
}
