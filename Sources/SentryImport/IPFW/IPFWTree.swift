internal import Algorithms
internal import SentryDiagnostics

/// Makes a tree of ipfw's rules.
///
/// ipfw goes through its rules by number until one decides. So does a tree of neighbours. What differs:
/// - `skipto`: what is skipped becomes a group, and the rule leaves it; where that would cut through another group, or where
///   only this rule leads, the rules from the target on stand below it.
/// - State: see `IPFWStates`.
/// - Later fragments have no ports and no flags for ipfw; for us they have those of their first fragment. So they have a tree
///   of their own, of the rules that can be for them.
struct IPFWTree {
  /// How many rules of ours many rules of ipfw may become, lest a handful of them make a document without end.
  private static let usualLimit = 50_000
  private static let depthLimit = 100
  /// So many times, the limit may be met before no more rules are tried that lead further down.
  private static let mostTries = 20
  /// So many times, rules may turn out to keep no state.
  private static let mostRounds = 5

  private let rules: [IPFWRule]
  /// Where `skipto` leads.
  private let targets: [Int: Int]
  private let states: IPFWStates
  private let isForLaterFragments: Bool
  private let limit: Int
  private var size = 0
  /// Rules that would become too many, and are not taken over.
  private var refused: [IPFWRule] = []
  /// The limit was met below a rule, which is not taken over then.
  private var isFull = false

  private init(_ rules: [IPFWRule], isForLaterFragments: Bool) {
    self.rules = rules
    self.isForLaterFragments = isForLaterFragments
    limit = max(Self.usualLimit, rules.count * 16)
    targets = Self.targets(of: rules)
    states = IPFWStates(rules, targets: targets)
  }

  /// - Parameter rules: in order; the last one is for all packets.
  static func nodes(_ rules: [IPFWRule], _ findings: inout [Diagnostic]) -> [RuleNode] {
    var keeping = rules
    var tree = whole(keeping)
    for _ in 1..<mostRounds {
      // What no packet comes to keeps no state that others could ask for.
      let idle = unreached(keeping, tree.nodes).filter { keeping[$0].keepsState }
      if idle.isEmpty { break }
      for place in idle { keeping[place].stateName = nil }
      tree = whole(keeping)
    }
    if rules.contains(where: \.keepsState), !keeping.contains(where: \.keepsState) {
      findings += rules.filter(\.action.asksForState).map { .asksForNoState($0) }
    }
    findings += tree.findings
    findings += unreached(keeping, tree.nodes).map {
      .isNotReached("rule \(rules[$0].numberText)", at: rules[$0].range)
    }
    return tree.nodes
  }

  private static func whole(_ rules: [IPFWRule]) -> (nodes: [RuleNode], findings: [Diagnostic]) {
    var tree = IPFWTree(rules, isForLaterFragments: false)
    var nodes = tree.whole()
    if rules.contains(where: \.tellsFragmentsApart) {
      var fragments = IPFWTree(rules, isForLaterFragments: true)
      var later = RuleNode("later fragments", .next, fragments.whole())
      later.test = .laterFragment
      nodes.insert(later, at: 0)
      tree.refused += fragments.refused
    }
    return (Pruning.pruned(nodes), tree.refused.map { .tooEntangled($0, limit: tree.limit) })
  }

  /// The places of rules that no packet comes to.
  private static func unreached(_ rules: [IPFWRule], _ nodes: [RuleNode]) -> [Int] {
    // `00100` of all, and of those that do more than ask for the state of others.
    var (names, numbers, own): (Set<String>, Set<Substring>, Set<Substring>) = ([], [], [])
    RuleNode.forEach(in: nodes) { node in
      let words = node.name.split(separator: " ", maxSplits: 2)
      guard let number = words.first, !node.isSummary else { return }
      names.insert(node.name)
      numbers.insert(number)
      if words.dropFirst().first != "state" { own.insert(number) }
    }
    let isKept = rules.contains(where: \.keepsState)
    return rules.indices.filter { place in
      let rule = rules[place]
      guard rule.action != .none, isKept || !rule.action.asksForState, Branch.isPossible(rule.clauses) else {
        return false
      }
      if rule.action.asksForState { return !numbers.contains(rule.numberText[...]) }
      // Several may have one number.
      let isShared =
        place > 0 && rules[place - 1].number == rule.number
        || place + 1 < rules.count && rules[place + 1].number == rule.number
      return !(isShared && rule.decides ? names.contains(rule.name) : own.contains(rule.numberText[...]))
    }
  }

