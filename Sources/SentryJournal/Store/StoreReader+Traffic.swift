internal import GRDB
public import SentryPacket

/// A time from a moment on, up to another.
public struct TrafficPeriod: Sendable, Equatable {
  public var since: Timestamp
  /// The moment after the latest.
  public var until: Timestamp

  public init(since: Timestamp, until: Timestamp) {
    self.since = since
    self.until = until
  }

  public var seconds: Int64 { max(0, until.seconds &- since.seconds) }
}

/// Those who have moved most in a time.
public struct TrafficTop: Sendable {
  /// The busiest first; "others" are last, and a missing application stands where it belongs.
  public var rows: [(key: TrafficKey, counts: TrafficCounts)]
  /// Of all there are, those that are not in `rows` included.
  public var total: TrafficCounts

  public init(rows: [(key: TrafficKey, counts: TrafficCounts)], total: TrafficCounts) {
    self.rows = rows
    self.total = total
  }
}

/// What has come and gone in a span of the history.
public struct TrafficSpan: Sendable, Equatable {
  public var start: Timestamp
  public var counts: TrafficCounts

  public init(start: Timestamp, counts: TrafficCounts) {
    self.start = start
    self.counts = counts
  }
}

/// What a rule has matched in a span of the history.
public struct BandwidthSpan: Sendable, Equatable {
  public var start: Timestamp
  /// The rule's number as it was then.
  public var number: String
  public var name: String
  public var packets: UInt64
  public var bytes: UInt64

  public init(start: Timestamp, number: String, name: String, packets: UInt64, bytes: UInt64) {
    self.start = start
    self.number = number
    self.name = name
    self.packets = packets
    self.bytes = bytes
  }
}

/// Packets of a span of the history that came to one verdict.
public struct VerdictSpan: Sendable, Equatable {
  public var start: Timestamp
  public var verdict: Verdict
  public var packets: UInt64

  public init(start: Timestamp, verdict: Verdict, packets: UInt64) {
    self.start = start
    self.verdict = verdict
    self.packets = packets
  }
}

/// Which connections somebody wants to see. What is not said restricts nothing.
public struct ConnectionFilter: Sendable {
  /// One of both ends is one of these.
  public var addresses: AddressRange?
  /// The port of the service, or of either end.
  public var port: UInt16?
  public var period: TrafficPeriod?

  public init(addresses: AddressRange? = nil, port: UInt16? = nil, period: TrafficPeriod? = nil) {
    self.addresses = addresses
    self.port = port
    self.period = period
  }
}

extension StoreReader {
  /// A span counts where any of it lies in the period.
  private static func arguments(_ scale: TrafficScale, _ period: TrafficPeriod) -> StatementArguments {
    [scale.rawValue, period.since.adding(seconds: -Int64(scale.rawValue)).nanoseconds, period.until.nanoseconds]
  }

  /// - Parameter limit: so many of those that have names; `nil` for all.
  public func top(
    by dimension: TrafficDimension, _ scale: TrafficScale, _ period: TrafficPeriod, limit: Int?
  ) throws(StoreError) -> TrafficTop {
    var rows: [(key: TrafficKey, counts: TrafficCounts)] = []
    try read { db in
      guard try Self.hasTraffic(db) else { return }
      let found = try Row.fetchCursor(
        db,
        sql: """
          SELECT sum(packetsIn), sum(packetsOut), sum(bytesIn), sum(bytesOut), key FROM traffic \
          WHERE span = ? AND time > ? AND time < ? AND dimension = ? GROUP BY key \
          ORDER BY sum(bytesIn) + sum(bytesOut) DESC, key
          """, arguments: Self.arguments(scale, period) + [dimension.rawValue])
      while let row = try found.next() {
        guard let key = TrafficKey(row[4] as DatabaseValue, dimension) else { continue }
        rows.append((key, TrafficCounts(row)))
      }
    }
    let total = rows.reduce(into: TrafficCounts()) { $0 += $1.counts }
    var others = rows.filter { $0.key == .others(dimension) }.reduce(into: TrafficCounts()) { $0 += $1.counts }
    rows.removeAll { $0.key == .others(dimension) }
    for row in rows.dropFirst(limit ?? rows.count) { others += row.counts }
    rows = Array(rows.prefix(limit ?? rows.count))
    if others != TrafficCounts() { rows.append((.others(dimension), others)) }
    return TrafficTop(rows: rows, total: total)
  }

