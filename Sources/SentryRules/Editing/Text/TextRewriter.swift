internal import SentryDiagnostics
internal import SentryPropertyList

/// Carries a plan out in a text: everything that the plan does not touch stays byte for byte.
///
/// All changes are gathered as edits of the text as it was and made at once. Rules that move are cut out with their
/// comments, indented anew, and put in where they go.
struct TextRewriter {
  private let outline: RuleOutline
  private let plan: EditPlan
  private let bytes: [UInt8]
  private let layout: Layout
  private var edits = SourceEdits()
  /// May touch each other or overlap; merged before they become edits.
  private var removals: [Range<Int>] = []
  /// Lines whose indentation shrinks, with the bytes they lose.
  private var dedents: [(lines: Range<Int>, count: Int)] = []
  /// The new number of the first piece: a parent and a position.
  private var arrival: (parent: RuleNumber, position: Int)?
  private var lists: [RuleNumber: ListText] = [:]
  private var renumbering = Renumbering()

  /// The text after the edit, and the numbers that rules have then.
  static func rewrite(
    _ bytes: [UInt8], _ outline: RuleOutline, by plan: EditPlan
  ) throws(EditError) -> (text: [UInt8], outcome: EditOutcome) {
    var rewriter = TextRewriter(bytes, outline, plan)
    try rewriter.run()
    let outcome = EditOutcome(
      inserted: rewriter.insertedNumbers, shifts: rewriter.renumbering.shifts(plan),
      orphans: OrphanedTest.all(in: outline.root, rewriter.renumbering, plan))
    do {
      return (try rewriter.edits.applied(to: bytes), outcome)
    } catch {
      throw EditError("the document is laid out in a way that cannot be edited here; `sentry format` it first")
    }
  }

  private init(_ bytes: [UInt8], _ outline: RuleOutline, _ plan: EditPlan) {
    self.bytes = bytes
    self.outline = outline
    self.plan = plan
    layout = Layout(of: bytes)
  }

  private var insertedNumbers: [RuleNumber] { plan.pieces.indices.compactMap(insertedNumber) }

  private func insertedNumber(_ piece: Int) -> RuleNumber? {
    arrival.map { $0.parent.child($0.position + piece) }
  }

  private mutating func run() throws(EditError) {
    for (number, isOn) in plan.switches.sorted(by: { $0.key < $1.key }) {
      setEnabled(try node(number), isOn)
    }
    for (number, change) in plan.fields.sorted(by: { $0.key < $1.key }) {
      try FieldText(try node(number), change).write(into: &edits)
    }
    guard !plan.touched.isEmpty else { return }
    renumber()
    for parent in plan.changed.sorted() { try rewriteList(below: parent) }
    finish()
  }

  private mutating func node(_ number: RuleNumber) throws(EditError) -> SyntaxNode {
    if number.path.count == 1, outline.isSingleRule, let root = outline.root.syntax { return root }
    let elements = try list(below: number.parent)?.elements ?? []
    guard elements.indices.contains(number.position - 1) else {
      throw .noSuchRule(number, found: elements.count)
    }
    return elements[number.position - 1]
  }

  /// `nil` if `number` has no list.
  private mutating func list(below number: RuleNumber) throws(EditError) -> ListText? {
    if let known = lists[number] { return known }
    guard let node = try outline.list(below: number)?.syntax else { return nil }
    guard let list = ListText(node) else { throw EditError("the list of rules has no parentheses around it") }
    lists[number] = list
    return list
  }
}

// MARK: Switches

extension TextRewriter {
  private mutating func setEnabled(_ rule: SyntaxNode, _ isOn: Bool) {
    let text = isOn ? "1" : "0"
    guard let entry = rule.entrySequence.first(where: { $0.key.hasText(RuleKey.enabled.rawValue) }) else {
      return insertSwitch(text, into: rule)
    }
    guard let range = entry.value.range.isEmpty ? nil : entry.value.range, entry.equals != nil else {
      return edits.replace(entry.range, with: "\(RuleKey.enabled.rawValue) = \(text);")
    }
    edits.replace(range, with: entry.value.kind == .string ? entry.value.quotedAlike(text) : text)
  }

