/// What stands where a test looks for a rule that does not exist, most often because rules were renumbered.
///
/// A test names the rule that decides a packet. So of the rules near the missing one, those that end the walk are offered,
/// and which there are at all; a number that only looks similar is of no help.
struct NearbyRules {
  /// The nearest rule above the missing one; `nil` at the top level.
  private let parent: Rule?
  /// In document order, those where the missing one would be.
  private let there: [Rule]
  /// Of these the few nearest ones that may decide a packet.
  private let deciders: [Rule]

  private static let mostOffered = 3

  init(_ missing: RuleNumber, in ruleSet: RuleSet) {
    var (above, position) = (-1, 0)
    var siblings: [Int] = []
    for step in missing.path {
      siblings = Array(ruleSet.children(of: above))
      position = step
      guard siblings.indices.contains(step - 1) else { break }
      above = siblings[step - 1]
    }
    parent = above < 0 ? nil : ruleSet.rules[above]
    there = siblings.map { ruleSet.rules[$0] }
    let ends = siblings.enumerated().filter { Self.mayDecide($0.element, ruleSet.rules) }
    deciders = ends.sorted { abs($0.offset + 1 - position) < abs($1.offset + 1 - position) }
      .prefix(Self.mostOffered).map(\.element).sorted().map { ruleSet.rules[$0] }
  }

  /// It ends the walk, and it and all above it are enabled.
  private static func mayDecide(_ index: Int, _ rules: [Rule]) -> Bool {
    var isEnabled = rules[index].action.operation.isTerminating
    var index = index
    while isEnabled, index >= 0 {
      isEnabled = rules[index].isEnabled
      index = rules[index].parent
    }
    return isEnabled
  }

  var hint: String {
    guard let first = there.first, let last = there.last else {
      return parent.map { "rule \($0.number) has none below it" } ?? "the document has no rules"
    }
    let existing =
      there.count == 1
      ? "the only rule there is \(first.number)" : "the rules there are \(first.number) to \(last.number)"
    switch deciders.count {
    case 0: return existing
    case 1: return "did you mean '\(deciders[0].number)'? \(existing)"
    default:
      let numbers =
        deciders.dropLast().map(\.number).joined(separator: ", ") + " and " + deciders[deciders.count - 1].number
      return "\(existing); \(numbers) end the walk"
    }
  }
}
