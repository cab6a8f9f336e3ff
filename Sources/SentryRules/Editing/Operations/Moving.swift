extension EditableDocument {
  /// Takes rules, with all below them, to another place, in the order they had. The target is a rule's number before
  /// the move; it cannot be one of them or below one. Rules that stand there already are left alone, as they are written.
  public func move(_ numbers: [RuleNumber], _ target: EditTarget) throws(EditError) -> EditedDocument {
    _ = try outline.rules(numbers)
    let roots = numbers.roots
    if let goal = target.number {
      for number in roots where goal.isWithin(number) { throw .moveIntoItself(number, target: goal) }
    }
    let slot = try slot(target)
    guard !slot.isTaken(by: roots) else { return EditedDocument(bytes: try unchanged(), inserted: roots) }
    var plan = EditPlan()
    plan.remove(roots)
    plan.insert(roots.map { .moved($0) }, at: slot)
    var result = try edited(by: plan)
    result.changed = roots
    return result
  }
}

extension EditTarget {
  /// The rule it speaks of.
  var number: RuleNumber? {
    switch self {
    case .end: nil
    case .after(let number), .before(let number), .into(let number): number
    }
  }
}

extension EditPlan.Slot {
  /// `rules` are neighbours, in document order, and the slot is right before, between or after them.
  fileprivate func isTaken(by rules: [RuleNumber]) -> Bool {
    guard let first = rules.first, let last = rules.last else { return true }
    return rules.allSatisfy { $0.parent == parent } && last.position - first.position + 1 == rules.count
      && (first.position - 1...last.position).contains(index)
  }
}
