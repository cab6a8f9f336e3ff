internal import Foundation
internal import GRDB
internal import SentryPacket

/// How finely traffic is kept: the history has three scales, and each adds up to the same.
public enum TrafficScale: Int, CaseIterable, Sendable {
  // The raw value is in the database: seconds.
  case minute = 60
  case hour = 3_600
  case day = 86_400

  /// How long it is kept, in seconds: two hours, a day and a month more than people ask for, so that nothing is missing at the
  /// edge.
  public var keptSeconds: Int64 {
    switch self {
    case .minute: 26 * 3_600
    case .hour: 32 * 86_400
    case .day: 396 * 86_400
    }
  }

  /// Those of a dimension that keep their names when a span is over; the rest becomes "others".
  var names: Int {
    switch self {
    case .minute: 32
    case .hour: 64
    case .day: 128
    }
  }

  /// The finest that still reaches back to a moment.
  ///
  /// - Parameter now: seconds since 1970, as is `moment`.
  public static func finest(reachingBackTo moment: Int64, now: Int64) -> TrafficScale {
    allCases.first { now &- moment <= $0.keptSeconds } ?? .day
  }
}

/// Writes traffic into the three scales of the history at once, so that they always add up to the same.
struct TrafficTable {
  private let db: Database
  private var calendar = Calendar(identifier: .gregorian)
  private var latestDay: (quarter: Int64, start: Int64)?

  /// - Parameter timeZone: tells where days begin.
  init(_ db: Database, timeZone: TimeZone) {
    self.db = db
    calendar.timeZone = timeZone
  }

  mutating func add(_ rows: [TrafficRow]) throws {
    guard !rows.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO traffic VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
        packetsIn = packetsIn + excluded.packetsIn, packetsOut = packetsOut + excluded.packetsOut, \
        bytesIn = bytesIn + excluded.bytesIn, bytesOut = bytesOut + excluded.bytesOut
        """)
    for row in rows {
      for scale in TrafficScale.allCases {
        try statement.execute(arguments: [
          scale.rawValue, row.key.dimension.rawValue, start(of: row.minute, scale), row.key.column,
          Int64(clamping: row.counts.packetsIn), Int64(clamping: row.counts.packetsOut),
          Int64(clamping: row.counts.bytesIn), Int64(clamping: row.counts.bytesOut),
        ])
      }
    }
  }

  /// - Parameter number: the rule's number in table `rule`.
  mutating func add(_ rows: [BandwidthRow], number: (_ label: UInt32) throws -> Int64) throws {
    guard !rows.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO bandwidth VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
        packets = packets + excluded.packets, bytes = bytes + excluded.bytes
        """)
    for row in rows {
      let rule = try number(row.rule)
      for scale in TrafficScale.allCases {
        try statement.execute(arguments: [
          scale.rawValue, start(of: row.minute, scale), rule, Int64(clamping: row.packets), Int64(clamping: row.bytes),
        ])
      }
    }
  }

  mutating func add(_ rows: [VerdictRow]) throws {
    guard !rows.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: "INSERT INTO verdict VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET packets = packets + excluded.packets")
    for row in rows {
      for scale in TrafficScale.allCases {
        try statement.execute(arguments: [
          scale.rawValue, start(of: row.minute, scale), row.verdict.stored, Int64(clamping: row.packets),
        ])
      }
    }
  }

  /// Where a span begins, in nanoseconds since 1970 as all times of the database.
  private mutating func start(of minute: Int64, _ scale: TrafficScale) -> Int64 {
    let hour = minute - minute % 3_600
    let seconds =
      switch scale {
      case .minute: minute
      case .hour: hour
      // Some time zones are a quarter of an hour off.
      case .day: day(of: minute, in: minute - minute % 900)
      }
    return seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue
  }

  private mutating func day(of minute: Int64, in quarter: Int64) -> Int64 {
    if let latestDay, latestDay.quarter == quarter { return latestDay.start }
    let start = Int64(
      calendar.startOfDay(for: Date(timeIntervalSince1970: Double(minute))).timeIntervalSince1970)
    latestDay = (quarter, start)
    return start
  }
}

// MARK: - Keeping it small

