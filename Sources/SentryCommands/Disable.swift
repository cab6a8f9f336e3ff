internal import ArgumentParser

/// `sentry disable`: rules switched off.
struct Disable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Switch rules off, running or in a document.",
    discussion: """
      A rule that is off takes those below it out of use; they keep their own switches. Without --in the rules in force \
      change, and keep their counters.

        sentry disable 2.3.1
        sentry disable --in my.plist 2.1-2.4 "no telnet"
      """)

  @Argument(help: ArgumentHelp("Rules: 2.3.1, 2.1-2.4, or a name.", valueName: "rule"))
  var rules: [String]

  @Option(name: .customLong("in"), help: ArgumentHelp("Edit this document, not the running rules.", valueName: "doc"))
  var document: String?

  @OptionGroup var options: EditOptions

  func run() async throws { try await RuleSwitch.set(false, rules, in: document, options: options) }
}
