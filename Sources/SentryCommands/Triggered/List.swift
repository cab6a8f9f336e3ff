internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryRules

extension Triggered {
  /// `sentry triggered list`
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List one table's addresses, the latest first.",
      discussion: """
          sentry triggered list --table address
          sentry triggered list --format json
        """)

    @OptionGroup var table: TableOption

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(table.path, as: TableReply.self)
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        let lines = Self.lines(of: reply, style: Style(isOn: Console.outputHasColour))
        Console.writeLine(lines.joined(separator: "\n"))
      }
    }

    static func lines(of reply: TableReply, style: Style, clock: LocalTime = LocalTime()) -> [String] {
      guard !reply.entries.isEmpty else { return ["no addresses in table \(reply.table)"] }
      var table = TextTable(
        ("address", .left), ("type", .left), ("matches", .right), ("triggered by", .left), ("last time", .left),
        ("remaining", .right), ("duration", .right))
      let now = TimeText.wholeSeconds(reply.time)
      for entry in reply.entries.sorted(by: { ($1.lastTime, $0.address) < ($0.lastTime, $1.address) }) {
        table.add(
          entry.address, reply.table, grouped(entry.matchCount), entry.triggeredBy,
          clock.text(secondsSince1970: Double(entry.lastTime)),
          entry.remainingSeconds(at: now).map(TimeText.duration) ?? "-",
          entry.duration.map(TimeText.duration) ?? "unlimited")
      }
      return table.lines(style: style)
    }
  }
}
