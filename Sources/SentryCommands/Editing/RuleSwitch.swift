internal import SentryRules

/// What `enable` and `disable` share.
enum RuleSwitch {
  static func set(_ isOn: Bool, _ rules: [String], in document: String?, options: EditOptions) async throws {
    let subject = document.map(EditSubject.file) ?? .running
    try await EditSession(subject: subject, options: options).run { document in
      let numbers = try document.rules(named: rules)
      let result = try document.setEnabled(isOn, numbers)
      return (result, report(result.changed, of: numbers, isOn ? "enabled" : "disabled"))
    }
  }

  private static func report(_ changed: [RuleNumber], of asked: [RuleNumber], _ state: String) -> String {
    let done = changed.isEmpty ? "" : "\(EditSession.rules(changed)) \(state)"
    let same = Set(changed)
    let already = asked.filter { !same.contains($0) }
    guard !already.isEmpty else { return done }
    let rest = "\(EditSession.rules(already)) \(already.count == 1 ? "was" : "were") \(state) already"
    return done.isEmpty ? rest : "\(done); \(rest)"
  }
}
