internal import ArgumentParser

/// `sentry triggered`: the addresses that rules and people have remembered, one file each for what can be done with them.
struct Triggered: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The addresses that rules have remembered: list, add, remove, import, export, why, whois.",
    discussion: """
      There are four tables: trigger, address, authorize and invalid. Commands mean the first unless told otherwise.

        sentry triggered list
        sentry triggered add 203.0.113.0/24 --duration 10d --note "call from the provider"
        sentry triggered export triggered.tsv
      """,
    subcommands: [List.self, Add.self, Remove.self, Import.self, Export.self, Clear.self, Why.self, Whois.self],
    defaultSubcommand: List.self)
}