  /// After the name, else as the first entry.
  private mutating func insertSwitch(_ text: String, into rule: SyntaxNode) {
    let entry = "\(RuleKey.enabled.rawValue) = \(text);"
    if let name = rule.entrySequence.first(where: { $0.key.hasText(RuleKey.nodeName.rawValue) }),
      name.value.separator != nil
    {
      return edits.insert(" " + entry, at: name.range.upperBound)
    }
    if let first = rule.entrySequence.first(where: { _ in true }) {
      return edits.insert(entry + " ", at: first.range.lowerBound)
    }
    guard let closing = rule.closing else { return }
    edits.insert(" " + entry + " ", at: closing.lowerBound)
  }
}

// MARK: Numbers

extension TextRewriter {
  /// Corrects the numbers in the text where rules change their place.
  private mutating func renumber() {
    let rules =
      outline.isSingleRule
      ? [outline.root.syntax].compactMap(\.self) : outline.topList?.syntax.map { Array($0.children) } ?? []
    var position = 0
    renumber(rules, below: .root, to: .root, from: &position)
    renumbering.note(plan.pieces, as: insertedNumbers)
    if let root = outline.root.syntax { TestMarks.update(in: root, renumbering, plan, in: &edits) }
  }

  /// `rules` stand right below `old` and go right below `new`, after the child at `position`.
  private mutating func renumber(
    _ rules: [SyntaxNode], below old: RuleNumber, to new: RuleNumber, from position: inout Int
  ) {
    for (index, rule) in rules.enumerated() {
      let number = old.child(index + 1)
      passSlot(EditPlan.Slot(parent: old, index: index), to: new, from: &position)
      if plan.removed.contains(number) {
        if plan.keepsChildren { renumber(rule.childRules, below: number, to: new, from: &position) }
        continue
      }
      position += 1
      renumber(rule, from: number, to: new.child(position))
    }
    passSlot(EditPlan.Slot(parent: old, index: rules.count), to: new, from: &position)
  }

  private mutating func passSlot(_ slot: EditPlan.Slot, to new: RuleNumber, from position: inout Int) {
    guard plan.slot == slot else { return }
    arrival = (new, position + 1)
    position += plan.pieces.count
  }

  private mutating func renumber(_ rule: SyntaxNode, from old: RuleNumber, to new: RuleNumber) {
    if old != new { renumbering.note(old, new) }
    if plan.touched.contains(old) {
      if old != new { NumberMarks.update(rule, to: new, in: &edits) }
      var position = 0
      renumber(rule.childRules, below: old, to: new, from: &position)
    } else if old != new {
      NumberMarks.updateAll(rule, to: new, in: &edits)
    }
  }
}

// MARK: Lists

extension TextRewriter {
  private mutating func rewriteList(below parent: RuleNumber) throws(EditError) {
    if plan.isGone(parent) || plan.keepsChildren && plan.removed.contains(parent) { return }
    if parent == .root, outline.isSingleRule { return try rewriteSingleRule() }
    guard let list = try list(below: parent) else { return try insertList(below: parent) }
    let change = plan.change(below: parent, count: list.elements.count)
    fixCommas(of: list, below: parent, isFollowedByPieces: change.gap == change.kept.count && !plan.pieces.isEmpty)
    for index in list.elements.indices where plan.removed.contains(parent.child(index + 1)) {
      remove(index, of: list, number: parent.child(index + 1), isLast: index > change.kept.last ?? -1)
    }
    if let gap = change.gap, !plan.pieces.isEmpty {
      try insertPieces(into: list, among: change.kept, at: gap)
    } else if change.kept.isEmpty, !plan.keepsChildren {
      try removeEmptied(list, below: parent)
    }
  }

  /// All but the last element need a comma; the last keeps to what the last did before.
  private mutating func fixCommas(of list: ListText, below parent: RuleNumber, isFollowedByPieces: Bool) {
    let survivors = remaining(of: list.elements, below: parent)
    let lastHadComma = list.elements.last?.separator != nil
    for (index, element) in survivors.enumerated() {
      let needsComma = index + 1 < survivors.count || isFollowedByPieces || lastHadComma
      switch (element.separator, needsComma) {
      case (nil, true): edits.insert(",", at: element.range.upperBound)
      case (let comma?, false): removals.append(comma)
      default: break
      }
    }
  }

