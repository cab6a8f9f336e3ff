internal import SentryDiagnostics
internal import SentryPropertyList

extension EditableDocument {
  /// Removes rules and all below them; a rule below another of them goes with it.
  ///
  /// - Parameter keepingChildren: what is right below a removed rule moves up into its place.
  public func delete(_ numbers: [RuleNumber], keepingChildren: Bool = false) throws(EditError) -> EditedDocument {
    let rules = try outline.rules(numbers)
    var plan = EditPlan()
    plan.remove(keepingChildren ? numbers : numbers.roots, keepingChildren: keepingChildren)
    let result = try edited(by: plan)
    if rules.contains(where: { $0.1.hasCodes }) { try checkMeaning(of: result, without: plan) }
    return result
  }

  /// Rules that have both a name and a number tell what the bare numbers of all others mean: without them those could
  /// come to mean something else.
  private func checkMeaning(of result: EditedDocument, without plan: EditPlan) throws(EditError) {
    guard let before = RuleDocument(reading: reading.source.bytes).ruleSet,
      let after = RuleDocument(reading: result.bytes).ruleSet
    else { return }
    let kept = before.rules.filter { rule in
      guard let number = RuleNumber(rule.number) else { return true }
      return !plan.isGone(number) && !plan.removed.contains(number)
    }
    for (old, new) in zip(kept, after.rules)
    where old.property.name != new.property.name || old.action.name != new.action.name {
      throw EditError(
        "rule \(old.number) has only a number for its property or action, and what it means shows in a rule to be "
          + "deleted; write the names first: sentry format --in-place")
    }
  }
}

extension PropertyListNode {
  /// Says its property or action by number.
  fileprivate var hasCodes: Bool {
    entry(named: RuleKey.property.rawValue) != nil || entry(named: RuleKey.filterAction.rawValue) != nil
      || RuleOutline.list(below: self).map { $0.elements.contains(where: \.hasCodes) } ?? false
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
