internal import GRDB
internal import SentryPacket

/// Gives up the oldest events, a few thousand at a time, so that no transaction takes long.
struct EventRetention {
  private static let eventsPerStep = 4_096
  /// Pages of the file given back to the system at a time, once a quarter of it is unused.
  private static let pagesPerStep = 2_048

  private let db: Database

  init(_ db: Database) { self.db = db }

  /// - Parameters:
  ///   - written: events that the same transaction adds: so many go at least where there is no room for more.
  ///   - spared: bytes that are no events'.
  /// - Returns: bytes in use.
  func keep(_ retention: Retention, _ ages: RetentionTime, written: Int, spared: Int64) throws -> Int64 {
    if let earliest = retention.earliest(now: ages.now) { try delete(Self.eventsPerStep, where: "time < \(earliest)") }
    let size = try FileSize(db)
    if size.usedBytes - spared > retention.eventBytes {
      try makeRoom(for: max(Self.eventsPerStep, 2 * written), ages)
    }
    if size.freePages > max(Int64(Self.pagesPerStep), size.pages / 4) {
      try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.pagesPerStep))")
    }
    return size.usedBytes
  }

  /// What a wrong clock has dated later than now would stay longer than all others.
  private func makeRoom(for count: Int, _ ages: RetentionTime) throws {
    if let latest = ages.latest {
      try delete(count, where: "time > \(latest.nanoseconds)")
      guard db.changesCount == 0 else { return }
    }
    try delete(count, where: "TRUE")
  }

  private func delete(_ count: Int, where condition: String) throws {
    try db.execute(
      sql: "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE \(condition) ORDER BY time LIMIT \(count))")
  }
}

extension Retention {
  /// Of the room, a quarter is for connections; the rest is the events', whatever connections do.
  var connectionBytes: Int64 { max(0, bytes) / 4 }
  var eventBytes: Int64 { max(0, bytes) - connectionBytes }

  /// What is older goes, in nanoseconds since 1970; `nil` where nothing is too old.
  func earliest(now: Timestamp) -> Int64? {
    guard seconds < Int64.max / 1_000_000_000 else { return nil }
    let (earliest, isTooEarly) = now.nanoseconds.subtractingReportingOverflow(
      seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue)
    return isTooEarly ? nil : earliest
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
