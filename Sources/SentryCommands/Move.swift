internal import ArgumentParser
internal import SentryRules

/// `sentry move`: rules taken to another place.
struct Move: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Move rules within a document.",
    usage: """
      sentry move (<doc> | --running) <rule> ... (--after | --before | --into) <rule> \
      [--dry-run] [--output <file>] [--socket <path>]
      """,
    discussion: """
      Rules go with their comments and all below them, and keep their order. All numbers are those before the move.

        sentry move my.plist 3 --before 1
        sentry move my.plist 2.1-2.3 --into "mail server"
        sentry move --running 3 --before 1
      """)

  @Argument(help: ArgumentHelp("The document (not with --running), then rules: 2.3.1, 2.1-2.4, or a name."))
  var arguments: [String]

  @OptionGroup var target: TargetOptions
  @OptionGroup var running: RunningOption
  @OptionGroup var options: EditOptions

  func validate() throws {
    if !target.isGiven { throw ValidationError("say where to: --after, --before or --into a rule") }
  }

  func run() async throws {
    var rules = arguments
    let subject = try running.subject(takingFrom: &rules)
    guard !rules.isEmpty else { throw ValidationError("name the rules to move") }
    try await EditSession(subject: subject, options: options).run { [rules] document in
      let numbers = try document.rules(named: rules)
      let result = try document.move(numbers, target.target(in: document))
      return Edit(result: result, change: Self.report(result, of: numbers))
    }
  }

  private static func report(_ result: EditedDocument, of numbers: [RuleNumber]) -> String {
    let rules = numbers.named
    guard !result.changed.isEmpty else { return "\(rules) already \(numbers.count == 1 ? "stands" : "stand") there" }
    let verb = result.inserted.count == 1 ? "is" : "are"
    return "\(rules) moved; \(verb) now \(result.inserted.listed)"
  }
}
