internal import SentryDiagnostics

/// A rule that neither acts nor has children, or resets a parent that is not there.
enum NoEffectCheck: Check {
  static let page = FindingPage(
    .noEffect, .warning, "a rule without effect",
    meaning: """
      A rule with the action "->" or "Group" hands packets to its children. This one has none, so all it does is count, \
      and it has no name by which anybody would look for the count. Most often its filterActionName was forgotten: what \
      looks like a block lets everything through. "Reset parent" at the top level has no effect either: there is no parent.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = "Dest port"; propertyValue = "23 (telnet)"; } )
      """),
    remedy: """
      Give the rule an action, or children. If counting is what it is for, give it a nodeName: rules with a name may \
      just count.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    for index in document.rules.indices where document.usage[index] {
      guard !findings.isFull(for: .warning) else { return }
      let rule = document.rules[index]
      switch rule.action.operation {
      case .next, .group:
        guard rule.subtreeEnd == index + 1, rule.name.isEmpty, rule.property != NoneProperty.self else { continue }
        findings.add(.noEffect(rule, at: document.place(of: index)))
      case .resetParent where rule.parent < 0:
        findings.add(.resetsNothing(at: document.place(of: index)))
      default: break
      }
    }
  }
}
