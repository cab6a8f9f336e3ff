internal import SentryDiagnostics
internal import SentryPacket

extension ImportedRules {
  /// Reads rules of ipfw(8): a listing as `ipfw list` and `ipfw show` print it, or a script of `ipfw add` commands.
  public init(ipfw bytes: [UInt8], fileName: String, options: ImportOptions) {
    self.init(bytes, fileName: fileName, options) { source, findings in
      Self.nodes(ofIPFW: source, options, &findings)
    }
  }

  private static func nodes(
    ofIPFW source: SourceText, _ options: ImportOptions, _ findings: inout [Diagnostic]
  ) -> [RuleNode] {
    let script = IPFWScript(source)
    findings += script.refusals.map { .notTakenOver($0) }
    findings += [script.exit.map { .nothingRunsBehind($0) }].compactMap(\.self)
    let list = IPFWRuleList(script.commands, options, &findings)
    var rules = list.rules
    guard !rules.isEmpty else {
      findings.append(.noRules(of: "ipfw"))
      return []
    }
    if options.ownAddressesAreAssumed, let word = list.ownAddressWord {
      let addresses = options.ownAddresses.map(\.description).joined(separator: ", ")
      findings.append(.ownAddressesAssumed(addresses, at: word))
    }
    let hasLast = rules.last?.number == IPFWRuleList.lastNumber
    if !hasLast { rules.append(lastRule(after: rules, options)) }
    note(rules, &findings)
    let nodes = IPFWTree.nodes(rules, &findings)
    if !hasLast, let last = rules.last { noteAssumed(last, nodes, options, &findings) }
    return options.isIPv4Only && !nodes.isEmpty ? [.passing(isIPv6: true)] + nodes : nodes
  }

  /// The rule that ipfw always has.
  private static func lastRule(after rules: [IPFWRule], _ options: ImportOptions) -> IPFWRule {
    let range = rules.last?.range ?? 0..<0
    let action = options.defaultAction ?? .deny
    return IPFWRule(
      number: IPFWRuleList.lastNumber, text: "\(action.rawValue) ip from any to any", range: range,
      action: action == .deny ? .deny : .allow)
  }

  /// What is not in the file matters only where a packet comes to it.
  private static func noteAssumed(
    _ last: IPFWRule, _ nodes: [RuleNode], _ options: ImportOptions, _ findings: inout [Diagnostic]
  ) {
    var isReached = false
    RuleNode.forEach(in: nodes) { isReached = isReached || $0.name.hasPrefix(last.numberText) }
    if isReached {
      if options.defaultAction == nil { findings.append(.defaultIsAssumed("deny", at: last.range)) }
    } else {
      let untold = Diagnostic.isNotReached("rule \(last.numberText)", at: last.range)
      findings.removeAll { $0 == untold }
    }
  }

  private static func note(_ rules: [IPFWRule], _ findings: inout [Diagnostic]) {
    for rule in rules {
      if case .skip(let number) = rule.action, number <= rule.number { findings.append(.goesBack(rule)) }
    }
    let isKept = rules.contains(where: \.keepsState)
    for rule in rules where !isKept && rule.action.asksForState { findings.append(.asksForNoState(rule)) }
    if let keeper = rules.first(where: \.keepsState), rules.contains(where: { $0.action == .allow && !$0.keepsState }) {
      findings.append(.anyRuleMakesKnown(keeper))
    }
  }
}
