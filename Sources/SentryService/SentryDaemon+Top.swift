public import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

// What a live screen asks every second.

extension SentryDaemon {
  /// Rules of each order, and entries of table trigger.
  private static let rowsOfTop = 100

  public func top() async throws(DaemonError) -> TopReply {
    let status = try await status()
    let document = active
    let (generation, counters, entries) = try await ask { worker in
      (
        worker.engine.rules.generation, worker.engine.counters,
        worker.engine.tables.latestEntries(of: .trigger, Self.rowsOfTop, now: worker.engine.now)
      )
    }
    let isCurrent = generation == document.rules.generation && status.document.generation == generation
    let rules = isCurrent ? Self.hottest(document.rules.ruleSet.rules, counters) : []
    return TopReply(
      status: status, rules: rules, triggered: entries.map { TableEntryReport($0, labels: labels) },
      triggeredCount: status.tables.first { $0.table == AddressTableKind.trigger.name }?.count ?? entries.count,
      talkers: try await talkers.report())
  }

  /// Those with most matches in the last second, those with most in all, and the first ones where that is not much: in document
  /// order.
  private static func hottest(_ rules: [Rule], _ counters: [RuleCounters]) -> [RuleReport] {
    let places = Array(0..<min(rules.count, counters.count))
    var chosen = Set(places.prefix(rowsOfTop))
    for hotter in [
      { (a: Int, b: Int) in counters[a].matchDelta > counters[b].matchDelta },
      { (a: Int, b: Int) in counters[a].matchCount > counters[b].matchCount },
    ] {
      chosen.formUnion(places.sorted(by: hotter).prefix(rowsOfTop))
    }
    return chosen.sorted().map { RuleReport(rules[$0], counters[$0]) }
  }
}
