@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryState

/// What the plain evaluator says will become of a packet, held against what the compiled one then does.
struct Foresight: ~Copyable {
  let explanation: Explanation
  private let before: Memory
  /// What explaining has changed besides the clock: nothing, if all is well.
  private let sideEffects: [String]

  init(
    _ engine: inout Engine, _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, interface: Int,
    process: LocalProcess?
  ) {
    engine.advance(to: time)
    before = Memory(engine)
    explanation = engine.explain(
      frame, linkType: linkType, wireLength: wireLength, time: time, interface: interface, process: process)
    sideEffects = Memory(engine).differences(from: before).map { "by explaining: \($0)" }
  }

  /// Each difference between what was foreseen and what became of the packet.
  ///
  /// - Parameter events: those that judging it has added.
  func differences(from judgement: Judgement, _ events: [EngineEvent], _ engine: borrowing Engine) -> [String] {
    var differences = sideEffects
    var explained = explanation.judgement
    // What may stay in the kernel is nobody's to explain: `StayingDifferentialTests` holds it against what comes later.
    explained.flow = judgement.flow
    if judgement != explained {
      differences.append("explained \(explanation.judgement), judged \(judgement)")
    }
    differences += Told.differences(explained: explanation.events, events)
    let expected = before.after(explanation.changes)
    return differences + Memory(engine).differences(from: expected.memory) + expected.mistakes
  }
}

/// What an event says: fields that the packet lacks mean nothing, and may hold anything.
struct Told: Equatable {
  let time: Timestamp
  let kind: EngineEvent.Kind
  let leaf: EngineEvent.Kind?
  let reason: BuiltInReason?
  let label: UInt32
  let isLogged: Bool
  let triggerObstacle: TriggerObstacle?
  let isObserved: Bool
  var packet = ""

  init(_ event: EngineEvent) {
    (time, kind, leaf, reason) = (event.time, event.kind, event.leaf, event.reason)
    (label, isLogged) = (event.label, event.isLogged)
    (triggerObstacle, isObserved) = (event.triggerObstacle, event.isObserved)
    guard event.hasPacket else { return }
    packet = "\(event.direction) on \(event.interface), \(event.byteCount) bytes"
    if event.present.contains(.addresses) { packet += ", \(event.source) > \(event.destination)" }
    if event.present.contains(.protocolNumber) { packet += ", protocol \(event.protocolNumber)" }
    if event.present.contains(.ports) { packet += ", ports \(event.sourcePort) > \(event.destinationPort)" }
    if !event.present.isDisjoint(with: [.icmp, .icmpv6]) { packet += ", ICMP \(event.icmpType),\(event.icmpCode)" }
  }

  static func differences(explained: [EngineEvent], _ events: [EngineEvent]) -> [String] {
    let (wanted, found) = (explained.map(Told.init), events.map(Told.init))
    return wanted == found ? [] : ["events explained \(wanted), written \(found)"]
  }
}

/// What packets change in an engine, as a copy.
struct Memory {
  private var counters: [Counts]
  private var addresses: [AddressTableKind: [AddressEntry]] = [:]
  private var connections: Set<ConnectionEntry>
  private var sources: Set<SourceRateEntry>
  private var fragments: Set<FragmentEntry>
  private var delayed: Int
  private var obstacles: [TriggerObstacle: UInt64]

  /// Deltas belong to the ticks.
  private struct Counts: Equatable {
    var matches: UInt64
    var bytes: UInt64
    var lastTime: Timestamp?

    init(_ counters: RuleCounters) {
      (matches, bytes, lastTime) = (counters.matchCount, counters.byteCount, counters.lastTime)
    }
  }

