internal import GRDB
internal import SentryPacket

/// Gives up the oldest events, a few thousand at a time, so that no transaction takes long.
struct EventRetention {
  private static let eventsPerStep = 4_096
  /// Pages of the file given back to the system at a time, once a quarter of it is unused.
  private static let pagesPerStep = 2_048

  private let db: Database

  init(_ db: Database) { self.db = db }

  /// - Parameter written: events that the same transaction adds: so many go at least where there is no room for more.
  /// - Returns: bytes in use.
  func keep(_ retention: Retention, now: Timestamp, written: Int) throws -> Int64 {
    let (earliest, isTooEarly) = now.nanoseconds.subtractingReportingOverflow(
      retention.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue)
    if !isTooEarly, retention.seconds < Int64.max / 1_000_000_000 {
      try delete(Self.eventsPerStep, where: "time < \(earliest)")
    }
    let size = try FileSize(db)
    if size.usedBytes > retention.bytes { try delete(max(Self.eventsPerStep, 2 * written), where: "TRUE") }
    if size.freePages > max(Int64(Self.pagesPerStep), size.pages / 4) {
      try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.pagesPerStep))")
    }
    return size.usedBytes
  }

  private func delete(_ count: Int, where condition: String) throws {
    try db.execute(
      sql: "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE \(condition) ORDER BY time LIMIT \(count))")
  }
}

/// How large the database is.
private struct FileSize {
  let pages: Int64
  let freePages: Int64
  let usedBytes: Int64

  init(_ db: Database) throws {
    pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    freePages = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
    usedBytes = (pages - freePages) * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
  }
}
