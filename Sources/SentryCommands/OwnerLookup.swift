internal import ArgumentParser
internal import SentryProcesses

/// `sentry owner-lookup`: the process that finds out whose packets are; `sentry run` starts it.
struct OwnerLookup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "owner-lookup", abstract: "Look up processes for a running sentry, which starts this by itself.",
    shouldDisplay: false)

  func run() throws {
    do throws(ProcessError) {
      try OwnerHelper.serve()
    } catch {
      throw CommandFailure(.usage, "owner-lookup is started by 'sentry run' (\(error))")
    }
  }
}
