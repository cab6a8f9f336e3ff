internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// What the running daemon knows that decides about a packet besides rules: copied out of the packet thread.
struct LiveKnowledge: Sendable {
  /// The entries that cover the packet's ends.
  var entries: [AddressTableKind: [AddressEntry]] = [:]
  /// What is known of its flow.
  var connection: ConnectionEntry?
  /// Of the rules in force, in document order.
  var counters: [RuleCounters] = []
  var generation: UInt32 = 0
  /// The master switch.
  var isOn = true
}

extension PacketWorker {
  /// - Parameter ends: both addresses of a packet.
  func knowledge(of flow: FlowKey, between ends: [IPAddress]) -> LiveKnowledge {
    let now = engine.now
    var knowledge = LiveKnowledge(
      connection: engine.tables.connections.peek(flow, now: now), counters: engine.counters,
      generation: engine.rules.generation, isOn: engine.isOn)
    for kind in AddressTableKind.allCases {
      var found: [AddressEntry] = []
      for end in Set(ends) {
        let around = engine.tables.entries(in: kind, around: end, now: now)
        found += around.nets + [around.range].compactMap(\.self)
      }
      var known: Set<AddressRange> = []
      knowledge.entries[kind] = found.filter { known.insert($0.range).inserted }.sorted { $0.lastTime < $1.lastTime }
    }
    return knowledge
  }
}