  /// The spans of a time in which there was traffic, oldest first.
  ///
  /// - Parameter key: of one of those it is added up by; `nil` for all traffic.
  public func history(
    of key: TrafficKey?, _ scale: TrafficScale, _ period: TrafficPeriod
  ) throws(StoreError) -> [TrafficSpan] {
    try read { db in
      guard try Self.hasTraffic(db) else { return [] }
      var arguments = Self.arguments(scale, period)
      var condition = "dimension = \((key?.dimension ?? .interface).rawValue)"
      if let key {
        condition += " AND key = ?"
        arguments += [key.column]
      }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT sum(packetsIn), sum(packetsOut), sum(bytesIn), sum(bytesOut), time FROM traffic \
          WHERE span = ? AND time > ? AND time < ? AND \(condition) GROUP BY time ORDER BY time
          """, arguments: arguments
      ).map { TrafficSpan(start: Timestamp(nanoseconds: ($0[4] as Int64?) ?? 0), counts: TrafficCounts($0)) }
    }
  }

  /// What measured rules have matched, oldest first, and in the order of the rules' numbers.
  public func bandwidth(_ scale: TrafficScale, _ period: TrafficPeriod) throws(StoreError) -> [BandwidthSpan] {
    try read { db in
      guard try Self.hasTraffic(db) else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT time, rule.number, rule.name, packets, bytes FROM bandwidth JOIN rule ON rule.id = bandwidth.rule \
          WHERE span = ? AND time > ? AND time < ? ORDER BY time, rule.id
          """, arguments: Self.arguments(scale, period)
      ).map { row in
        BandwidthSpan(
          start: Timestamp(nanoseconds: (row[0] as Int64?) ?? 0), number: (row[1] as String?) ?? "",
          name: (row[2] as String?) ?? "", packets: UInt64(clamping: (row[3] as Int64?) ?? 0),
          bytes: UInt64(clamping: (row[4] as Int64?) ?? 0))
      }
    }
  }

  /// What became of packets, oldest first.
  public func verdicts(_ scale: TrafficScale, _ period: TrafficPeriod) throws(StoreError) -> [VerdictSpan] {
    try read { db in
      guard try db.tableExists("verdict") else { return [] }
      return try Row.fetchAll(
        db,
        sql:
          "SELECT time, verdict, packets FROM verdict WHERE span = ? AND time > ? AND time < ? ORDER BY time, verdict",
        arguments: Self.arguments(scale, period)
      ).compactMap { row in
        guard let verdict = Verdict(stored: (row[1] as Int64?) ?? -1) else { return nil }
        return VerdictSpan(
          start: Timestamp(nanoseconds: (row[0] as Int64?) ?? 0), verdict: verdict,
          packets: UInt64(clamping: (row[2] as Int64?) ?? 0))
      }
    }
  }

  /// How many connections have ended in a time, by what they belong to.
  public func endedConnections(
    by dimension: TrafficDimension, _ period: TrafficPeriod
  ) throws(StoreError) -> [TrafficKey: Int] {
    let key =
      switch dimension {
      case .service:
        "protocol * 65536 + CASE WHEN protocol IN (6, 17) THEN min(localPort, remotePort) ELSE 0 END"
      case .host: "remote"
      case .interface: "interface"
      case .application: "coalesce(application, 0)"
      }
    return try read { db in
      guard try Self.hasTraffic(db) else { return [:] }
      var counts: [TrafficKey: Int] = [:]
      let rows = try Row.fetchCursor(
        db, sql: "SELECT \(key) AS key, count(*) FROM connection WHERE end >= ? AND end < ? GROUP BY key",
        arguments: [period.since.nanoseconds, period.until.nanoseconds])
      while let row = try rows.next() {
        guard let key = TrafficKey(row[0] as DatabaseValue, dimension) else { continue }
        counts[key] = row[1] as Int?
      }
      return counts
    }
  }

  /// Connections that are over, in the order of their ends.
  ///
  /// - Parameter limit: the latest so many; `nil` for all.
  public func connections(_ filter: ConnectionFilter, limit: Int?) throws(StoreError) -> [EndedConnection] {
    var terms = ["TRUE"]
    var arguments = StatementArguments()
    if let range = filter.addresses {
      terms.append("(remote BETWEEN ? AND ? OR local BETWEEN ? AND ?)")
      let ends = [range.first.column, range.last.column]
      arguments += StatementArguments(ends + ends)
    }
    if let port = filter.port {
      terms.append("(localPort = ? OR remotePort = ?)")
      arguments += [Int64(port), Int64(port)]
    }
    if let period = filter.period {
      terms.append("end >= ? AND end < ?")
      arguments += [period.since.nanoseconds, period.until.nanoseconds]
    }
    let bound = limit.map { " LIMIT \(max(0, $0))" } ?? ""
    return try read { db in
      guard try Self.hasTraffic(db) else { return [] }
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT \(ConnectionLog.columns) FROM connection WHERE \(terms.joined(separator: " AND ")) \
          ORDER BY end DESC, id DESC\(bound)
          """, arguments: arguments)
      return rows.reversed().compactMap(ConnectionLog.connection)
    }
  }

  /// False for a database that an older version has left, which nobody has opened for writing since.
  private static func hasTraffic(_ db: Database) throws -> Bool { try db.tableExists("traffic") }
}

extension TrafficCounts {
  /// - Parameter row: begins with packets and bytes, in and out.
  fileprivate init(_ row: Row) {
    self.init(
      packetsIn: UInt64(clamping: (row[0] as Int64?) ?? 0), packetsOut: UInt64(clamping: (row[1] as Int64?) ?? 0),
      bytesIn: UInt64(clamping: (row[2] as Int64?) ?? 0), bytesOut: UInt64(clamping: (row[3] as Int64?) ?? 0))
  }
}
