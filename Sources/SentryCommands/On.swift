internal import ArgumentParser

/// `sentry on`: the master switch.
struct On: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let the running rules judge packets.",
    discussion: """
      A daemon starts switched on; this undoes `sentry off`.

        sentry on
      """)

  @OptionGroup var socket: SocketOption

  func run() async throws { try await DaemonSwitch.sentry.turn(on: true, at: socket.path) }
}
