internal import ArgumentParser
internal import Foundation
internal import SentryControl

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

    func run() async throws { try await LogSwitch.turn(on: true, at: socket.path) }
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

    func run() async throws { try await LogSwitch.turn(on: false, at: socket.path) }
  }
}

/// What `log on` and `log off` share.
enum LogSwitch {
  static func turn(on isOn: Bool, at socketPath: String) async throws {
    let reply = try await ControlClient.connected(to: socketPath) { client in
      try await client.put(
        ControlPath.logging, body: try JSONEncoder().encode(EnabledRequest(enabled: isOn)), as: EnabledReply.self)
    }
    Console.writeLine(text(of: reply))
  }

  static func text(of reply: EnabledReply) -> String {
    let word = reply.enabled ? "on" : "off"
    return reply.wasEnabled == reply.enabled ? "the log was \(word) already" : "the log is \(word)"
  }
}
