internal import ArgumentParser

/// `sentry lists`: the lists of addresses that the document in force follows.
struct Lists: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the lists of addresses that the document follows, or fetch them now.",
    discussion: """
      A document says in `lists` which lists it follows (docs/Lists.md).

        sentry lists
        sentry lists --format json
        sentry lists refresh
        sentry lists refresh spamhaus
      """,
    subcommands: [Show.self, Refresh.self], defaultSubcommand: Show.self)
}
