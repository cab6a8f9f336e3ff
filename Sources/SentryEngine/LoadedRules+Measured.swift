internal import SentryRules

extension LoadedRules {
  static func measuredRules(of ruleSet: RuleSet, _ labels: [UInt32]) -> [(place: Int, label: UInt32)] {
    zip(ruleSet.rules, labels).enumerated().compactMap { place, rule in
      rule.0.name.hasPrefix("_") ? (place, rule.1) : nil
    }
  }
}
