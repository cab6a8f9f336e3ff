internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// A described packet, and all that decides about it besides the rules, to be tried on an engine made for that.
struct PacketRehearsal: Sendable {
  var packet: DescribedPacket
  /// Where it arrives.
  var interface: EngineInterface
  /// What `me` stands for.
  var host: HostAddresses
  var local: AddressSpans
  var protected: AddressSpans
  /// What the daemon remembers; `nil` where that does not count.
  var knowledge: LiveKnowledge?
  /// What the labels in `knowledge` mean.
  var labels: RuleLabels
  /// The knowledge's counters are those of the rules that are tried.
  var countsForRules: Bool
  var now: Timestamp

  func explained(by ruleSet: RuleSet) -> ExplainedPacket {
    let labels = RuleLabels()
    let rules = LoadedRules(ruleSet, labels: labels)
    var engine = Engine(rules: rules, interfaces: [interface], local: local, eventCapacity: 0)
    engine.advance(to: now)
    engine.setProtectedHosts(protected)
    if let knowledge { enter(knowledge, labels, &engine) }
    let frame = packet.frame(on: host)
    let explanation = frame.withRawSpan { bytes in
      engine.explain(
        bytes, linkType: packet.linkType, wireLength: frame.count, time: now, interface: 0, process: packet.process)
    }
    return ExplainedPacket(explanation: explanation, ruleSet: ruleSet, labels: labels, frame: nil)
  }

  private func enter(_ knowledge: LiveKnowledge, _ labels: RuleLabels, _ engine: inout Engine) {
    for (kind, entries) in knowledge.entries {
      let renamed = entries.map { entry in
        var entry = entry
        entry.triggeredBy = labels.number(of: self.labels.label(entry.triggeredBy))
        return entry
      }
      engine.restore(renamed, to: kind, now: now)
    }
    if countsForRules { engine.restore(knowledge.counters.map { $0 }, now: now) }
    if let connection = knowledge.connection { engine.restore(connection) }
  }
}

extension PacketRehearsal {
  /// The flow that the packet would belong to, and its ends; `nil` for one without addresses.
  static func flow(
    of packet: DescribedPacket, on host: HostAddresses, isLoopback: Bool, local: AddressSpans
  ) -> (key: FlowKey, ends: [IPAddress])? {
    let frame = packet.frame(on: host)
    var fields = PacketFields()
    frame.withRawSpan { bytes in _ = fields.decode(bytes, linkType: packet.linkType, wireLength: frame.count) }
    guard fields.has(.addresses) else { return nil }
    let isOutbound = !isLoopback && local.contains(fields.source)
    return (
      FlowKey(fields, direction: isOutbound ? .outbound : .inbound), [fields.source, fields.destination]
    )
  }

  /// Where a packet arrives: where its line says, else on the first interface with filters that is what the line says, else on the
  /// first that there is.
  static func interface(
    of packet: DescribedPacket, among names: [String], loopbacks: Set<String>, _ ruleSet: RuleSet
  ) -> EngineInterface {
    func interface(_ name: String) -> EngineInterface {
      EngineInterface(name: name, isLoopback: loopbacks.contains(name) || name == "lo", in: ruleSet)
    }
    let known = names.map(interface).filter { !$0.isLoopback }
    let fitting = known.first {
      $0.isFiltered && (packet.isExternal == nil || $0.isExternal == packet.isExternal)
    }
    var chosen =
      packet.interfaceName.map { interface(ruleSet.settings.systemName(of: $0)) } ?? fitting ?? known.first
      ?? interface(names.first ?? "eth0")
    if let isExternal = packet.isExternal { chosen.isExternal = isExternal }
    return chosen
  }
}
