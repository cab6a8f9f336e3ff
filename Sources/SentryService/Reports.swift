internal import SentryCapture
public import SentryControl
public import SentryEngine
internal import SentryPacket
public import SentryRules
public import SentryState

// From what the engine and its tables hold to what the control socket sends.

extension RuleReport {
  /// The live form, with what the last second added.
  public init(_ rule: Rule, _ counters: RuleCounters) {
    self.init(
      number: rule.number, name: rule.name, enabled: rule.isEnabled, matchCount: counters.matchCount,
      byteCount: counters.byteCount, lastTime: counters.lastTime?.secondsSince1970,
      matchDelta: counters.matchDelta, byteDelta: counters.byteDelta)
  }
}

extension DifferenceReport {
  public init(_ difference: RuleDifference) {
    self.init(
      rules: difference.rules.map(RuleChangeReport.init),
      settings: difference.settings.map(FieldChangeReport.init),
      interfaces: difference.interfaces.map(FieldChangeReport.init), other: difference.other.map(FieldChangeReport.init)
    )
  }
}

extension RuleChangeReport {
  fileprivate init(_ change: RuleDifference.RuleChange) {
    let kind: Kind =
      switch change.kind {
      case .added: .added
      case .removed: .removed
      case .changed: .changed
      case .moved: .moved
      }
    self.init(
      kind: kind, old: change.old, new: change.new, name: change.name, summary: change.summary,
      fields: change.fields.map(FieldChangeReport.init))
  }
}

extension FieldChangeReport {
  fileprivate init(_ field: RuleDifference.Field) { self.init(field: field.field, old: field.old, new: field.new) }
}

extension TableEntryReport {
  /// An entry of a table; `labels` is the book of the engine that made it.
  public init(_ entry: AddressEntry, labels: RuleLabels) {
    self.init(
      address: entry.range.description, matchCount: entry.matchCount, lastTime: entry.lastTime.seconds,
      triggeredBy: labels.label(entry.triggeredBy).triggeredBy, duration: entry.duration.seconds.map(Int64.init))
  }
}

extension BridgeSnapshot {
  var report: BridgeReport {
    BridgeReport(
      dryRun: isDryRun, passed: counts.passed, answers: counts.answers, held: held, finished: counts.finished,
      divided: counts.divided, forThisHost: counts.forThisHost, routed: counts.routed, unheld: counts.unheld,
      cut: counts.cut, tooLong: counts.tooLong, noRoom: counts.noRoom, failed: counts.failed)
  }
}

extension OwnerSnapshot {
  var report: OwnerReport {
    OwnerReport(
      process: process, problem: problem, waiting: waiting, lookups: counts.lookups, unanswered: counts.unanswered,
      hidden: counts.hidden,
      averageWait: counts.answers == 0 ? 0 : Double(counts.waitNanoseconds) / Double(counts.answers) / 1e9,
      losses: losses)
  }
}

extension RuleRate {
  var report: RateReport {
    RateReport(
      rule: number, name: name, direction: rate.direction == .inbound ? "in" : "out",
      bitsPerSecond: UInt64(max(0, rate.bytesPerSecond)) * 8,
      reservedBitsPerSecond: UInt64(max(0, min(rate.reserved, rate.bytesPerSecond))) * 8, activeFlows: rate.activeFlows,
      bytesPerSecond: UInt64(max(0, rate.movedBytes)), waiting: rate.waiting, held: rate.held, dropped: rate.dropped,
      loweredWindows: rate.loweredWindows)
  }
}

extension InterfaceSnapshot {
  var report: InterfaceReport {
    InterfaceReport(
      name: settings.name, capturing: problem == nil, problem: problem, filters: settings.isFiltered,
      external: settings.isExternal, received: statistics.received, judged: counts.judged,
      judgedEarlier: counts.judgedEarlier, judgedByCurrentRules: counts.judgedByCurrentRules, unjudged: counts.unjudged,
      dropped: statistics.droppedByRing, inbound: counts.inbound, outbound: counts.outbound,
      packetsPerSecond: counts.packetsPerSecond)
  }
}
