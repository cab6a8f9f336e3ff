/// Which rules have other numbers after an edit.
struct Renumbering {
  /// Of rules that moved on or away with all below them.
  private var numbers: [RuleNumber: RuleNumber] = [:]
  /// The old ones as they were noted: nearly in document order.
  private var noted: [RuleNumber] = []

  /// The rule that was `old`, and with it what it holds unless that is told apart, is `new` now.
  mutating func note(_ old: RuleNumber, _ new: RuleNumber) {
    if numbers.updateValue(new, forKey: old) == nil { noted.append(old) }
  }

  /// Takes note of the rules that come in from elsewhere in the document.
  mutating func note(_ pieces: [EditPlan.Piece], as inserted: [RuleNumber]) {
    for (piece, number) in zip(pieces, inserted) {
      switch piece {
      case .new: break
      case .moved(let old): note(old, number)
      case .wrapping(_, let old): note(old, number.child(1))
      }
    }
  }

  /// What becomes of a rule's number.
  enum Fate: Equatable {
    case kept
    case changed(RuleNumber)
    /// The rule is taken out of the document.
    case gone
  }

  func fate(of old: RuleNumber, _ plan: EditPlan) -> Fate {
    var ancestor = old
    while ancestor != .root {
      if let new = numbers[ancestor] { return .changed(RuleNumber(new.path + old.path.dropFirst(ancestor.path.count))) }
      if plan.removed.contains(ancestor) { return .gone }
      ancestor = ancestor.parent
    }
    return .kept
  }

  /// What the edit does to rules that it does not speak of: where they stand now because others came, went or moved.
  func shifts(_ plan: EditPlan) -> [RuleShift] {
    let movers = Set(plan.pieces.compactMap { if case .moved(let number) = $0 { number } else { nil } })
    var shifts: [RuleShift] = []
    for old in noted.sorted() where !movers.contains(old) {
      guard let new = numbers[old], !isImplied(old, new) else { continue }
      if shifts.last?.isFollowed(by: old, new) ?? false {
        shifts[shifts.count - 1].count += 1
      } else {
        shifts.append(RuleShift(old: old, new: new))
      }
    }
    return shifts
  }

  /// The rule stands where it stood below the one above it.
  private func isImplied(_ old: RuleNumber, _ new: RuleNumber) -> Bool {
    var ancestor = old.parent
    while ancestor != .root {
      if let above = numbers[ancestor] {
        return new.path == above.path + old.path.dropFirst(ancestor.path.count)
      }
      ancestor = ancestor.parent
    }
    return false
  }
}

/// Siblings, one after the other, that have other numbers after an edit, and with them all below them.
public struct RuleShift: Equatable, Sendable {
  /// The first of them, before the edit.
  public let old: RuleNumber
  /// The same after it.
  public let new: RuleNumber
  /// How many.
  public internal(set) var count = 1

  init(old: RuleNumber, new: RuleNumber) {
    self.old = old
    self.new = new
  }

  /// The last of them, before the edit and after it.
  public var last: (old: RuleNumber, new: RuleNumber) {
    (old.parent.child(old.position + count - 1), new.parent.child(new.position + count - 1))
  }

  fileprivate func isFollowed(by nextOld: RuleNumber, _ nextNew: RuleNumber) -> Bool {
    nextOld.parent == old.parent && nextOld.position == old.position + count
      && nextNew.parent == new.parent && nextNew.position == new.position + count
  }
}
