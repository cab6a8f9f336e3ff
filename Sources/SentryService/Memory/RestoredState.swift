internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What an earlier run has left, in the words of this one: in force before the first packet is judged.
struct RestoredState: Sendable {
  /// As the tables had them, in the order of their last times; places whose entries have expired have none.
  private var tables: [AddressTableKind: [PlacedEntry]] = [:]
  /// By the places of the rules in force.
  private(set) var counters: [RuleCounters?] = []
  private var now = Timestamp(nanoseconds: 0)

  /// Nothing.
  init() {}

  /// - Parameter rules: if the counters of those rules that are the same come back, the rules in force.
  init(_ contents: StoreContents, labels: RuleLabels, counting rules: RuleSet?, now: Timestamp) {
    self.now = now
    for kind in AddressTableKind.allCases { tables[kind] = contents.entries(of: kind, labels: labels, now: now) }
    guard let rules, let counted = contents.documents.last, !contents.counters.isEmpty,
      let old = RuleDocument(reading: Array(counted.text.utf8), fileName: counted.name).ruleSet
    else { return }
    counters = RulePairing(old: old, new: rules).former.map { contents.counters[Int($0)] }
  }

  /// On the packet thread, before it judges anything.
  func enter(_ engine: inout Engine) {
    for (kind, entries) in tables { engine.restore(entries, to: kind, now: now) }
    engine.restore(counters, now: now)
  }

  /// `17 addresses`, of all tables.
  var entryCount: Int { tables.values.reduce(0) { $0 + $1.count { $0.entry != nil } } }
}
