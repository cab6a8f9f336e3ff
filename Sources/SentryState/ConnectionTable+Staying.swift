public import SentryPacket

// Flows whose packets may stay in the kernel: when to ask for it, and what the kernel has counted of them.

extension ConnectionTable {
  /// Packets of a way that may stay are asked about again so often: they are seen here only when the kernel has let go of it.
  private static var askAgainEvery: UInt64 { 16 }

  /// Whether it is time to ask if packets like this one, of the known flow in a slot, may stay in the kernel: at the packet with
  /// number `first` of its way, then whenever their number has doubled.
  ///
  /// - Parameter flow: that of the packet, which is not entered yet.
  @inline(__always)
  public func isToBeAsked(_ slot: TableSlot, _ flow: FlowKey, first: UInt64) -> Bool {
    let slot = slot.index
    guard table[slot].isSteady else { return false }
    let count = table[slot].isForward(flow) ? table[slot].forward.packets : table[slot].reverse.packets
    // A forwarded packet counts where it comes in, and then where it goes out: each place is to have its turn.
    let number = count &+ (flow.isOutbound ? 1 : 2)
    if table[slot].stays(flow) { return number % Self.askAgainEvery == 0 }
    return number >= first && number.nonzeroBitCount == 1
  }

  /// Notes whether packets like this one, of the flow in a slot, may stay in the kernel.
  ///
  /// - Returns: whether they could until now, and can from now on: never if something has happened to the flow.
  public mutating func setStays(_ stays: Bool, _ slot: TableSlot, _ flow: FlowKey) -> (stayed: Bool, stays: Bool) {
    let slot = slot.index
    let stayed = table[slot].stays(flow)
    let stays = stays && table[slot].isSteady
    table[slot].setStays(stays, flow)
    return (stayed, stays)
  }

  /// Notes that packets of the flow in a slot may stay no longer, if something has happened to it.
  ///
  /// - Returns: true if they could until now.
  @inline(__always)
  public mutating func endStay(at slot: TableSlot) -> Bool {
    let slot = slot.index
    guard table[slot].staysAtAll, !table[slot].isSteady else { return false }
    table[slot].endStay()
    return true
  }

  /// Adds packets that have stayed in the kernel, the last of them at `time`; an open flow lives on from there.
  ///
  /// - Parameters:
  ///   - flow: theirs.
  ///   - traffic: how many went that way.
  ///   - interface: where, by its position in the engine.
  /// - Returns: false if there is no such flow any more, or its packets are no longer to stay.
  public mutating func credit(_ traffic: FlowTraffic, _ flow: FlowKey, interface: UInt16, at time: Timestamp) -> Bool {
    guard let slot = table.slot(of: flow.identity) else { return false }
    if table[slot].isForward(flow) { table[slot].forward += traffic } else { table[slot].reverse += traffic }
    table[slot].interface = interface
    guard table[slot].isSteady else { return false }
    table.refresh(slot, asOf: time)
    return true
  }
}
