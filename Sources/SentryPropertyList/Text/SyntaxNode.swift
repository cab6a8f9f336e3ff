import SentryDiagnostics

/// One value (or key) of a text property list, with the places of everything around it. A view: cheap to copy.
public struct SyntaxNode: Sendable {
  public enum Kind: Sendable { case string, data, array, dictionary }

  public let tree: SyntaxTree
  private let storedIndex: UInt32
  private let storedPrecedingEnd: UInt32

  /// `precedingEnd` is where the token before this node ends.
  init(tree: SyntaxTree, index: Int, precedingEnd: Int) {
    self.tree = tree
    storedIndex = UInt32(clamping: index)
    storedPrecedingEnd = UInt32(clamping: precedingEnd)
  }

  var index: Int { Int(storedIndex) }
  private var precedingEnd: Int { Int(storedPrecedingEnd) }
  private var node: SyntaxTree.Node { tree.nodes[index] }
  private var bytes: [UInt8] { tree.source.bytes }

  public var kind: Kind {
    switch node.kind {
    case .word, .string: .string
    case .data: .data
    case .array: .array
    case .dictionary: .dictionary
    }
  }

  /// From its first to its last byte, quotes and brackets included.
  public var range: Range<Int> { node.range }

  /// The blanks, line ends and comments before it.
  public var leadingTrivia: Range<Int> { precedingEnd..<max(precedingEnd, range.lowerBound) }

  /// The `=` after a key; the `;` or `,` after a value. `nil` where the text has none.
  public var separator: Range<Int>? {
    node.separator == SyntaxTree.Node.noSeparator ? nil : Int(node.separator)..<Int(node.separator) + 1
  }

  /// Stands for something a finding has already been made about: a value (or bracket) that is not in the text.
  public var isMissing: Bool { node.flags.contains(.isInserted) }
}

// MARK: Text and data

extension SyntaxNode {
  /// The text of a string with its escapes read; `nil` for data and containers.
  public var text: String? {
    switch node.kind {
    case .word:
      let text = String(decoding: bytes[range], as: UTF8.self)
      return node.flags.contains(.isUnquoted) ? text.withoutQuotationMarks : text
    case .string where node.flags.contains(.hasEscapes): return QuotedText(node.content, of: bytes).string
    case .string: return String(decoding: bytes[node.content], as: UTF8.self)
    case .data, .array, .dictionary: return nil
    }
  }

  /// Where the document says a part of `text`, which is counted in UTF-8 bytes of the text.
  public func range(ofText part: Range<Int>) -> Range<Int> {
    let start = position(ofText: part.lowerBound)
    return start..<max(start, position(ofText: part.upperBound))
  }

  private func position(ofText offset: Int) -> Int {
    switch node.kind {
    case .string where node.flags.contains(.hasEscapes):
      return QuotedText(node.content, of: bytes, upTo: max(0, offset)).endPosition
    case .string, .word:
      let whole = node.kind == .word ? range : node.content
      let droppedMarks = node.kind == .word ? leadingQuotationMarks : 0
      return min(whole.upperBound, whole.lowerBound + droppedMarks + max(0, offset))
    case .data, .array, .dictionary: return range.lowerBound
    }
  }

  /// How many bytes of quotation marks `text` leaves out at the start of a word.
  private var leadingQuotationMarks: Int {
    guard node.flags.contains(.isUnquoted) else { return 0 }
    return String(decoding: bytes[range], as: UTF8.self).prefix { String.quotationMarks.contains($0) }.utf8.count
  }

  /// The bytes of `<…>`; `nil` for anything else.
  public var data: [UInt8]? {
    node.kind == .data ? HexData(node.content, of: bytes).decoded : nil
  }

  /// Bytes of `text` in UTF-8; 0 for data and containers.
  var textLength: Int {
    switch node.kind {
    case .word where !node.flags.contains(.isUnquoted): node.range.count
    case .string where !node.flags.contains(.hasEscapes): node.content.count
    case .word, .string: text?.utf8.count ?? 0
    case .data, .array, .dictionary: 0
    }
  }

  /// Whether `text` is exactly `key`. No string is made unless there are escapes.
  public func hasText(_ key: String) -> Bool {
    switch node.kind {
    case .string where node.flags.contains(.hasEscapes): text == key
    case .string, .word: bytes[node.content].elementsEqual(key.utf8)
    case .data, .array, .dictionary: false
    }
  }
}

extension String {
  static let quotationMarks = "\"'“”‘’"

