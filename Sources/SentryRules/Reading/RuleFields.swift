internal import SentryDiagnostics
internal import SentryPropertyList

/// The entries of a rule's dictionary.
struct RuleFields: Sendable {
  private var nodes: [RuleKey: PropertyListNode] = [:]

  /// Keys that no rule has are reported, each name once per document.
  init(of rule: PropertyListNode, into findings: inout Findings) {
    for entry in rule.entries {
      if let key = RuleKey(rawValue: entry.key) {
        nodes[key] = entry.value
      } else {
        findings.addOnce("rule key \(entry.key)", .unknownRuleKey(entry.key, at: entry.keyPlace))
      }
    }
  }

  subscript(key: RuleKey) -> PropertyListNode? { nodes[key] }

  /// Numbers for names, as the classic program wrote them.
  var hasNumbers: Bool { self[.property] != nil || self[.relation] != nil || self[.filterAction] != nil }

  var property: NamedField { NamedField(name: nodes[.propertyName], number: nodes[.property]) }
  var relation: NamedField { NamedField(name: nodes[.relationName], number: nodes[.relation]) }
  var action: NamedField { NamedField(name: nodes[.filterActionName], number: nodes[.filterAction]) }
}
