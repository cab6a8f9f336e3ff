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
  /// There is no tree for it that could be read.
  private var isTooMuch = false

  /// `nil` if no packet fits.
  init?(_ clauses: [Clause], _ outcome: RuleNode, number: String, shortName: String? = nil) {
    self.outcome = outcome
    self.number = number
    self.shortName = shortName ?? number
    for clause in clauses { addChoice(clause) }
    guard settle() else { return nil }
    saveCopies()
    isTooMuch = isTooMuch || depth > Self.mostLevels
    tests = tests.filter { test in !tests.contains { $0.implies(test) } }
    tests.sort { $0.property.place < $1.property.place }
    choices.sort { $0.alternatives.count < $1.alternatives.count }
  }

  /// Whether any packet fits all of the clauses.
  static func isPossible(_ clauses: [Clause]) -> Bool { Branch(clauses, RuleNode("", .pass), number: "") != nil }

  private mutating func addChoice(_ clause: Clause) {
    if outcome.leavesGroup, clause.isNone {
      // From a group within the one that it leaves, it could not.
      let isLong = clause.alternatives.count > Self.mostTests
      if isLong, clause.complement == nil { isTooMuch = true } else { choices += clause.spelledOut }
    } else if outcome.action.ends {
      choices.append(clause)
    } else {
      // A rule that goes on must not do so twice with a packet.
      let apart = clause.apart
      isTooMuch = isTooMuch || apart == nil
      choices.append(apart ?? clause)
    }
  }

  /// Leaves out what is known by the tests, and makes tests of what has no other choice.
  ///
  /// - Returns: false if no packet fits.
  private mutating func settle() -> Bool {
    var count = -1
    while count < tests.count {
      count = tests.count
      var open: [Clause] = []
      let narrowed = choices.map { $0.narrowed(by: tests) }.flatMap(\.inShort)
      for choice in narrowed where !choice.isAlways && !open.contains(choice) {
        if choice.isNever { return false }
        if choice.alternatives.count > 1 || choice.isNone { open.append(choice) }
        tests += choice.common.filter { !tests.contains($0) }
        if tests.count > Self.mostTests {
          isTooMuch = true
          return true
        }
      }
      choices = open
    }
    return !tests.contains { test in tests.contains { $0.excludes(test) } }
  }

  /// So little may be copied for each of a list, however long that is.
  private static let alwaysCopied = 3
  /// More copies, in rules, are not made of what a list leads to.
  private static let mostCopied = 10_000

  /// A long list that leads to much is asked in a group, which is left by what lies between.
  private mutating func saveCopies() {
    let size = min(outcome.size, 1 << 24)
    let copies = ends(of: choices.filter { !$0.isNone })
    guard size > Self.alwaysCopied, copies > 1, copies * size > Self.mostCopied, !outcome.leavesGroup else { return }
    choices = choices.map { $0.isNone || $0.isNestable ? $0 : $0.complement?.asNone.narrowed(by: tests) ?? $0 }
  }

  /// Each stands below the one before it: more would make a tree too deep to be read.
  private static let mostTests = 100

  /// Documents have room for some more.
  private static let mostLevels = 200

  /// Levels of the tree that it may take, those below included.
  private var depth: Int {
    let lists = choices.reduce(0) { $0 + ($1.alternatives.lazy.map(\.count).max() ?? 0) }
    let nested = choices.lazy.filter(\.isNestable).map(\.alternatives.count).max() ?? 0
    return tests.count + lists + nested + 1 + outcome.depth
  }

  /// Where a rule would have so many ends or more, lists are asked once each, in a group that is left by what does not fit.
  private static let manyEnds = 6

  /// The lists that a group asks, and those that have ends of their own.
  private var divided: (asked: [Clause], ends: [Clause]) {
    let (lists, none) = (choices.filter { !$0.isNone }, choices.filter(\.isNone))
    guard ends(of: lists) >= Self.manyEnds, lists.count > 1, !outcome.leavesGroup else { return (none, lists) }
    let nestable = lists.filter(\.isNestable)
    let asked = nestable.count == lists.count ? nestable.dropLast() : nestable
    return (asked + none, lists.filter { !asked.contains($0) })
  }

  private func ends(of choices: [Clause]) -> Int {
    choices.reduce(1) { min($0 * $1.alternatives.count, 1 << 30) }
  }

  /// How many rules of the tree it takes, those below included.
  var size: Int {
    if isTooMuch { return 1 << 30 }
    let (asked, ends) = divided
    let questions = asked.reduce(asked.isEmpty ? 0 : 1) { $0 + $1.alternatives.count }
    return tests.count + questions + self.ends(of: ends) * (1 + min(outcome.size, 1 << 24))
  }

  /// The rules of the tree, none above another of its tests. Where they have several ends, the name stands at the top.
  var node: [RuleNode] {
    var end = outcome
    if !choices.isEmpty { end.name = shortName }
    let (asked, rest) = divided
    var ends = Self.nodes(of: rest[...], end)
    if !asked.isEmpty { ends = [RuleNode("", .group, asked.flatMap { RuleNode.leaving(unless: $0) } + ends)] }
    var nodes = tests.reversed().reduce(ends) { below, test in [RuleNode.asking(test, below)] }
    for index in nodes.indices { nodes[index].name = outcome.name }
    return nodes
  }

  private static func nodes(of choices: ArraySlice<Clause>, _ outcome: RuleNode) -> [RuleNode] {
    guard let choice = choices.first else { return [outcome] }
    let below = nodes(of: choices.dropFirst(), outcome)
    return RuleNode.asking(anyOf: choice.inOrder.map { $0[...] }, below)
  }
}

extension TestedProperty {
  private static let places = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })

  /// Among all properties.
  var place: Int { Self.places[self] ?? 0 }
}

extension Clause {
  /// A group can ask it for several rules.
  var isAskedInGroup: Bool { isNestable || isNone }
}