  private mutating func whole() -> [RuleNode] { Factoring.nodes(of: branches(from: 0, to: rules.count, depth: 0)) }

  private static func targets(of rules: [IPFWRule]) -> [Int: Int] {
    var targets: [Int: Int] = [:]
    for (place, rule) in rules.enumerated() {
      guard case .skip(let number) = rule.action else { continue }
      // Never back: the next number at least.
      let least = max(number, rule.number + 1)
      targets[place] = rules[(place + 1)...].partitioningIndex { $0.number >= least }
    }
    return targets
  }

  // MARK: Rules one after the other

  /// The rules from one place up to another, as far as packets come. In a group, that is where who leaves it goes on.
  private mutating func branches(from start: Int, to end: Int, depth: Int) -> [Branch] {
    var branches: [Branch] = []
    var place = start
    while place < end, !isFull {
      let rule = rules[place]
      addStateBranches(at: place, depth, &branches)
      let clauses = reduced(rule.clauses)
      if let target = targets[place] {
        if rule.isLogged { add(rule, clauses, RuleNode(rule.name, .log), to: &branches) }
        var next = place + 1
        let isTaken = attempt(rule, depth: depth, &branches) { tree, branches in
          next = tree.skip(rule, clauses, from: place, to: target, end, depth, &branches)
        }
        // The rules behind one that is not taken over are not skipped.
        place = isTaken ? next : place + 1
      } else {
        attempt(rule, depth: depth, &branches) { tree, branches in
          for (more, outcome) in tree.outcomes(of: rule) { tree.add(rule, clauses + more, outcome, to: &branches) }
        }
        if clauses.isEmpty, rule.decides { return branches }
        place += 1
      }
    }
    return branches
  }

  private func reduced(_ clauses: [Clause]) -> [Clause] {
    clauses.map { clause in
      clause.reduced { isForLaterFragments ? $0.answerForLaterFragment : $0.answerForFirstFragment }
    }.filter { !$0.isAlways }
  }

  private mutating func add(
    _ rule: IPFWRule, _ clauses: [Clause], _ outcome: RuleNode, shortName: String? = nil, to branches: inout [Branch]
  ) {
    guard !isFull, let branch = Branch(clauses, outcome, number: rule.numberText, shortName: shortName) else { return }
    let own = branch.size - outcome.size
    if size + branch.size <= limit {
      size += branch.size
      branches.append(branch)
    } else if own > limit / 4 {
      branches += refusal(of: rule)
    } else {
      isFull = true
    }
  }

  /// The rule stands in the document switched off.
  private mutating func refusal(of rule: IPFWRule) -> [Branch] {
    refused.append(rule)
    guard !isForLaterFragments else { return [] }
    var node = RuleNode(rule.name, .next)
    node.isEnabled = false
    return [Branch([], node, number: rule.numberText)].compactMap(\.self)
  }

  /// Tries what leads further down. Where it becomes too much, the rule at the top that it is for is not taken over.
  ///
  /// - Returns: false if it is not taken over.
  @discardableResult private mutating func attempt(
    _ rule: IPFWRule, depth: Int, _ branches: inout [Branch], _ add: (inout IPFWTree, inout [Branch]) -> Void
  ) -> Bool {
    guard depth == 0 else {
      add(&self, &branches)
      return !isFull
    }
    let before = size
    var more: [Branch] = []
    if refused.count < Self.mostTries { add(&self, &more) } else { isFull = true }
    guard isFull else {
      branches += more
      return true
    }
    (size, isFull) = (before, false)
    branches += refusal(of: rule)
    return false
  }

