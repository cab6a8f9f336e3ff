internal import ArgumentParser
internal import SentryRules

/// Words of the rule language for people: all in short, or one in full.
struct LanguageListing {
  let entries: [LanguageEntry]
  /// What people call one of them.
  let noun: String

  /// - Throws: a usage error if there is no entry of that name.
  func text(named name: String?) throws -> String {
    guard let name else { return LanguageText.list(entries) }
    guard let entry = entries.first(where: { $0.isCalled(name) }) else {
      let nearest =
        nearestName(to: name, in: entries.map(\.name)).map { "; did you mean '\($0)'?" }
        ?? "; without a name, all are listed"
      throw ValidationError("no \(noun) is called '\(name)'\(nearest)")
    }
    return LanguageText.text(of: entry)
  }
}

extension LanguageEntry {
  /// In any case of letters.
  fileprivate func isCalled(_ text: String) -> Bool {
    ([name] + aliases).contains { $0.lowercased() == text.lowercased() }
  }
}
