package import SentryEngine
package import SentryRules

/// An explanation with what it takes to put it into words.
package struct ExplainedPacket: Sendable {
  package let explanation: Explanation
  package let ruleSet: RuleSet
  package let labels: RuleLabels
  /// Its number in the capture; `nil` for a described packet.
  package let frame: UInt64?

  package init(explanation: Explanation, ruleSet: RuleSet, labels: RuleLabels, frame: UInt64?) {
    self.explanation = explanation
    self.ruleSet = ruleSet
    self.labels = labels
    self.frame = frame
  }

  package func rule(_ index: Int) -> Rule { ruleSet.rules[index] }
}
