internal import ArgumentParser
internal import Glibc
internal import SentryNetfilter
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
    let outcome: Leftovers.Outcome
    do throws(NetfilterError) {
      outcome = try Leftovers.remove(stateDirectory: stateDirectory.path)
    } catch .notInKernel, .notPermitted {
      // Where there is no packet filter, or none for us, nothing of ours can be in it.
      throw failure
    } catch {
      throw CommandFailure(error)
    }
    switch outcome {
    case .nothing: throw failure
    case .removed: return "no sentry is running; what one had left in the kernel was taken out: every packet passes"
    case .inUse(let queue):
      throw CommandFailure(
        .noDaemon, "a sentry judges packets through queue \(queue), but not at \(socket.path): name its --socket")
    }
  }
}
