internal import SentryDiagnostics
internal import SentryPropertyList

/// The comments of one rule, by where they stand, and whether an empty line stands before it.
///
/// Texts with their marks. Those of several lines have LF as line end and no indentation that comes from their place.
struct RuleComments: Sendable {
  struct OfEntry: Sendable {
    var before: [String] = []
    var after: [String] = []

    mutating func add(_ other: OfEntry) {
      before += other.before
      after += other.after
      before += after.removeUnfit()
    }
  }

  var isSeparated = false
  /// On lines of their own above the rule.
  var before: [String] = []
  /// After the opening brace, the rule's number left out.
  var opening: [String] = []
  var entries: [RuleKey: OfEntry] = [:]
  var afterChildrenOpening: [String] = []
  /// Below the last child.
  var endOfChildren: [String] = []
  var beforeClosing: [String] = []
  /// After the closing brace and the comma.
  var after: [String] = []

  /// Whether the rule must be written an entry a line.
  var areInside: Bool { !opening.isEmpty || !entries.isEmpty || !beforeClosing.isEmpty }

  /// Between its braces.
  var areWithin: Bool { areInside || !afterChildrenOpening.isEmpty || !endOfChildren.isEmpty }

  var areThere: Bool { areWithin || !before.isEmpty || !after.isEmpty }
}

extension RuleComments {
  /// By the index of their rule in document order; none for a document that is not text. Few rules have any.
  static func all(in outline: RuleOutline) -> [Int: RuleComments] {
    guard let root = outline.root.syntax else { return [:] }
    var gathered = GatheredComments()
    if outline.isSingleRule {
      gathered.add(RuleCommentReader(root.tree.source.bytes).inside(root))
      gathered.addAll(below: root)
    } else if let list = outline.topList?.syntax.flatMap(ListText.init) {
      gathered.addAll(in: list)
    }
    return gathered.comments
  }

  /// There is no comment, and no empty line.
  var isEmpty: Bool { !isSeparated && !areThere }
}

private struct GatheredComments {
  private(set) var comments: [Int: RuleComments] = [:]
  private var ruleCount = 0

  mutating func add(_ comments: RuleComments) {
    if !comments.isEmpty { self.comments[ruleCount] = comments }
    ruleCount += 1
  }

  mutating func addAll(in list: ListText) {
    let reader = RuleCommentReader(list)
    for index in list.elements.indices {
      add(reader.comments(of: index))
      addAll(below: list.elements[index])
    }
  }

  mutating func addAll(below rule: SyntaxNode) {
    if let list = rule.childList.flatMap(ListText.init) { addAll(in: list) }
  }
}

extension [String] {
  /// Takes out those that cannot stand at the end of a line: those of several lines, and all but one of those that reach
  /// to its end. That one comes last.
  mutating func removeUnfit() -> [String] {
    let long = filter { $0.contains("\n") }
    let toEndOfLine = filter { $0.hasPrefix("//") }
    removeAll { $0.contains("\n") || $0.hasPrefix("//") }
    self += toEndOfLine.suffix(1)
    return long + toEndOfLine.dropLast()
  }

  /// At the end of a line.
  var asTrailing: String { map { " " + $0 }.joined() }
}

/// Gathers the comments of a rule from its text, every one exactly once.
struct RuleCommentReader {
  private let list: ListText?
  private let bytes: [UInt8]

  init(_ list: ListText) {
    self.list = list
    bytes = list.bytes
  }

  init(_ bytes: [UInt8]) {
    list = nil
    self.bytes = bytes
  }

  /// `index` of the list.
  func comments(of index: Int) -> RuleComments {
    guard let list else { return RuleComments() }
    let rule = list.elements[index]
    var comments = inside(rule)
    let start = list.endOfPredecessor(of: index)
    comments.before = texts(in: start..<rule.range.lowerBound)
    let firstComment =
      TriviaComments(in: start..<rule.range.lowerBound, of: bytes).first { _ in true }?.lowerBound
      ?? rule.range.lowerBound
    comments.isSeparated = index > 0 && TextLine.hasEmptyLine(in: start..<firstComment, of: bytes)
    let fragment = list.fragment(index)
    comments.after = texts(in: rule.range.upperBound..<max(fragment.end, rule.range.upperBound))
    comments.before += comments.after.removeUnfit()
    return comments
  }

