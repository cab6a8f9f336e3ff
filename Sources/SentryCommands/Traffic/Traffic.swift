internal import ArgumentParser

/// `sentry traffic`: what has come and gone.
struct Traffic: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "What has come and gone: by service, host, application or interface, over time, connection by connection.",
    discussion: """
      Counts what was let through, in IP bytes, headers included; sizes are in units of 1,024 (KiB, MiB, GiB). Without a \
      subcommand the busiest are listed; all that `sentry help traffic top` says goes without `top`, too.

        sentry traffic
        sentry traffic top --by host --since 2h
        sentry traffic history --service https --since 7d
        sentry traffic connections --address 203.0.113.9 --format csv
        sentry traffic bandwidth --every day --since 30d
      """,
    subcommands: [Top.self, History.self, Connections.self, Bandwidth.self], defaultSubcommand: Top.self)
}

/// `--format` of commands whose reports are tables.
enum TrafficFormat: String, ExpressibleByArgument, CaseIterable {
  case text, csv, json
}
