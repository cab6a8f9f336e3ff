public import SentryPacket
internal import SentryRules
public import SentryState

// For engines that only try packets out. To explain one tells more, and takes as long as there are rules.

extension Engine {
  /// A rule in force asks how often something came: then a packet that is tried out changes what becomes of the next, unless the
  /// counters are set back.
  public var asksForCounts: Bool {
    rules.program.firstAcrossAddresses(sharedTables: Set(AddressTableKind.allCases)) != nil
  }

  /// Judges a packet, and forgets that it came: its flow, and what the rules have kept of its sender.
  ///
  /// - Parameters:
  ///   - entries: what the tables hold otherwise; none of the tables that are not named.
  ///   - counts: also what rules have counted, in time with the number of rules. Otherwise their counters go on.
  public mutating func tryOut(
    _ frame: RawSpan, linkType: LinkType, from origin: PacketOrigin, at time: Timestamp,
    keeping entries: [AddressTableKind: [AddressEntry]], forgetting counts: Bool
  ) -> Judgement {
    let before = additions
    let judgement = judge(frame, linkType: linkType, wireLength: frame.byteCount, time: time, from: origin)
    tables.connections.remove(FlowKey(packet, direction: walk.direction))
    tables.candidates?.removeAll()
    tables.triggerQuota.reset()
    tables.delays.releaseAll()
    if counts || additions != before { restoreTables(entries, at: time) }
    guard counts else { return judgement }
    settleCounts()
    statistics = RuleStatistics(ruleCount: rules.program.ruleCount)
    return judgement
  }

  /// New entries of all tables of addresses since the start.
  private var additions: UInt64 {
    var sum: UInt64 = 0
    for kind in AddressTableKind.allCases { sum &+= tables.additions(to: kind) }
    return sum
  }

  private mutating func restoreTables(_ entries: [AddressTableKind: [AddressEntry]], at time: Timestamp) {
    for kind in AddressTableKind.allCases {
      tables.removeAll(from: kind)
      if let entries = entries[kind] { tables.restore(entries, to: kind, now: time) }
    }
  }
}