  /// What stays in the text, those included that move up into the place of a removed rule.
  private func remaining(of rules: [SyntaxNode], below parent: RuleNumber) -> [SyntaxNode] {
    rules.enumerated().flatMap { index, rule -> [SyntaxNode] in
      let number = parent.child(index + 1)
      guard plan.removed.contains(number) else { return [rule] }
      return plan.keepsChildren ? remaining(of: rule.childRules, below: number) : []
    }
  }

  private mutating func remove(_ index: Int, of list: ListText, number: RuleNumber, isLast: Bool) {
    if plan.keepsChildren, let inner = list.elements[index].childList.flatMap(ListText.init), !inner.elements.isEmpty {
      lift(inner, outOf: list.fragment(index), number: number)
    } else {
      removals.append(list.removal(of: index, isLast: isLast))
    }
  }

  /// Removes what stands before and after the list of a rule's children, and indents them like the rule.
  private mutating func lift(_ inner: ListText, outOf rule: ListText.Fragment, number: RuleNumber) {
    let (first, last) = (inner.fragment(0), inner.fragment(inner.elements.count - 1))
    let endOfOpening = inner.endOfPredecessor(of: 0)
    var head = rule.start..<first.start
    if let lineStart = rule.lineStart, let nextLine = TextLine.next(after: endOfOpening, of: bytes),
      nextLine <= first.start
    {
      head = lineStart..<nextLine
    }
    var tail = last.end..<rule.end
    if let lineStart = TextLine.start(before: inner.interior.upperBound, of: bytes), let nextLine = rule.nextLine {
      tail = lineStart..<nextLine
    }
    removals += [head, tail]
    let excess =
      TextLine.indentation(at: first.start, of: bytes).count - TextLine.indentation(at: rule.start, of: bytes).count
    if excess > 0, first.lineStart != nil { dedents.append((head.upperBound..<tail.lowerBound, excess)) }
    removeChildren(of: inner, below: number)
  }

  private mutating func removeChildren(of list: ListText, below parent: RuleNumber) {
    for index in list.elements.indices where plan.removed.contains(parent.child(index + 1)) {
      remove(index, of: list, number: parent.child(index + 1), isLast: index + 1 == list.elements.count)
    }
  }

  /// An empty list says nothing: `children = ()` goes, the document's own list stays as `()`.
  private mutating func removeEmptied(_ list: ListText, below parent: RuleNumber) throws(EditError) {
    let rest = self.rest(of: list.interior)
    guard rest.allSatisfy({ TextLine.isBlank(bytes[$0]) || TextLine.isEnd(bytes[$0]) }) else { return }
    guard parent != .root else { return removals.append(list.interior) }
    let rule = try node(parent)
    removals.append(rule.entryRemoval(of: RuleKey.children.rawValue) ?? list.interior)
  }

  /// The offsets of `range` that are not removed.
  private func rest(of range: Range<Int>) -> [Int] {
    var removed = IndexRanges(removals)
    return range.filter { !removed.contains($0) }
  }
}

// MARK: A root that is one rule

extension TextRewriter {
  /// The root becomes an array when other rules join it.
  private mutating func rewriteSingleRule() throws(EditError) {
    guard let root = outline.root.syntax else { return }
    let newline = String(decoding: layout.lineEnd, as: UTF8.self)
    if plan.removed.contains(RuleNumber([1])) {
      guard plan.keepsChildren, let list = root.childList, let inner = ListText(list), !inner.elements.isEmpty else {
        return edits.replace(root.range, with: "()")
      }
      removals += [root.range.lowerBound..<list.range.lowerBound, list.range.upperBound..<root.range.upperBound]
      removeChildren(of: inner, below: RuleNumber([1]))
      return fixCommas(of: inner, below: RuleNumber([1]), isFollowedByPieces: false)
    }
    guard let slot = plan.slot, slot.parent == .root, root.opening != nil else {
      throw EditError("the document is one rule without braces; put it into ( { … } ) first")
    }
    let indentation = TextLine.indentation(at: root.range.lowerBound, of: bytes)
    let isBefore = slot.index == 0
    let text = try piecesText(indentation: indentation, lastComma: isBefore).joined(layout.lineEnd)
    edits.insert("(" + newline + (isBefore ? text + newline : ""), at: root.range.lowerBound)
    edits.insert((isBefore ? "" : "," + newline + text) + newline + ")", at: root.range.upperBound)
  }
}

// MARK: Insertion

