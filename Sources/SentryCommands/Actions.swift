internal import ArgumentParser
internal import SentryRules

/// `sentry actions`: what rules can do with a packet.
struct Actions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the actions that rules can have, or explain one.",
    discussion: """
        sentry actions
        sentry actions Trigger
      """)

  @Argument(help: ArgumentHelp("An action, by any of its names.", valueName: "name"))
  var name: String?

  func run() throws {
    Console.write(try LanguageListing(entries: LanguageEntry.actions, noun: "action").text(named: name))
  }
}
