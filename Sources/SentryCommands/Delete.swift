internal import ArgumentParser
internal import SentryRules

/// `sentry delete`: rules taken out.
struct Delete: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take rules out of a document.",
    usage: """
      sentry delete (<doc> | --running) <rule> ... \
      [--keep-children] [--dry-run] [--output <file>] [--socket <path>]
      """,
    discussion: """
      What is below a rule goes with it, and so do the comments right above and behind it. To keep what you delete, copy \
      it first.

        sentry delete my.plist 2.3.1
        sentry delete my.plist 2 --keep-children
        sentry delete --running 2.3.1
      """)

  @Argument(help: ArgumentHelp("The document (not with --running), then rules: 2.3.1, 2.1-2.4, or a name."))
  var arguments: [String]

  @Flag(help: "Move what is right below up into the place of the rule.")
  var keepChildren = false

  @OptionGroup var running: RunningOption
  @OptionGroup var options: EditOptions

  func run() async throws {
    var rules = arguments
    let subject = try running.subject(takingFrom: &rules)
    guard !rules.isEmpty else { throw ValidationError("name the rules to delete") }
    try await EditSession(subject: subject, options: options).run { [rules] document in
      let numbers = try document.rules(named: rules)
      let result = try document.delete(numbers, keepingChildren: keepChildren)
      let change = "\(numbers.named) deleted\(keepChildren ? ", children kept" : "")"
      return Edit(result: result, change: change)
    }
  }
}
