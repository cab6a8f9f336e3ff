public import SentryPacket
public import SentryState

// For engines that only try packets out. To explain one tells more, and takes as long as there are rules and counters.

extension Engine {
  /// A rule in force asks how often something came, whoever sent it: then packets that are tried out change what becomes of the next.
  public var countsWhatComes: Bool { rules.program.firstAcrossAddresses() != nil }

  /// Judges a packet, and forgets that it came: its flow, and what the rules have kept of its sender. Only their counters go on.
  ///
  /// - Parameter entries: what the tables hold otherwise; none of the tables that are not named.
  public mutating func tryOut(
    _ frame: RawSpan, linkType: LinkType, from origin: PacketOrigin, at time: Timestamp,
    keeping entries: [AddressTableKind: [AddressEntry]]
  ) -> Judgement {
    let before = additions
    let judgement = judge(frame, linkType: linkType, wireLength: frame.byteCount, time: time, from: origin)
    tables.connections.remove(FlowKey(packet, direction: walk.direction))
    tables.candidates?.removeAll()
    tables.triggerQuota.reset()
    if additions != before { restoreTables(entries, at: time) }
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
