public import SentryPacket

/// The flows that packets were let through for.
///
/// A packet's flow is looked up before the rules (`Include == state` asks the answer) and entered after them, only if the packet
/// passes or is delayed: what the rules discard keeps nothing alive. A flow goes when it is older than its limit
/// (`ConnectionLimit`); when the table is full, expired flows make way, then the one that has been quiet for longest.
///
/// A RST closes a TCP flow as both acknowledged FINs do. A connection request (SYN without ACK) on a closed flow starts a new
/// one in its place, with counters of its own. So does a rule that drops the connection (`close`), only that the flow is
/// remembered for longer, and packets that still come are counted and discarded (`refuse`). (docs/Classic.md, "Connection
/// table", "Dropped connections")
///
/// `now` is never before that of an earlier call.
public struct ConnectionTable: ~Copyable {
  var table: LinkedTable<ConnectionRecord>
  /// The flow that was looked up last: kept here, so that whoever looks it up and enters it need not hold it meanwhile.
  @inlinable
  public var latestFlow: FlowKey { latest }
  @usableFromInline var latest = FlowKey.unknown
  /// Where that belongs in the table.
  private var latestHash: UInt32 = 0
  var expected = ExpectedFlows()
  /// What has been told of the flows, by slot; `nil` where nobody wants to know.
  var accounts: FlowAccounts?
  /// What is new of flows that had left, and were not taken, when slots were numbered anew; oldest first.
  var settled: [FlowProgress] = []
  /// Of those, the ones there was no room for since the start.
  var missedSettled: UInt64 = 0

  /// - Parameter capacity: the nearest of 1...16 777 216.
  public init(capacity: Int) {
    self.init(capacity: capacity, seed: .random())
  }

  init(capacity: Int, seed: HashSeed) {
    table = LinkedTable(capacity: capacity, lifetimes: ConnectionLimit.allCases.map(\.lifetime), seed: seed)
  }

  // MARK: Packets

  /// The flow, if it is known and has not expired. Does not refresh it.
  ///
  /// Inlinable, so that a flow that has just been put together is written here part by part: handed over in memory, it would be
  /// read in other parts than it was written in, and that has to wait until it has left the processor.
  @inlinable @inline(__always)
  public mutating func lookup(_ flow: FlowKey, now: Timestamp) -> TableSlot? {
    latest = flow
    return lookupLatest(now: now)
  }

  @usableFromInline
  mutating func lookupLatest(now: Timestamp) -> TableSlot? {
    guard latest.isKnown else { return nil }
    latestHash = table.hash(of: latest.identity)
    guard let slot = table.find(latest.identity, hash: latestHash, now: now) else { return nil }
    table.prefetchNeighbours(of: slot)
    return TableSlot(slot)
  }

  /// Enters or refreshes the flow of a packet that passes or is delayed, counts the packet, follows TCP's flags.
  ///
  /// - Parameters:
  ///   - flow: that of this packet.
  ///   - now: the packet's time.
  ///   - interface: where the packet was seen, by its position in the engine.
  /// - Returns: the flow's slot; `nil` if the packet belongs to no flow.
  @discardableResult
  public mutating func enter(
    _ flow: FlowKey, _ packet: PacketFields, now: Timestamp, interface: UInt16
  ) -> TableSlot? {
    enter(foundAt: lookup(flow, now: now), FlowStep(packet), now: now, interface: interface)
  }

  /// The same for the flow that `lookup` was asked for last, at the same time, with nothing entered or removed since.
  ///
  /// - Parameter known: what `lookup` said.
  @discardableResult
  public mutating func enter(
    foundAt known: TableSlot?, _ step: FlowStep, now: Timestamp, interface: UInt16
  ) -> TableSlot? {
    guard latest.isKnown else { return nil }
    if let known {
      let slot = known.index
      if !startsAnew(step, at: slot) {
        table[slot].add(step, of: latest, interface: interface)
        table.refresh(slot, in: table[slot].limit.rawValue, now: now)
        return known
      }
      table.remove(at: slot)
    }
    table.makeRoom(now: now)
    let record = ConnectionRecord(latest, startedBy: step, at: now, interface: interface)
    return TableSlot(table.insertIntoRoom(record, hash: latestHash, in: record.limit.rawValue, now: now))
  }

  private func startsAnew(_ step: FlowStep, at slot: Int) -> Bool {
    guard let flags = step.tcpFlags else { return false }
    return flags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn && table[slot].tcp.isClosed
  }

  /// Marks the flow in a slot as dropped by a rule: from now on its packets are to be refused, for as long as a flow is
  /// remembered that one end has closed.
  ///
  /// - Parameters:
  ///   - flow: that of the packet the rule matched.
  ///   - hasFIN: that packet has a FIN flag.
  ///   - endsOtherSide: its sender is told, in the other end's name, that the stream ends: a FIN.
  public mutating func close(_ slot: TableSlot, _ flow: FlowKey, hasFIN: Bool, endsOtherSide: Bool, now: Timestamp) {
    let slot = slot.index
    table[slot].close(flow, hasFIN: hasFIN, endsOtherSide: endsOtherSide)
    table.refresh(slot, in: table[slot].limit.rawValue, now: now)
  }

