/// A rule on its way into the tree: which packets it is for, and what becomes of them.
struct Branch: Sendable {
  /// These must all hold.
  var tests: [PacketTest] = []
  /// Of each clause, one alternative.
  var choices: [Clause] = []
  var outcome: RuleNode
  /// The number of the rule it comes from, for the names of what several have in common.
  var number: String
  /// What one of several ends of it is called.
  private let shortName: String

  /// `nil` if no packet fits.
  init?(_ clauses: [Clause], _ outcome: RuleNode, number: String, shortName: String? = nil) {
    self.outcome = outcome
    self.number = number
    self.shortName = shortName ?? number
    for clause in clauses where !clause.isAlways {
      guard let first = clause.alternatives.first else { return nil }
      if clause.alternatives.count > 1 {
        if !choices.contains(clause) { choices.append(clause) }
      } else {
        tests += first.filter { !tests.contains($0) }
      }
    }
    guard !tests.contains(where: { test in tests.contains { $0.excludes(test) } }) else { return nil }
    tests = tests.filter { test in !tests.contains { $0.implies(test) } }
    tests.sort { $0.property.place < $1.property.place }
    choices.sort { $0.alternatives.count < $1.alternatives.count }
  }

  /// How many rules of the tree it takes, those below included.
  var size: Int {
    let ends = choices.reduce(1) { min($0 * $1.alternatives.count, 1 << 30) }
    return tests.count + ends * (2 + min(outcome.size, 1 << 24))
  }

  /// The rules of the tree, none above another of its tests. Where they have several ends, the name stands at the top.
  var node: [RuleNode] {
    var end = outcome
    if !choices.isEmpty { end.name = shortName }
    let ends = Self.nodes(of: choices[...], end)
    var nodes = tests.reversed().reduce(ends) { below, test in [RuleNode.asking(test, below)] }
    for index in nodes.indices { nodes[index].name = outcome.name }
    return nodes
  }

  private static func nodes(of choices: ArraySlice<Clause>, _ outcome: RuleNode) -> [RuleNode] {
    guard let choice = choices.first else { return [outcome] }
    let below = nodes(of: choices.dropFirst(), outcome)
    return choice.alternatives.flatMap { tests in
      tests.reversed().reduce(below) { below, test in [RuleNode.asking(test, below)] }
    }
  }
}

extension TestedProperty {
  private static let places = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })

  /// Among all properties.
  var place: Int { Self.places[self] ?? 0 }
}