extension TextRewriter {
  private mutating func insertPieces(into list: ListText, among kept: [Int], at gap: Int) throws(EditError) {
    let isLast = gap == kept.count
    let needsLastComma = !isLast || list.elements.last?.separator != nil
    let successor = isLast ? nil : list.fragment(kept[gap])
    let predecessor = gap > 0 ? list.fragment(kept[gap - 1]) : nil
    if let predecessor, predecessor.nextLine != nil || successor?.lineStart != nil || isLast {
      let text = try piecesText(indentation: indentation(at: predecessor.start), lastComma: needsLastComma)
      // A comment on the predecessor's line would be taken for the next rule's.
      let commaEnd = predecessor.separator?.upperBound ?? predecessor.body.upperBound
      let isInline = predecessor.nextLine == nil && predecessor.end == commaEnd
      let closing = predecessor.nextLine == nil ? closing(text, in: list) : ""
      edits.insert(
        isInline ? text.inline(before: true, layout.lineEnd) : text.onLines(before: layout.lineEnd) + closing,
        at: predecessor.end)
    } else if let successor {
      let text = try piecesText(indentation: indentation(at: successor.start), lastComma: true)
      if let lineStart = successor.lineStart {
        edits.insert(text.onLines(after: layout.lineEnd), at: lineStart)
      } else {
        edits.insert(text.inline(before: false, layout.lineEnd), at: successor.start)
      }
    } else if !list.elements.isEmpty {
      try replaceAll(of: list, lastComma: needsLastComma)
    } else {
      try insertPieces(intoEmpty: list)
    }
  }

  /// Every element goes, and others come: in the place of the first.
  private mutating func replaceAll(of list: ListText, lastComma: Bool) throws(EditError) {
    let place = list.fragment(0)
    let text = try piecesText(indentation: indentation(at: place.start), lastComma: lastComma)
    removals.removeAll { $0.overlaps(place.start..<place.end) }
    for index in list.elements.indices.dropFirst() { removals.append(list.removal(of: index, isLast: true)) }
    let closing = place.nextLine == nil ? closing(text, in: list) : ""
    edits.replace(place.start..<place.end, with: text.joined(layout.lineEnd) + closing)
  }

  /// What follows the pieces where their line goes on: the end of a line whose comment would swallow the rest.
  private func closing(_ text: PiecesText, in list: ListText) -> String {
    guard text.endsInLineComment else { return "" }
    return String(decoding: layout.lineEnd + indentation(at: list.interior.lowerBound), as: UTF8.self)
  }

  private mutating func insertPieces(intoEmpty list: ListText) throws(EditError) {
    let outer = indentation(at: list.interior.lowerBound)
    let text = try piecesText(indentation: outer + layout.unit, lastComma: false)
    let lines = text.onLines(before: layout.lineEnd)
    let closing = layout.lineEnd + outer
    if list.interior.allSatisfy({ TextLine.isBlank(bytes[$0]) || TextLine.isEnd(bytes[$0]) }) {
      edits.replace(list.interior, with: lines + String(decoding: closing, as: UTF8.self))
    } else if let lineStart = TextLine.start(before: list.interior.upperBound, of: bytes) {
      edits.insert(text.onLines(after: layout.lineEnd), at: lineStart)
    } else {
      edits.insert(lines + String(decoding: closing, as: UTF8.self), at: list.interior.upperBound)
    }
  }

  /// The rule at `parent`, or the root, has no list yet.
  private mutating func insertList(below parent: RuleNumber) throws(EditError) {
    guard !plan.pieces.isEmpty else { return }
    if parent != .root {
      return try insertEntry(RuleKey.children.rawValue, into: try node(parent))
    }
    if case .classicTable(let table) = outline.layout, let node = table.syntax {
      return try insertEntry(RuleKey.children.rawValue, into: node)
    }
    guard let root = outline.root.syntax else { return }
    try insertEntry(RootKey.rules, into: root)
  }

