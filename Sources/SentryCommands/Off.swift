internal import ArgumentParser

/// `sentry off`: the master switch.
struct Off: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let every packet pass unjudged until `sentry on`.",
    discussion: """
      Tables and counters stay as they are; timers stand still.

        sentry off
      """)

  @OptionGroup var socket: SocketOption

  func run() async throws { try await MasterSwitch.turn(on: false, at: socket.path) }
}