  /// Without quotation marks of any kind at its ends.
  var withoutQuotationMarks: String {
    var text = drop { Self.quotationMarks.contains($0) }
    while let last = text.last, Self.quotationMarks.contains(last) { text.removeLast() }
    return String(text)
  }
}

// MARK: Containers

/// One `key = value;` of a dictionary.
public struct SyntaxEntry: Sendable {
  public let key: SyntaxNode
  public let value: SyntaxNode

  /// The `=`; `nil` in the short form `{ key; }`.
  public var equals: Range<Int>? { key.separator }

  /// From the key to the `;`.
  public var range: Range<Int> {
    key.range.lowerBound..<max(key.range.upperBound, value.separator?.upperBound ?? value.range.upperBound)
  }
}

extension SyntaxNode {
  /// The opening bracket of a container; `nil` for scalars, for a document whose pairs stand without braces, and where
  /// the bracket is missing.
  public var opening: Range<Int>? {
    guard kind == .dictionary || kind == .array, !node.flags.contains(.isInserted) else { return nil }
    return range.lowerBound..<range.lowerBound + 1
  }

  /// The closing bracket of a container, if it has one.
  public var closing: Range<Int>? {
    guard kind == .dictionary || kind == .array, !node.flags.contains(.isUnclosed) else { return nil }
    return range.upperBound - 1..<range.upperBound
  }

  /// Right after the opening bracket: where a comment about the container goes.
  public var positionAfterOpening: Int? { opening?.upperBound }

  /// The comment that directly follows the opening bracket on the same line, delimiters included.
  public var openingComment: Range<Int>? {
    positionAfterOpening.flatMap { Self.comment(after: $0, in: bytes) }
  }

  /// The comment that follows `offset` after blanks at most, delimiters included.
  public static func comment(after offset: Int, in bytes: [UInt8]) -> Range<Int>? {
    var start = offset
    while start < bytes.count, bytes[start].isBlank { start += 1 }
    guard start + 1 < bytes.count, bytes[start] == .slash else { return nil }
    if bytes[start + 1] == .slash {
      return start..<(bytes[start...].firstIndex(where: \.isLineEnd) ?? bytes.count)
    }
    guard bytes[start + 1] == .asterisk else { return nil }
    var end = start + 2
    while end + 1 < bytes.count {
      if bytes[end] == .asterisk, bytes[end + 1] == .slash { return start..<end + 2 }
      end += 1
    }
    return nil
  }

  /// The elements of an array in order; none for anything else.
  public var elements: [SyntaxNode] { kind == .array ? Array(children) : [] }

  /// The entries of a dictionary in order, those left out whose key or value is missing; none for anything else.
  public var entries: [SyntaxEntry] { Array(entrySequence) }

  /// What is directly inside a container, keys and values alike; nothing inside a scalar.
  public var children: SyntaxChildren { SyntaxChildren(of: self) }

  /// `entries`, one at a time.
  public var entrySequence: SyntaxEntrySequence { SyntaxEntrySequence(of: self) }

  /// Index of the first node after this one and all inside it.
  var nextIndex: Int { Int(node.next) }
}

/// The nodes directly inside a container.
public struct SyntaxChildren: Sequence, IteratorProtocol, Sendable {
  private let tree: SyntaxTree
  private var index: Int
  private let end: Int
  private var precedingEnd: Int

  init(of parent: SyntaxNode) {
    tree = parent.tree
    index = parent.index + 1
    end = parent.nextIndex
    precedingEnd = parent.positionAfterOpening ?? parent.range.lowerBound
  }

  public mutating func next() -> SyntaxNode? {
    guard index < end else { return nil }
    let node = SyntaxNode(tree: tree, index: index, precedingEnd: precedingEnd)
    index = node.nextIndex
    precedingEnd = node.separator?.upperBound ?? node.range.upperBound
    return node
  }

  /// All that are left, counted one by one: arrays made of them need not grow.
  public var underestimatedCount: Int {
    var (count, index) = (0, index)
    while index < end {
      count += 1
      index = Int(tree.nodes[index].next)
    }
    return count
  }
}

/// The entries directly inside a dictionary, those with a missing key left out.
public struct SyntaxEntrySequence: Sequence, IteratorProtocol, Sendable {
  private var children: SyntaxChildren
  private let isDictionary: Bool

  init(of node: SyntaxNode) {
    children = node.children
    isDictionary = node.kind == .dictionary
  }

  public mutating func next() -> SyntaxEntry? {
    guard isDictionary else { return nil }
    while let key = children.next() {
      guard let value = children.next() else { return nil }
      if !key.isMissing { return SyntaxEntry(key: key, value: value) }
    }
    return nil
  }
}
