public import SentryJournal

/// What of the daemon's memory is kept on disk, and where.
public struct MemoryOptions: Sendable {
  /// Where the database lies; `nil`: nothing is kept.
  public var directory: String?
  public var retention = Retention()
  /// What rules have counted comes back, too.
  public var keepsCounters = false

  public init(directory: String? = nil) { self.directory = directory }
}

/// How the memory on disk is doing.
struct MemoryStatus: Sendable {
  var path: String?
  /// Why nothing is written; `nil` while it is.
  var problem: String?
  /// Bytes that the database holds.
  var bytes: Int64 = 0
  /// Log entries written since the start.
  var written: UInt64 = 0
  /// Log entries that did not fit while they could not be written.
  var lost: UInt64 = 0
  /// Ended connections that have no entry in the log of connections: too many ended at once, or could not be written.
  var lostConnections: UInt64 = 0
}
