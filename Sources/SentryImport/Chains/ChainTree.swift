internal import SentryDiagnostics

/// Makes a tree of chains: a jump is a group with the rules of the chain, and a rule that returns leaves it.
///
/// Later fragments have no ports for these firewalls. Where they see any, those have a tree of their own (`IPFWTree`).
struct ChainTree {
  private static let usualLimit = 50_000
  private static let depthLimit = 32

  let chains: [String: FilterChain]
  /// Of all packets that come here.
  let direction: PacketTest
  let isForLaterFragments: Bool
  private(set) var findings: [Diagnostic] = []
  private var size = 0
  /// The limit was met below a rule, which is not taken over then.
  private var isFull = false
  /// Chains that are too much by themselves.
  private var endless: Set<String> = []
  /// Chains whose rules are in the tree.
  private(set) var entered: Set<String> = []
  /// Of other chains that packets come to behind this one, if there are any: then who is accepted goes on there.
  private let following: [RuleNode]?

  init(
    _ chains: [String: FilterChain], _ direction: PacketTest, isForLaterFragments: Bool, following: [RuleNode]? = nil
  ) {
    self.chains = chains
    self.following = following
    self.direction = direction
    self.isForLaterFragments = isForLaterFragments
  }

  /// The rules of a chain that packets come to by themselves.
  mutating func nodes(of chain: FilterChain, policy: FilterChain.Policy) -> [RuleNode] {
    let accepted = following == nil ? RuleNode.Action.pass : .exitGroup
    let end = RuleNode("\(chain.name) policy \(policy.rawValue)", policy == .accept ? accepted : .deleteUnlogged)
    let nodes = nodes(of: chain, end: end, path: [chain.name], known: [])
    if policy == .drop, !isForLaterFragments, chain.rules.contains(where: \.mayHaveLetThrough) {
      findings.append(.dropsMore(at: chain.range))
    }
    return nodes + (Self.endsAll(chain.rules.map { reduced($0.clauses) }, chain) ? [] : [end])
  }

  /// A rule without questions ends the chain for all.
  private static func endsAll(_ clauses: [[Clause]], _ chain: FilterChain) -> Bool {
    zip(clauses, chain.rules).contains { $0.isEmpty && $1.actions.contains(where: \.ends) }
  }

  /// - Parameters:
  ///   - end: what a rule that returns does.
  ///   - known: what the rules that led here have asked.
  private mutating func nodes(
    of chain: FilterChain, end: RuleNode, path: [String], known: [PacketTest]
  ) -> [RuleNode] {
    var branches: [Branch] = []
    for (place, rule) in chain.rules.enumerated() where !isFull {
      let number = "\(chain.name) \(place + 1)"
      let clauses = reduced(rule.clauses).map { $0.narrowed(by: known) }.filter { !$0.isAlways }
      for action in rule.actions {
        guard let branch = branch(action, rule, clauses, number: number, end, path, known) else { continue }
        branches.append(branch)
      }
      if clauses.isEmpty, rule.actions.contains(where: \.ends) {
        noteLosses(before: place, in: chain)
        break
      }
    }
    if isFull { return [] }
    entered.insert(chain.name)
    return Factoring.nodes(of: branches)
  }

  private mutating func branch(
    _ action: FilterChain.Action, _ rule: FilterChain.Rule, _ clauses: [Clause], number: String, _ end: RuleNode,
    _ path: [String], _ known: [PacketTest]
  ) -> Branch? {
    let name = Self.cut("\(number): \(rule.text)")
    let before = size
    guard let asked = Branch(clauses, RuleNode("", .pass), number: number) else { return nil }
    let made = node(action, name, end, path, rule, known + asked.tests)
    guard let outcome = made ?? (isFull ? RuleNode(name, .group) : nil) else { return nil }
    guard let branch = Branch(clauses, outcome, number: number) else { return nil }
    size += branch.size
    isFull = isFull || size > limit
    guard isFull else { return branch }
    // Of chains below chains, the rule at the top is refused; a rule of its own size, where it stands.
    guard path.count == 1 || branch.size - outcome.size > limit / 4 else { return nil }
    (size, isFull) = (before, false)
    if let target = action.target { endless.insert(target) }
    findings.append(.tooEntangled(at: rule.range))
    return switchedOff(name).flatMap { Branch([], $0, number: number) }
  }

  private var limit: Int { max(Self.usualLimit, chains.values.reduce(0) { $0 + $1.rules.count } * 16) }

  /// A rule that drops all the rest.
  private mutating func noteLosses(before place: Int, in chain: FilterChain) {
    let rule = chain.rules[place]
    guard !isForLaterFragments, rule.actions.contains(.drop) || rule.actions.contains(.reject),
      chain.rules[..<place].contains(where: \.mayHaveLetThrough)
    else { return }
    findings.append(.dropsMore(at: rule.range))
  }

  private func reduced(_ clauses: [Clause]) -> [Clause] {
    clauses.map { $0.reduced(answer) }.filter { !$0.isAlways }
  }

  /// What is known beforehand.
  private func answer(_ test: PacketTest) -> Bool? {
    if test.property == .direction { return (test.value == direction.value) != test.isNegated }
    return isForLaterFragments ? test.answerForLaterFragment : test.answerForFirstFragment
  }

  private static func cut(_ name: String) -> String { name.count > 100 ? "\(name.prefix(99))…" : name }

  private mutating func node(
    _ action: FilterChain.Action, _ name: String, _ end: RuleNode, _ path: [String], _ rule: FilterChain.Rule,
    _ known: [PacketTest]
  ) -> RuleNode? {
    switch action {
    case .accept: return accepted(name, path)
    case .drop: return RuleNode(name, .deleteUnlogged)
    case .reject: return RuleNode(name, .reject, [RuleNode("", .dontLog)])
    case .count: return RuleNode(name, .next)
    case .log(let prefix):
      var node = RuleNode(name, .log)
      node.parameter = prefix
      return node
    case .leave:
      var node = end
      node.name = name
      return node
    case .jump(let target): return group(target, name, path, rule, known) ?? switchedOff(name)
    case .goto(let target):
      return group(target, name, path, rule, known).map { RuleNode(name, .next, [$0, end]) } ?? switchedOff(name)
    case .none: return switchedOff(name)
    }
  }

  /// Only one group can be left at once: from within others, the rest stands below.
  private func accepted(_ name: String, _ path: [String]) -> RuleNode {
    guard let following else { return RuleNode(name, .pass) }
    let isWhole = following.last.map { $0.test == nil && $0.action.ends } ?? false
    let rest = isWhole ? [] : [RuleNode("", .pass)]
    return path.count == 1 ? RuleNode(name, .exitGroup) : RuleNode(name, .next, following + rest)
  }

  private func switchedOff(_ name: String) -> RuleNode? {
    var node = RuleNode(name, .next)
    node.isEnabled = false
    return isForLaterFragments ? nil : node
  }

  /// The rules of a chain, which a rule that returns leaves.
  private mutating func group(
    _ target: String, _ name: String, _ path: [String], _ rule: FilterChain.Rule, _ known: [PacketTest]
  ) -> RuleNode? {
    guard !path.contains(target), path.count < Self.depthLimit, let chain = chains[target] else {
      if !isForLaterFragments { findings.append(.badJump(target, isLoop: path.contains(target), at: rule.range)) }
      return nil
    }
    guard !endless.contains(target) else {
      isFull = true
      return nil
    }
    return RuleNode(name, .group, nodes(of: chain, end: RuleNode("", .exitGroup), path: path + [target], known: known))
  }
}