  /// What becomes of packets, and what they must pass besides the rule's own clauses.
  private func outcomes(of rule: IPFWRule) -> [(more: [Clause], RuleNode)] {
    let name = rule.name
    let reject = RuleNode(name, .reject, rule.isLogged ? [] : [RuleNode("", .dontLog)])
    let delete = RuleNode(name, rule.isLogged ? .delete : .deleteUnlogged)
    switch rule.action {
    case .allow: return [([], RuleNode(name, .pass, rule.isLogged ? [RuleNode("", .log)] : []))]
    case .deny: return [([], delete)]
    case .reject: return [([], reject)]
    case .reset: return [([Clause(.isTCP)], reject), ([Clause(!.isTCP)], delete)]
    case .count: return [([], RuleNode(name, rule.isLogged ? .log : .next))]
    case .forward(let hop):
      var node = RuleNode(name, .routeTo)
      node.parameter = "\(hop)"
      return rule.isLogged ? [([], RuleNode(name, .log)), ([], node)] : [([], node)]
    case .skip, .checkState: return []
    case .none:
      var node = RuleNode(name, .next)
      node.isEnabled = false
      return isForLaterFragments ? [] : [([], node)]
    }
  }

  private mutating func addStateBranches(at place: Int, _ depth: Int, _ branches: inout [Branch]) {
    for (keeper, clauses) in states.questions(at: place, isForLaterFragments: isForLaterFragments) {
      attempt(keeper.rule, depth: depth, &branches) { tree, branches in
        tree.addState(of: keeper, clauses, at: tree.rules[place], depth, &branches)
      }
    }
  }

  private mutating func addState(
    of keeper: IPFWStates.Keeper, _ clauses: [Clause], at rule: IPFWRule, _ depth: Int, _ branches: inout [Branch]
  ) {
    let name = "\(rule.numberText) state of \(keeper.rule.name)"
    let log = keeper.rule.isLogged ? [RuleNode("", .log)] : []
    var outcome = RuleNode(name, .pass, log)
    if let target = targets[keeper.place] {
      guard depth < Self.depthLimit else { return isFull = true }
      // What the rule does with its first packet happens to those of its connection.
      let rest = self.branches(from: target, to: rules.count, depth: depth + 1)
      outcome = RuleNode(name, .next, log + Factoring.nodes(of: rest))
    }
    add(rule, reduced(clauses), outcome, shortName: "\(rule.numberText) state", to: &branches)
  }

  // MARK: Skipping

  /// Adds what stands for a rule that skips others, with all that it skips where that is a group.
  ///
  /// - Returns: where to go on.
  private mutating func skip(
    _ rule: IPFWRule, _ clauses: [Clause], from place: Int, to target: Int, _ end: Int, _ depth: Int,
    _ branches: inout [Branch]
  ) -> Int {
    guard Branch.isPossible(clauses) else { return place + 1 }
    guard depth < Self.depthLimit else {
      isFull = true
      return end
    }
    if target == place + 1 || clauses.isEmpty && target <= end {
      add(rule, clauses, RuleNode(rule.name, .next), to: &branches)
    } else if depth > 0, target == end, end < rules.count {
      add(rule, clauses, RuleNode(rule.name, .exitGroup), to: &branches)
    } else if group(endingBefore: target, end, from: place) != nil {
      var inside: [Branch] = []
      add(rule, clauses, RuleNode(rule.name, .exitGroup), to: &inside)
      inside += self.branches(from: place + 1, to: target, depth: depth + 1)
      let name = "\(rule.numberText) up to \(rules[target].numberText)"
      let group = RuleNode(name, .group, Factoring.nodes(of: inside))
      branches += [Branch([], group, number: rule.numberText)].compactMap(\.self)
      return target
    } else {
      let rest = Factoring.nodes(of: self.branches(from: target, to: rules.count, depth: depth + 1))
      add(rule, clauses, RuleNode(rule.name, .next, rest), to: &branches)
    }
    return clauses.isEmpty ? min(target, end) : place + 1
  }

  /// The target itself, if the rules up to there can be a group that the rule leaves: packets also come to the target through
  /// them, and none of them leads out of it.
  private func group(endingBefore target: Int, _ end: Int, from place: Int) -> Int? {
    guard target > place + 1, target < end else { return nil }
    let between = place + 1..<target
    let isReached = !between.contains { rules[$0].clauses.isEmpty && rules[$0].decides }
    let isLeft = between.contains { targets[$0].map { $0 > target } ?? false }
    return isReached && !isLeft ? target : nil
  }
}

extension IPFWRule {
  /// Asks for a port, a flag or the like, or whether it is a later fragment.
  fileprivate var tellsFragmentsApart: Bool {
    keepsState || !clauses.allSatisfy { $0.allSatisfy { $0.answerForLaterFragment == nil } }
  }
}
