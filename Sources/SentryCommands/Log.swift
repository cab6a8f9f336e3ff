internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryJournal

/// `sentry log`: what rules have logged.
struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what the running sentry has logged.",
    discussion: """
      The daemon keeps the latest thousand entries. With --follow, new ones are printed as they come, until you press \
      Control-C.

        sentry log --follow
        sentry log --format json
      """,
    subcommands: [Summary.self])

  @Flag(name: [.short, .long], help: "Go on with each new entry.")
  var follow = false

  @Option(help: "Lines for people, or one JSON object a line.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func run() async throws {
    let text = TextLogFormat()
    try await ControlClient.connected(to: socket.path) { client in
      if format == .text {
        let status: StatusReply = try await client.get(ControlPath.status)
        if let remark = Self.remark(on: status.mode) { Console.writeError(remark) }
      }
      try await client.lines(of: ControlPath.log, query: follow ? [ControlPath.follow: "1"] : [:]) { line in
        switch format {
        case .json: Console.writeLine(String(decoding: line, as: UTF8.self))
        case .text:
          let entry = try JSONDecoder().decode(LogEntry.self, from: line)
          if let line = text.line(entry) { Console.writeLine(line) }
        }
      }
    }
  }

  /// What entries do not say: whether what they tell of was done.
  static func remark(on mode: String) -> String? {
    mode == "monitor" ? "monitor mode: entries say what the rules decide; nothing is done to the packets" : nil
  }
}
