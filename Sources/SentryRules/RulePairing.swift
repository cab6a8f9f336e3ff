/// Finds the rules of a new rule set in an old one, so that counters survive a change.
///
/// Two rules are the same if name, property, relation, value and action are, and their parents are the same.
/// Identical siblings are paired in order. Linear time.
public struct RulePairing: Sendable {
  /// For each new rule, in document order, the index of the same rule in the old rule set, or -1.
  public private(set) var former: [Int32] = []
  /// For each old rule, in document order, the index of the same rule in the new rule set, or -1.
  public private(set) var successors: [Int32] = []

  public init(old: RuleSet, new: RuleSet) {
    var candidates = Candidates(old)
    former.reserveCapacity(new.rules.count)
    successors = Array(repeating: -1, count: old.rules.count)
    for (place, rule) in new.rules.enumerated() {
      let parent = rule.parent < 0 ? -1 : Int(former[rule.parent])
      let isKnownParent = rule.parent < 0 || parent >= 0
      let old = isKnownParent ? candidates.take(Identity(rule, below: parent)) : -1
      former.append(old)
      if old >= 0 { successors[Int(old)] = Int32(place) }
    }
  }

  private init() {}

  /// No rule is the same.
  public static let none = RulePairing()

  /// Rules that are the same.
  public var count: Int { former.count { $0 >= 0 } }

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
