// What goes along flows, for those who keep a record of it. Packets count in their flow anyway; from time to time somebody
// passes over the slots, a few thousand at a time, and takes what is new since the pass before. Flows that have left the table
// wait in a bounded list until they are taken, so that no byte is told twice, or not at all.
//
// An account belongs to a slot. Departures must be taken before the slots they have left are looked at, for these may hold other
// flows by now: `takeDepartures` until none is left, then `copyChanges`, and no packet in between.

internal import SentryPacket

/// What is new of a flow.
public struct FlowProgress: Sendable, Hashable {
  /// The flow, with what it has counted in all.
  public var flow: ConnectionEntry
  /// What has gone the way of its first packet since it was last told of.
  public var forward: FlowTraffic
  /// What has gone the other way.
  public var reverse: FlowTraffic
  /// The number of the program behind it, as `copyChanges` was told; 0 if none is known.
  public var application: UInt32
  /// `nil` while it is in the table.
  public var departure: FlowDeparture?

  public init(
    flow: ConnectionEntry, forward: FlowTraffic, reverse: FlowTraffic, application: UInt32 = 0,
    departure: FlowDeparture? = nil
  ) {
    self.flow = flow
    self.forward = forward
    self.reverse = reverse
    self.application = application
    self.departure = departure
  }
}

/// How a flow has left the connection table.
public enum FlowDeparture: UInt8, Sendable, Hashable {
  /// It was over, or silent for too long.
  case ended
  /// The table was full.
  case evicted
  /// It is still there, but nobody will ask again.
  case unfinished
}

extension ConnectionTable {
  /// From now on it can be asked what is new.
  ///
  /// - Parameter departures: flows that have left are remembered up to so many; more are only counted.
  public mutating func startAccounting(departures: Int) {
    accounts = FlowAccounts(capacity: table.capacity)
    table.keepDepartures(departures)
  }

  public var isAccounting: Bool { accounts != nil }

  /// Flows that have left and were not taken.
  public var departureCount: Int { settled.count + table.departureCount }

  /// Flows that have left and were forgotten, as too many had left before.
  public var missedDepartures: UInt64 { table.missedDepartures &+ missedSettled }

  /// Slots from here on were never in use.
  public var usedSlots: Int { table.usedSlots }

  /// Appends the oldest of the flows that have left, `limit` at most, with what is new of them.
  ///
  /// - Parameter application: the number of the program behind a flow, 0 for none; asked where it is not known from before.
  public mutating func takeDepartures(
    _ limit: Int, into changes: inout [FlowProgress], application: (ConnectionEntry) -> UInt32
  ) {
    guard let accounts else { return }
    let settledCount = min(limit, settled.count)
    if settledCount > 0 {
      changes += settled.prefix(settledCount).map { $0.completed(application) }
      settled.removeFirst(settledCount)
    }
    table.takeDepartures(limit - settledCount) { changes.append($0.progress(in: accounts).completed(application)) }
  }

  /// Appends the flows in these slots of which there is anything new, and remembers that it was told. No departures may be left.
  ///
  /// - Parameter isLast: nobody will ask again: all flows, as unfinished.
  public mutating func copyChanges(
    at slots: Range<Int>, isLast: Bool = false, into changes: inout [FlowProgress],
    application: (ConnectionEntry) -> UInt32
  ) {
    guard let accounts else { return }
    for slot in slots.clamped(to: 0..<table.usedSlots) where table.isOccupied(slot) {
      var account = accounts.account(at: slot, of: table[slot].firstNanoseconds)
      guard isLast || account.forward != table[slot].forward || account.reverse != table[slot].reverse else { continue }
      let change = table[slot].progress(since: account, departure: isLast ? .unfinished : nil).completed(application)
      changes.append(change)
      (account.forward, account.reverse) = (change.flow.forward, change.flow.reverse)
      account.application = change.application
      accounts.set(account, at: slot)
    }
  }

  /// Changes the capacity, where accounts are kept.
  mutating func setCapacity(_ capacity: Int, accounts: FlowAccounts, now: Timestamp) {
    // Other flows may have their slots by now, and began at the same moment.
    settleDepartures(accounts)
    let renumbered = FlowAccounts(capacity: LinkedTable<ConnectionRecord>.slots(for: capacity))
    table.setCapacity(capacity, now: now) { record, slot, newSlot in
      let account = accounts.account(at: slot, of: record.firstNanoseconds)
      if account.isOpen { renumbered.set(account, at: newSlot) }
    }
    // And of those that had to make way nobody has the slot.
    settleDepartures(accounts)
    self.accounts = renumbered
  }

  /// Those that have left and were not taken have done so from slots as they were numbered before.
  private mutating func settleDepartures(_ accounts: FlowAccounts) {
    var left: [FlowProgress] = []
    table.takeDepartures(.max) { left.append($0.progress(in: accounts)) }
    let room = max(0, table.departureLimit - settled.count)
    settled += left.prefix(room)
    missedSettled &+= UInt64(max(0, left.count - room))
  }
}

extension Departure<ConnectionRecord> {
  /// What is new of the flow; closes its account.
  fileprivate func progress(in accounts: FlowAccounts) -> FlowProgress {
    entry.progress(
      since: accounts.close(Int(slot), of: entry.firstNanoseconds), departure: isEviction ? .evicted : .ended)
  }
}

extension ConnectionRecord {
  fileprivate func progress(since account: FlowAccounts.Account, departure: FlowDeparture?) -> FlowProgress {
    FlowProgress(
      flow: entry, forward: forward - account.forward, reverse: reverse - account.reverse,
      application: account.application, departure: departure)
  }
}

extension FlowProgress {
  /// The same with the program behind it, asked for where it is not known from before.
  fileprivate func completed(_ application: (ConnectionEntry) -> UInt32) -> FlowProgress {
    guard self.application == 0 else { return self }
    var completed = self
    completed.application = application(flow)
    return completed
  }
}

extension FlowTraffic {
  fileprivate static func - (traffic: FlowTraffic, told: FlowTraffic) -> FlowTraffic {
    FlowTraffic(packets: traffic.packets &- told.packets, bytes: traffic.bytes &- told.bytes)
  }
}
