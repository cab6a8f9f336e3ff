// Which flows need no judging, packet by packet: see `Steadiness.swift` for what that means.

public import SentryPacket
public import SentryState

/// What a packet means for its flow, where packets may stay in the kernel.
public enum FlowNews: UInt8, Sendable {
  case none
  /// Steady packets that go its way through its interface pass, by the rules of `Engine.steadyPath`, until something changes: the
  /// rules in force, the flow itself, or an address of it enters a table.
  case stays
  /// Something has happened to the flow: none of its packets may stay, whichever way they go.
  case ends
}

extension Engine {
  /// From which packet of a flow on, in each direction, it is worth asking.
  public static var firstPacketAskedAbout: UInt64 { 16 }

  @inline(__always)
  mutating func isToBeAsked() -> Bool {
    guard let first = asksAboutFlowsFrom, let slot = walk.connection, packet.isSteady else { return false }
    if rareQuestions.contains(.helpers), tables.listenIn(on: packet) { return false }
    return tables.connections.isToBeAsked(slot, tables.connections.latestFlow, first: first)
  }

  /// Walks the rules, and notes whether all steady packets of the flow go the same way.
  @inline(never)
  mutating func askRules(_ frame: RawSpan) {
    var witness = SteadyWitness(rules.steadiness)
    walkRules(frame, &witness)
    walk.isAskedAbout = true
    steadyPath = witness.path
    // Every packet counts for its source.
    if let rule = rules.wantsEveryPacket { steadyPath.object(rule) }
  }

  /// What the judgement means for the flow of a packet that is known.
  mutating func followStay(_ judgement: Judgement) -> FlowNews {
    guard let slot = walk.connection else { return .none }
    if walk.isAskedAbout {
      lastObjector = steadyPath.objector ?? lastObjector
      let isSteady = steadyPath.isSteady && judgement.verdict == .pass && judgement.decider.isOfRules
      let change = tables.connections.setStays(isSteady, slot, FlowKey(packet, direction: walk.direction))
      if change.stays { return .stays }
      if change.stayed { return .ends }
    }
    return tables.connections.endStay(at: slot) ? .ends : .none
  }

  /// Counts packets of one way of a flow that have stayed in the kernel, the last of them at `time`. Their rules are credited by
  /// themselves.
  ///
  /// - Parameters:
  ///   - flow: theirs.
  ///   - interface: where, by its position.
  /// - Returns: false if they are no longer to stay.
  public mutating func credit(
    _ traffic: FlowTraffic, _ flow: FlowKey, going direction: Direction, interface: Int, at time: Timestamp
  ) -> Bool {
    totals.packets &+= traffic.packets
    totals.count(.pass, direction, packets: traffic.packets, bytes: traffic.bytes)
    return tables.connections.credit(
      traffic, flow, interface: UInt16(truncatingIfNeeded: interface), at: time)
  }
}

extension Judgement.Decider {
  /// No check before or after the rules has decided.
  fileprivate var isOfRules: Bool {
    if case .builtIn = self { false } else { true }
  }
}
