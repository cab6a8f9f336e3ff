internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryRules

/// `sentry checks`: what `sentry check` can find, and what to do about it.
struct Checks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List what check can find, or explain one finding.",
    discussion: """
        sentry checks
        sentry checks neverMatches
      """)

  @Argument(help: ArgumentHelp("The name in brackets at the end of a finding.", valueName: "name"))
  var name: String?

  func run() throws {
    if let page = try name.map(FindingName.id(named:)).flatMap(FindingGuide.page(for:)) {
      Console.writeLine(page.text)
    } else {
      for line in Self.list { Console.writeLine(line) }
    }
  }

  /// Name, severity and title of each, in columns.
  private static var list: [String] {
    let width = FindingGuide.pages.map(\.id.rawValue.count).max() ?? 0
    return FindingGuide.pages.map { page in
      "\(page.id.rawValue.padded(to: width))  \(page.severity.rawValue.padded(to: 7))  \(page.title)"
    }
  }
}

/// The names of findings on a command line.
enum FindingName {
  static func id(named name: String) throws -> Diagnostic.ID {
    if let id = Diagnostic.ID(rawValue: name) { return id }
    let meant = nearestName(to: name, in: Diagnostic.ID.allCases.map(\.rawValue))
    let hint = meant.map { "; did you mean '\($0)'?" } ?? "; 'sentry checks' lists them"
    throw ValidationError("no finding is called '\(name)'\(hint)")
  }
}
