/// Takes out of a tree what no packet comes to: what a rule above excludes, and what stands behind a rule that ends all.
///
/// Where several rules lead to the same ones, as a jump or `skipto` does, each of them has a copy; of that, just what its packets
/// can meet remains.
struct Pruning {
  /// So many are remembered, lest long lists take long.
  private static let mostRemembered = 64

  /// What holds for all packets that come here.
  private var facts: [PacketTest] = []
  /// Of each list, no packet that passes all of it comes here: others before have ended them.
  private var gone: [[PacketTest]] = []
  private var rememberedCount = 0

  static func pruned(_ nodes: [RuleNode]) -> [RuleNode] { Pruning().pruned(nodes) }

  private func pruned(_ nodes: [RuleNode]) -> [RuleNode] {
    var here = self
    var kept: [RuleNode] = []
    for node in nodes {
      guard let node = here.pruned(node) else { continue }
      kept += node.isTransparent ? node.children : [node]
      let isOpen = here.remember(node)
      if !isOpen { break }
    }
    return kept
  }

  /// `nil` if no packet comes there.
  private func pruned(_ node: RuleNode) -> RuleNode? {
    guard node.isEnabled else { return node }
    var (node, below) = (node, self)
    if let test = node.test {
      guard !facts.contains(where: { $0.excludes(test) }), below.learn(test) else { return nil }
      if facts.contains(where: { $0 == test || $0.implies(test) }) { node.test = nil }
    }
    guard !node.children.isEmpty else { return node }
    node.children = below.pruned(node.children)
    if node.action == .group {
      // All leave it at once.
      if let first = node.children.first, first.name.isEmpty, first.test == nil, first.action == .exitGroup {
        return nil
      }
      if node.children.isEmpty { node.action = .next }
      return node
    }
    if node.action == .next, node.children.isEmpty { return nil }
    return node.withoutSteps
  }

  /// - Returns: false if no packet comes that passes this test.
  private mutating func learn(_ test: PacketTest) -> Bool {
    facts.append(test)
    var open: [[PacketTest]] = []
    for path in gone where !path.contains(where: { $0.excludes(test) }) {
      let rest = path.filter { $0 != test && !test.implies($0) }
      if rest.isEmpty { return false }
      if rest.count == 1 { facts.append(!rest[0]) } else { open.append(rest) }
    }
    gone = open
    return true
  }

  /// - Returns: false if no packet comes behind the rule.
  private mutating func remember(_ node: RuleNode) -> Bool {
    for path in node.ends {
      if path.isEmpty { return false }
      guard rememberedCount < Self.mostRemembered else { continue }
      rememberedCount += 1
      if path.count == 1 { facts.append(!path[0]) } else { gone.append(path) }
    }
    return true
  }
}

extension RuleNode {
  /// Nothing but what stands below it.
  fileprivate var isTransparent: Bool { isStep && test == nil && action == .next && isEnabled }

  /// Not a rule of its own.
  private var isStep: Bool { isSummary || name.isEmpty }

  /// Of each list, no packet that passes all of it comes behind the rule.
  fileprivate var ends: [[PacketTest]] {
    guard isEnabled else { return [] }
    let own = [test].compactMap(\.self)
    if endsAllThatFit { return [own] }
    guard action == .next || action == .group && !children.contains(where: \.leavesGroup) else { return [] }
    return children.flatMap { $0.ends.map { own + $0 } }
  }

  /// No packet that fits its own test comes behind it.
  fileprivate var endsAllThatFit: Bool {
    if action.ends { return true }
    guard isEnabled, action != .log, action != .dontLog, let last = children.last else { return false }
    guard last.isEnabled, last.test == nil, last.endsAllThatFit else { return false }
    return action != .group || !children.contains(where: \.leavesGroup)
  }

  /// A rule that only leads to one other asks what that asks.
  fileprivate var withoutSteps: RuleNode {
    guard action == .next, children.count == 1, var only = children.first, only.isEnabled else { return self }
    guard only.test == nil || test == nil, isStep || only.isStep || name.isLonger(thanNumber: only.name) else {
      return self
    }
    if !isStep || only.name.isEmpty { only.name = name }
    only.test = only.test ?? test
    return only
  }
}

extension String {
  /// `00100 allow ip …` is, than `00100`, and `INPUT 1: -j DROP` than `INPUT 1`.
  fileprivate func isLonger(thanNumber number: String) -> Bool {
    hasPrefix(number) && [" ", ":"].contains(dropFirst(number.count).first)
  }
}