  /// Counts a packet of a dropped flow. Keeps nothing alive: the flow is forgotten all the same.
  ///
  /// - Parameter hasFIN: the packet has a FIN flag.
  /// - Returns: the packets refused so far, this one included, and whether both ends have sent a FIN.
  public mutating func refuse(
    _ slot: TableSlot, _ flow: FlowKey, hasFIN: Bool
  ) -> (count: UInt32, hasBothFINs: Bool) {
    table[slot.index].refuse(flow, hasFIN: hasFIN)
    return (table[slot.index].refusals, table[slot.index].tcp.hasBothFINs)
  }

  /// How far the flow in a slot has come: empty for other protocols than TCP.
  public mutating func tcpState(at slot: TableSlot) -> TCPState { table[slot.index].tcp }

  /// Binds the flow in a slot to the rules that limit its rate, given by their labels; the latest wins, and 0 leaves a
  /// direction as it is.
  ///
  /// - Returns: the directions whose rule is another one now.
  public mutating func bind(_ slot: TableSlot, inbound: UInt32, outbound: UInt32) -> RateDirections {
    table[slot.index].bind(inbound: inbound, outbound: outbound)
  }

  /// Notes by how much an end shifts its windows, as its SYN says; `nil` if it says nothing.
  public mutating func noteWindowShift(_ shift: UInt8?, of flow: FlowKey, at slot: TableSlot) {
    table[slot.index].windowShifts.note(shift, ofFirstEnd: flow.isFromFirstEnd)
  }

  /// True if a rule limits the rate of the flow in a slot.
  @inline(__always)
  public func isRateBound(_ slot: TableSlot) -> Bool {
    table[slot.index].inboundRate | table[slot.index].outboundRate != 0
  }

  /// What limits of rates need to know of the flow in a slot.
  func rates(at slot: TableSlot) -> RatedFlow {
    let record = table[slot.index]
    return RatedFlow(
      slot: slot.index, identity: record.key, inboundLabel: record.inboundRate, outboundLabel: record.outboundRate,
      shifts: record.windowShifts)
  }

  /// True if the slot still holds that flow, and more may come of it.
  func holds(_ identity: FlowIdentity, at slot: Int) -> Bool {
    slot >= 0 && table.isOccupied(slot) && table[slot].key == identity && !table[slot].tcp.isClosed
  }

  /// Removes expired flows, some thousands at most in one call; those left are not found either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  /// The clock was set back: flows whose last packet came after `now` count as refreshed at `now`.
  public mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) }

  // MARK: Requests

  public mutating func removeAll() { table.removeAll() }

  /// Forgets a flow, if it is known.
  public mutating func remove(_ flow: FlowKey) {
    if flow.isKnown { _ = table.remove(flow.identity) }
  }

  /// Flows there may be.
  public var capacity: Int { table.capacity }

  /// Keeps what fits; slots found before are no longer valid.
  public mutating func setCapacity(_ capacity: Int, now: Timestamp) {
    guard let accounts else { return table.setCapacity(capacity, now: now) }
    setCapacity(capacity, accounts: accounts, now: now)
  }

  // MARK: Reports

  /// Flows in the table, expired ones that are not removed yet included.
  public var count: Int { table.count }

  /// Flows that have not expired.
  public func count(now: Timestamp) -> Int { table.count(now: now) }

  /// New flows since the start.
  public var additions: UInt64 { table.additions }

  /// Flows that made way before they expired, since the start.
  public var evictions: UInt64 { table.evictions }

  /// What `lookup` would find. Changes nothing.
  public func peek(_ flow: FlowKey, now: Timestamp) -> ConnectionEntry? {
    guard flow.isKnown else { return nil }
    return table.peek(flow.identity, now: now).map { table[$0].entry }
  }

  /// What `enter` and then `bind` make of a flow.
  public struct Foresight: Sendable {
    public var after: ConnectionEntry
    /// The directions whose rule is another one then.
    public var newRates: RateDirections
    /// The flow that makes way for it.
    public var evicted: ConnectionEntry?
  }

  /// What `enter` and then `bind` would make of a flow. Changes nothing.
  ///
  /// - Returns: `nil` if the packet belongs to no flow.
  public func foreseen(
    _ flow: FlowKey, _ packet: PacketFields, now: Timestamp, interface: UInt16,
    rates: (inbound: UInt32, outbound: UInt32)
  ) -> Foresight? {
    guard flow.isKnown else { return nil }
    let known = table.peek(flow.identity, now: now)
    let step = FlowStep(packet)
    var record = ConnectionRecord(flow, startedBy: step, at: now, interface: interface)
    if let known, !startsAnew(step, at: known) {
      record = table[known]
      record.add(step, of: flow, interface: interface)
    }
    record.lastNanoseconds = now.nanoseconds
    let newRates = record.bind(inbound: rates.inbound, outbound: rates.outbound)
    let evicted = known == nil ? table.foreseenMakingWay(now: now).map { table[$0].entry } : nil
    return Foresight(after: record.entry, newRates: newRates, evicted: evicted)
  }

  /// The flow in a slot; `nil` if it is there no more.
  public func entry(at slot: TableSlot) -> ConnectionEntry? {
    table.isOccupied(slot.index) ? table[slot.index].entry : nil
  }

  /// The flows that have not expired, the longest quiet first; those of one moment in the order of their limits.
  public func entries(now: Timestamp) -> [ConnectionEntry] {
    var entries: [ConnectionEntry] = []
    entries.reserveCapacity(table.count)
    table.forEachEntry(now: now) { record, _ in entries.append(record.entry) }
    entries.sort { $0.lastTime < $1.lastTime }
    return entries
  }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}
