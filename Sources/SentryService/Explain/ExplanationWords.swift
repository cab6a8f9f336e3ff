internal import SentryDiagnostics
package import SentryEngine
internal import SentryJournal
package import SentryPacket
internal import SentryRules
package import SentryState

/// Puts the parts of an explanation into words.
package struct ExplanationWords {
  private let explained: ExplainedPacket
  private let clock = LocalTime()

  package init(_ explained: ExplainedPacket) { self.explained = explained }

  private var explanation: Explanation { explained.explanation }

  // MARK: Values

  /// `nil` where there is none.
  package func seen(_ value: Explanation.SeenValue) -> String? {
    switch value {
    case .value(let text): text
    case .moment(let time): clock.text(secondsSince1970: time.secondsSince1970)
    case .absent, .nothing: nil
    }
  }

  package func absence(_ value: Explanation.SeenValue) -> String? {
    if case .absent(let reason) = value { reason } else { nil }
  }

  /// For people: `23`, `absent: not TCP or UDP`; empty where there is nothing to see.
  package func seenText(_ value: Explanation.SeenValue) -> String {
    seen(value) ?? absence(value).map { "absent: \($0)" } ?? ""
  }

  // MARK: Before the rules

  package var directionReason: String {
    switch explanation.directionReason {
    case .sourceIsLocal: "its source is this host"
    case .sourceIsNotLocal: "its source is not this host"
    case .loopback: "loopback"
    case .noSource: "its source was not captured"
    }
  }

  /// Why no rule ended the walk.
  package var whyNoRule: String {
    switch explanation.scope {
    case .rules where explained.ruleSet.settings.observe, .decidedBefore where explained.ruleSet.settings.observe:
      "the document is only observed"
    case .rules, .decidedBefore: "no rule ended the walk"
    case .notIP: "not IP"
    case .switchedOff: "the firewall is off"
    case .unfiltered: "the interface has no filters"
    }
  }

  // MARK: Effects

  package func effects(of visit: Explanation.Visit) -> [String] {
    visit.effects.map { effect($0, of: explained.rule(visit.rule)) }
  }

  private func effect(_ effect: Explanation.Effect, of rule: Rule) -> String {
    switch effect {
    case .skips(let rule?): "skips \(number(rule))"
    case .skips(nil): "skips nothing: no rule follows"
    case .leaves(let group?): "leaves group \(number(group))"
    case .leaves(nil): "goes on: no group is above"
    case .decides(let verdict): "packet \(verdict.outcome)"
    case .passesOutbound: "packet passes: only inbound packets are held"
    case .delayTableFull: "packet passes: the delay table is full"
    case .isRefused: "packet deleted: the connection was dropped before"
    case .isIgnored(let rule): "ignored: the packet is already decided by \(number(rule))"
    case .keepsAddress(let table, .added): "source enters table \(table.name)"
    case .keepsAddress(let table, .refreshed): "source stays in table \(table.name), its time starts again"
    case .sparesProtected(let range): "source does not enter table trigger: \(range) is protected"
    case .awaitsProof(.handshake):
      "source does not enter table trigger: it has not shown that it receives answers (triggerProof = handshake)"
    case .awaitsProof:
      "source does not enter table trigger: this takes two matches, a second to a minute apart (triggerProof = repeated)"
    case .exceedsLimit(let limit):
      "source does not enter table trigger: \(grouped(limit)) others have in this minute (triggersPerMinute)"
    case .observed(let effect): "only observed: \(self.effect(effect, of: rule))"
    case .endsObservation: "only observed: the packet goes on as if this had not matched"
    case .keepsNothing: "no source address to keep"
    case .resetsCount(let rule?): "\(number(rule)) counts from 0 again"
    case .resetsCount(nil): "nothing to reset: no rule above"
    case .resetsEntry(let table): "the entry in table \(table.name) counts from 0 again"
    case .reports(let kind, let isLogged): Self.report(kind, isLogged, parameter: rule.parameter)
    case .isSilenced: "no log entry: Dont log matched before"
    case .silencesLog: "no further log entry for this packet"
    case .limitsRate(let directions): "limits \(directions.name)"
    case .limitsNothing: "limits nothing: the packet belongs to no connection"
    }
  }

  private static func report(_ kind: EngineEvent.Kind, _ isLogged: Bool, parameter: String) -> String {
    let deed =
      switch kind {
      case .alert: "alerts"
      case .email: "sends mail"
      case .url: "probes or fetches \(parameter.visible)"
      case .script: "runs a script"
      default: "writes a log entry"
      }
    switch kind {
    case .alert, .email, .script: return isLogged ? "\(deed), writes a log entry" : "\(deed), unlogged"
    default: return deed
    }
  }

  package func number(_ rule: Int) -> String { explained.rule(rule).number }
}

extension Verdict {
  /// What a packet does, or suffers: `deleted`.
  package var outcome: String {
    switch self {
    case .pass: "passes"
    case .delete: "deleted"
    case .reject: "rejected"
    case .dropConnection: "deleted, connection dropped"
    case .delay: "delayed"
    case .routeTo: "routed elsewhere"
    }
  }
}

extension Answer {
  /// Who hears what; `nil` for nobody.
  package var words: String? {
    switch self {
    case .none: nil
    case .reset: "a reset to the sender"
    case .unreachable: "ICMP to the sender: not delivered"
    case .acknowledgement: "an acknowledgement to the sender"
    case .resetBoth: "resets to both ends"
    case .blockedPage: "the blocked page to the sender, a reset to the other end"
    }
  }
}

extension Direction {
  /// As documents write it.
  package var name: String { self == .inbound ? "inbound" : "outbound" }
}

extension RateDirections {
  fileprivate var name: String {
    switch self {
    case .inbound: "what arrives"
    case .outbound: "what leaves"
    default: "what arrives and what leaves"
    }
  }
}

extension EngineEvent.Kind {
  /// The word in JSON reports.
  package var name: String { "\(self)" }
}

extension Explanation.Evicted {
  /// The name of its table.
  package var table: String {
    switch self {
    case .address(let table, _): table.name
    case .connection: "connections"
    case .source: "sources"
    case .fragment: "fragments"
    }
  }

  /// What it stood for.
  package var text: String {
    switch self {
    case .address(_, let entry): NetText.text(of: entry.range)
    case .connection(let entry): entry.endsText
    case .source(let entry): NetText.text(of: entry.range)
    case .fragment(let entry): "\(entry.source) > \(entry.destination) id \(entry.identification)"
    }
  }
}

extension ConnectionEntry {
  /// `192.0.2.1:40000 - 203.0.113.9:80`, this host first.
  package var endsText: String { "\(local.text(protocolNumber)) - \(remote.text(protocolNumber))" }
}

extension FlowEndpoint {
  /// With the port where the protocol has ports.
  package func text(_ protocolNumber: UInt8) -> String {
    address.text(port: protocolNumber == IPProtocol.tcp || protocolNumber == IPProtocol.udp ? port : nil)
  }
}
