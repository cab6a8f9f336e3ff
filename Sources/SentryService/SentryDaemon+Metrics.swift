internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

// What metrics are made of.

extension SentryDaemon {
  /// Slots of the table of connections that are looked at in one request: some hundredths of a millisecond.
  private static let slotsPerRequest = 8_192

  /// - Parameter ruleLimit: rules that have samples of their own, the first in the document; `nil` for all.
  func metrics(ruleLimit: Int? = ControlLimit.ruleMetrics) async throws(DaemonError) -> DaemonMetrics {
    let status = try await status()
    let (document, outcomes) = (active, outcomes)
    let measures = try await ask { $0.measures() }
    let connections = try await connectionCounts()
    // Between the two another document may have come into force: then its rules have no samples this once.
    let rules = measures.generation == document.rules.generation ? document.rules.ruleSet.rules : []
    return DaemonMetrics(
      status: status, measures: measures, connections: connections, outcomes: outcomes, rules: rules,
      ruleLimit: ruleLimit, process: .now())
  }

  /// Packets are judged between the requests: a full table is many of them.
  private func connectionCounts() async throws(DaemonError) -> ConnectionCounts {
    var counts = ConnectionCounts()
    var slots = 0..<Self.slotsPerRequest
    while true {
      let (soFar, window) = (counts, slots)
      let (found, usedSlots) = try await ask { worker in
        var counts = soFar
        worker.engine.tables.connections.count(in: window, now: worker.engine.now, into: &counts)
        return (counts, worker.engine.tables.connections.usedSlots)
      }
      counts = found
      if slots.upperBound >= usedSlots { return counts }
      slots = slots.upperBound..<slots.upperBound + Self.slotsPerRequest
    }
  }
}
