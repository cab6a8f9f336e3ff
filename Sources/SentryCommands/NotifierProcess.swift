internal import ArgumentParser
internal import SentryNotifier
internal import SentryProcesses

/// `sentry notifier`: the process that carries out notifications; `sentry run` starts it.
struct NotifierProcess: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notifier", abstract: "Carry out notifications for a running sentry, which starts this by itself.",
    shouldDisplay: false)

  @Option(help: "The number of the user it becomes.")
  var user: UInt32?

  @Option(help: "The number of that user's group.")
  var group: UInt32?

  @Option(help: "The numbers of groups besides.")
  var moreGroups: [UInt32] = []

  func run() async throws {
    do throws(ProcessError) {
      if let user, let group {
        let confinement = Confinement(user: user, group: group, groups: moreGroups)
        try Notifier.begin(confinement, then: ["sentry", Self.configuration.commandName ?? ""])
      }
      try await Notifier.serve()
    } catch {
      throw CommandFailure(
        .notPermitted, "notifier is started by 'sentry run', and does nothing with rights (\(error))")
    }
  }
}