  /// As the last entry: on lines of its own if the closing brace is, else on the last entry's.
  private mutating func insertEntry(_ key: String, into dictionary: SyntaxNode) throws(EditError) {
    guard dictionary.kind == .dictionary else { throw EditError("the place for the rules is no dictionary") }
    if dictionary.entrySequence.contains(where: { $0.key.hasText(key) }) {
      throw EditError("'\(key)' is there, but is no list of rules")
    }
    let last = Array(dictionary.entrySequence).last
    if let last, last.value.separator == nil { edits.insert(";", at: last.range.upperBound) }
    let end = last?.range.upperBound ?? dictionary.openingComment?.upperBound ?? dictionary.positionAfterOpening ?? 0
    let limit = dictionary.closing?.lowerBound ?? bytes.count
    let place = endOfLineComments(from: end, of: bytes, to: limit)
    let standsAlone =
      dictionary.closing.map { TextLine.start(before: $0.lowerBound, of: bytes) != nil && $0.lowerBound > end } ?? true
    let outer =
      last.map { indentation(at: standsAlone ? $0.key.range.lowerBound : dictionary.range.lowerBound) }
      ?? indentation(at: dictionary.range.lowerBound) + (standsAlone ? layout.unit : [])
    let text = try piecesText(indentation: outer + layout.unit, lastComma: false)
    let (newline, blanks) = (String(decoding: layout.lineEnd, as: UTF8.self), String(decoding: outer, as: UTF8.self))
    let list = "\(key) = (" + text.onLines(before: layout.lineEnd) + newline + blanks + ");"
    let isFirst = last == nil && !standsAlone
    edits.insert((standsAlone ? newline + blanks : " ") + list + (isFirst ? " " : ""), at: standsAlone ? place : end)
  }

  private func indentation(at offset: Int) -> [UInt8] { TextLine.indentation(at: offset, of: bytes) }
}

// MARK: Pieces

extension TextRewriter {
  private mutating func piecesText(indentation: [UInt8], lastComma: Bool) throws(EditError) -> PiecesText {
    var text = PiecesText(indentation: indentation)
    for index in plan.pieces.indices {
      let comma = lastComma || index + 1 < plan.pieces.count
      text.pieces.append(try self.text(ofPiece: index, indentation: indentation, comma: comma))
    }
    return text
  }

  /// Without blanks before its first line.
  private mutating func text(
    ofPiece index: Int, indentation: [UInt8], comma: Bool
  ) throws(EditError) -> [UInt8] {
    let number = insertedNumber(index) ?? .root
    switch plan.pieces[index] {
    case .new(let index):
      return try snippetText(index, number: number, indentation: indentation, comma: comma)
    case .moved(let old):
      return try moved(old, to: number, indentation: indentation, comma: comma)
    case .wrapping(let index, let old):
      let rule = try snippetText(index, number: number, indentation: indentation, comma: false)
      let child = try moved(old, to: number.child(1), indentation: indentation + layout.unit, comma: false)
      let end = rule.lastIndex(of: UInt8(ascii: "}")) ?? rule.endIndex
      let newline = layout.lineEnd
      return rule[..<end] + Array("children = (".utf8) + newline + indentation + layout.unit + child + newline
        + indentation + Array("); }".utf8) + (comma ? [UInt8(ascii: ",")] : [])
    }
  }

  private func snippetText(
    _ index: Int, number: RuleNumber, indentation: [UInt8], comma: Bool
  ) throws(EditError) -> [UInt8] {
    guard let snippet = plan.snippet else { return [] }
    return try snippet.cut(index).text(as: number, indentation: indentation, layout: layout, comma: comma)
  }

  private mutating func moved(
    _ old: RuleNumber, to number: RuleNumber, indentation: [UInt8], comma: Bool
  ) throws(EditError) -> [UInt8] {
    guard let list = try list(below: old.parent), list.elements.indices.contains(old.position - 1) else { return [] }
    let cut = Cut(list.elements[old.position - 1], list.fragment(old.position - 1))
    return try cut.text(as: number, indentation: indentation, layout: layout, comma: comma)
  }
}

/// The texts of the rules that come in, ready to be put between others.
private struct PiecesText {
  var pieces: [[UInt8]] = []
  let indentation: [UInt8]

  init(indentation: [UInt8]) {
    self.indentation = indentation
  }

  /// Each on lines of its own, which follow a line without its end.
  func onLines(before lineEnd: [UInt8]) -> String {
    String(decoding: pieces.flatMap { lineEnd + indentation + $0 }, as: UTF8.self)
  }

  /// Each on lines of its own, which end.
  func onLines(after lineEnd: [UInt8]) -> String {
    String(decoding: pieces.flatMap { indentation + $0 + lineEnd }, as: UTF8.self)
  }

