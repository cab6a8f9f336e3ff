internal import SentryDiagnostics

/// The same rule twice in one list.
enum DuplicateRuleCheck: Check {
  static let page = FindingPage(
    .duplicateRule, .warning, "the same rule twice in one list",
    meaning: """
      Property, relation, value, action and parameter are those of an earlier sibling, and neither rule has children. If \
      the action is final, the second rule never matches; otherwise what it does is done twice for each packet: two log \
      entries, two mails. It often comes from pasting twice. Rules that may well answer differently the second time \
      (about tables and counts) are not looked at, nor those that "++" may skip.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Log; },
        { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Log; } )
      """),
    remedy: "Delete one of the two, or switch it off.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    for (index, first) in document.duplicates.sorted(by: { $0.key < $1.key }) {
      guard !findings.isFull(for: .warning) else { return }
      findings.add(.duplicateRule(of: document.rules[first], at: document.place(of: index)))
    }
  }

  /// Each rule in use that repeats an earlier sibling, with that sibling.
  static func duplicates(in ruleSet: RuleSet, usage: [Bool]) -> [Int: Int] {
    var seen: [Int: Int] = [:]
    var duplicates: [Int: Int] = [:]
    for index in ruleSet.rules.indices where usage[index] && isLookedAt(index, in: ruleSet.rules) {
      let rule = ruleSet.rules[index]
      // Two rules whose hashes agree by chance only hide a duplicate.
      guard let first = seen[rule.contentHash] else {
        seen[rule.contentHash] = index
        continue
      }
      if rule.repeats(ruleSet.rules[first]) { duplicates[index] = first }
    }
    return duplicates
  }

  private static func isLookedAt(_ index: Int, in rules: [Rule]) -> Bool {
    let rule = rules[index]
    guard rule.subtreeEnd == index + 1 else { return false }
    switch rule.action.operation {
    case .next, .group, .skip: return false
    default: break
    }
    let isAfterSkip = index > 0 && rules[index - 1].action.operation == .skip
    return !isAfterSkip && !rule.mayAnswerDifferently
  }
}

extension Rule {
  fileprivate var contentHash: Int {
    var hasher = Hasher()
    hasher.combine(parent)
    hasher.combine(value)
    hasher.combine(property.name)
    hasher.combine(action.operation)
    return hasher.finalize()
  }

  fileprivate func repeats(_ other: Rule) -> Bool {
    parent == other.parent && value == other.value && property == other.property && relation == other.relation
      && action == other.action && parameter == other.parameter && isObserved == other.isObserved
  }

  /// Asked twice about one packet, it may not say the same: what lies between may have changed a table, a count, or
  /// where the previous search ended.
  fileprivate var mayAnswerDifferently: Bool {
    if property == DataContentProperty.self { return value.hasPrefix("[+") || value.hasPrefix("[-") }
    return property == IncludeProperty.self || property.name.hasPrefix("Parent ")
      || property.name == "Source match rate"
  }
}
