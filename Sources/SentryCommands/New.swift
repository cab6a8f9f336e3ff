internal import ArgumentParser
internal import SentryRules

/// `sentry new`: a rule made on the command line.
struct New: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a new rule into a document.",
    discussion: """
      The rule is checked before anything is written. Without a target it goes to the end. Below a rule that has children \
      it takes the place of the first child, which becomes its own child.

        sentry new my.plist --after 1 --name "no telnet" --property "Dest port" --value 23 --action Delete
        sentry new --running --before 1 --property "Source net" --value 192.0.2.7 --action Pass
      """)

  @Argument(help: ArgumentHelp("The document (not with --running).", valueName: "doc"))
  var arguments: [String] = []

  @Option(help: "What you call it.") var name = ""
  @Option(help: "What to look at.") var property = "Any"
  @Option(help: "How to compare: ==, !=, >=, <= or a=A.") var relation = "=="
  // These three may begin with a dash: `-ack`, `->`.
  @Option(parsing: .unconditional, help: "What with.") var value = ""
  @Option(parsing: .unconditional, help: "What to do on a match.") var action = "->"
  @Option(parsing: .unconditional, help: "A text for the action and the log.") var parameter = ""
  @Flag(help: "Leave it switched off.") var disabled = false

  @OptionGroup var target: TargetOptions
  @OptionGroup var running: RunningOption
  @OptionGroup var options: EditOptions

  func validate() throws {
    for (option, text) in [("--value", value), ("--action", action), ("--parameter", parameter)] {
      if Self.options.contains(text) {
        throw ValidationError("Missing value for '\(option)': found the option '\(text)'")
      }
    }
  }

  private static let options = [
    "--name", "--property", "--relation", "--value", "--action", "--parameter", "--disabled", "--after", "--before",
    "--into", "--running", "--dry-run", "--output", "-o", "--socket",
  ]

  func run() async throws {
    var rest = arguments
    let subject = try running.subject(takingFrom: &rest)
    guard rest.isEmpty else { throw ValidationError("'\(rest[0])' is too much") }
    try await EditSession(subject: subject, options: options).run { document in
      let result = try document.insert(rule, target.target(in: document))
      return Edit(result: result, change: "rule \(result.inserted.listed) is new")
    }
  }

  private var rule: NewRule {
    var rule = NewRule()
    rule.name = name
    rule.isEnabled = !disabled
    rule.property = property
    rule.relation = relation
    rule.value = value
    rule.action = action
    rule.parameter = parameter
    return rule
  }
}