  init(_ engine: borrowing Engine) {
    counters = engine.counters.map(Counts.init)
    for table in AddressTableKind.allCases { addresses[table] = engine.tables.entries(of: table, now: engine.now) }
    connections = Set(engine.tables.connections.entries(now: engine.now))
    sources = Set(engine.tables.sourceRates?.entries(now: engine.now) ?? [])
    fragments = Set(engine.tables.fragments.entries(now: engine.now))
    delayed = engine.tables.delays.held(at: engine.now)
    let totals = engine.totals
    obstacles = Dictionary(uniqueKeysWithValues: TriggerObstacle.allCases.map { ($0, totals[$0]) })
  }

  /// With the changes of one packet made, and what is wrong with their "before".
  func after(_ changes: [Explanation.Change]) -> (memory: Memory, mistakes: [String]) {
    var memory = self
    var mistakes: [String] = []
    for change in changes where !memory.make(change) { mistakes.append("\(change) starts from something else") }
    return (memory, mistakes)
  }

  /// - Returns: false if what the change was made from is not what is here.
  private mutating func make(_ change: Explanation.Change) -> Bool {
    switch change {
    case .counters(let rule, let before, let after):
      defer { counters[rule] = Counts(after) }
      return counters[rule] == Counts(before)
    case .address(let table, let before, let after):
      let entries = addresses[table] ?? []
      addresses[table] = (entries.filter { $0.range != after.range } + [after]).sorted()
      return before == entries.first { $0.range == after.range }
    case .preventedTrigger:
      obstacles[.protected, default: 0] += 1
      return true
    case .withheldTrigger(_, let obstacle):
      obstacles[obstacle, default: 0] += 1
      return true
    case .connection(let before, let after):
      let isKnown = before.map { connections.remove($0) != nil } ?? true
      connections.insert(after)
      return isKnown
    case .delayed(let count):
      delayed = count
      return true
    case .source(let before, let after):
      let isKnown = before.map { sources.remove($0) != nil } ?? true
      sources.insert(after)
      return isKnown
    case .fragment(let entry):
      fragments = fragments.filter { !$0.isSameDatagram(as: entry) }
      fragments.insert(entry)
      return true
    case .evicted(.address(let table, let entry)):
      let entries = addresses[table] ?? []
      addresses[table] = entries.filter { $0 != entry }
      return entries.contains(entry)
    case .evicted(.connection(let entry)): return connections.remove(entry) != nil
    case .evicted(.source(let entry)): return sources.remove(entry) != nil
    case .evicted(.fragment(let entry)): return fragments.remove(entry) != nil
    }
  }

  func differences(from expected: Memory) -> [String] {
    var differences = counterDifferences(from: expected)
    if obstacles != expected.obstacles {
      differences.append("triggers withheld \(obstacles), not \(expected.obstacles)")
    }
    if delayed != expected.delayed { differences.append("\(delayed) delayed, not \(expected.delayed)") }
    for table in AddressTableKind.allCases {
      let (found, wanted) = (Set(addresses[table] ?? []), Set(expected.addresses[table] ?? []))
      differences += Self.differences(in: table.name, found, wanted)
    }
    return differences + Self.differences(in: "connections", connections, expected.connections)
      + Self.differences(in: "sources", sources, expected.sources)
      + Self.differences(in: "fragments", fragments, expected.fragments)
  }

  /// Without a packet only counters change; what expires meanwhile is another matter.
  func counterDifferences(from expected: Memory) -> [String] {
    zip(counters, expected.counters).enumerated().compactMap { rule, counts in
      counts.0 == counts.1 ? nil : "rule at \(rule): foreseen \(counts.1), found \(counts.0)"
    }
  }

  private static func differences<Entry: Hashable>(
    in table: String, _ found: Set<Entry>, _ expected: Set<Entry>
  ) -> [String] {
    if found == expected { return [] }
    return ["\(table): missing \(expected.subtracting(found)), not foreseen \(found.subtracting(expected))"]
  }
}

extension FragmentEntry {
  fileprivate func isSameDatagram(as other: FragmentEntry) -> Bool {
    var other = other
    (other.sourcePort, other.destinationPort) = (sourcePort, destinationPort)
    return self == other
  }
}
