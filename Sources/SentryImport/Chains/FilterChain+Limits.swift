internal import SentryDiagnostics

// Rules for so many packets in a time. Documents have none such; what only limits a log or answers is for all packets there.

extension BaseChains {
  /// Decides what becomes of rules with a limit, now that what stands behind them is known.
  mutating func settleLimits() {
    let telling = tellingChains
    for keyPath in [\BaseChains.inbound, \BaseChains.outbound] {
      for index in self[keyPath: keyPath].indices {
        let policy = self[keyPath: keyPath][index].policy
        self[keyPath: keyPath][index].chain.settleLimits(policy, telling)
        chains[self[keyPath: keyPath][index].chain.name] = self[keyPath: keyPath][index].chain
      }
    }
    for name in chains.keys { chains[name]?.settleLimits(nil, telling) }
  }

  /// Those that come back from wherever they lead to, with nothing done but logs.
  private var tellingChains: Set<String> {
    var telling: Set<String> = []
    while true {
      let more = chains.values.filter { chain in
        !telling.contains(chain.name)
          && chain.rules.allSatisfy { $0.actions.allSatisfy { $0 == .leave || $0.onlyTells(telling) } }
      }
      if more.isEmpty { return telling }
      telling.formUnion(more.map(\.name))
    }
  }
}

extension FilterChain {
  /// - Parameters:
  ///   - policy: `nil` if packets go back to where they came from.
  ///   - telling: chains that do nothing but tell.
  fileprivate mutating func settleLimits(_ policy: Policy?, _ telling: Set<String>) {
    for place in rules.indices {
      guard let limit = rules[place].limit else { continue }
      rules[place].limit = nil
      let rest = rules[(place + 1)...]
      if rules[place].actions.allSatisfy({ $0.onlyTells(telling) }) {
        findings.append(.logsMore(limit))
      } else if rules[place].actions == [.leave],
        rest.allSatisfy({ $0.actions.allSatisfy { $0 == .leave || $0.onlyTells(telling) } })
      {
        rules[place].actions = [.count]
        findings.append(.logsMore(limit))
      } else if rules[place].rejects, Self.dropsAll(rest, policy) {
        findings.append(.answersMore(limit))
      } else {
        rules[place].actions = [.none]
        findings.append(.hasLimit(limit))
      }
    }
  }

  /// Whoever comes here is dropped, whether told or not.
  private static func dropsAll(_ rules: ArraySlice<Rule>, _ policy: Policy?) -> Bool {
    for rule in rules {
      guard rule.actions.allSatisfy({ $0.isLog || $0 == .count || $0 == .drop || $0 == .reject }) else { return false }
      if rule.limit == nil, rule.clauses.isEmpty, rule.actions.contains(where: \.ends) { return true }
    }
    return policy == .drop
  }
}

extension FilterChain.Rule {
  fileprivate var rejects: Bool {
    actions.last == .reject && actions.dropLast().allSatisfy { $0.isLog || $0 == .count }
  }
}

extension FilterChain.Action {
  /// Whether a packet passes does not depend on it, nor where it goes on.
  ///
  /// - Parameter telling: chains that do nothing but tell.
  fileprivate func onlyTells(_ telling: Set<String>) -> Bool {
    if case .jump(let name) = self { return telling.contains(name) }
    return isLog || self == .count
  }
}
