// What rules that limit rates need besides the walk. Verdicts do not depend on it: whoever carries them out asks `pace` of each
// packet that passes and whose flow is bound, and lets time go on with `tickRates`.

public import SentryPacket
public import SentryState

extension Engine {
  /// Notes what the packet's flow, entered in a slot, says of its windows, and binds it to the rules whose rates it has met.
  ///
  /// - Returns: whether the flow is bound to any.
  @inline(never)
  mutating func followRates(_ flow: FlowKey, at slot: TableSlot, _ frame: RawSpan) -> Bool {
    if packet.has([.tcpFlags, .tcpOptions]), packet.tcpFlags & TCPFlag.syn != 0, !packet.isICMPError {
      tables.connections.noteWindowShift(SYNOptions(of: packet, in: frame).windowShift, of: flow, at: slot)
    }
    if walk.inboundRate != nil || walk.outboundRate != nil { bindRates(at: slot) }
    guard tables.connections.isRateBound(slot) else { return false }
    ratedFlow = (flow, slot)
    return true
  }

  /// Binds the packet's flow to the rules whose rates it has met, and tells where that changes something.
  mutating func bindRates(at slot: TableSlot) {
    let changed = tables.connections.bind(slot, inbound: label(walk.inboundRate), outbound: label(walk.outboundRate))
    if changed == [.inbound, .outbound], walk.inboundRate == walk.outboundRate {
      return reportRate(changed, of: walk.inboundRate)
    }
    if changed.contains(.inbound) { reportRate(.inbound, of: walk.inboundRate) }
    if changed.contains(.outbound) { reportRate(.outbound, of: walk.outboundRate) }
  }

  // MARK: Carrying them out

  /// What becomes of the packet that was judged last, which passes and `isRateBound`.
  ///
  /// - Parameter frame: that packet's.
  public mutating func pace(_ frame: RawSpan, now: Timestamp) -> Pacing {
    guard let flow = ratedFlow else { return .free }
    return tables.pace(packet, of: flow.key, at: flow.slot, going: walk.direction, in: frame, now: now)
  }

  /// How long from `now` until `tickRates` has something to do; `nil` if nothing waits.
  public func nanosecondsToRateTick(now: Timestamp) -> Int64? { tables.rates.nanosecondsToTick(now: now) }

  /// Lets go of what has earned its way.
  ///
  /// - Parameters:
  ///   - release: is given the places of packets that may go on, in the order in which they go.
  ///   - update: is given senders that may go on, and what the window field must say that tells them so.
  public mutating func tickRates(now: Timestamp, release: (Int) -> Void, update: (Int, UInt16) -> Void) {
    tables.tickRates(now: now, release: release, update: update)
  }

  /// Lets go of everything, as if there were no limits.
  public mutating func releaseRates(release: (Int) -> Void, update: (Int, UInt16) -> Void) {
    tables.releaseRates(release: release, update: update)
  }

  /// The rates that the rules in force limit, and how they are doing, in document order: each rule's place, and its direction.
  public var rates: [(rule: Int, RateSnapshot)] {
    tables.rates.snapshot().compactMap { rate in
      rules.labels.firstIndex(of: rate.label).map { (rule: $0, rate) }
    }
    .sorted { $0.rule < $1.rule }
  }
}
