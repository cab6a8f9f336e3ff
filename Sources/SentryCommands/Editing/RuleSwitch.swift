internal import ArgumentParser
internal import SentryRules

/// What `enable` and `disable` share.
enum RuleSwitch {
  static func set(_ isOn: Bool, _ rules: [String], in document: String?, options: EditOptions) async throws {
    if document == nil, let first = rules.first, first.contains("/") || first.hasSuffix(".plist") {
      throw ValidationError(
        "'\(first)' is no rule: to edit a file say --in \(first); without, the rules in force are meant")
    }
    let subject = document.map(EditSubject.file) ?? .running
    try await EditSession(subject: subject, options: options).run { document in
      let numbers = try document.rules(named: rules)
      let result = try document.setEnabled(isOn, numbers)
      return Edit(result: result, change: report(result.changed, of: numbers, isOn ? "enabled" : "disabled"))
    }
  }

  private static func report(_ changed: [RuleNumber], of asked: [RuleNumber], _ state: String) -> String {
    let done = changed.isEmpty ? "" : "\(changed.named) \(state)"
    let same = Set(changed)
    let already = asked.filter { !same.contains($0) }
    guard !already.isEmpty else { return done }
    let rest = "\(already.named) \(already.count == 1 ? "was" : "were") \(state) already"
    return done.isEmpty ? rest : "\(done); \(rest)"
  }
}
