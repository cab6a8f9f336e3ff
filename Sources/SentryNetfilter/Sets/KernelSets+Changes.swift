internal import CNftables
public import SentryPacket
public import SentryState

// What happens to single addresses and nets.

extension KernelSets {
  /// Does to the kernel's copy what has happened to the table, the oldest first.
  ///
  /// - Throws: what the kernel refuses; then only `replaceAll` helps.
  public mutating func apply(_ changes: [AddressChange], now: Timestamp) throws(NetfilterError) {
    guard plan != nil else { return }
    // Of several changes of an address only the last matters, but for whether it was entered.
    var latest: [AddressNet: AddressChange] = [:]
    var entered: [AddressNet] = []
    for change in changes {
      latest[change.net] = change
      if change.kind == .entered { entered.append(change.net) }
    }
    var batch = Batch()
    for (net, change) in latest {
      if change.kind == .removed {
        leftOut.remove(net)
        remove(net, &batch)
      } else if try belongs(net, change.duration) {
        leftOut.remove(net)
        try add(net, change.duration, change.time, now: now, &batch)
      } else {
        remove(net, &batch)
      }
      if batch.count >= Self.transactionLimit { try commit(&batch) }
    }
    try commit(&batch)
    self.entered += entered.filter { held[$0] != nil }
  }

  /// What was entered since the last call and is blocked: its connections are to be ended.
  public mutating func takeEntered() -> [AddressNet] {
    defer { entered = [] }
    return entered
  }

  /// Lets go of what covers addresses that were authorized; from now on the rules are to decide about them.
  public mutating func authorize(_ nets: [AddressNet], now: Timestamp) throws(NetfilterError) {
    guard let plan, plan.sparesAuthorized, !nets.isEmpty else { return }
    var batch = Batch()
    for net in nets {
      spared.insert(net.range)
      for length in Set(sets.map(\.length)) where length <= net.length {
        let around = AddressNet(net.address, length: length)
        guard held[around] != nil else { continue }
        remove(around, &batch)
        leftOut.insert(around)
      }
    }
    try commit(&batch)
    if pieces.values.contains(where: { piece in nets.contains { piece.range.contains($0.address) } }) {
      _ = try putRanges(now: now)
    }
  }

  /// Changes of one transaction.
  struct Batch {
    /// They are added once more before they are deleted, so that none is missing.
    var removals = ElementLists()
    var additions = ElementLists()
    var count = 0
    let start = ContinuousClock().now
  }

  /// Elements by their sets, of which there are few.
  struct ElementLists {
    private(set) var lists: [(set: BlockSet, elements: [SetElement])] = []

    mutating func append(_ element: SetElement, to set: BlockSet) {
      if let index = lists.firstIndex(where: { $0.set == set }) {
        lists[index].elements.append(element)
      } else {
        lists.append((set, [element]))
      }
    }
  }

  mutating func remove(_ net: AddressNet, _ batch: inout Batch) {
    guard let old = held.remove(net) else { return }
    note(net, takenOutOf: old.set)
    batch.removals.append(SetElement(net.address), to: old.set)
    batch.count += 1
  }

  /// Empties the sets of single addresses and nets.
  mutating func removeAll() throws(NetfilterError) {
    guard held.count > 0 else { return }
    let emptied = held.sets
    try kernel.transact(to: "empty the sets of blocked addresses") { writer in
      for set in emptied { writer.flush(set.name) }
    }
    for (net, old) in held.filter({ _, _ in true }) { note(net, takenOutOf: old.set) }
    counts.transactions &+= 1
    counts.changes &+= UInt64(held.count)
    held = HeldEntries()
    countEntries()
  }

  private mutating func note(_ net: AddressNet, takenOutOf set: BlockSet) {
    removed.insert(net)
    unchecked[net] = set
  }

  /// Something is for `removeSurplus` to take out.
  public var hasSurplus: Bool { !surplus.isEmpty }

  /// Takes out of the kernel what `hits` and `checkRemoved` have met there that is not ours.
  public mutating func removeSurplus() throws(NetfilterError) {
    guard !surplus.isEmpty else { return }
    var batch = Batch()
    for (set, address) in surplus where sets.contains(set) {
      note(set.net(of: address), takenOutOf: set)
      batch.removals.append(SetElement(address), to: set)
      batch.count += 1
    }
    counts.differences &+= UInt64(batch.count)
    surplus = []
    try commit(&batch)
  }

  mutating func add(
    _ net: AddressNet, _ duration: AddressDuration, _ last: Timestamp, now: Timestamp, _ batch: inout Batch
  ) throws(NetfilterError) {
    guard let set = try set(for: net, duration) else { return }
    let new = Held(set: set, last: last.nanoseconds, since: batch.start)
    remove(net, &batch)
    guard !new.isExpired(now) else { return }
    held[net] = new
    batch.additions.append(SetElement(net.address, left: set.left(since: last, now: now)), to: set)
    batch.count += 1
  }

  mutating func commit(_ batch: inout Batch) throws(NetfilterError) {
    guard batch.count > 0 else { return countEntries() }
    let carriedOut = batch
    batch = Batch()
    try kernel.transact(to: "change the blocked addresses") { writer in
      for (set, elements) in carriedOut.removals.lists {
        writer.elements(NFT_MSG_NEWSETELEM, of: set.name, elements)
        writer.elements(NFT_MSG_DELSETELEM, of: set.name, elements)
      }
      for (set, elements) in carriedOut.additions.lists {
        writer.elements(NFT_MSG_NEWSETELEM, of: set.name, elements)
      }
    }
    counts.transactions &+= 1
    counts.changes &+= UInt64(carriedOut.count)
    countEntries()
  }

  mutating func countEntries() {
    counts.entries = held.count + pieces.count
    counts.leftOut = leftOut.count
  }
}
