internal import GRDB
internal import SentryPacket

/// An `EventFilter` in the database's language, but for its words: those are looked for in what it finds.
///
/// The latest entries are found backwards in an index that is in the order of time: that of all events, or those of source
/// and of destination addresses, so that a question about an address looks at its events alone.
struct EventQuery {
  private(set) var sql = ""
  private(set) var arguments = StatementArguments()

  /// - Parameters:
  ///   - limit: the latest so many; `nil` for all.
  ///   - before: the number of an event; only those before it.
  ///   - selection: what is asked of each: `StoredEvent.selection`.
  ///   - newestFirst: they come in this order.
  init(
    _ filter: EventFilter, limit: Int?, before: Int64? = nil, selection: String, newestFirst: Bool = false
  ) {
    let bound = limit.map { " ORDER BY time DESC, id DESC LIMIT \(max(0, $0))" } ?? ""
    let sides: [Side?] = filter.addresses == nil ? [nil] : [.source, .destination]
    // An event whose two addresses are both asked for is found twice, and is one.
    let found = sides.map { "SELECT * FROM (SELECT id, time FROM event\(condition(filter, $0, before))\(bound))" }
    sql = """
      SELECT \(selection) FROM event LEFT JOIN rule ON rule.id = event.rule \
      JOIN (SELECT * FROM (\(found.joined(separator: " UNION ")))\(bound)) AS found ON found.id = event.id \
      ORDER BY \(newestFirst ? "event.time DESC, event.id DESC" : "event.time, event.id")
      """
  }

  private enum Side: String { case source, destination }

  /// Counts events by steps of time and by verdict: step, verdict, count.
  ///
  /// - Parameter step: in seconds.
  init(counting filter: EventFilter, step: Int64) {
    var timeless = filter
    timeless.addresses = nil
    var condition = condition(timeless, nil)
    if let range = filter.addresses {
      condition += condition.isEmpty ? " WHERE " : " AND "
      condition += "(source BETWEEN ? AND ? OR destination BETWEEN ? AND ?)"
      arguments += StatementArguments([range.first.column, range.last.column, range.first.column, range.last.column])
    }
    sql = """
      SELECT time / \(step * 1_000_000_000) AS step, verdict, count(*) FROM event\(condition) \
      GROUP BY step, verdict ORDER BY step
      """
  }

  private mutating func condition(_ filter: EventFilter, _ side: Side?, _ before: Int64? = nil) -> String {
    var terms: [String] = []
    if let before {
      terms.append("(time, id) < (SELECT time, id FROM event WHERE id = ?)")
      arguments += [before]
    }
    if let side, let range = filter.addresses {
      // Of one address the index has the events in the order of time, so that the latest are found without the others.
      let isOne = range.first == range.last
      terms.append(isOne ? "\(side.rawValue) = ?" : "\(side.rawValue) BETWEEN ? AND ?")
      arguments += isOne ? [range.first.column] : [range.first.column, range.last.column]
    }
    if let since = filter.since {
      terms.append("time >= ?")
      arguments += [since.nanoseconds]
    }
    if let until = filter.until {
      terms.append("time < ?")
      arguments += [until.nanoseconds]
    }
    if let verdict = filter.verdict {
      terms.append("verdict = ?")
      arguments += [verdict.stored]
    }
    if let rule = filter.rule {
      terms.append(
        "rule IN (SELECT id FROM rule WHERE number = ? OR substr(number, 1, ?) = ? OR (number <> '' AND name = ?))")
      arguments += [rule, rule.count + 1, rule + ".", rule]
    }
    return terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
  }
}
