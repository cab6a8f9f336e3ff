internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryJournal
internal import SentryPacket

/// `sentry log`: what rules have logged.
struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what sentry has logged.",
    discussion: """
      The log is in the daemon's memory on disk, where it outlives the daemon; without one, the daemon keeps the latest thousand \
      entries. The newest come last. With --follow, new ones are printed as they come, until you press Control-C.

        sentry log --follow
        sentry log --address 203.0.113.0/24 --since 2h
        sentry log --rule 2.1 --verdict delete --format json
      """,
    subcommands: [Summary.self])

  @Flag(name: [.short, .long], help: "Go on with each new entry.")
  var follow = false

  @OptionGroup var filter: LogFilterOptions

  @Option(
    name: [.customShort("n"), .customLong("last")], parsing: .unconditional,
    help: ArgumentHelp("The latest so many entries (default: 1000).", valueName: "number"), transform: Self.count)
  var last: Int?

  @Flag(help: "All entries, however many.")
  var all = false

  @Option(help: "Lines for people, or one JSON object a line.")
  var format = ReportFormat.text

  @Option(
    name: .customLong("state-directory"),
    help: ArgumentHelp(
      "Read the log there (default: where the running daemon keeps it, or else \(StateDirectoryOption.usual)).",
      valueName: "directory"))
  var stateDirectory: String?

  @OptionGroup var socket: SocketOption

  private var limit: Int? { all ? nil : last ?? 1_000 }

  private static func count(_ text: String) throws -> Int {
    guard let count = Int(text), count > 0 else { throw ValidationError("expected a number from 1") }
    return count
  }

  func validate() throws {
    if all, last != nil { throw ValidationError("--all and --last contradict each other: leave one of them out") }
    guard follow else { return }
    if stateDirectory != nil {
      throw ValidationError("only a running daemon can be followed: leave --state-directory out")
    }
    if all || last != nil {
      throw ValidationError("--follow begins with what the daemon has at hand: leave --all and --last out")
    }
  }

  func run() async throws {
    if let stateDirectory { return try printStored(at: Store.path(in: stateDirectory)) }
    do {
      try await ControlClient.connected(to: socket.path) { client in
        if format == .text {
          let status: StatusReply = try await client.get(ControlPath.status)
          if let remark = Self.remark(on: status.mode) { Console.writeError(remark) }
        }
        if follow { return try await printAtHand(client, ControlPath.follow) }
        let reply: MemoryReply = try await client.get(ControlPath.memory)
        guard printStored(as: reply.memory) else { return try await printAtHand(client) }
      }
    } catch let failure as CommandFailure where failure.status == .noDaemon && !follow {
      let path = Store.path(in: StateDirectoryOption.usual)
      guard FileManager.default.fileExists(atPath: path) else { throw failure }
      Console.writeError("no sentry is running: this is what is left in \(path)")
      try printStored(at: path)
    }
  }

  /// - Returns: false where the daemon has nothing on disk that can be read.
  private func printStored(as memory: MemoryReport?) -> Bool {
    guard let memory else { return false }
    if let problem = memory.problem {
      Console.writeError("only the latest entries: nothing is kept on disk, until that is possible: \(problem)")
      return false
    }
    do {
      try printStored(at: memory.path)
      return true
    } catch {
      Console.writeError("only the latest entries: \(error.message ?? "\(memory.path) cannot be read")")
      return false
    }
  }

  private func printStored(at path: String) throws(CommandFailure) {
    let lines = LogLines(format)
    do throws(StoreError) {
      try StoreReader(path: path).forEachEntry(filter.filter, limit: limit) { lines.print($0) }
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What the daemon has in its own memory, and what comes.
  private func printAtHand(_ client: ControlClient, _ follow: String? = nil) async throws {
    let lines = LogLines(format)
    let decoder = JSONDecoder()
    var waiting: [LogEntry] = []
    try await client.lines(of: ControlPath.log, query: follow.map { [$0: "1"] } ?? [:]) { line in
      let entry = try decoder.decode(LogEntry.self, from: line)
      guard filter.filter.admits(entry) else { return }
      if follow != nil { lines.print(entry) } else { waiting.append(entry) }
    }
    for entry in waiting.suffix(limit ?? waiting.count) { lines.print(entry) }
  }

  /// What entries do not say: whether what they tell of was done.
  static func remark(on mode: String) -> String? {
    mode == "monitor" ? "monitor mode: entries say what the rules decide; nothing is done to the packets" : nil
  }
}

/// Entries as lines on standard output.
private struct LogLines {
  private let format: ReportFormat
  private let text = TextLogFormat()
  private let encoder = JSONEncoder()

  init(_ format: ReportFormat) {
    self.format = format
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  func print(_ entry: LogEntry) {
    switch format {
    case .text: if let line = text.line(entry) { Console.writeLine(line) }
    case .json: if let line = try? encoder.encode(entry) { Console.writeLine(String(decoding: line, as: UTF8.self)) }
    }
  }
}

/// `--rule`, `--address` and the other restrictions of a log.
struct LogFilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Entries of a rule: its number, with all rules below it, or its name; 0 for the checks before the rules.",
      valueName: "rule"))
  var rule: String?

  @Option(
    help: ArgumentHelp(
      "Packets from or to an address, a net or a range: 203.0.113.9, 203.0.113.0/24, 2001:db8::/32.",
      valueName: "address"), transform: TableArgument.range)
  var address: AddressRange?

  @Option(help: ArgumentHelp("What happened to the packet, or was done because of it.", valueName: "verdict"))
  var verdict: LogVerdict?

  @Option(
    help: ArgumentHelp(
      "From this moment on: 2026-11-22, '2026-11-22 04:30', 04:30 of today, or how long ago: 10m, 2h, 7d.",
      valueName: "moment"), transform: { try MomentArgument.moment($0) })
  var since: Timestamp?

  @Option(
    help: ArgumentHelp("Up to this moment.", valueName: "moment"), transform: { try MomentArgument.moment($0) })
  var until: Timestamp?

  var filter: EventFilter {
    var filter = EventFilter()
    filter.rule = rule
    filter.addresses = address
    filter.verdict = verdict?.kind
    filter.since = since
    filter.until = until
    return filter
  }
}

extension CommandFailure {
  init(_ error: StoreError) {
    let status: ExitStatus =
      switch error {
      case .missing: .noInput
      case .damaged, .newer: .unusableData
      case .inUse, .unusable: .inputOutput
      }
    self.init(status, error.description)
  }
}
