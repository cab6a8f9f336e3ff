/// Finds the rules of a new rule set in an old one, so that counters survive a change.
///
/// Two rules are the same if name, property, relation, value and action are, and their parents are the same.
/// Identical siblings are paired in order. Linear time.
public enum RulePairing {
  /// For each rule of `new`, in document order, the index of the same rule in `old`, or -1.
  public static func pairs(old: RuleSet, new: RuleSet) -> [Int32] {
    var candidates = Candidates(old)
    var pairs: [Int32] = []
    pairs.reserveCapacity(new.rules.count)
    for rule in new.rules {
      let parent = rule.parent < 0 ? -1 : Int(pairs[rule.parent])
      let isKnownParent = rule.parent < 0 || parent >= 0
      pairs.append(isKnownParent ? candidates.take(Identity(rule, below: parent)) : -1)
    }
    return pairs
  }

  private struct Identity: Hashable {
    /// The parent's index in the old rule set; -1 at the top level.
    let parent: Int
    let name: String
    let property: String
    let relation: Relation
    let value: String
    let action: String

    init(_ rule: Rule, below parent: Int) {
      self.parent = parent
      name = rule.name
      property = rule.property.name
      relation = rule.relation
      value = rule.value
      action = rule.action.name
    }
  }

  /// Old rules that were not paired yet. Of identical ones the first is at hand, and each knows the next.
  private struct Candidates {
    private var first: [Identity: Int] = [:]
    private var next: [Int?]

    init(_ old: RuleSet) {
      next = Array(repeating: nil, count: old.rules.count)
      for (index, rule) in old.rules.enumerated().reversed() {
        next[index] = first.updateValue(index, forKey: Identity(rule, below: rule.parent))
      }
    }

    mutating func take(_ identity: Identity) -> Int32 {
      guard let index = first[identity] else { return -1 }
      first[identity] = next[index]
      return Int32(clamping: index)
    }
  }
}
