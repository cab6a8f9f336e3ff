internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import ServiceLifecycle

/// The latest entries of the log, and those that come.
struct FollowedEntries: Sendable {
  /// Entries take as long at most from their packets to the journal.
  private static let longestWay: Double = 60

  let latest: [LogLine]
  private let filter: EventFilter
  private let coming: AsyncStream<LogEntry>
  /// Of the latest, those that may come again, until no more of their time can.
  private let told: [LogEntry]
  private let begin: Double

  /// - Parameters:
  ///   - coming: follows the journal since a moment before the latest were read.
  ///   - begin: that moment.
  init(_ filter: EventFilter, latest: [LogLine], _ coming: AsyncStream<LogEntry>, since begin: Timestamp) {
    self.filter = filter
    self.latest = latest
    self.coming = coming
    self.begin = begin.secondsSince1970
    told = latest.lazy.map(\.entry).filter { $0.time > begin.secondsSince1970 - Self.longestWay }
  }

  /// Hands over each, until the journal ends or the daemon shuts down.
  func forEach(_ body: (LogLine) async throws -> Void) async throws {
    for line in latest { try await body(line) }
    var told = told
    for try await entry in coming.cancelOnGracefulShutdown() where filter.admits(entry) {
      if entry.time > begin + Self.longestWay { told = [] }
      if let place = told.firstIndex(of: entry) {
        told.remove(at: place)
      } else {
        try await body(LogLine(id: nil, entry: entry))
      }
    }
  }
}
