internal import ArgumentParser

/// `sentry log`: what rules have logged.
struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what sentry has logged, add it up, or switch it on and off.",
    discussion: """
      Without a subcommand entries are printed; all that `sentry help log show` says goes without `show`, too.

        sentry log --follow
        sentry log --address 203.0.113.0/24 --since 2h
        sentry log --rule 2.1 --verdict delete --format json
        sentry log summary --since 1d
        sentry log off
      """,
    subcommands: [Show.self, Summary.self, On.self, Off.self], defaultSubcommand: Show.self)
}
