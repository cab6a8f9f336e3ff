/// Where log entries are written besides the daemon's own memory. Belongs to one thread, which it may keep waiting for a second,
/// but not for longer.
public protocol LogSink: AnyObject {
  /// Writes entries, oldest first, as far as that is possible.
  ///
  /// - Parameter now: seconds since 1970.
  func write(_ entries: [LogEntry], now: Double) -> SinkOutcome

  /// Lets go of what is open; what is written next opens it again.
  func reopen()
}

/// What became of entries.
public struct SinkOutcome: Sendable, Equatable {
  /// So many of them, the oldest, need not be written any more.
  public var written: Int
  /// What was in the way; also something that will be, though all were written.
  public var problem: String?
  /// So many of those that need not be written any more could not be, ever.
  public var lost: Int

  public init(written: Int, problem: String? = nil, lost: Int = 0) {
    self.written = written
    self.problem = problem
    self.lost = lost
  }
}

/// Why a sink cannot be written.
package struct SinkError: Error, Equatable {
  package var reason: String

  package init(_ reason: String) { self.reason = reason }

  /// - Parameter code: an `errno`.
  init(_ code: Int32) { reason = SystemReason.text(of: code) }
}
