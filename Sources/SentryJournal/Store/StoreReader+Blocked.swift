internal import GRDB
internal import SentryEngine
public import SentryPacket

/// Somebody whose packets were not let through, as far as rules log that.
public struct BlockedSender: Sendable, Equatable {
  public var address: IPAddress
  public var packets: UInt64
  /// IP bytes, headers included.
  public var bytes: UInt64

  public init(address: IPAddress, packets: UInt64, bytes: UInt64) {
    self.address = address
    self.packets = packets
    self.bytes = bytes
  }
}

extension StoreReader {
  private static let blocking: [EngineEvent.Kind] = [.delete, .reject, .dropConnection]

  /// The senders of packets that were deleted or rejected, or whose connection was dropped; the most packets first.
  ///
  /// - Parameters:
  ///   - entries: so many of the latest log entries are looked at, which bounds what it costs.
  /// - Returns: at most `limit` of them, and whether there may be entries of the time that were not looked at.
  public func blockedSenders(
    _ period: TrafficPeriod, limit: Int, among entries: Int
  ) throws(StoreError) -> (senders: [BlockedSender], isCutShort: Bool) {
    let times: StatementArguments = [period.since.nanoseconds, period.until.nanoseconds, entries]
    let latest = "SELECT source, verdict, bytes FROM event WHERE time >= ? AND time < ? ORDER BY time DESC LIMIT ?"
    return try read { db in
      let senders = try Row.fetchAll(
        db,
        sql: """
          SELECT source, count(*), sum(bytes) FROM (\(latest)) WHERE verdict IN (?, ?, ?) AND source IS NOT NULL \
          GROUP BY source ORDER BY count(*) DESC, source LIMIT ?
          """,
        arguments: times + StatementArguments(Self.blocking.map(\.stored) + [limit]))
      let seen = try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(latest))", arguments: times) ?? 0
      return (senders.compactMap(BlockedSender.init), seen >= entries)
    }
  }
}

extension BlockedSender {
  fileprivate init?(_ row: Row) {
    guard let address = IPAddress(row[0] as DatabaseValue) else { return nil }
    self.init(address: address, packets: UInt64(row[1] as Int64), bytes: UInt64(clamping: (row[2] as Int64?) ?? 0))
  }
}
