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
      left in the kernel: under fail-closed that drops every packet. If one is running, but does not answer within ten seconds, \
      root takes its part of the kernel out from under it.

        sentry off
      """)

  @OptionGroup var socket: SocketOption

  @OptionGroup var stateDirectory: StateDirectoryOption

  func run() async throws {
    do {
      try await DaemonSwitch.sentry.turn(on: false, at: socket.path)
    } catch let failure as CommandFailure where failure.status == .noDaemon {
      Console.writeLine(try await removeLeftovers(orElse: failure))
    } catch let failure as CommandFailure where failure.status == .noAnswer {
      Console.writeLine(try await takeOut(orElse: failure))
    }
  }

  /// - Parameter failure: that a daemon does not answer.
  /// - Returns: what was done, for people.
  private func takeOut(orElse failure: CommandFailure, of process: UInt32? = nil) async throws -> String {
    let said = failure.message ?? "the sentry at \(socket.path) does not answer"
    guard geteuid() == 0 else {
      throw CommandFailure(.noAnswer, "\(said)\n  as root, 'sentry off' takes its part of the kernel out from under it")
    }
    let number = process ?? OtherSentry.listening(at: socket.path)?.process
    let end = number.map { "kill -KILL \($0)" } ?? "kill -KILL and its number"
    let wasThere: Bool
    do throws(NetfilterError) {
      wasThere = try Leftovers.takeFromUnderDaemon()
    } catch .notInKernel, .notPermitted {
      wasThere = false
    } catch {
      throw CommandFailure(error)
    }
    guard wasThere else {
      throw CommandFailure(.noAnswer, "\(said)\n  nothing of it is in the kernel's packet filter; to end it: \(end)")
    }
    // One that only answers nobody looks after its part of the kernel each second.
    try await Task.sleep(for: .seconds(2))
    if (try? Leftovers.areThere()) == true {
      throw CommandFailure(
        .noAnswer,
        "\(said), and puts back what is taken out of the kernel\n  end it, then do this again: \(end); sentry off")
    }
    return """
      \(said); its part of the kernel was taken out: every packet passes
      should it go on, it puts that back; to end it: \(end)
      """
  }

  /// - Returns: what was done, for people.
  private func removeLeftovers(orElse failure: CommandFailure) async throws -> String {
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
      let other = OtherSentry.judging(queue: queue)
      // It listens there, but its socket is gone.
      if let other, other.controlSocket == socket.path {
        let said = "the sentry at \(socket.path) cannot be reached: somebody has removed its socket"
        return try await takeOut(orElse: CommandFailure(.noAnswer, said), of: other.process)
      }
      let who = other.map { " (\($0.text))" } ?? ""
      throw CommandFailure(
        .noDaemon, "a sentry judges packets through queue \(queue), but not at \(socket.path): name its --socket\(who)")
    }
  }
}
