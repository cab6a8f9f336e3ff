internal import SentryDiagnostics
internal import SentryPropertyList

/// Where an entry of a rule stands in a text, and how it is written there.
struct FieldText {
  private let rule: SyntaxNode
  private let change: FieldChange

  init(_ rule: SyntaxNode, _ change: FieldChange) {
    self.rule = rule
    self.change = change
  }

  private var key: RuleKey { change.field.key }

  /// A number in the name's place goes.
  func write(into edits: inout SourceEdits) throws(EditError) {
    var removals: [Range<Int>] = []
    if let key = change.field.numberKey, let entry = entry(key) { remove(entry, key, &removals, &edits) }
    let own = entry(key)
    switch (own, change.text) {
    case (let own?, let text?): replace(own, with: text, &edits)
    case (let own?, nil): remove(own, key, &removals, &edits)
    case (nil, let text?): try insert("\(key.rawValue) = \(CanonicalDocument.printer.word(text));", &edits)
    case (nil, nil): break
    }
    for range in merged(removals) { edits.replace(range, with: "") }
  }

  /// The last of several with one key counts.
  private func entry(_ key: RuleKey) -> SyntaxEntry? {
    var found: SyntaxEntry?
    for entry in rule.entrySequence where entry.key.hasText(key.rawValue) { found = entry }
    return found
  }

  private func replace(_ entry: SyntaxEntry, with text: String, _ edits: inout SourceEdits) {
    guard entry.equals != nil, !entry.value.range.isEmpty else {
      return edits.replace(entry.range, with: "\(key.rawValue) = \(CanonicalDocument.printer.word(text));")
    }
    let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) && !#""'\"#.utf8.contains($0) }
    let isAlike = isPlain && entry.value.kind == .string
    edits.replace(
      entry.value.range, with: isAlike ? entry.value.quotedAlike(text) : CanonicalDocument.printer.word(text))
  }

  /// An entry whose comments must stay says nothing instead.
  private func remove(
    _ entry: SyntaxEntry, _ key: RuleKey, _ removals: inout [Range<Int>], _ edits: inout SourceEdits
  ) {
    if let range = rule.entryRemoval(of: key.rawValue) {
      removals.append(range)
    } else {
      edits.replace(entry.value.range.isEmpty ? entry.range : entry.value.range, with: "\"\"")
    }
  }

  /// Neighbours may share the blanks between them: then the second is the rule's last, and the blanks before both go.
  private func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    guard ranges.count == 2, ranges[0].overlaps(ranges[1]) else { return ranges }
    let first = min(ranges[0].lowerBound, ranges[1].lowerBound)
    let start = TextLine.startOfBlanks(before: first, of: rule.tree.source.bytes)
    return [start..<max(ranges[0].upperBound, ranges[1].upperBound)]
  }

  /// Behind the entry that stands before it in the usual order; of those in the text the nearest.
  private func insert(_ text: String, _ edits: inout SourceEdits) throws(EditError) {
    let entries = Array(rule.entrySequence)
    let predecessor = Self.order.prefix { $0 != key }.reversed().lazy.compactMap { earlier in
      entries.last {
        earlier != change.field.numberKey && $0.key.hasText(earlier.rawValue) && $0.value.separator != nil
      }
    }.first
    if let predecessor {
      edits.insert(" " + text, at: predecessor.range.upperBound)
    } else if let first = entries.first {
      edits.insert(text + " ", at: first.range.lowerBound)
    } else if let closing = rule.closing {
      edits.insert(" " + text + " ", at: closing.lowerBound)
    } else {
      throw EditError("the rule has no braces: put it into ( { … } ) first")
    }
  }

  /// As `WrittenEntry`s are written, numbers beside their names.
  private static let order: [RuleKey] = [
    .nodeName, .enabled, .observe, .property, .propertyName, .relation, .relationName, .propertyValue, .filterAction,
    .filterActionName, .parameter,
  ]
}
