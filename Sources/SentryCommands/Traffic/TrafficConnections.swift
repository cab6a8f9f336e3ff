internal import ArgumentParser
internal import Foundation
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

extension Traffic {
  /// `sentry traffic connections`
  struct Connections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The log of connections that are over.",
      discussion: """
        In the order of their ends. An arrow says which way the first packet went: <- came in, -> went out. A connection is \
        over when both ends have closed it, or was silent for too long; those that go on are written when sentry stops.

          sentry traffic connections --since 1h
          sentry traffic connections --address 203.0.113.0/24 --port 22 --all
          sentry traffic connections --since 7d --all --format csv
        """)

    @Option(
      help: ArgumentHelp(
        "One of both ends is an address, in a net or a range: 203.0.113.9, 203.0.113.0/24, 2001:db8::/32.",
        valueName: "address"), transform: TableArgument.range)
    var address: AddressRange?

    @Option(help: ArgumentHelp("One of both ends has this port.", valueName: "port"))
    var port: UInt16?

    @Option(
      name: [.customShort("n"), .customLong("last")],
      help: ArgumentHelp("The latest so many (default: 1000).", valueName: "number"))
    var last: Int?

    @Flag(help: "All, however many.")
    var all = false

    @OptionGroup var options: TrafficOptions

    func validate() throws {
      if let last, last < 1 { throw ValidationError("-n expects a number from 1") }
      if all, last != nil { throw ValidationError("--all and --last contradict each other: leave one of them out") }
    }

    func run() async throws {
      let reader = try await options.reader()
      let filter = ConnectionFilter(addresses: address, port: port, period: options.period())
      let limit = all ? nil : last ?? 1_000
      let connections = try asked { () throws(StoreError) in try reader.connections(filter, limit: limit) }
      switch options.format {
      case .json: Console.writeLine(try jsonText(connections.map { ConnectionReport($0) }))
      case .csv: Console.write(Self.csv(of: connections))
      case .text:
        Console.writeLine(
          Self.text(of: connections, style: Style(isOn: Console.outputHasColour)).joined(separator: "\n"))
      }
    }

    static func text(of connections: [EndedConnection], timeZone: TimeZone = .current, style: Style) -> [String] {
      guard !connections.isEmpty else { return ["no connections"] }
      var table = TextTable(
        ("ended", .left), ("took", .right), ("protocol", .left), ("local", .left), ("", .left), ("remote", .left),
        ("in", .right), ("out", .right), ("state", .left), ("interface", .left), ("application", .left))
      let time = LocalTime(timeZone: timeZone)
      for connection in connections {
        table.add(
          time.text(secondsSince1970: connection.end.secondsSince1970),
          TimeText.duration(seconds: connection.end.seconds &- connection.start.seconds), connection.service.text,
          connection.text(of: connection.local), connection.firstDirection == .inbound ? "<-" : "->",
          connection.text(of: connection.remote), ByteText.short(connection.counts.bytesIn),
          ByteText.short(connection.counts.bytesOut), connection.state.name, shown(connection.interface ?? ""),
          shown(connection.application ?? ""))
      }
      return table.lines(style: style)
    }

    static func csv(of connections: [EndedConnection]) -> String {
      var csv = CSVText(
        "start", "end", "protocol", "local", "localPort", "remote", "remotePort", "direction", "interface",
        "application", "state", "packetsIn", "packetsOut", "bytesIn", "bytesOut")
      for connection in connections {
        let report = ConnectionReport(connection)
        csv.add(
          [
            connection.start.csvText, connection.end.csvText, report.protocol, report.local,
            report.localPort.map { "\($0)" } ?? "", report.remote, report.remotePort.map { "\($0)" } ?? "",
            report.direction, report.interface ?? "", report.application ?? "", report.state,
          ] + connection.counts.fields)
      }
      return csv.text
    }
  }
}

extension EndedConnection {
  /// `203.0.113.9:443`, `[2001:db8::9]:443`, an address alone where the protocol has no ports.
  fileprivate func text(of end: FlowEndpoint) -> String {
    end.address.text(port: service.hasPort ? end.port : nil)
  }
}

/// A line of `sentry traffic connections --format json`.
struct ConnectionReport: Encodable {
  /// Seconds since 1970, as all times.
  var start: Double
  var end: Double
  var `protocol`: String
  var local: String
  var localPort: UInt16?
  var remote: String
  var remotePort: UInt16?
  /// `in` or `out`: the way of the first packet.
  var direction: String
  var interface: String?
  var application: String?
  var state: String
  var counts: TrafficTopReport.Counts

  init(_ connection: EndedConnection) {
    (start, end) = (connection.start.secondsSince1970, connection.end.secondsSince1970)
    `protocol` = ServiceNames.name(ofProtocol: connection.protocolNumber)
    (local, remote) = ("\(connection.local.address)", "\(connection.remote.address)")
    if connection.service.hasPort { (localPort, remotePort) = (connection.local.port, connection.remote.port) }
    direction = connection.firstDirection == .inbound ? "in" : "out"
    (interface, application) = (connection.interface, connection.application)
    state = connection.state.name
    counts = TrafficTopReport.Counts(connection.counts)
  }
}
