internal import ArgumentParser
internal import SentryControl
internal import SentryJournal
internal import SentryPacket

/// `sentry triggered`: the addresses that rules have remembered.
struct Triggered: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The addresses that rules have remembered.",
    discussion: """
      sentry triggered list
        sentry triggered list --table authorize --format json
      """,
    subcommands: [List.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List one table's addresses, the latest first.",
      discussion: """
          sentry triggered list --table address
        """)

    @Option(
      help: ArgumentHelp("Which table: trigger, address, authorize or invalid.", valueName: "table"),
      transform: Self.table(named:))
    var table = AddressTableKind.trigger

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    static func table(named name: String) throws -> AddressTableKind {
      guard let kind = AddressTableKind.allCases.first(where: { $0.name == name }) else {
        let names = AddressTableKind.allCases.map(\.name).joined(separator: ", ")
        throw ValidationError("no table is called '\(name)': there are \(names)")
      }
      return kind
    }

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get("\(ControlPath.tables)/\(table.name)", as: TableReply.self)
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        for line in Self.lines(of: reply, style: Style(isOn: Console.outputHasColour)) { Console.writeLine(line) }
      }
    }

    static func lines(of reply: TableReply, style: Style, clock: LocalTime = LocalTime()) -> [String] {
      guard !reply.entries.isEmpty else { return ["no addresses in table \(reply.table)"] }
      var table = TextTable(
        ("address", .left), ("matches", .right), ("triggered by", .left), ("last time", .left), ("remaining", .right),
        ("duration", .right))
      let now = TimeText.wholeSeconds(reply.time)
      for entry in reply.entries.sorted(by: { ($1.lastTime, $0.address) < ($0.lastTime, $1.address) }) {
        table.add(
          entry.address, grouped(entry.matchCount), entry.triggeredBy,
          clock.text(secondsSince1970: Double(entry.lastTime)),
          entry.remainingSeconds(at: now).map(TimeText.duration) ?? "-",
          entry.duration.map(TimeText.duration) ?? "unlimited")
      }
      return table.lines(style: style)
    }
  }
}
