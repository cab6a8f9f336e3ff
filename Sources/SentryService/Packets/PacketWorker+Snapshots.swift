internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

// What others are told.

extension PacketWorker {
  /// In no order.
  func entries(of kind: AddressTableKind) -> [AddressEntry] { engine.tables.unsortedEntries(of: kind, now: engine.now) }

  /// Why an address is in table trigger.
  func evidence(of range: AddressRange) -> EvidenceSnapshot {
    let (kept, packets) = engine.evidence(of: range)
    let around = engine.tables.entries(in: .trigger, around: kept.first, now: engine.now)
    let entry = around.nets.first { $0.range == kept } ?? around.range
    return EvidenceSnapshot(range: kept, entry: entry, packets: packets)
  }

  var judgedByCurrentRules: UInt64 {
    sources.reduce(0) { $0 &+ $1.counts.judgedByCurrentRules }
  }

  func interfaceSnapshots() -> [InterfaceSnapshot] {
    zip(sources, engine.interfaces).map { source, settings in
      var statistics = source.statistics()
      // A queue tells of packets by their interface only once it has handed them over.
      if queue != nil { statistics.received = source.counts.taken }
      return InterfaceSnapshot(
        settings: settings, counts: source.counts, statistics: statistics, problem: source.problem)
    }
  }

  func snapshot() -> WorkerSnapshot {
    WorkerSnapshot(
      isOn: engine.isOn, totals: engine.totals, interfaces: interfaceSnapshots(),
      generations: retired + [GenerationCount(generation: engine.rules.generation, judged: judgedByCurrentRules)],
      tables: AddressTableKind.allCases.map { kind in
        TableSnapshot(name: kind.name, count: engine.tables.count(of: kind), changesPerSecond: engine.tableRates[kind])
      } + [
        TableSnapshot(
          name: "connections", count: engine.tables.connections.count, changesPerSecond: engine.tableRates.connections)
      ],
      lostEvents: engine.lostEvents, queue: queue?.snapshot(problem: queueProblem), bridge: bridge?.snapshot(),
      owners: owners?.snapshot(), rates: paces ? rates : nil, helpers: engine.helperReport,
      wantsFlows: keepsFlows ? wantsFlows : nil)
  }

  /// What metrics tell besides the status: one look at everything, so that their numbers belong together.
  func measures() -> MeasureSnapshot {
    let tables = AddressTableKind.allCases.map { kind in
      FillSnapshot(
        name: kind.name, count: engine.tables.count(of: kind), capacity: engine.tables.capacity(of: kind),
        evictions: engine.tables.evictions(from: kind))
    }
    let connections = FillSnapshot(
      name: "connections", count: engine.tables.connections.count, capacity: engine.tables.connections.capacity,
      evictions: engine.tables.connections.evictions)
    let fragments = FillSnapshot(
      name: "fragments", count: engine.tables.fragments.count, capacity: engine.tables.fragments.capacity,
      evictions: engine.tables.fragments.evictions)
    // What finds it full passes at once, and is counted by its reason.
    let delays = FillSnapshot(
      name: "delays", count: engine.tables.delays.held(at: engine.now), capacity: engine.tables.delays.capacity,
      evictions: 0)
    let sources = engine.tables.sourceFill.map {
      FillSnapshot(name: "sources", count: $0.count, capacity: $0.capacity, evictions: $0.evictions)
    }
    return MeasureSnapshot(
      totals: engine.totals, generation: engine.rules.generation, counters: engine.counters,
      tables: tables + [connections, fragments, delays] + [sources].compactMap(\.self), times: times)
  }

  /// The number of the rule that was the last to keep a flow from staying in the kernel.
  private var wantsFlows: String? {
    let rules = engine.rules.ruleSet.rules
    return engine.lastObjector.flatMap { rules.indices.contains(Int($0)) ? rules[Int($0)].number : nil }
  }

  private var rates: [RuleRate] {
    engine.rates.map { place, rate in
      let rule = engine.rules.ruleSet.rules[place]
      return RuleRate(number: rule.number, name: rule.name, rate: rate)
    }
  }
}
