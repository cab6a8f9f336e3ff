internal import SentryDiagnostics

/// The chains that packets come to by themselves, for all that comes in and all that goes out.
struct BaseChains {
  struct Base {
    var chain: FilterChain
    var policy: FilterChain.Policy
    /// `IP version == 4`, where it is for one family only.
    var family: PacketTest?
  }

  var chains: [String: FilterChain] = [:]
  var inbound: [Base] = []
  var outbound: [Base] = []
  /// Fragments are put together before any rule sees them, as connection tracking does.
  var seesNoLaterFragments = false

  func nodes(_ findings: inout [Diagnostic]) -> [RuleNode] {
    let whole = nodes(isForLaterFragments: false, &findings)
    guard !whole.isEmpty, !seesNoLaterFragments, tellsFragmentsApart else { return whole }
    var later = RuleNode("later fragments", .next, nodes(isForLaterFragments: true, &findings))
    later.test = .laterFragment
    return [later] + whole
  }

  private func nodes(isForLaterFragments: Bool, _ findings: inout [Diagnostic]) -> [RuleNode] {
    var nodes: [RuleNode] = []
    for (bases, direction) in [(inbound, PacketTest.inbound), (outbound, .outbound)] where !bases.isEmpty {
      var inside: [RuleNode] = []
      for base in bases {
        var tree = ChainTree(chains, direction, isForLaterFragments: isForLaterFragments)
        let rules = tree.nodes(of: base.chain, policy: base.policy)
        findings += tree.findings
        guard !rules.isEmpty else { return [] }
        inside += base.family.map { [RuleNode.asking($0, rules)] } ?? rules
      }
      var node = RuleNode(bases[0].chain.name, .next, inside)
      node.test = direction
      nodes.append(node)
    }
    return nodes
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
  case new, established, related, invalid

  /// netfilter takes an ACK of a connection that it has not seen for the start of one (`nf_conntrack_tcp_loose`).
  private static let pickedUp = PacketTest(.tcpFlags, "ack,-syn,-rst,-fin")

  var clause: Clause {
    switch self {
    case .new:
      Clause(anyOf: [
        Clause(PacketTest(.connectionState, "new")),
        Clause(allOf: [Clause(PacketTest(.connectionState, "none")), Clause(Self.pickedUp)]),
      ])
    case .established, .related: Clause(PacketTest(.connectionState, "established,closing"))
    case .invalid: Clause(allOf: [Clause(PacketTest(.connectionState, "none")), Clause(!Self.pickedUp)])
    }
  }
}
