internal import ArgumentParser
internal import SentryRules

/// `sentry stealth`: whether this host answers pings, and says so where nothing listens.
struct Stealth: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hide this host: no answers to pings, no resets.",
    discussion: """
      Switches the group 'Stealth' of the rules in force, which the document of each mode has. docs/Modes.md tells what it does.

        sentry stealth on
        sentry stealth off --in my.plist
      """)

  enum Position: String, ExpressibleByArgument, CaseIterable {
    case on
    case off
  }

  @Argument(help: "on or off.")
  var position: Position

  @Option(name: .customLong("in"), help: ArgumentHelp("Edit this document, not the running rules.", valueName: "doc"))
  var document: String?

  @OptionGroup var options: EditOptions

  func run() async throws {
    try await EditSession(subject: document.map(EditSubject.file) ?? .running, options: options).run { document in
      let result = try document.setEnabled(position == .on, document.rules(named: [FirewallMode.stealthName]))
      let state = position.rawValue
      return Edit(result: result, change: result.changed.isEmpty ? "stealth was \(state) already" : "stealth \(state)")
    }
  }
}
