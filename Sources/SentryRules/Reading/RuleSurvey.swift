internal import SentryDiagnostics
internal import SentryPropertyList

/// What must be known of all rules before the first of them can be judged.
struct RuleSurvey {
  private(set) var count = 0
  /// Which generation's numbers the rules use.
  private(set) var votes = NumberingVotes()
  /// A rule has a key that means nothing.
  private(set) var hasUnknownKeys = false

  /// Finds what is wrong with the tree: what is no rule, keys that no rule has. Gives up at the first of more rules than
  /// `limit`, which is an error, and returns `nil`.
  init?(_ walk: (_ report: RuleWalk.Report) -> RuleWalk, limit: Int, into findings: inout Findings) {
    var walk = walk { findings.add($0()) }
    while let rule = walk.next(report: { findings.add($0()) }) {
      guard count < limit else {
        findings.add(.tooManyRules(limit: limit, at: rule.place))
        return nil
      }
      count += 1
      votes.add(rule.fields)
      for entry in rule.fields.unknown {
        hasUnknownKeys = true
        findings.addOnce("rule key \(entry.key)", .unknownRuleKey(entry.key, at: entry.keyPlace))
      }
    }
  }
}
