internal import SentryDiagnostics

/// A rule that is off above rules that are on.
enum DisabledParentCheck: Check {
  static let page = FindingPage(
    .disabledParent, .note, "rules that are on below one that is off",
    meaning: """
      A rule that is off takes everything below it out of use, whatever that says: its children look as if they worked, \
      and are never asked. It is a note, since that is also how whole groups are switched off by intention. Told once for \
      the outermost rule that is off, with the number of rules that would run if it were on; not of services, stealth and \
      applications, which commands of these names switch.
      """,
    example: .text(
      """
      ( { nodeName = "from outside"; enabled = 0; propertyName = Direction; propertyValue = inbound; children = (
          { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; }
      ); } )
      """),
    remedy: "Switch the rule on if what is below it is to work; if it is off by intention, all is well.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    for (index, rule) in document.rules.enumerated() where !rule.isEnabled && document.isAsked(below: rule.parent) {
      guard !findings.isFull(for: .note) else { return }
      if document.hasSwitch(rule) { continue }
      let count = document.enabledRules(below: index)
      if count > 0 { findings.add(.disabledParent(rule, enabledBelow: count, at: document.place(of: index))) }
    }
  }
}

extension CheckedDocument {
  /// A command switches it: a service of the group for them, that group, and those for stealth and for programs.
  fileprivate func hasSwitch(_ rule: Rule) -> Bool {
    let top = rule.parent < 0 ? rule : rules[rule.parent]
    guard top.parent < 0 else { return false }
    return top.name == ServiceGroup.name
      || rule.parent < 0 && [FirewallMode.stealthName, ApplicationGroup.name].contains(rule.name)
  }

  fileprivate func isAsked(below parent: Int) -> Bool { parent < 0 || usage[parent] }

  /// Those that would run if the rule were on.
  fileprivate func enabledRules(below parent: Int) -> Int {
    var count = 0
    var index = parent + 1
    while index < rules[parent].subtreeEnd {
      if rules[index].isEnabled { count += 1 }
      index = rules[index].isEnabled ? index + 1 : rules[index].subtreeEnd
    }
    return count
  }
}
