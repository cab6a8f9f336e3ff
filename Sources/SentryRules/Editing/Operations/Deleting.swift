extension EditableDocument {
  /// Removes rules and all below them; a rule below another of them goes with it.
  ///
  /// - Parameter keepingChildren: what is right below a removed rule moves up into its place.
  public func delete(_ numbers: [RuleNumber], keepingChildren: Bool = false) throws(EditError) -> EditedDocument {
    _ = try outline.rules(numbers)
    var plan = EditPlan()
    plan.remove(keepingChildren ? numbers : numbers.roots, keepingChildren: keepingChildren)
    return try edited(by: plan)
  }
}

extension [RuleNumber] {
  /// Those that stand below no other; `self` in document order.
  var roots: [RuleNumber] {
    var roots: [RuleNumber] = []
    for number in self where roots.last.map({ !number.isWithin($0) }) ?? true { roots.append(number) }
    return roots
  }
}
