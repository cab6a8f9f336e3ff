internal import ArgumentParser
internal import SentryControl

extension Applications {
  /// `sentry applications list`
  struct Listing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Show the programs that listen or have connections, and what they may do.",
      discussion: """
          sentry applications
          sentry applications list --json
        """)

    @OptionGroup var report: ApplicationReportOptions
    @OptionGroup var socket: SocketOption

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(ControlPath.applications, as: ApplicationsReply.self)
      }
      if report.isJSON { return Console.writeLine(try jsonText(reply)) }
      let text = ApplicationsText(style: Style(isOn: Console.outputHasColour))
      Console.writeLine(text.lines(of: reply).joined(separator: "\n"))
    }
  }
}

/// How commands about programs report: `--format json`, or `--json` for short.
struct ApplicationReportOptions: ParsableArguments {
  @Option(help: "How to report.")
  var format = ReportFormat.text

  @Flag(help: "The same as --format json.")
  var json = false

  var isJSON: Bool { json || format == .json }
}
