internal import ArgumentParser

/// `sentry service`: sentry as a service that starts with the system, one file each for what can be done with it.
struct ServiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service",
    abstract: "Have systemd start sentry with the system: install, uninstall, status.",
    discussion: """
      The service runs as a user of its own with no more than two capabilities; docs/Service.md tells what that means.

        sentry service install --now -- -i eth0 --mode queue
        sentry service status
        sentry service uninstall
      """,
    subcommands: [Install.self, Uninstall.self, Status.self])
}
