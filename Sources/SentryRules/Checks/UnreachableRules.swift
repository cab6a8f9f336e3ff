internal import SentryDiagnostics

/// Rules behind one that ends everything, or that an action jumps over.
enum UnreachableRulesCheck: Check {
  static let page = FindingPage(
    .unreachableRules, .warning, "these rules are never asked",
    meaning: """
      Nothing comes past an earlier rule of the same list, most often a "delete everything else" that was meant to \
      stand at the end of the list; so neither this rule nor those after it do anything. (Rules that the clock asks, \
      "Idle seconds" and "Parent idle seconds", are asked all the same.) The same is said of the rule that "++" always \
      skips, and of children that their parent's action does not ask: those of "Exit group", "Delay" and "Route to", and \
      those of a final action below another.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = Protocol; propertyValue = "17 (UDP)"; children = (
          { enabled = 1; propertyName = Any; filterActionName = Delete; },
          { enabled = 1; propertyName = "Source port"; propertyValue = "53 (DNS)"; filterActionName = Pass; }
      ); } )
      """),
    remedy: "Move the rule that ends everything to the end of its list, or narrow it.")

  /// Once for each list: the first says how many there are.
  static func look(at document: CheckedDocument, into findings: inout Findings) {
    var toldParents: Set<Int> = []
    for (index, reach) in document.unreached where document.duplicates[index] == nil {
      guard !findings.isFull(for: .warning) else { return }
      let rule = document.rules[index]
      guard rule.property != NoneProperty.self, !toldParents.contains(rule.parent) else { continue }
      switch reach {
      case .afterEnd(let end):
        let (end, others) = (document.rules[end], document.rulesInUse(after: index))
        findings.add(.afterEnd(of: end, rulesAfter: others, at: document.place(of: index)))
      case .jumpedOver:
        findings.add(jumpOver(by: document.rules[rule.parent], at: document.place(of: index)))
      case .packets, .clock, .never, .lacksPacket, .belowUnreached: continue
      }
      toldParents.insert(rule.parent)
    }
  }

  private static func jumpOver(by parent: Rule, at place: Diagnostic.Place) -> Diagnostic {
    switch parent.action.operation {
    case .skip: .skippedChild(of: parent, at: place)
    case .exitGroup: .childOfExit(parent, at: place)
    default: .childOfFinal(parent, at: place)
    }
  }
}

extension CheckedDocument {
  /// How many siblings after the rule would be asked about packets.
  fileprivate func rulesInUse(after index: Int) -> Int {
    let siblings = ruleSet.children(of: rules[index].parent)
    return siblings.count { $0 > index && usage[$0] && !reader.meaning(of: rules[$0]).isIdle }
  }
}