/// Gives up what the history need not keep any more: spans that are too old, and names that are not among the busiest of theirs.
struct TrafficRetention {
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// Once a minute.
  func keep(now: Timestamp, ages: RetentionTime) throws {
    for scale in TrafficScale.allCases {
      let earliest = ages.now.adding(seconds: -scale.keptSeconds).nanoseconds
      for dimension in TrafficDimension.allCases {
        try db.execute(
          sql: "DELETE FROM traffic WHERE span = ? AND dimension = ? AND time < ?",
          arguments: [scale.rawValue, dimension.rawValue, earliest])
        try thin(dimension, scale, now: now)
      }
      try db.execute(
        sql: "DELETE FROM bandwidth WHERE span = ? AND time < ?", arguments: [scale.rawValue, earliest])
      try db.execute(sql: "DELETE FROM verdict WHERE span = ? AND time < ?", arguments: [scale.rawValue, earliest])
    }
  }

  /// Looks at the latest spans; the one that is not over may have several times as many names.
  private func thin(_ dimension: TrafficDimension, _ scale: TrafficScale, now: Timestamp) throws {
    let seconds = Int64(scale.rawValue)
    // What came late is written into spans that are over.
    let first = now.adding(seconds: -max(3 * seconds, 600)).nanoseconds
    let crowded = try Row.fetchAll(
      db,
      sql: """
        SELECT time, count(*) FROM traffic WHERE span = ? AND dimension = ? AND time >= ? GROUP BY time \
        HAVING count(*) > ?
        """, arguments: [scale.rawValue, dimension.rawValue, first, scale.names + 1])
    for row in crowded {
      guard let time = row[0] as Int64?, let count = row[1] as Int? else { continue }
      let isOver = now.nanoseconds - time >= seconds * 1_000_000_000
      if isOver || count > 8 * scale.names {
        try thin(dimension, scale, time: time, to: isOver ? scale.names : 4 * scale.names)
      }
    }
  }

  private func thin(_ dimension: TrafficDimension, _ scale: TrafficScale, time: Int64, to names: Int) throws {
    let span: StatementArguments = [scale.rawValue, dimension.rawValue, time]
    // The key as the last order makes the choice one that depends on nothing else.
    let least = """
      SELECT key FROM traffic WHERE span = ? AND dimension = ? AND time = ? AND key <> '' \
      ORDER BY bytesIn + bytesOut DESC, key LIMIT -1 OFFSET \(names)
      """
    try db.execute(
      sql: """
        INSERT INTO traffic SELECT span, dimension, time, '', sum(packetsIn), sum(packetsOut), sum(bytesIn), sum(bytesOut) \
        FROM traffic WHERE span = ? AND dimension = ? AND time = ? AND key IN (\(least)) GROUP BY span, dimension, time \
        ON CONFLICT DO UPDATE SET \
        packetsIn = packetsIn + excluded.packetsIn, packetsOut = packetsOut + excluded.packetsOut, \
        bytesIn = bytesIn + excluded.bytesIn, bytesOut = bytesOut + excluded.bytesOut
        """, arguments: span + span)
    // "Others" has grown, and is not looked at: the same are the least.
    try db.execute(
      sql: "DELETE FROM traffic WHERE span = ? AND dimension = ? AND time = ? AND key IN (\(least))",
      arguments: span + span)
  }

  /// About how many bytes the history takes: it does not count as log.
  func bytes() throws -> Int64 {
    let tables = ["traffic", "bandwidth", "verdict"].map { "(SELECT count(*) FROM \($0))" }
    let rows = try Int64.fetchOne(db, sql: "SELECT \(tables.joined(separator: " + "))")
    return (rows ?? 0) * 64
  }
}

extension TrafficKey {
  /// As column `key` holds it.
  var column: DatabaseValue {
    switch self {
    case .service(let service): (Int64(service.protocolNumber) << 16 | Int64(service.port)).databaseValue
    case .host(let address): address.column
    case .interface(let name): name.databaseValue
    case .application(let path): path.databaseValue
    case .unknownApplication: Int64(0).databaseValue
    case .others: "".databaseValue
    }
  }

  /// `nil` for what this version does not understand.
  init?(_ column: DatabaseValue, _ dimension: TrafficDimension) {
    switch (dimension, column.storage) {
    case (_, .string("")): self = .others(dimension)
    case (.service, .int64(let number)):
      guard let protocolNumber = UInt8(exactly: number >> 16) else { return nil }
      self = .service(
        TrafficService(protocolNumber: protocolNumber, port: UInt16(truncatingIfNeeded: number)))
    case (.host, _):
      guard let address = IPAddress(column) else { return nil }
      self = .host(address)
    case (.interface, .string(let name)): self = .interface(name)
    case (.application, .string(let path)): self = .application(path)
    case (.application, .int64(0)): self = .unknownApplication
    default: return nil
    }
  }
}
