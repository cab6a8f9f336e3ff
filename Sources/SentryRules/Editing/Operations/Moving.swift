extension EditableDocument {
  /// Takes rules, with all below them, to another place, in the order they had. The target is a rule's number before
  /// the move; it cannot be one of them or below one.
  public func move(_ numbers: [RuleNumber], _ target: EditTarget) throws(EditError) -> EditedDocument {
    _ = try outline.rules(numbers)
    let roots = numbers.roots
    if let goal = target.number {
      for number in roots where goal.isWithin(number) { throw .moveIntoItself(number, target: goal) }
    }
    var plan = EditPlan()
    plan.remove(roots)
    plan.insert(roots.map { .moved($0) }, at: try slot(target))
    return try edited(by: plan)
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
