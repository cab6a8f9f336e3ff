// An explanation for people, in 80 columns:
//
//   DELETED by rule 2.1.5.1 (Trigger)
//
//   frame 3, 2026-05-06 08:30:00
//   tcp 203.0.113.9:40001 > 192.0.2.10:23 syn …
//   inbound on eth0 (external): its source is not this host; connection not known
//
//   the packet's way, a line for each rule: mark, number, test, value seen
//
//   what is different afterwards

internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket
internal import SentryRules
internal import SentryService
internal import SentryState

struct ExplanationText {
  private static let width = 80

  private let explained: ExplainedPacket
  private let showsAllRules: Bool
  private let style: Style
  private let words: ExplanationWords
  private let clock = LocalTime()

  init(_ explained: ExplainedPacket, showsAllRules: Bool, _ style: Style) {
    self.explained = explained
    self.showsAllRules = showsAllRules
    self.style = style
    words = ExplanationWords(explained)
  }

  private var explanation: Explanation { explained.explanation }

  var text: String {
    let rules = ExplainedRules(explained, showsAllRules: showsAllRules, style, width: Self.width)
    let sections = [[headline], packetLines, rules.lines, changeLines, eventLines].filter { !$0.isEmpty }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  // MARK: Headline

  private var headline: String {
    let colour = explanation.judgement.verdict.letsThrough ? style.green : style.red
    let text = (outcome + decider).wrapped(to: Self.width).joined(separator: "\n")
    return text.hasPrefix(outcome) ? style.bold(colour(outcome)) + text.dropFirst(outcome.count) : text
  }

  private var outcome: String {
    switch explanation.judgement.verdict {
    case .routeTo:
      if case .rule(let rule) = explanation.judgement.decider,
        case .nextHop(let address) = explained.rule(Int(rule)).argument
      {
        return "routed to \(address)"
      }
      return "routed elsewhere"
    case .delay: return "delayed \(explained.ruleSet.settings.delaySeconds) s"
    case let other: return other.outcome
    }
  }

  private var decider: String {
    switch explanation.judgement.decider {
    case .endOfRules: return ": \(words.whyNoRule)"
    case .builtIn(let reason): return " before the rules: \(reason.name)"
    case .rule(let index):
      let rule = explained.rule(Int(index))
      let name = rule.name.isEmpty ? "" : " \(rule.name.visible)"
      return " by rule \(rule.number)\(name) (\(rule.action.name))"
    }
  }

  // MARK: Packet

  private var packetLines: [String] {
    let packet = explanation.packet
    let time = clock.text(secondsSince1970: explanation.time.secondsSince1970)
    let microseconds = String(explanation.time.nanoseconds / 1000 % 1_000_000)
    let moment = "\(time).\(String(repeating: "0", count: 6 - microseconds.count))\(microseconds)"
    let place = explained.frame.map { "frame \($0), \(moment)" } ?? moment
    guard explanation.judgement.kind != .notIP else { return [place, "no IP packet"] }
    let headers = PacketNotation.text(of: packet) ?? "too short to tell its addresses"
    return [place] + (headers + details(packet)).wrapped(to: Self.width) + surroundings
  }

  /// What the notation leaves out.
  private func details(_ packet: PacketFields) -> String {
    var details = ""
    if packet.has(.payload), !packet.payload.isEmpty {
      details += ", \(counted(packet.payload.count, "byte")) of payload"
    }
    return details
  }

  private var surroundings: [String] {
    let interface =
      explanation.interface.map { " on \($0.isExternal ? "external" : "internal") \($0.name.visible)" } ?? ""
    let direction = "\(explanation.direction.name)\(interface): \(words.directionReason)"
    guard explanation.scope == .rules || explanation.scope == .unfiltered else { return [direction] }
    guard let connection = explanation.connection else { return [direction, "connection not known before"] }
    return [direction, "connection known: \(connection.summary(at: explanation.time))"]
  }

  // MARK: Afterwards

  private var changeLines: [String] {
    var lines: [String] = []
    let counts = explanation.changes.compactMap { change -> String? in
      guard case .counters(let rule, _, let after) = change else { return nil }
      return "\(words.number(rule)): \(grouped(after.matchCount))"
    }
    if !counts.isEmpty {
      lines += entry("matches", counts.joined(separator: ", ") + " with this packet")
    }
    for change in explanation.changes {
      switch change {
      case .counters: break
      case .address(let table, let before, let after): lines += entry("table", address(table, before, after))
      case .preventedTrigger(let source, let range):
        lines += entry("table", "trigger: \(source) does not enter, \(range) is protected")
      case .withheldTrigger(let source, let obstacle):
        lines += entry("table", "trigger: \(source) does not enter, \(obstacle.words)")
      case .connection(let before, let after): lines += entry("connection", connection(before, after))
      case .delayed(let count): lines += entry("delayed", counted(count, "packet") + " held")
      case .fragment(let ports):
        lines += entry(
          "fragment", "ports \(ports.sourcePort) and \(ports.destinationPort) are kept for its later fragments")
      case .source(_, let after): lines += entry("source", source(after))
      case .evicted(let evicted):
        lines += entry("evicted", "\(evicted.table): \(evicted.text) makes way, the table is full")
      }
    }
    if let answer = explanation.judgement.answer.words { lines += entry("answer", answer) }
    return lines.isEmpty ? [] : [style.bold("changes")] + lines
  }

  private func address(_ table: AddressTableKind, _ before: AddressEntry?, _ after: AddressEntry) -> String {
    let duration = after.duration.seconds.map { "for \(grouped($0)) s" } ?? "for ever"
    let name = "\(table.name): \(NetText.text(of: after.range))"
    guard let before else { return "\(name) enters, \(duration), \(matches(after.matchCount))" }
    let count =
      before.matchCount == after.matchCount ? matches(after.matchCount) : "\(matches(after.matchCount)), one more"
    return before.matchCount > after.matchCount
      ? "\(name) counts from \(after.matchCount) again" : "\(name) stays \(duration), \(count)"
  }

  private func source(_ source: SourceRateEntry) -> String {
    "\(NetText.text(of: source.range)): packet \(grouped(source.packets)) of this second, \(grouped(source.rate)) in the last"
  }

  private func matches(_ count: UInt64) -> String { counted(count, "match", plural: "matches") }

  private func connection(_ before: ConnectionEntry?, _ after: ConnectionEntry) -> String {
    let ends = after.endsText
    let limit = "kept for \(grouped(after.limitSeconds)) s"
    if after.tcp.contains(.closedByFirewall) {
      return before?.tcp.contains(.closedByFirewall) == true
        ? "\(ends) was dropped, \(counted(Int(after.refusals), "packet")) refused since"
        : "\(ends) is dropped, \(limit)"
    }
    guard let before else { return "\(ends) is new, \(limit)" }
    if before.firstTime != after.firstTime { return "\(ends) starts anew, \(limit)" }
    return "\(ends), \(counted(after.forward.packets &+ after.reverse.packets, "packet")), \(limit)"
  }

  private var eventLines: [String] {
    let lines = explanation.events.flatMap { event -> [String] in
      let record = LogEntry(event, labels: explained.labels, interfaces: [])
      let remark = record.observed == true ? "observed: " : ""
      let action = record.subAction.map { "\(record.action) (\($0))" } ?? record.action
      let parameter = record.parameter.isEmpty ? "" : "  \(record.parameter.visible)"
      return entry(event.isLogged ? "log" : "unlogged", "\(remark)\(action) \(record.rule.visible)\(parameter)")
    }
    return lines.isEmpty ? [] : [style.bold("events")] + lines
  }

  // MARK: Lines

  /// A word in the first column, text beside it.
  private func entry(_ title: String, _ text: String) -> [String] {
    text.wrapped(to: Self.width - 14).enumerated().map {
      "  \(($0.offset == 0 ? title : "").padded(to: 12))\($0.element)"
    }
  }
}

extension TriggerObstacle {
  /// Why a source is not entered.
  fileprivate var words: String {
    switch self {
    case .protected: "it is protected"
    case .unproven: "its packets are not proven to be its own"
    case .limit: "too many others have in this minute"
    }
  }
}
