extension [RuleNumber] {
  /// `2.1`, `2.1 and 2.2`, `2.1, 2.2 and 7 more`.
  package var listed: String {
    let shown = prefix(8).map(\.description)
    if count > shown.count { return shown.joined(separator: ", ") + " and \(count - shown.count) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `rule 2.1`, `rules 2.1 and 2.2`.
  package var named: String { (count == 1 ? "rule " : "rules ") + listed }
}
