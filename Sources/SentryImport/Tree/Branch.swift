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
    // A rule that goes on must not do so twice with a packet.
    choices = clauses.map { outcome.action.ends ? $0 : $0.apart }
    guard settle() else { return nil }
    tests = tests.filter { test in !tests.contains { $0.implies(test) } }
    tests.sort { $0.property.place < $1.property.place }
    choices.sort { $0.alternatives.count < $1.alternatives.count }
  }

  /// Leaves out what is known by the tests, and makes tests of what has no other choice.
  ///
  /// - Returns: false if no packet fits.
  private mutating func settle() -> Bool {
    var count = -1
    while count < tests.count {
      count = tests.count
      var open: [Clause] = []
      for choice in choices.map({ $0.narrowed(by: tests) }) where !choice.isAlways && !open.contains(choice) {
        guard let first = choice.alternatives.first else { return false }
        if choice.alternatives.count == 1 {
          tests += first.filter { !tests.contains($0) }
        } else {
          open.append(choice)
        }
      }
      choices = open
    }
    return !tests.contains { test in tests.contains { $0.excludes(test) } }
  }

  /// Where a rule would have so many ends or more, lists are asked once each, in a group that is left by what does not fit.
  private static let manyEnds = 6

  /// The lists that a group asks, and those that have ends of their own.
  private var divided: (asked: [Clause], ends: ArraySlice<Clause>) {
    guard ends(of: choices[...]) >= Self.manyEnds, choices.count > 1, !outcome.leavesGroup else {
      return ([], choices[...])
    }
    let nestable = choices.filter(\.isNestable)
    let asked = nestable.count == choices.count ? nestable.dropLast() : nestable
    return (asked, choices.filter { !asked.contains($0) }[...])
  }

  private func ends(of choices: ArraySlice<Clause>) -> Int {
    choices.reduce(1) { min($0 * $1.alternatives.count, 1 << 30) }
  }

  /// How many rules of the tree it takes, those below included.
  var size: Int {
    let (asked, ends) = divided
    let questions = asked.reduce(asked.isEmpty ? 0 : 1) { $0 + $1.alternatives.count }
    return tests.count + questions + self.ends(of: ends) * (1 + min(outcome.size, 1 << 24))
  }

  /// The rules of the tree, none above another of its tests. Where they have several ends, the name stands at the top.
  var node: [RuleNode] {
    var end = outcome
    if !choices.isEmpty { end.name = shortName }
    let (asked, rest) = divided
    var ends = Self.nodes(of: rest, end)
    if !asked.isEmpty { ends = [RuleNode("", .group, asked.map { .leaving(unless: $0) } + ends)] }
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

extension Clause {
  /// Longer lists are not turned into nested questions.
  private static let longestNested = 16

  /// Its alternatives can be asked one below the other.
  var isNestable: Bool {
    alternatives.count <= Self.longestNested && alternatives.allSatisfy { $0.count == 1 }
  }
}
