internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// What a replay has found, apart from how long it took: of all packets, or of those that one of several engines has judged.
struct ReplayOutcome: Sendable, Equatable {
  var totals = EngineTotals()
  /// Of all rules in document order.
  var counters: [RuleCounters] = []
  /// Unexpired entries by table, in the order of `AddressTableKind.allCases`, each table's in the order of their addresses.
  var entries: [[AddressEntry]] = []
  /// Unexpired flows.
  var connections = 0

  /// Of nothing.
  init() {}

  /// What an engine knows at the end.
  init(_ engine: borrowing Engine) {
    let now = engine.now
    totals = engine.totals
    counters = engine.counters
    for table in AddressTableKind.allCases { entries.append(engine.tables.entries(of: table, now: now)) }
    connections = engine.tables.connections.count(now: now)
  }

  /// Adds what another engine has found that has judged other packets by the same rules.
  ///
  /// An entry that both have stands for addresses of both: each has counted its own hits.
  mutating func add(_ other: ReplayOutcome) {
    totals.add(other.totals)
    for rule in counters.indices where other.counters.indices.contains(rule) {
      counters[rule].add(other.counters[rule])
    }
    for table in entries.indices where other.entries.indices.contains(table) {
      entries[table] = Self.merged(entries[table], other.entries[table])
    }
    connections += other.connections
  }

  private static func merged(_ ours: [AddressEntry], _ theirs: [AddressEntry]) -> [AddressEntry] {
    var merged: [AddressEntry] = []
    merged.reserveCapacity(ours.count + theirs.count)
    for entry in (ours + theirs).sorted() {
      if let last = merged.last, last.range == entry.range {
        merged[merged.count - 1].matchCount += entry.matchCount
        merged[merged.count - 1].lastTime = max(last.lastTime, entry.lastTime)
      } else {
        merged.append(entry)
      }
    }
    return merged
  }
}

extension RuleCounters {
  fileprivate mutating func add(_ other: RuleCounters) {
    matchCount &+= other.matchCount
    byteCount &+= other.byteCount
    matchDelta &+= other.matchDelta
    byteDelta &+= other.byteDelta
    lastTime = [lastTime, other.lastTime].compactMap { $0 }.max()
  }
}
