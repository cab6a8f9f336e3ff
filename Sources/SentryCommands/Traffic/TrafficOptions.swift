internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryPacket

/// Which time of whose history: the running daemon's, or one that is left on disk.
struct TrafficOptions: ParsableArguments {
  /// How far back the reports go.
  private static let usualSeconds: Int64 = 86_400

  @Option(
    help: ArgumentHelp(
      "From this moment on: 2026-11-22, '2026-11-22 04:30', 04:30 of today, or how long ago: 10m, 2h, 7d (default: 24h).",
      valueName: "moment"), transform: { try MomentArgument.moment($0) })
  var since: Timestamp?

  @Option(
    help: ArgumentHelp("Up to this moment (default: now).", valueName: "moment"),
    transform: { try MomentArgument.moment($0) })
  var until: Timestamp?

  @Option(help: "A table and bars for people, CSV for a spreadsheet, JSON for programs.")
  var format = TrafficFormat.text

  @Option(
    name: .customLong("state-directory"),
    help: ArgumentHelp(
      "Read what is kept there (default: where the running daemon keeps it, or else \(StateDirectoryOption.usual)).",
      valueName: "directory"))
  var stateDirectory: String?

  @OptionGroup var socket: SocketOption

  func validate() throws {
    if let since, since.seconds > Int64(Date().timeIntervalSince1970) {
      throw ValidationError("--since is in the future: nothing was counted yet")
    }
    if let since, let until, since >= until { throw ValidationError("--since must be before --until") }
  }

  /// - Parameter now: seconds since 1970.
  func period(now: Int64 = Int64(Date().timeIntervalSince1970)) -> TrafficPeriod {
    // What was counted in this very second counts.
    let until = until ?? Timestamp(seconds: now + 1)
    return TrafficPeriod(since: since ?? until.adding(seconds: -Self.usualSeconds), until: until)
  }

  /// The database, with everything that was counted until now.
  func reader() async throws -> StoreReader {
    if let stateDirectory { return try Self.reader(of: Store.path(in: stateDirectory)) }
    let memory: MemoryReport?
    do {
      memory = try await ControlClient.connected(to: socket.path) { client in
        let reply: MemoryReply = try await client.get(ControlPath.memory)
        return reply.memory
      }
    } catch let failure as CommandFailure where failure.status == .noDaemon {
      let path = Store.path(in: StateDirectoryOption.usual)
      guard FileManager.default.fileExists(atPath: path) else { throw failure }
      Console.writeError("no sentry is running: this is what is left in \(path)")
      return try Self.reader(of: path)
    }
    guard let memory else {
      throw CommandFailure(
        .noInput, "this sentry keeps no history: start it with --state-directory, or make \(StateDirectoryOption.usual)"
      )
    }
    if let problem = memory.problem {
      Console.writeError("the latest is missing: nothing is kept on disk, until that is possible: \(problem)")
    }
    if let lost = memory.lostConnections {
      Console.writeError("\(grouped(lost)) connections have no entry in their log: too many ended at once")
    }
    return try Self.reader(of: memory.path)
  }

  private static func reader(of path: String) throws(CommandFailure) -> StoreReader {
    do throws(StoreError) { return try StoreReader(path: path) } catch { throw CommandFailure(error) }
  }
}

/// Has a question to the database fail as commands do.
func asked<Value>(_ question: () throws(StoreError) -> Value) throws(CommandFailure) -> Value {
  do throws(StoreError) { return try question() } catch { throw CommandFailure(error) }
}
