@testable import SentryEngine
import SentryPacket
import SentryState
import Testing

/// What the plain evaluator says will become of a packet, held against what the compiled one then does.
struct Foresight: ~Copyable {
  private let explanation: Explanation
  private let before: Memory

  /// Explains a frame and sees to it that nothing but the clock has moved.
  init(
    _ engine: inout Engine, _ frame: RawSpan, linkType: LinkType, wireLength: Int, time: Timestamp, interface: Int
  ) {
    engine.advance(to: time)
    before = Memory(engine)
    explanation = engine.explain(
      frame, linkType: linkType, wireLength: wireLength, time: time, interface: interface)
    Memory(engine).expect(before, "explaining changes nothing")
  }

  /// Records each difference between what was foreseen and what became of the packet.
  ///
  /// - Parameter events: those that judging it has added.
  func expect(_ judgement: Judgement, _ events: [EngineEvent], _ engine: borrowing Engine) {
    #expect(explanation.judgement == judgement, "plain evaluator (left), compiled one (right)")
    #expect(explanation.events == events)
    Memory(engine).expect(before.after(explanation.changes, at: engine.now), "after the packet")
  }
}

/// What packets change in an engine, as a copy.
struct Memory {
  var counters: [Counts]
  var addresses: [AddressTableKind: [AddressEntry]] = [:]
  var connections: Set<ConnectionEntry>
  var delayed: Int
  let capacities: (addresses: Int, connections: Int)

  /// Deltas belong to the ticks.
  struct Counts: Equatable {
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
    delayed = engine.tables.delays.held(at: engine.now)
    capacities = (engine.tables.settings.addressCapacity, engine.tables.settings.connectionCapacity)
  }

  /// With the changes of one packet made.
  func after(_ changes: [Explanation.Change], at now: Timestamp) -> Memory {
    var memory = self
    for change in changes {
      switch change {
      case .counters(let rule, let before, let after):
        #expect(memory.counters[rule] == Counts(before))
        memory.counters[rule] = Counts(after)
      case .address(let table, let before, let after):
        var entries = memory.addresses[table] ?? []
        #expect(before == entries.first { $0.range == after.range })
        entries.removeAll { $0.range == after.range }
        memory.addresses[table] = (entries + [after]).sorted()
      case .connection(let before, let after):
        if let before { #expect(memory.connections.remove(before) != nil) }
        memory.connections.insert(after)
      case .delayed(let count): memory.delayed = count
      case .fragment: break  // Later fragments tell.
      }
    }
    return memory
  }

  func expect(_ expected: Memory, _ what: Comment) {
    #expect(counters == expected.counters, what)
    #expect(delayed == expected.delayed, what)
    for table in AddressTableKind.allCases {
      let (found, wanted) = (addresses[table] ?? [], expected.addresses[table] ?? [])
      // A full table has let its oldest go.
      let hasMadeWay = wanted.count > capacities.addresses && found.count == capacities.addresses
      #expect(hasMadeWay ? Set(found).isSubset(of: wanted) : found == wanted, what)
    }
    let hasMadeWay =
      expected.connections.count > capacities.connections && connections.count == capacities.connections
    #expect(hasMadeWay ? connections.isSubset(of: expected.connections) : connections == expected.connections, what)
  }
}
