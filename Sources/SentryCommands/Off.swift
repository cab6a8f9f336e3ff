internal import ArgumentParser
internal import Glibc
internal import SentryNetfilter
internal import SentryProcesses
internal import SentryService

/// `sentry off`: the master switch.
struct Off: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let every packet pass unjudged until `sentry on`.",
    discussion: """
      Tables and counters stay as they are; timers stand still. If no sentry is running, root can take out this way what one has \
      left in the kernel: under fail-closed that drops every packet.

        sentry off
      """)

  @OptionGroup var socket: SocketOption

  @OptionGroup var stateDirectory: StateDirectoryOption

  func run() async throws {
    do {
      try await MasterSwitch.turn(on: false, at: socket.path)
    } catch let failure as CommandFailure where failure.status == .noDaemon {
      Console.writeLine(try removeLeftovers(orElse: failure))
    }
  }

  /// - Returns: what was done, for people.
  private func removeLeftovers(orElse failure: CommandFailure) throws(CommandFailure) -> String {
    guard geteuid() == 0 else { throw failure }
    let directory = stateDirectory.path
    let outcome: Leftovers.Outcome
    do throws(NetfilterError) {
      outcome = try Leftovers.remove(stateDirectory: directory)
    } catch .notInKernel, .notPermitted {
      // Where there is no packet filter, or none for us, nothing of ours can be in it.
      throw failure
    } catch {
      throw CommandFailure(error)
    }
    switch outcome {
    case .nothing:
      guard let message = failure.message else { throw failure }
      throw CommandFailure(
        failure.status, "\(message)\n  nothing of one is left in the kernel, nor \(BootCopy.fileName) in \(directory)")
    case .removed(copy: true):
      return """
        no sentry is running; what one had left in the kernel was taken out, and \(BootCopy.fileName) of \(directory): \
        every packet passes
        """
    case .removed(copy: false):
      return """
        no sentry is running; what one had left in the kernel was taken out: every packet passes
        no \(BootCopy.fileName), for the next boot, is in \(directory); --state-directory names another
        """
    case .inUse(let queue):
      let who = OtherSentry.judging(queue: queue).map { " (\($0.text))" } ?? ""
      throw CommandFailure(
        .noDaemon, "a sentry judges packets through queue \(queue), but not at \(socket.path): name its --socket\(who)")
    }
  }
}
