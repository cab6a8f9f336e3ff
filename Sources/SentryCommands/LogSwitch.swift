internal import ArgumentParser

extension Log {
  /// `sentry log on`
  struct On: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write what rules log.",
      discussion: """
        A daemon starts so; this undoes `sentry log off`.

          sentry log on
        """)

    @OptionGroup var socket: SocketOption

    func run() async throws { try await DaemonSwitch.log.turn(on: true, at: socket.path) }
  }

  /// `sentry log off`
  struct Off: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write nothing of what rules log until `sentry log on`.",
      discussion: """
        Rules go on as they are, and so do verdicts, counters and tables. What the daemon says of itself is written all the same.

          sentry log off
        """)

    @OptionGroup var socket: SocketOption

    func run() async throws { try await DaemonSwitch.log.turn(on: false, at: socket.path) }
  }
}
