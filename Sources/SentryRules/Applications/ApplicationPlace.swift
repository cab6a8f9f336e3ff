// Where the group Applications comes into a document: as late as it may. Behind a rule that lets connections pass it would not hold
// for those. Before rules that delete fragments, source routes or triggered addresses it would keep the kernel from doing that by
// itself, for only the daemon can tell programs.

extension EditableDocument {
  /// Before the first rule at the top level that may let a program's packet pass, also if that rule is switched off.
  var targetOfApplications: EditTarget {
    let rules = outlined
    guard var index = rules.indices.first(where: { rules.letsProgramPass(at: $0) }) else { return .end }
    while rules.indices.contains(rules[index].parent) { index = rules[index].parent }
    return RuleNumber(rules[index].number).map { .before($0) } ?? .end
  }
}

extension EditTarget {
  /// For people, of the group.
  var place: String {
    switch self {
    case .before(let number): number == .root.child(1) ? "before all others" : "before rule \(number)"
    default: "behind all others"
    }
  }
}

extension [OutlinedRule] {
  fileprivate func letsProgramPass(at index: Int) -> Bool {
    guard ["Pass", "Delay", "Route to"].contains(self[index].action) else { return false }
    var place = index
    while indices.contains(place) {
      if self[place].asksForNoProgram { return false }
      place = self[place].parent
    }
    return true
  }
}

extension OutlinedRule {
  /// Packets that match are of no program that needs a permission: later fragments, which have no ports, and programs of this host that
  /// talk to each other.
  fileprivate var asksForNoProgram: Bool {
    switch property {
    case "IPFragmentOffset":
      (relation == "==" || relation == ">=") && Int(value.prefix { $0.isNumber }).map { $0 > 0 } ?? false
    case "Interface": relation == "==" && (value == "lo" || value == "lo0")
    default: false
    }
  }
}
