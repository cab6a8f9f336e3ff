public import SentryState

// What goes along connections, for those who keep a record of it: see `ConnectionTable+Accounting.swift`.

extension Engine {
  /// From now on it can be asked what is new.
  ///
  /// - Parameter departures: connections that have ended are remembered up to so many.
  public mutating func startAccounting(departures: Int) { tables.connections.startAccounting(departures: departures) }

  /// Appends connections that have ended, `limit` at most, and then, if no more of them are left, what is new of those in some
  /// slots of the table.
  ///
  /// - Parameters:
  ///   - isLast: nobody will ask again: all connections, as unfinished.
  ///   - application: the number of the program behind a connection, 0 for none.
  /// - Returns: false if the slots were not looked at, for more have ended.
  public mutating func takeTraffic(
    of slots: Range<Int>, limit: Int, isLast: Bool = false, into changes: inout [FlowProgress],
    application: (ConnectionEntry) -> UInt32
  ) -> Bool {
    tables.connections.takeDepartures(limit, into: &changes, application: application)
    guard tables.connections.departureCount == 0 else { return false }
    tables.connections.copyChanges(at: slots, isLast: isLast, into: &changes, application: application)
    return true
  }
}
