internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryJournal

/// Which entries of which log: the running daemon's, or one that is left on disk.
struct LogOptions: ParsableArguments {
  @OptionGroup var filter: LogFilterOptions

  @Option(
    name: .customLong("state-directory"),
    help: ArgumentHelp(
      "Read the log there (default: where the running daemon keeps it, or else \(StateDirectoryOption.usual)).",
      valueName: "directory"))
  var stateDirectory: String?

  @OptionGroup var socket: SocketOption

  /// Hands over the latest entries, the newest last.
  ///
  /// - Parameters:
  ///   - limit: how many; `nil` for all.
  ///   - remarks: says on standard error what entries do not.
  func forEach(_ limit: Int?, remarks: Bool, _ body: (LogEntry) -> Void) async throws {
    if let stateDirectory { return try readStore(at: Store.path(in: stateDirectory), limit, body) }
    do {
      try await ControlClient.connected(to: socket.path) { client in
        if remarks { try await remark(client) }
        let reply: MemoryReply = try await client.get(ControlPath.memory)
        guard readStore(as: reply.memory, limit, body) else { return try await readAtHand(client, limit, body) }
      }
    } catch let failure as CommandFailure where failure.status == .noDaemon {
      let path = Store.path(in: StateDirectoryOption.usual)
      guard FileManager.default.fileExists(atPath: path) else { throw failure }
      Console.writeError("no sentry is running: this is what is left in \(path)")
      try readStore(at: path, limit, body)
    }
  }

  /// Hands over what the daemon has at hand, then each new entry.
  ///
  /// - Throws: `.noDaemon` when the daemon ends.
  func follow(remarks: Bool, _ body: (LogEntry) -> Void) async throws {
    try await ControlClient.connected(to: socket.path) { client in
      if remarks { try await remark(client) }
      try await readAtHand(client, [ControlPath.follow: "1"], body)
    }
    throw CommandFailure(.noDaemon, "the sentry at \(socket.path) has ended")
  }

  // MARK: On disk

  /// - Returns: false where the daemon has nothing on disk that can be read.
  private func readStore(as memory: MemoryReport?, _ limit: Int?, _ body: (LogEntry) -> Void) -> Bool {
    guard let memory else { return false }
    if let problem = memory.problem {
      Console.writeError("only the latest entries: nothing is kept on disk, until that is possible: \(problem)")
      return false
    }
    do {
      try readStore(at: memory.path, limit, body)
      return true
    } catch {
      Console.writeError("only the latest entries: \(error.message ?? "\(memory.path) cannot be read")")
      return false
    }
  }

  private func readStore(at path: String, _ limit: Int?, _ body: (LogEntry) -> Void) throws(CommandFailure) {
    do throws(StoreError) {
      try StoreReader(path: path).forEachEntry(filter.filter, limit: limit, body)
    } catch {
      throw CommandFailure(error)
    }
  }

  // MARK: In the daemon's own memory

  private func readAtHand(_ client: ControlClient, _ limit: Int?, _ body: (LogEntry) -> Void) async throws {
    var entries: [LogEntry] = []
    try await readAtHand(client, [ControlPath.limit: "\(ControlLimit.logEntries)"]) { entries.append($0) }
    for entry in entries.suffix(limit ?? entries.count) { body(entry) }
  }

  private func readAtHand(
    _ client: ControlClient, _ query: [String: String], _ body: (LogEntry) -> Void
  ) async throws {
    let decoder = JSONDecoder()
    let filter = filter.filter
    try await client.lines(of: ControlPath.log, query: query) { line in
      let entry = try decoder.decode(LogEntry.self, from: line)
      if filter.admits(entry) { body(entry) }
    }
  }

  /// Whether what entries tell of was done.
  private func remark(_ client: ControlClient) async throws {
    let status: StatusReply = try await client.get(ControlPath.status)
    if let remark = Self.remark(on: status.mode) { Console.writeError(remark) }
  }

  static func remark(on mode: String) -> String? {
    mode == "monitor" ? "monitor mode: entries say what the rules decide; nothing is done to the packets" : nil
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
