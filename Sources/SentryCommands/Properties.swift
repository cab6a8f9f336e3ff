internal import ArgumentParser
internal import SentryRules

/// `sentry properties`: what rules can ask of a packet.
struct Properties: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the properties that rules can test, or explain one.",
    discussion: """
        sentry properties
        sentry properties 'Dest port'
      """)

  @Argument(help: ArgumentHelp("A property, by any of its names.", valueName: "name"))
  var name: String?

  func run() throws {
    Console.write(try LanguageListing(entries: LanguageEntry.properties, noun: "property").text(named: name))
  }
}
