internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryRules

/// `sentry connections`: what is connected now.
struct Connections: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the connections that are known now, and how fast they are.",
    discussion: """
      A connection is known once a packet of it was let through, and until it has been silent for as long as its kind may be. \
      Rates are of about one second.

        sentry connections
        sentry connections --sort bytes -n 20
        sentry connections --address 203.0.113.0/24 --format json
      """)

  @Option(help: "The first are the fastest (rate), those that have moved most (bytes), or the latest (recent).")
  var sort = ConnectionOrder.rate

  @Option(
    name: [.customShort("n"), .customLong("first")],
    help: ArgumentHelp("So many at most: 1 to 1000.", valueName: "number"))
  var first = 100

  @Option(
    help: ArgumentHelp("Only those with an end at an address, in a net or a range.", valueName: "address"),
    transform: TableArgument.range)
  var address: AddressRange?

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  func validate() throws {
    guard (1...ControlLimit.connections).contains(first) else {
      throw ValidationError("-n expects a number from 1 to \(ControlLimit.connections)")
    }
  }

  func run() async throws {
    var query = [ControlPath.limit: "\(first)", ControlPath.sort: sort.rawValue]
    query[ControlPath.address] = address?.description
    let reply = try await ControlClient.connected(to: socket.path) { [query] client in
      let reply: ConnectionsReply = try await client.get(ControlPath.connections, query: query)
      // Rates take two looks.
      guard reply.seconds == 0, reply.count > 0 else { return reply }
      try? await Task.sleep(for: .seconds(1))
      return try await client.get(ControlPath.connections, query: query)
    }
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let lines = Self.lines(of: reply, style: Style(isOn: Console.outputHasColour))
      Console.writeLine(lines.joined(separator: "\n"))
    }
  }

  static func lines(of reply: ConnectionsReply, style: Style) -> [String] {
    guard !reply.connections.isEmpty else { return ["no connections"] }
    var table = TextTable([
      .init(title: "protocol"), .init(title: "local"), .init(title: ""), .init(title: "remote"), .init(title: "state"),
      .init(title: "per second", alignment: .right), .init(title: "in", alignment: .right),
      .init(title: "out", alignment: .right), .init(title: "silent", alignment: .right),
      .init(title: "application", isOptional: true),
    ])
    for connection in reply.connections {
      let silent = TimeText.wholeSeconds(reply.time - connection.lastTime)
      table.add([
        connection.protocol, connection.local, connection.direction == "in" ? "<" : ">", connection.remote,
        connection.state,
        connection.bytesPerSecond > 0 ? ByteText.short(UInt64(min(max(connection.bytesPerSecond, 0), 1e18))) : "-",
        ByteText.short(connection.bytesIn), ByteText.short(connection.bytesOut), TimeText.duration(seconds: silent),
        connection.application.map(shown) ?? "",
      ])
    }
    let hidden = reply.count - reply.connections.count
    return table.lines(style: style) + (hidden > 0 ? ["and \(grouped(hidden)) more"] : [])
  }
}
