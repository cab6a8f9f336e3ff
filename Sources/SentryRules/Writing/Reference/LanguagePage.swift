/// A page of `docs/` that lists words of the rule language: a table of all, then each with what there is to know.
public struct LanguagePage: Sendable {
  /// Path from the top of the checkout.
  public let path: String
  private let title: String
  /// One of the entries.
  private let noun: String
  private let introduction: String
  private let entries: [LanguageEntry]

  public static let properties = LanguagePage(
    path: "docs/Properties.md", title: "Properties", noun: "Property",
    introduction: """
      What a rule can ask of a packet: the words for `propertyName`. [Guide.md](Guide.md) says how to use them, \
      [Actions.md](Actions.md) what can be done on a match, [Checks.md](Checks.md) what `sentry check` finds wrong.

      A value may have a remark in parentheses behind it, `80 (http)`. A number may be a range with both ends, \
      `1024-65535`: then `>=` means from its start on, `<=` up to its end. `!=` is the opposite of `==`: it matches \
      also the packets that lack what is asked for, whatever the reason, and those whose value was cut off by the \
      capture; nothing else matches those. In a timer, where there is no packet, no question about a packet matches.

      The numbers are those of documents that the classic program wrote ([Classic.md](Classic.md)).
      """,
    entries: LanguageEntry.properties)

  public static let actions = LanguagePage(
    path: "docs/Actions.md", title: "Actions", noun: "Action",
    introduction: """
      What a rule does with a packet that it matches: the words for `filterActionName`. [Guide.md](Guide.md) says how \
      to use them, [Properties.md](Properties.md) what a rule can ask of a packet.

      An action that ends the walk decides what becomes of the packet; only the rules below it are still asked, and \
      cannot decide again. All others go on with the rules below, then with those after. The parameter of a rule goes \
      into its log entries, whatever its action.

      The numbers are those of documents that the classic program wrote ([Classic.md](Classic.md)).
      """,
    entries: LanguageEntry.actions)

  /// Markdown; ends in a newline.
  public var markdown: String {
    let mark = "<!-- Made from the declarations in Sources/SentryRules: `RECORD=1 swift test` writes it again. -->"
    let parts = ["# \(title)", mark, introduction.filled, table] + entries.map(\.markdown)
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var table: String {
    let rows = entries.map { entry in
      "| \(entry.link) | \(entry.summary.escaped) | \(entry.shortFact.markdown) |"
    }
    let head = "| \(noun) | | \(entries.first?.shortFact.title ?? "") |\n| --- | --- | --- |\n"
    return head + rows.joined(separator: "\n")
  }
}

extension LanguageEntry {
  /// To its heading, whose anchor Git hosts make of its letters; names without any have none.
  fileprivate var link: String {
    guard name.contains(where: \.isLetter) else { return "`\(name)`" }
    let anchor = name.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " }.replacing(" ", with: "-")
    return "[`\(name)`](#\(anchor))"
  }

  fileprivate var markdown: String {
    let sentence = summary.prefix(1).uppercased() + summary.dropFirst() + "."
    let text = ([sentence, details].filter { !$0.isEmpty }.joined(separator: " ")).escaped.filled
    let lines = facts.map { "- **\($0.title):** \($0.markdown)" }
    return "## `\(name)`\n\n\(text)\n\n\(lines.joined(separator: "\n"))\n\n```plist\n\(example)\n```"
  }
}

extension LanguageEntry.Fact {
  fileprivate var markdown: String { isCode ? (text.isEmpty ? "" : "`\(text)`") : text.escaped }
}

extension String {
  /// With a backslash before what Markdown would take for a mark.
  fileprivate var escaped: String {
    reduce(into: "") { text, character in
      if "*_<>|[]\\`".contains(character) { text.append("\\") }
      text.append(character)
    }
  }

  /// Paragraphs in lines of at most 120 columns.
  fileprivate var filled: String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.wrapped(to: 120).joined(separator: "\n") }.joined(separator: "\n")
  }
}
