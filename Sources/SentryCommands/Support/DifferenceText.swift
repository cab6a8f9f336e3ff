internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// A difference for people: a line for each rule, and below it a line for each field.
///
/// ```
/// + 2.3           no telnet: Dest port == 23 Delete
/// - 1.2           Source net == 192.0.2.0/24 Pass
/// ~ 2.4 (was 2.3) ssh
///     propertyValue: 22 → 2222
/// > 1 (was 3)     moved: last: Any Log
/// settings triggerDuration: default → 60
/// ```
enum DifferenceText {
  static func text(of difference: DifferenceReport, style: Style) -> String {
    var lines = difference.rules.flatMap { Self.lines(of: $0, style: style) }
    lines += difference.interfaces.map { "interfaces " + line(of: $0) }
    lines += difference.settings.map { "settings " + line(of: $0) }
    lines += difference.other.map { "other " + line(of: $0) }
    return lines.map { $0 + "\n" }.joined()
  }

  /// `2 rules added, 1 changed, 1 other change`; `none`.
  static func counts(_ counts: DifferenceCounts) -> String {
    let rules = [
      (counts.added, "added"), (counts.removed, "removed"), (counts.changed, "changed"), (counts.moved, "moved"),
    ].filter { $0.0 > 0 }
    var parts = rules.enumerated().map { index, part in
      "\(index == 0 ? counted(part.0, "rule") : grouped(part.0)) \(part.1)"
    }
    if counts.other > 0 { parts.append(counted(counts.other, "other change")) }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  private static func lines(of change: RuleChangeReport, style: Style) -> [String] {
    let label = change.name.isEmpty ? change.summary : "\(change.name): \(change.summary)"
    let number = change.new ?? change.old ?? ""
    let origin = change.old.map { $0 == number ? "" : " (was \($0))" } ?? ""
    let fields = change.fields.map { "    \(line(of: $0))" }
    switch change.kind {
    case .added: return [style.green("+ \(number)  \(label.visible)")]
    case .removed: return [style.yellow("- \(number)  \(label.visible)")]
    case .changed: return [style.bold("~ \(number)\(origin)  \(label.visible)")] + fields
    case .moved: return [style.bold("> \(number)\(origin)  \(label.visible), moved")] + fields
    }
  }

  /// `propertyValue: 22 → 2222`; a switch says what it means.
  private static func line(of field: FieldChangeReport) -> String {
    if field.field == "enabled" { return field.new == "1" ? "enabled" : "disabled" }
    let (old, new) = shortened(field.old, field.new)
    return "\(field.field): \(shown(old)) → \(shown(new))"
  }

  /// Of long texts only where they differ, with a little around it.
  private static func shortened(_ old: String, _ new: String) -> (String, String) {
    guard old.count > longestText || new.count > longestText else { return (old, new) }
    let start = commonCount(old, new)
    let end = commonCount(old.dropFirst(start).reversed(), new.dropFirst(start).reversed())
    return (cut(old, from: start, end), cut(new, from: start, end))
  }

  /// How many characters are the same from the first on.
  private static func commonCount(_ a: some Sequence<Character>, _ b: some Sequence<Character>) -> Int {
    zip(a, b).prefix { $0 == $1 }.count
  }

  private static func cut(_ text: String, from start: Int, _ end: Int) -> String {
    let length = text.count
    let first = max(0, start - margin)
    let last = min(length, max(length - end + margin, first))
    let middle = text.dropFirst(first).prefix(min(longestText, last - first))
    let isCutShort = last - first > longestText || last < length
    return (first > 0 ? "…" : "") + middle + (isCutShort ? "…" : "")
  }

  private static let longestText = 72
  private static let margin = 12

  private static func shown(_ text: String) -> String { text.isEmpty ? "(none)" : text.visible }
}
