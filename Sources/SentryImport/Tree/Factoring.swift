/// Makes a tree of rules that are asked one after the other: what neighbours have in common becomes a rule above them.
///
/// Nothing moves: the tree asks the same rules in the same order. A rule above several that does not match skips just those that
/// could not match either, and what none of them ends goes on behind it.
enum Factoring {
  /// What several rules may ask alike.
  private enum Shared: Hashable {
    case test(PacketTest)
    case choice(Clause)
  }

  static func nodes(of branches: [Branch]) -> [RuleNode] {
    var nodes: [RuleNode] = []
    var start = 0
    while start < branches.count {
      let (shared, end) = longestRun(from: start, in: branches)
      guard let shared, end - start > 1 else {
        nodes += branches[start].node
        start += 1
        continue
      }
      nodes.append(parent(of: Array(branches[start..<end]), asking: shared))
      start = end
    }
    return nodes
  }

  /// What most rules from `start` on have in common, and where they end.
  private static func longestRun(from start: Int, in branches: [Branch]) -> (Shared?, Int) {
    var best: (shared: Shared?, end: Int) = (nil, start)
    let first = branches[start]
    for shared in first.tests.map(Shared.test) + first.choices.filter(\.isAskedInGroup).map(Shared.choice) {
      let end = branches[start...].firstIndex { !asks($0, shared) } ?? branches.count
      if end > best.end { best = (shared, end) }
    }
    return best
  }

  private static func asks(_ branch: Branch, _ shared: Shared) -> Bool {
    switch shared {
    case .test(let test): branch.tests.contains(test)
    // What leaves a group further out would leave the one made here.
    case .choice(let clause): branch.choices.contains(clause) && !branch.outcome.leavesGroup
    }
  }

  private static func parent(of branches: [Branch], asking shared: Shared) -> RuleNode {
    let name = name(of: branches)
    switch shared {
    case .test(let test):
      var parent = RuleNode(name, .next, nodes(of: branches.map { $0.without(test) }))
      parent.test = test
      parent.isSummary = true
      return parent
    case .choice(let clause):
      // What fits no alternative leaves the group.
      return RuleNode(name, .group, RuleNode.leaving(unless: clause) + nodes(of: branches.map { $0.without(clause) }))
    }
  }

  /// `00100-00400`.
  private static func name(of branches: [Branch]) -> String {
    let (first, last) = (branches.first?.number ?? "", branches.last?.number ?? "")
    return first == last ? first : "\(first)-\(last)"
  }
}

extension Branch {
  fileprivate func without(_ test: PacketTest) -> Branch {
    var rest = self
    rest.tests.removeAll { $0 == test }
    return rest
  }

  fileprivate func without(_ clause: Clause) -> Branch {
    var rest = self
    rest.choices.removeAll { $0 == clause }
    return rest
  }
}
