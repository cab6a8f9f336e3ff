public import SentryDiagnostics

/// The tree of a text property list, with nothing of the text lost: every byte belongs to a token or to the blanks and
/// comments before one, and every node knows its bytes.
///
/// Nodes lie in one flat array in the order of the text (20 bytes each), so that a large document costs little more
/// than its text, and freeing a deeply nested one is no deeper than freeing an array. Read it through `SyntaxNode`.
public final class SyntaxTree: Sendable {
  public let source: SourceText
  /// Pre-order: a node, then everything in it. A dictionary's children are key, value, key, value …. Never empty.
  let nodes: [Node]

  struct Node {
    enum Kind: UInt8 { case word, string, data, dictionary, array }

    struct Flags: OptionSet {
      var rawValue: UInt8
      /// A string with at least one backslash.
      static let hasEscapes = Flags(rawValue: 1)
      /// Lacks its closing bracket, quote or `>`.
      static let isUnclosed = Flags(rawValue: 2)
      /// Stands for something that is not in the text, or has no opening bracket of its own.
      static let isInserted = Flags(rawValue: 4)
      /// A value that is its own key: `{ key; }`.
      static let isShorthand = Flags(rawValue: 8)
      /// Text that should have had quotes.
      static let isUnquoted = Flags(rawValue: 16)
    }

    /// Bytes, half-open; brackets and quotes included.
    var start: UInt32
    var end: UInt32
    /// Index of the first node that is not inside this one.
    var next: UInt32
    /// Offset of the `=` after a key, of the `;` or `,` after a value; `noSeparator` without one.
    var separator = Node.noSeparator
    var kind: Kind
    var flags: Flags = []

    static let noSeparator = UInt32.max

    var range: Range<Int> { Int(start)..<Int(end) }

    /// What stands between the quotes, angle or other brackets; all of a word.
    var content: Range<Int> {
      guard kind != .word, !range.isEmpty else { return range }
      let contentStart = flags.contains(.isInserted) ? range.lowerBound : range.lowerBound + 1
      let contentEnd = flags.contains(.isUnclosed) ? range.upperBound : range.upperBound - 1
      return contentStart..<max(contentStart, contentEnd)
    }

    /// The text of a string or word as UTF-8, escapes read.
    func utf8(in bytes: [UInt8]) -> [UInt8] {
      flags.contains(.hasEscapes) ? QuotedText(content, of: bytes).utf8 : Array(bytes[content])
    }
  }

  init(source: SourceText, nodes: [Node]) {
    self.source = source
    self.nodes = nodes
  }

  public var root: SyntaxNode { SyntaxNode(tree: self, index: 0, precedingEnd: 0) }

  /// Every token of the text, in order. Cut again from the text at each use.
  public var tokens: SyntaxTokens { SyntaxTokens(bytes: source.bytes) }

  /// The text put together again from its tokens and what stands between them: the bytes that were read.
  public var printed: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(source.bytes.count)
    for token in tokens {
      text += source.bytes[token.leadingTrivia]
      text += source.bytes[token.range]
    }
    return text
  }
}

/// A token of the text: a bracket, a separator, a word, a string, data, or a run of characters that is none of these.
public struct SyntaxToken: Equatable, Sendable {
  /// Bytes, half-open. Empty for the last token, which only has trivia.
  public let range: Range<Int>
  /// The blanks, line ends and comments before it (and a byte order mark before the first).
  public let leadingTrivia: Range<Int>
}

/// The tokens of a text, from the first to the empty one at the end.
public struct SyntaxTokens: Sequence, IteratorProtocol, Sendable {
  private var scanner: Scanner
  private var covered = 0
  private var isAtEnd = false

  init(bytes: [UInt8]) {
    scanner = Scanner(bytes)
  }

  public mutating func next() -> SyntaxToken? {
    guard !isAtEnd else { return nil }
    let token = scanner.next()
    isAtEnd = token.kind == .end
    defer { covered = token.end }
    return SyntaxToken(range: token.range, leadingTrivia: covered..<token.start)
  }
}
