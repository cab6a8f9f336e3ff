/// How the daemon's memory on disk is doing.
public struct MemoryReport: Codable, Sendable, Equatable {
  /// Where the database lies.
  public var path: String
  /// Why nothing is written; `nil` while it is.
  public var problem: String?
  /// Bytes that the database holds.
  public var bytes: Int64
  /// Log entries written since the daemon started.
  public var written: UInt64
  /// Log entries that are missing because they could not be written.
  public var lost: UInt64
  /// Ended connections that have no entry in the log of connections; `nil` for none.
  public var lostConnections: UInt64?

  public init(
    path: String, problem: String?, bytes: Int64, written: UInt64, lost: UInt64, lostConnections: UInt64? = nil
  ) {
    self.path = path
    self.problem = problem
    self.bytes = bytes
    self.written = written
    self.lost = lost
    self.lostConnections = lostConnections
  }
}

public struct MemoryReply: Codable, Sendable, Equatable {
  /// `nil`: nothing is kept on disk.
  public var memory: MemoryReport?

  public init(memory: MemoryReport?) { self.memory = memory }
}
