/// Which rules have other numbers after an edit.
struct Renumbering {
  /// Of rules that moved on or away with all below them.
  private var numbers: [RuleNumber: RuleNumber] = [:]

  /// The rule that was `old`, and with it what it holds unless that is told apart, is `new` now.
  mutating func note(_ old: RuleNumber, _ new: RuleNumber) { numbers[old] = new }

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

  /// The new number of a rule that `plan` leaves in the document; `nil` if it keeps its own or goes.
  func newNumber(of old: RuleNumber, _ plan: EditPlan) -> RuleNumber? {
    var ancestor = old
    while ancestor != .root {
      if let new = numbers[ancestor] { return RuleNumber(new.path + old.path.dropFirst(ancestor.path.count)) }
      if plan.removed.contains(ancestor) { return nil }
      ancestor = ancestor.parent
    }
    return nil
  }
}
