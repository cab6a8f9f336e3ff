internal import ArgumentParser

/// `sentry logins`: logins that fail, and who is blocked for them.
struct Logins: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show who fails to log in and who was blocked for it, or read a log for that.",
    discussion: """
      A document says in `settings.logins` which logs to follow (docs/Logins.md). Why somebody was blocked, with the lines of \
      the log: sentry triggered why ADDRESS.

        sentry logins
        sentry logins --format json
        sentry logins read /var/log/auth.log --service sshd
      """,
    subcommands: [Show.self, Read.self], defaultSubcommand: Show.self)
}
