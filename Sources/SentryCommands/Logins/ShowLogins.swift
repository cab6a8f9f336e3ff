internal import ArgumentParser
internal import SentryControl

extension Logins {
  /// `sentry logins show`
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show which logs are followed, who is near the limit, and who was blocked last.",
      discussion: """
          sentry logins
          sentry logins show --format json
        """)

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(ControlPath.logins, as: LoginsReply.self)
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        let text = LoginsText(style: Style(isOn: Console.outputHasColour))
        Console.writeLine(text.lines(of: reply).joined(separator: "\n"))
      }
    }
  }
}
