internal import ArgumentParser

/// `sentry services`: which services of this host others may use.
struct Services: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show, allow or deny services of this host.",
    discussion: """
      A service is a rule of the group 'Services' that opens the ports which belong together; 'sentry mode services' puts a document \
      in force that has one. docs/Modes.md tells how to add services of your own.

        sentry services
        sentry services allow ssh web 8080/tcp "Screen sharing"
        sentry services allow samba --from 192.168.0.0/24
        sentry services deny ftp
      """,
    subcommands: [Listing.self, Allow.self, Deny.self], defaultSubcommand: Listing.self)
}

/// `--in`: a document in the place of the rules in force.
struct InDocumentOption: ParsableArguments {
  @Option(name: .customLong("in"), help: ArgumentHelp("This document, not the running rules.", valueName: "doc"))
  var document: String?

  var subject: EditSubject { document.map(EditSubject.file) ?? .running }
}
