internal import SentryControl
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What `explain --format json` prints: one object. Rules, verdicts and table entries are named as in `replay --format json`.
package struct ExplanationReport: Encodable, Sendable {
  /// Left out for a described packet.
  var frame: UInt64?
  /// Seconds since 1970, microseconds kept.
  var time: Double
  var packet: PacketReport
  /// The system's name.
  var interface: String?
  var external: Bool?
  /// `inbound` or `outbound`.
  var direction: String
  var directionReason: String
  /// Whether an earlier packet of the flow was let through.
  var connectionKnown: Bool
  /// In the order they were met, each with the value it saw.
  var rules: [Visited]
  var changes: Changes
  var events: [Told]
  var verdict: String
  /// Its number; `"0"` for the checks before the rules, null at the end of the rules.
  var rule: String?
  var action: String?
  /// Of rule 0, or why no rule was asked.
  var reason: String?
  /// Number of log entries.
  var logged: Int
  /// Who is told of it, where verdicts are carried out: `reset`, `unreachable`, `acknowledgement`, `resetBoth`,
  /// `blockedPage`; left out for nobody.
  var answer: String?

  struct Visited: Encodable, Sendable {
    var number: String
    var name: String
    var depth: Int
    var property: String
    var relation: String
    var value: String
    /// `matched`, `notMatched`, `off` or `skipped`.
    var outcome: String
    var matched: Bool
    /// Null where the rule was not asked, or the packet has no such value.
    var seen: String?
    /// Why the packet has no such value.
    var absent: String?
    var action: String
    var parameter: String
    /// What the action did, in words.
    var effects: [String]
  }

  struct Changes: Encodable, Sendable {
    var rules: [RuleChange]
    var tables: [TableChange]
    /// An entry of table trigger that is not made; left out where none is prevented.
    var preventedTrigger: PreventedTrigger?
    /// The same for other reasons: `unproven` or `limit`.
    var withheldTrigger: WithheldTrigger?
    var connection: ConnectionChange?
    /// Packets that are held now.
    var delayed: Int?
    /// Kept for the packet's later fragments.
    var fragmentPorts: [UInt16]?
    /// What the packet counts for; left out where no rule asks for rates.
    var source: SourceChange?
    /// Entries that make way in full tables.
    var evicted: [Eviction]
  }

  struct RuleChange: Encodable, Sendable {
    var number: String
    var matchCount: UInt64
    var byteCount: UInt64
    var matchCountBefore: UInt64
    var byteCountBefore: UInt64
  }

  struct TableChange: Encodable, Sendable {
    var table: String
    /// Null for a new entry.
    var before: TableEntryReport?
    var entry: TableEntryReport
  }

  struct PreventedTrigger: Encodable, Sendable {
    /// Who would have been triggered.
    var address: String
    /// The protected address or net that such an entry would stand for.
    var protected: String
  }

  struct WithheldTrigger: Encodable, Sendable {
    /// Who would have been triggered.
    var address: String
    var reason: String
  }

  struct ConnectionChange: Encodable, Sendable {
    /// False for one that was known and goes on.
    var isNew: Bool
    var local: String
    var remote: String
    /// Of both directions, this packet included.
    var packets: UInt64
    /// Seconds without a packet after which it is forgotten.
    var limit: Int
    /// A rule has dropped it, by this packet or before.
    var dropped: Bool
    /// Packets discarded since.
    var refused: UInt32
  }

  struct SourceChange: Encodable, Sendable {
    /// The packet's source, or the IPv6 net by which it counts.
    var address: String
    /// In the second that has begun, this packet included.
    var packets: UInt64
    /// In the last full second: what `Source match rate` sees.
    var rate: UInt64
  }

  struct Eviction: Encodable, Sendable {
    /// `connections`, `sources`, `fragments`, or the name of an address table.
    var table: String
    /// What it stood for, as text.
    var entry: String
  }

  struct Told: Encodable, Sendable {
    var kind: String
    var rule: String
    /// What happens to the packet, where the event comes from below the rule that decided it.
    var decided: String?
    var logged: Bool
    var parameter: String
  }
}

extension ExplanationReport {
  package init(_ explained: ExplainedPacket) {
    let explanation = explained.explanation
    let words = ExplanationWords(explained)
    frame = explained.frame
    time = explanation.time.secondsSince1970
    packet = PacketReport(explanation.packet)
    interface = explanation.interface?.name
    external = explanation.interface?.isExternal
    direction = explanation.direction.name
    directionReason = words.directionReason
    connectionKnown = explanation.connection != nil
    rules = explanation.visits.map { Visited($0, explained, words) }
    changes = Changes(explanation.changes, explained)
    events = explanation.events.map { Told($0, explained.labels) }
    verdict = explanation.judgement.verdict.name
    logged = explanation.judgement.entriesLogged
    if explanation.judgement.answer != .none { answer = explanation.judgement.answer.name }
    switch explanation.judgement.decider {
    case .endOfRules: reason = words.whyNoRule
    case .builtIn(let builtIn): (rule, reason) = ("0", builtIn.name)
    case .rule(let index): (rule, action) = (explained.rule(Int(index)).number, explained.rule(Int(index)).action.name)
    }
  }

