internal import ArgumentParser

/// `sentry applications`: what programs of this host may do.
struct Applications: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Allow or deny programs of this host, inbound and outbound.",
    discussion: """
      A program is known by the path of its executable, and what is allowed by its contents, too: an update is asked about again. \
      'sentry applications on' has the rules in force go by that. docs/Applications.md tells more.

        sentry applications
        sentry applications on --unknown ask --timeout 30 --otherwise deny
        sentry applications allow curl --outbound
        sentry applications deny /usr/bin/nc
        sentry applications ask
      """,
    subcommands: [
      Listing.self, Switch.On.self, Switch.Off.self, Allow.self, Deny.self, Forget.self, Ask.self, Answer.self,
    ], defaultSubcommand: Listing.self)
}
