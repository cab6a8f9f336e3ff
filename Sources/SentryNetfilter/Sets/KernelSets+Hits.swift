public import SentryPacket
internal import SentryState

// What the kernel has dropped, on its way back to the table.

extension KernelSets {
  /// What an entry of the table has met in the kernel.
  public struct Hit: Sendable, Equatable {
    public var range: AddressRange
    public var packets: UInt64
    /// Of the last of them.
    public var time: Timestamp
  }

  /// The sets whose entries have been hit since the last call, as far as can be told without reading them; `nil` if there is
  /// nothing new. Costs next to nothing.
  public mutating func whatToRead() throws(NetfilterError) -> SetReader.Order? {
    guard plan != nil else { return nil }
    let count = try BlockedCounter.read(&kernel).packets
    guard count != lastCount else { return nil }
    lastCount = count
    removed = []
    return SetReader.Order(sets: sets, ranges: pieces.isEmpty ? [] : RangeSet.allCases)
  }

  /// What of a reading is new. What is not ours, `removeSurplus` takes out.
  ///
  /// - Returns: each entry once, in the order of their last hits.
  public mutating func hits(of reading: SetReader.Reading) -> [Hit] {
    var hits: [Hit] = []
    for (set, elements) in reading.entries {
      for element in elements {
        if let hit = hit(of: element, in: set, reading) { hits.append(hit) }
      }
    }
    hits.sort { $0.time < $1.time }
    return hits + rangeHits(reading)
  }

  private mutating func hit(of element: ListedElement, in set: BlockSet, _ reading: SetReader.Reading) -> Hit? {
    let net = set.net(of: element.address)
    guard var entry = held[net], entry.set == set else {
      if !removed.contains(net) { surplus.append((set, element.address)) }
      return nil
    }
    guard entry.since < reading.start else { return nil }
    let before = entry.packets <= element.counter.packets ? entry.packets : 0
    let packets = (element.counter.packets - before) / set.countsPerPacket
    guard packets > 0 else { return nil }
    entry.packets = element.counter.packets
    entry.last = set.lastHit(element, now: reading.time)
    held[net] = entry
    return Hit(range: net.range, packets: packets, time: Timestamp(nanoseconds: entry.last))
  }

  private mutating func rangeHits(_ reading: SetReader.Reading) -> [Hit] {
    guard piecesSince < reading.start else { return [] }
    var sums: [AddressRange: UInt64] = [:]
    for element in reading.ranges where !element.isEnd {
      guard let piece = pieces[element.address], element.counter.packets > piece.packets else { continue }
      pieces[element.address]?.packets = element.counter.packets
      sums[piece.owner, default: 0] &+= element.counter.packets - piece.packets
    }
    return sums.map { Hit(range: $0, packets: $1, time: reading.time) }
  }
}
