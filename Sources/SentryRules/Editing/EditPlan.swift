/// What an edit changes in the tree of rules, whatever the form of the document. All numbers are those before the edit.
///
/// `TextRewriter` carries a plan out in a text, `ValueRewriter` in an XML or binary document.
struct EditPlan: Sendable {
  /// Between two rules: before the child at `index` (from 0) of `parent`; at the end for their count.
  struct Slot: Hashable, Sendable {
    var parent: RuleNumber
    var index: Int
  }

  enum Piece: Hashable, Sendable {
    /// The rule of the snippet at this index.
    case new(Int)
    /// A rule of the document, which is among the `removed`.
    case moved(RuleNumber)
    /// The rule of the snippet at this index, with a rule of the document, which is among the `removed`, as its child.
    case wrapping(Int, RuleNumber)
  }

  /// Rules whose own switch is set.
  var switches: [RuleNumber: Bool] = [:]
  /// Rules of which an entry is written.
  var fields: [RuleNumber: FieldChange] = [:]
  /// Rules that go, with everything below them.
  private(set) var removed: Set<RuleNumber> = []
  /// What is right below a removed rule takes its place.
  private(set) var keepsChildren = false
  /// What comes, in order, and where.
  private(set) var pieces: [Piece] = []
  private(set) var slot: Slot?
  private(set) var snippet: Snippet?

  /// Whose lists change.
  private(set) var changed: Set<RuleNumber> = []
  /// These, and all above them.
  private(set) var touched: Set<RuleNumber> = []

  mutating func remove(_ numbers: some Sequence<RuleNumber>, keepingChildren: Bool = false) {
    keepsChildren = keepingChildren
    for number in numbers {
      removed.insert(number)
      touch(number.parent)
      // The children join the list.
      if keepingChildren { touch(number) }
    }
  }

  mutating func insert(_ pieces: [Piece], of snippet: Snippet? = nil, at slot: Slot) {
    self.pieces = pieces
    self.snippet = snippet
    self.slot = slot
    touch(slot.parent)
  }

  /// Whether `number` goes because it, or something above it, is removed with all it holds.
  func isGone(_ number: RuleNumber) -> Bool {
    guard !keepsChildren, !removed.isEmpty else { return false }
    var number = number
    while number != .root {
      if removed.contains(number) { return true }
      number = number.parent
    }
    return false
  }

  private mutating func touch(_ number: RuleNumber) {
    changed.insert(number)
    var number = number
    while touched.insert(number).inserted, number != .root { number = number.parent }
  }
}

/// Which numbers rules have once a plan is carried out.
struct EditOutcome {
  /// Of those that came in, those below them left out.
  var inserted: [RuleNumber]
  var shifts: [RuleShift]
  /// Tests that named what is gone.
  var orphans: [OrphanedTest]
}

/// What becomes of one list of rules.
struct ListChange {
  /// Which of the elements stay, as indices.
  var kept: [Int] = []
  /// Among which of them the new ones come: the index in `kept` before which they stand; `nil` for none.
  var gap: Int?
}

extension EditPlan {
  /// What becomes of the `count` rules right below `parent`. Those of a removed rule that stay in its place count as
  /// kept here, too.
  func change(below parent: RuleNumber, count: Int) -> ListChange {
    var change = ListChange()
    for index in 0..<count {
      if slot == Slot(parent: parent, index: index) { change.gap = change.kept.count }
      if !removed.contains(parent.child(index + 1)) { change.kept.append(index) }
    }
    if slot == Slot(parent: parent, index: count) { change.gap = change.kept.count }
    return change
  }
}
