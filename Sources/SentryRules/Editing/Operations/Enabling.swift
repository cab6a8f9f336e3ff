internal import SentryDiagnostics
internal import SentryPropertyList

extension EditableDocument {
  /// Switches rules on or off: their own switches only, those below keep theirs.
  ///
  /// A rule that stands as asked already is left alone, as it is written; one that does not say stands for off.
  public func setEnabled(_ isOn: Bool, _ numbers: [RuleNumber]) throws(EditError) -> EditedDocument {
    var plan = EditPlan()
    for (number, rule) in try outline.rules(numbers) where (rule[RuleKey.enabled.rawValue]?.isOn ?? false) != isOn {
      plan.switches[number] = isOn
    }
    guard !plan.switches.isEmpty else { return EditedDocument(bytes: try unchanged()) }
    var result = try edited(by: plan)
    result.changed = plan.switches.keys.sorted()
    return result
  }
}

extension RuleOutline {
  /// Rules by their numbers, which ascend; each list is walked once.
  func rules(_ numbers: [RuleNumber]) throws(EditError) -> [(RuleNumber, PropertyListNode)] {
    var lists: [RuleNumber: [PropertyListNode]] = [:]
    var rules: [(RuleNumber, PropertyListNode)] = []
    for number in numbers {
      if isSingleRule, number.parent == .root {
        rules.append((number, try rule(number)))
        continue
      }
      let siblings: [PropertyListNode]
      if let known = lists[number.parent] {
        siblings = known
      } else {
        siblings = try list(below: number.parent).map { Array($0.elements) } ?? []
        lists[number.parent] = siblings
      }
      guard siblings.indices.contains(number.position - 1) else { throw .noSuchRule(number, found: siblings.count) }
      rules.append((number, siblings[number.position - 1]))
    }
    return rules
  }
}
