internal import SentryEngine
internal import SentryState

// What those are told who keep the record of traffic.

extension PacketWorker {
  /// Connections that have ended are remembered for the next pass up to so many: some tens of
  /// thousands a second may end, then.
  private static let departures = 65_536

  /// From now on `takeTraffic` tells what is new. Without effect if it does already.
  mutating func startAccounting() {
    guard !engine.tables.connections.isAccounting else { return }
    engine.startAccounting(departures: Self.departures)
  }

  /// See `Engine.takeTraffic`.
  mutating func takeTraffic(
    of slots: Range<Int>, limit: Int, isLast: Bool, into changes: inout [FlowProgress]
  ) -> Bool {
    let owners = owners
    return engine.takeTraffic(of: slots, limit: limit, isLast: isLast, into: &changes) {
      owners?.application(of: $0) ?? 0
    }
  }
}
