internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// What the packet thread has counted until now: one look at it.
struct LiveCounts: Sendable {
  var isOn: Bool
  var generation: UInt32
  var totals: EngineTotals
  /// Of all rules, in document order; `nil` where nobody wants to know.
  var counters: [RuleCounters]?
  /// Entries, expired ones that no sweep has removed yet included.
  var triggeredCount: Int
  var connectionCount: Int
  /// Seconds since 1970.
  var time = WallClock.seconds()
  /// On a clock that nobody sets.
  var uptime = UptimeClock.now()
  var trial: TrialReport?
}

extension SentryDaemon {
  func liveCounts(withRules: Bool) async throws(DaemonError) -> LiveCounts {
    var counts = try await ask { worker in
      LiveCounts(
        isOn: worker.isOn, generation: worker.engine.rules.generation, totals: worker.engine.totals,
        counters: withRules ? worker.engine.counters : nil,
        triggeredCount: worker.engine.tables.count(of: .trigger),
        connectionCount: worker.engine.tables.connections.count)
    }
    counts.trial = trial?.report(now: uptime())
    return counts
  }
}
