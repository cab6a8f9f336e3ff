internal import SentryDiagnostics

// Rules for so many packets in a time. Documents have none such; what only limits a log or answers is for all packets there.

extension BaseChains {
  /// Decides what becomes of rules with a limit, now that what stands behind them is known.
  mutating func settleLimits() {
    for keyPath in [\BaseChains.inbound, \BaseChains.outbound] {
      for index in self[keyPath: keyPath].indices {
        let policy = self[keyPath: keyPath][index].policy
        self[keyPath: keyPath][index].chain.settleLimits(policy)
        chains[self[keyPath: keyPath][index].chain.name] = self[keyPath: keyPath][index].chain
      }
    }
    for name in chains.keys { chains[name]?.settleLimits(nil) }
  }
}

extension FilterChain {
  /// - Parameter policy: `nil` if packets go back to where they came from.
  fileprivate mutating func settleLimits(_ policy: Policy?) {
    for place in rules.indices {
      guard let limit = rules[place].limit else { continue }
      rules[place].limit = nil
      let rest = rules[(place + 1)...]
      if rules[place].actions == [.leave], rest.allSatisfy({ $0.actions.allSatisfy(\.onlyTells) }) {
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
  /// Whether a packet passes does not depend on it, at the end of a chain.
  fileprivate var onlyTells: Bool { isLog || self == .count || self == .leave }
}