  enum CodingKeys: String, CodingKey {
    case frame, time, packet, interface, external, direction, directionReason, connectionKnown, rules, changes, events
    case verdict, rule, action, reason, logged, answer
  }

  /// Writes `rule`, `action` and `reason` as null where there is none.
  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encodeIfPresent(frame, forKey: .frame)
    try fields.encode(time, forKey: .time)
    try fields.encode(packet, forKey: .packet)
    try fields.encode(interface, forKey: .interface)
    try fields.encode(external, forKey: .external)
    try fields.encode(direction, forKey: .direction)
    try fields.encode(directionReason, forKey: .directionReason)
    try fields.encode(connectionKnown, forKey: .connectionKnown)
    try fields.encode(rules, forKey: .rules)
    try fields.encode(changes, forKey: .changes)
    try fields.encode(events, forKey: .events)
    try fields.encode(verdict, forKey: .verdict)
    try fields.encode(rule, forKey: .rule)
    try fields.encode(action, forKey: .action)
    try fields.encode(reason, forKey: .reason)
    try fields.encode(logged, forKey: .logged)
    try fields.encodeIfPresent(answer, forKey: .answer)
  }
}

extension ExplanationReport.Visited {
  fileprivate init(_ visit: Explanation.Visit, _ explained: ExplainedPacket, _ words: ExplanationWords) {
    let rule = explained.rule(visit.rule)
    let outcome =
      switch visit.outcome {
      case .matched: "matched"
      case .notMatched: "notMatched"
      case .off: "off"
      case .skipped: "skipped"
      }
    self.init(
      number: rule.number, name: rule.name, depth: rule.depth, property: rule.property.name,
      relation: rule.relation.name, value: rule.value, outcome: outcome, matched: visit.outcome == .matched,
      seen: words.seen(visit.seen), absent: words.absence(visit.seen), action: rule.action.name,
      parameter: rule.parameter, effects: words.effects(of: visit))
  }

  private enum CodingKeys: String, CodingKey {
    case number, name, depth, property, relation, value, outcome, matched, seen, absent, action, parameter, effects
  }

  /// Writes `seen` as null where there is nothing.
  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(number, forKey: .number)
    try fields.encode(name, forKey: .name)
    try fields.encode(depth, forKey: .depth)
    try fields.encode(property, forKey: .property)
    try fields.encode(relation, forKey: .relation)
    try fields.encode(value, forKey: .value)
    try fields.encode(outcome, forKey: .outcome)
    try fields.encode(matched, forKey: .matched)
    try fields.encode(seen, forKey: .seen)
    try fields.encodeIfPresent(absent, forKey: .absent)
    try fields.encode(action, forKey: .action)
    try fields.encode(parameter, forKey: .parameter)
    try fields.encode(effects, forKey: .effects)
  }
}

extension ExplanationReport.Changes {
  fileprivate init(_ changes: [Explanation.Change], _ explained: ExplainedPacket) {
    self.init(rules: [], tables: [], evicted: [])
    for change in changes {
      switch change {
      case .counters(let index, let before, let after):
        rules.append(
          ExplanationReport.RuleChange(
            number: explained.rule(index).number, matchCount: after.matchCount, byteCount: after.byteCount,
            matchCountBefore: before.matchCount, byteCountBefore: before.byteCount))
      case .address(let table, let before, let after):
        tables.append(
          ExplanationReport.TableChange(
            table: table.name, before: before.map { TableEntryReport($0, labels: explained.labels) },
            entry: TableEntryReport(after, labels: explained.labels)))
      case .preventedTrigger(let source, let range):
        preventedTrigger = ExplanationReport.PreventedTrigger(
          address: source.description, protected: range.description)
      case .withheldTrigger(let source, let obstacle):
        withheldTrigger = ExplanationReport.WithheldTrigger(address: source.description, reason: "\(obstacle)")
      case .connection(let before, let after):
        connection = ExplanationReport.ConnectionChange(
          isNew: before?.firstTime != after.firstTime, local: after.local.text(after.protocolNumber),
          remote: after.remote.text(after.protocolNumber), packets: after.forward.packets &+ after.reverse.packets,
          limit: after.limitSeconds, dropped: after.tcp.contains(.closedByFirewall), refused: after.refusals)
      case .delayed(let count): delayed = count
      case .fragment(let entry): fragmentPorts = [entry.sourcePort, entry.destinationPort]
      case .source(_, let after):
        source = ExplanationReport.SourceChange(
          address: NetText.text(of: after.range), packets: after.packets, rate: after.rate)
      case .evicted(let evicted):
        self.evicted.append(ExplanationReport.Eviction(table: evicted.table, entry: evicted.text))
      }
    }
  }
}

extension ExplanationReport.Told {
  fileprivate init(_ event: EngineEvent, _ labels: RuleLabels) {
    let label = labels.label(event.label)
    self.init(
      kind: event.kind.name, rule: label.number, decided: event.leaf?.name, logged: event.isLogged,
      parameter: label.parameter)
  }
}