  /// From the middle of one line to that of another.
  func joined(_ lineEnd: [UInt8]) -> String {
    String(decoding: Array(pieces.joined(separator: lineEnd + indentation)), as: UTF8.self)
  }

  /// On the line of a neighbour, with a blank to it.
  func inline(before: Bool, _ lineEnd: [UInt8]) -> String {
    pieces.map { piece in
      let text = String(decoding: piece, as: UTF8.self)
      // A comment to the end of the line needs one.
      let end = endsInLineComment(piece) ? String(decoding: lineEnd, as: UTF8.self) : before ? "" : " "
      return (before ? " " : "") + text + end
    }.joined()
  }

  /// The last of them does.
  var endsInLineComment: Bool { pieces.last.map(endsInLineComment) ?? false }

  private func endsInLineComment(_ text: [UInt8]) -> Bool {
    var quotes = QuoteTracker()
    for (offset, byte) in text.enumerated() { quotes.see(byte, next: offset + 1 < text.count ? text[offset + 1] : 0) }
    return !quotes.isInCode
  }
}

// MARK: Finish

extension TextRewriter {
  private mutating func finish() {
    let merged = IndexRanges(removals).widened { TextLine.withEmptiedLines($0, of: bytes) }
    for range in merged.ranges where !range.isEmpty { edits.replace(range, with: remains(of: range)) }
    dedent(outside: merged)
  }

  /// What must stay of a removed range: the end of a line whose comment would swallow what follows.
  private func remains(of range: Range<Int>) -> String {
    guard TextLine.isEnd(bytes[range.lowerBound]), TextLine.next(after: range.upperBound, of: bytes) == nil,
      isInLineComment(range.lowerBound)
    else { return "" }
    return String(decoding: layout.lineEnd + TextLine.indentation(at: range.upperBound, of: bytes), as: UTF8.self)
  }

  /// Reads from the start of the text, but only where the line has something that looks like such a comment.
  private func isInLineComment(_ offset: Int) -> Bool {
    var start = offset
    while start > 0, !TextLine.isEnd(bytes[start - 1]) { start -= 1 }
    guard bytes[start..<offset].firstRange(of: Array("//".utf8)) != nil else { return false }
    var quotes = QuoteTracker()
    for place in 0..<offset { quotes.see(bytes[place], next: place + 1 < bytes.count ? bytes[place + 1] : 0) }
    return quotes.isInLineComment
  }

  /// Takes blanks from the beginning of lines, except within quotes.
  private mutating func dedent(outside removed: IndexRanges) {
    var removed = removed
    for outer in IndexRanges(dedents.map(\.lines)).ranges {
      var quotes = QuoteTracker()
      var isLineStart = true
      for offset in outer {
        if isLineStart, !quotes.isInString, !removed.contains(offset) {
          let count = dedents.reduce(0) { $0 + ($1.lines.contains(offset) ? $1.count : 0) }
          let blanks = bytes[offset..<outer.upperBound].prefix(count).prefix(while: TextLine.isBlank)
          if !blanks.isEmpty { edits.replace(offset..<offset + blanks.count, with: "") }
        }
        quotes.see(bytes[offset], next: offset + 1 < bytes.count ? bytes[offset + 1] : 0)
        isLineStart = TextLine.isEnd(bytes[offset])
      }
    }
  }
}

/// Ranges of offsets, merged where they touch, ascending.
private struct IndexRanges {
  private(set) var ranges: [Range<Int>] = []
  private var cursor = 0

  init(_ unordered: [Range<Int>]) {
    for range in unordered.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
  }

  /// Each of them made longer by `widen`, once; those that touch then are one, with other neighbours, and made longer again.
  func widened(by widen: (Range<Int>) -> Range<Int>) -> IndexRanges {
    var current = self
    var settled: Set<Range<Int>> = []
    while true {
      let ranges = current.ranges.map { settled.contains($0) ? $0 : widen($0) }
      settled = Set(ranges)
      current = IndexRanges(ranges)
      if current.ranges == ranges { return current }
    }
  }

  /// For ascending offsets.
  mutating func contains(_ offset: Int) -> Bool {
    while cursor < ranges.count, ranges[cursor].upperBound <= offset { cursor += 1 }
    return cursor < ranges.count && ranges[cursor].contains(offset)
  }
}
