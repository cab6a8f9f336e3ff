internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryPacket
internal import SentryState

extension Triggered {
  /// `sentry triggered import`
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put the addresses of a list into the tables.",
      discussion: """
        One address, net or range a line; after tabs may follow its table, who says so, and a duration (0 unlimited, 1 a \
        minute, 2 ten minutes, 3 an hour, 4 ten hours, 5 a day, 6 ten days; 7200s, 90m, unlimited). Lines that begin with # \
        are comments. A line that cannot be read is left out and told; the exit status is 1 then.

          sentry triggered import blocklist.txt --duration 1d --note "of today"
          sentry triggered import triggered.tsv
        """)

    @Argument(help: ArgumentHelp("The list; - reads standard input.", valueName: "file"))
    var file: String

    @Option(
      name: [.customLong("type"), .customLong("table")],
      help: ArgumentHelp(
        "The table of lines that name none: trigger, address, authorize or invalid.", valueName: "table"),
      transform: TableOption.table(named:))
    var type = AddressTableKind.trigger

    @Option(
      help: "For lines without a duration: seconds, 10m, 1h, 2d or unlimited (default: the document's).",
      transform: TableArgument.duration)
    var duration: AddressDuration?

    @Option(
      help: ArgumentHelp(
        "For lines that do not say who entered them (default: the last comment before the first address).",
        valueName: "text"))
    var note: String?

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let bytes = try FileInput.read(file, atMost: ControlLimit.requestBytes)
      let reply = try await ControlClient.connected(to: socket.path) { client in
        let reply = try await client.put(
          ControlPath.lists, query: query, body: Data(bytes), as: TableImportReply.self)
        await client.warnIfNothingIsKept()
        return reply
      }
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        for line in findingLines(reply, bytes) { Console.writeError(line) }
        Console.writeLine(Self.text(of: reply))
      }
      if reply.rejected > 0 { throw CommandFailure(.findings) }
    }

    private var query: [String: String] {
      var query = [ControlPath.documentName: FileInput.displayName(file), ControlPath.listTable: type.name]
      query[ControlPath.listDuration] = duration?.argument
      query[ControlPath.listNote] = note
      return query
    }

    private func findingLines(_ reply: TableImportReply, _ bytes: [UInt8]) -> [String] {
      guard !reply.findings.isEmpty else { return [] }
      let ours = AddressList(reading: bytes, defaults: AddressList.Defaults(duration: .unlimited)).findings
      let source = SourceText(fileName: FileInput.displayName(file), bytes: bytes)
      return FindingsText.lines(reply.findings, like: ours, in: source, hasColour: Console.errorHasColour)
    }

    static func text(of reply: TableImportReply) -> String {
      var lines = reply.tables.map(Add.text)
      if lines.isEmpty { lines.append("no addresses in the list") }
      if reply.rejected > 0 { lines.append("\(counted(reply.rejected, "line")) left out") }
      return lines.joined(separator: "\n")
    }
  }
}