  /// The comments between the braces of a rule, those of its children left out.
  func inside(_ rule: SyntaxNode) -> RuleComments {
    var comments = RuleComments()
    guard rule.kind == .dictionary else { return comments }
    var position = rule.positionAfterOpening ?? rule.range.lowerBound
    let limit = rule.closing?.lowerBound ?? rule.range.upperBound
    let entries = Array(rule.entrySequence)
    let endOfOpening = endOfLineComments(from: position, of: bytes, to: entries.first?.key.range.lowerBound ?? limit)
    // A comment of ours before the first entry on the same line is part of the opening, too.
    let ownComment = rule.openingComment.flatMap { bytes[$0].contains(where: TextLine.isEnd) ? nil : $0.upperBound }
    let opening = max(ownComment ?? endOfOpening, endOfOpening)
    comments.opening = texts(in: position..<opening).filter { !isNumber($0) }
    position = opening
    for (index, entry) in entries.enumerated() {
      let next = index + 1 < entries.count ? entries[index + 1].key.range.lowerBound : limit
      let end = endOfLineComments(from: entry.range.upperBound, of: bytes, to: next)
      var own = RuleComments.OfEntry()
      own.before = texts(in: position..<entry.key.range.lowerBound)
      own.before += texts(in: entry.key.range.upperBound..<entry.value.range.lowerBound)
      own.after = texts(in: entry.value.range.upperBound..<max(end, entry.value.range.upperBound))
      position = end
      let key = RuleKey(rawValue: entry.key.text ?? "")
      if key == .children, let inner = ListText(entry.value) {
        let first = inner.elements.isEmpty ? inner.interior.upperBound : inner.endOfPredecessor(of: 0)
        comments.afterChildrenOpening = texts(in: inner.interior.lowerBound..<first)
        if let last = inner.elements.indices.last {
          comments.endOfChildren = texts(in: inner.fragment(last).end..<inner.interior.upperBound)
        } else {
          // An empty list is not written.
          own.before += texts(in: inner.interior)
          comments.afterChildrenOpening = []
        }
      } else if entry.value.kind == .array || entry.value.kind == .dictionary {
        own.after += entry.value.innerComments.map { text(of: $0) }
      }
      guard !own.before.isEmpty || !own.after.isEmpty else { continue }
      if let key = key?.written {
        comments.entries[key, default: RuleComments.OfEntry()].add(own)
      } else {
        comments.beforeClosing += own.before + own.after
      }
    }
    comments.beforeClosing += texts(in: position..<limit)
    return comments
  }

  func texts(in range: Range<Int>) -> [String] {
    guard !range.isEmpty else { return [] }
    return TriviaComments(in: range, of: bytes).map(text)
  }

  private func text(of comment: Range<Int>) -> String {
    var layout = Layout()
    layout.lineEnd = [0x0A]
    let indentation = TextLine.indentation(at: comment.lowerBound, of: bytes)
    let text = layout.reindented(Array(bytes[comment]), from: indentation, to: [])
    return String(decoding: text, as: UTF8.self)
  }

  private func isNumber(_ comment: String) -> Bool {
    comment.hasPrefix("/*") && RuleNumber(Substring(comment.dropFirst(2).dropLast(2)).trimmed) != nil
  }
}

extension RuleKey {
  /// The entry that says in the canonical form what this one says.
  fileprivate var written: RuleKey {
    switch self {
    case .property: .propertyName
    case .relation: .relationName
    case .filterAction: .filterActionName
    default: self
    }
  }
}

extension SyntaxNode {
  /// The places of the comments anywhere between the brackets.
  var innerComments: [Range<Int>] {
    var comments: [Range<Int>] = []
    forEachInnerComment { comment in
      comments.append(comment)
      return true
    }
    return comments
  }

  var hasInnerComments: Bool {
    var isFound = false
    forEachInnerComment { _ in
      isFound = true
      return false
    }
    return isFound
  }

  /// Calls `body` with each until it returns `false`; returns whether it never did.
  @discardableResult
  private func forEachInnerComment(_ body: (Range<Int>) -> Bool) -> Bool {
    func visit(_ range: Range<Int>) -> Bool {
      TriviaComments(in: range, of: tree.source.bytes).allSatisfy(body)
    }
    var position = positionAfterOpening ?? range.lowerBound
    for child in children {
      if position < child.range.lowerBound, !visit(position..<child.range.lowerBound) { return false }
      if !child.forEachInnerComment(body) { return false }
      if let separator = child.separator, child.range.upperBound < separator.lowerBound,
        !visit(child.range.upperBound..<separator.lowerBound)
      {
        return false
      }
      position = child.separator?.upperBound ?? child.range.upperBound
    }
    let end = closing?.lowerBound ?? range.upperBound
    guard kind == .array || kind == .dictionary, position < end else { return true }
    return visit(position..<end)
  }
}
