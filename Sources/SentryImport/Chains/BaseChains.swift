internal import SentryDiagnostics

/// The chains that packets come to by themselves, for all that comes in and all that goes out.
struct BaseChains {
  struct Base {
    var chain: FilterChain
    var policy: FilterChain.Policy
    /// `IP version == 4`, where it is for one family only.
    var family: PacketTest?
    /// Of several, packets come to that of the least first.
    var priority = 0

    func isForSome(of other: Base) -> Bool { family == nil || other.family == nil || family == other.family }
  }

  var chains: [String: FilterChain] = [:]
  var inbound: [Base] = []
  var outbound: [Base] = []
  /// Fragments are put together before any rule sees them, as connection tracking does.
  var seesNoLaterFragments = false

  mutating func nodes(_ findings: inout [Diagnostic]) -> [RuleNode] {
    settleLimits()
    for name in reachable { findings += chains[name]?.findings ?? [] }
    var entered: Set<String> = []
    var whole = nodes(isForLaterFragments: false, &entered, &findings)
    if !whole.isEmpty, !seesNoLaterFragments, tellsFragmentsApart {
      var later = RuleNode("later fragments", .next, nodes(isForLaterFragments: true, &entered, &findings))
      later.test = .laterFragment
      whole.insert(later, at: 0)
    }
    let nodes = Pruning.pruned(whole)
    noteUnreached(entered, nodes, &findings)
    return nodes
  }

  /// Of chains that packets come to, rules that none comes to.
  private func noteUnreached(_ entered: Set<String>, _ nodes: [RuleNode], _ findings: inout [Diagnostic]) {
    var present: Set<Substring> = []
    // `INPUT 1: -j DROP`, and `INPUT 1` where it has several ends.
    RuleNode.forEach(in: nodes) { node in present.insert(node.name.prefix { $0 != ":" }) }
    for chain in entered.compactMap({ chains[$0] }) {
      for (place, rule) in chain.rules.enumerated() where rule.actions != [.none] {
        let name = "\(chain.name) \(place + 1)"
        let isThere = present.contains(name.prefix { $0 != ":" })
        if !isThere { findings.append(.isNotReached("rule \(name)", at: rule.range)) }
      }
    }
  }

  /// The chains that packets come to. What others hold is not taken over, and nobody's worry.
  private var reachable: Set<String> {
    var reached: Set<String> = []
    var next = (inbound + outbound).map(\.chain.name)
    while let name = next.popLast() {
      guard reached.insert(name).inserted, let chain = chains[name] else { continue }
      next += chain.rules.flatMap(\.actions).compactMap(\.target)
    }
    return reached
  }

  private func nodes(
    isForLaterFragments: Bool, _ entered: inout Set<String>, _ findings: inout [Diagnostic]
  ) -> [RuleNode] {
    var nodes: [RuleNode] = []
    for (bases, direction) in [(inbound, PacketTest.inbound), (outbound, .outbound)] where !bases.isEmpty {
      let inside = self.nodes(
        of: bases.sorted { $0.priority < $1.priority }, direction, isForLaterFragments, &entered, &findings)
      var node = RuleNode(bases[0].chain.name, .next, inside)
      node.test = direction
      nodes.append(node)
    }
    return nodes
  }

  /// Of one direction. Each chain may drop a packet for good; who accepts it leaves it to those behind.
  private func nodes(
    of bases: [Base], _ direction: PacketTest, _ isForLaterFragments: Bool, _ entered: inout Set<String>,
    _ findings: inout [Diagnostic]
  ) -> [RuleNode] {
    var following: [RuleNode] = []
    for (place, base) in bases.enumerated().reversed() {
      let isLast = !bases[(place + 1)...].contains { $0.isForSome(of: base) }
      var tree = ChainTree(
        chains, direction, isForLaterFragments: isForLaterFragments, following: isLast ? nil : following)
      let rules = tree.nodes(of: base.chain, policy: base.policy)
      findings += tree.findings
      entered.formUnion(tree.entered)
      let whole = isLast ? rules : [RuleNode(base.chain.name, .group, rules)]
      following = (base.family.map { [RuleNode.asking($0, whole)] } ?? whole) + following
    }
    return following
  }

  private var tellsFragmentsApart: Bool {
    chains.values.contains { chain in
      chain.rules.contains { rule in
        !rule.clauses.allSatisfy { $0.allSatisfy { $0.answerForLaterFragment == nil } }
      }
    }
  }
}

/// Where netfilter's connection tracking and ours differ is told in docs/Import.md.
enum TrackedState: String, CaseIterable {
  case new, established, related, invalid, untracked

  /// netfilter takes an ACK of a connection that it has not seen for the start of one (`nf_conntrack_tcp_loose`).
  private static let pickedUp = PacketTest(.tcpFlags, "ack,-syn,-rst,-fin")

  /// About a connection (`nf_conntrack_inet_error`, `nf_conntrack_icmpv6_redirect`): netfilter calls these related, never
  /// established.
  private static let errors = Clause.icmpErrors

  /// What it is besides.
  private var more: Clause? {
    switch self {
    case .new: Clause(allOf: [Clause(PacketTest(.connectionState, "none")), Clause(Self.pickedUp)])
    case .established, .related: nil
    case .invalid: Clause(allOf: Self.invalidClauses)
    case .untracked: Self.neverTracked
    }
  }

  /// What nobody connects to: listeners of groups, routers and neighbours (`nf_conntrack_proto_icmpv6`).
  private static let neverTracked = Clause(.icmpv6Type, [130...136, 143...143])
  private static let isICMPv6 = PacketTest(.protocolNumber, WellKnownNames.documentName(ofProtocol: 58))

  /// Unknown, and neither an ACK nor of what is not tracked.
  private static let invalidClauses = [
    Clause(PacketTest(.connectionState, "none")),
    Clause(anyOf: [
      Clause(.isTCP, !pickedUp), Clause(allOf: [Clause(isICMPv6)] + neverTracked.negated), Clause(!.isTCP, !isICMPv6),
    ]),
  ]

  /// Clauses that all hold for packets of one of these states.
  static func clauses(_ states: [TrackedState]) -> [Clause] {
    if states == [.invalid] { return invalidClauses }
    let (isOpen, isError) = (states.contains(.established), states.contains(.related))
    let names = (states.contains(.new) ? ["new"] : []) + (isOpen ? ["established", "closing"] : [])
    var any: [Clause] = []
    if !names.isEmpty {
      let asked = Clause(PacketTest(.connectionState, names.joined(separator: ",")))
      any.append(isOpen && !isError ? Clause(allOf: [asked] + errors.negated) : asked)
    }
    if isError, !isOpen {
      any.append(Clause(allOf: [Clause(PacketTest(.connectionState, "established,closing")), errors]))
    }
    return [Clause(anyOf: any + allCases.filter(states.contains).compactMap(\.more))]
  }
}
