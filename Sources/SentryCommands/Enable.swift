internal import ArgumentParser

/// `sentry enable`: rules switched on.
struct Enable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Switch rules on, running or in a document.",
    discussion: """
      Rules are named by number, by a range of numbers, or by a name that only one rule has. Those below keep their own \
      switches. Without --in the rules in force change, and keep their counters.

        sentry enable 2.3.1
        sentry enable --in my.plist 2.1-2.4 "no telnet"
      """)

  @Argument(help: ArgumentHelp("Rules: 2.3.1, 2.1-2.4, or a name.", valueName: "rule"))
  var rules: [String]

  @Option(name: .customLong("in"), help: ArgumentHelp("Edit this document, not the running rules.", valueName: "doc"))
  var document: String?

  @OptionGroup var options: EditOptions

  func run() async throws { try await RuleSwitch.set(true, rules, in: document, options: options) }
}
