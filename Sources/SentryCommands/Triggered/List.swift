internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryNotifier
internal import SentryPacket
internal import SentryRules

extension Triggered {
  /// `sentry triggered list`
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List one table's addresses, the latest first.",
      discussion: """
          sentry triggered list --table address
          sentry triggered list --names
          sentry triggered list --format json
        """)

    @OptionGroup var table: TableOption

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @Flag(help: "Ask the name servers for the names of the latest \(Self.mostNames).")
    var names = false

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let reply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(table.path, as: TableReply.self)
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        let names = names ? await Self.names(of: reply) : nil
        let lines = Self.lines(of: reply, names: names, style: Style(isOn: Console.outputHasColour))
        Console.writeLine(lines.joined(separator: "\n"))
      }
    }

    /// - Parameter names: by address; `nil`: nobody has asked for them.
    static func lines(
      of reply: TableReply, names: [String: String]? = nil, style: Style, clock: LocalTime = LocalTime()
    ) -> [String] {
      guard !reply.entries.isEmpty else { return ["no addresses in table \(reply.table)"] }
      var table = TextTable([
        .init(title: "address"), .init(title: "type"), .init(title: "matches", alignment: .right),
        .init(title: "triggered by"), .init(title: "last time"), .init(title: "remaining", alignment: .right),
        .init(title: "duration", alignment: .right), .init(title: "name", isOptional: true),
      ])
      let now = TimeText.wholeSeconds(reply.time)
      for entry in latestFirst(reply) {
        table.add([
          entry.address, reply.table, grouped(entry.matchCount), entry.triggeredBy,
          clock.lastTime(of: entry),
          entry.remainingSeconds(at: now).map(TimeText.duration) ?? "-",
          entry.duration.map(TimeText.duration) ?? "unlimited", names.map { $0[entry.address] ?? "-" } ?? "",
        ])
      }
      return table.lines(style: style)
    }

    private static func latestFirst(_ reply: TableReply) -> [TableEntryReport] {
      reply.entries.sorted { ($1.lastTime, $0.address) < ($0.lastTime, $1.address) }
    }

    // MARK: Names

    private static let mostNames = 100
    private static let namesAtOnce = 16

    /// Of single addresses; nets have none.
    private static func names(of reply: TableReply) async -> [String: String] {
      var waiting = latestFirst(reply).lazy.compactMap { IPAddress($0.address) }.prefix(mostNames).makeIterator()
      return await withTaskGroup(of: (IPAddress, String?).self) { group in
        func askNext() {
          guard let address = waiting.next() else { return }
          group.addTask { (address, await HostLookup.name(of: address)) }
        }
        for _ in 0..<namesAtOnce { askNext() }
        var names: [String: String] = [:]
        for await (address, name) in group {
          names[address.description] = name?.visible
          askNext()
        }
        return names
      }
    }
  }
}
