internal import GRDB
internal import SentryPacket
internal import SentryState

/// Connections that are over, in table `connection`.
///
/// A row's number is the previous one's and the bytes it takes itself. So the numbers of the first and the last row tell how much
/// lies between them, and nobody has to add that up.
struct ConnectionLog {
  /// What was written in one transaction.
  struct Growth {
    var rows = 0
    var bytes: Int64 = 0
  }

  /// What goes in a transaction at least, where something has to.
  private static let rowsPerStep = 4_096
  private static let bytesPerStep: Int64 = 1 << 20

  private let db: Database

  init(_ db: Database) { self.db = db }

  func add(_ connections: [EndedConnection]) throws -> Growth {
    guard !connections.isEmpty else { return Growth() }
    let statement = try db.cachedStatement(
      sql: "INSERT INTO connection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    let first = try end("max")
    var last = first
    for connection in connections {
      last += Self.bytes(connection)
      try statement.execute(arguments: [last] + Self.row(connection))
    }
    return Growth(rows: connections.count, bytes: last - first)
  }

  /// Gives up what is too old, and the oldest where there is no room for more: twice as much as was just written, so that the log
  /// stays as large as it may be, however fast connections end.
  ///
  /// - Returns: bytes that the log takes at most.
  func keep(_ retention: Retention, now: Timestamp, grown: Growth) throws -> Int64 {
    if let earliest = retention.earliest(now: now) {
      let rows = max(Self.rowsPerStep, 2 * grown.rows)
      try db.execute(
        sql: "DELETE FROM connection WHERE id IN (SELECT id FROM connection WHERE end < ? ORDER BY end LIMIT ?)",
        arguments: [earliest, rows])
    }
    let (first, last) = try (end("min"), end("max"))
    guard last - first > retention.connectionBytes else { return last - first }
    let step = max(Self.bytesPerStep, 2 * grown.bytes)
    try db.execute(
      sql: "DELETE FROM connection WHERE id <= ?", arguments: [min(last - retention.connectionBytes, first + step)])
    return try last - end("min")
  }

  /// The number of the first or the last row; 0 where there is none.
  private func end(_ function: String) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT \(function)(id) FROM connection") ?? 0
  }

  /// What a row takes at most with its places in both indexes, whose pages are seldom full: a third for those that are ordered
  /// by address; half for texts, as a long one leaves much of a page unused.
  private static func bytes(_ connection: EndedConnection) -> Int64 {
    let texts = (connection.interface?.utf8.count ?? 0) + (connection.application?.utf8.count ?? 0)
    return (connection.remote.address.isIPv4 ? 200 : 288) + 2 * Int64(texts)
  }

  private static func row(_ connection: EndedConnection) -> StatementArguments {
    [
      connection.start.nanoseconds, connection.end.nanoseconds, connection.state.rawValue,
      Int64(connection.protocolNumber), connection.local.address.column, Int64(connection.local.port),
      connection.remote.address.column, Int64(connection.remote.port), connection.firstDirection == .outbound ? 1 : 0,
      connection.interface, connection.application, Int64(clamping: connection.counts.packetsIn),
      Int64(clamping: connection.counts.packetsOut), Int64(clamping: connection.counts.bytesIn),
      Int64(clamping: connection.counts.bytesOut),
    ]
  }

  static let columns = """
    start, end, state, protocol, local, localPort, remote, remotePort, isOutbound, interface, application, \
    packetsIn, packetsOut, bytesIn, bytesOut
    """

  /// `nil` for a row that this version does not understand.
  static func connection(_ row: Row) -> EndedConnection? {
    func number(_ column: Int) -> Int64 { (row[column] as Int64?) ?? 0 }
    guard let state = EndedConnection.State(rawValue: Int(number(2))), let local = IPAddress(row[4] as DatabaseValue),
      let remote = IPAddress(row[6] as DatabaseValue)
    else { return nil }
    return EndedConnection(
      protocolNumber: UInt8(truncatingIfNeeded: number(3)),
      local: FlowEndpoint(address: local, port: UInt16(truncatingIfNeeded: number(5))),
      remote: FlowEndpoint(address: remote, port: UInt16(truncatingIfNeeded: number(7))),
      firstDirection: number(8) == 1 ? .outbound : .inbound, interface: row[9] as String?,
      application: row[10] as String?, start: Timestamp(nanoseconds: number(0)),
      end: Timestamp(nanoseconds: number(1)),
      counts: TrafficCounts(
        packetsIn: UInt64(clamping: number(11)), packetsOut: UInt64(clamping: number(12)),
        bytesIn: UInt64(clamping: number(13)), bytesOut: UInt64(clamping: number(14))),
      state: state)
  }
}
