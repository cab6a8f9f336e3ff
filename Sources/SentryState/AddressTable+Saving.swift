public import SentryPacket

// How a table is saved and comes back.
//
// Every entry has a place, and keeps it as long as it is there. Who saves the table keeps what stands at each place, and asks now and
// then for the places where something has changed. What was saved comes back each in its place, and counts as saved: there is
// nothing to be written of it. Where that cannot be, all get other places, and the table says so (`layout`).

extension AddressTable {
  /// The layout of a new table, and of one that was filled with what was saved, each in its place.
  public static var firstLayout: UInt32 { 0 }

  /// Places there may be something in: first those of single addresses, then those of ranges.
  public var usedPlaces: Int { table.usedSlots + ranges.usedPlaces }

  /// Copies what has changed at some places since they were last looked at; about a nanosecond a place where nothing has.
  ///
  /// - Parameters:
  ///   - window: of `0..<usedPlaces`; what is beyond is passed over.
  ///   - isEverything: what has not changed, too.
  ///   - copies: takes one for each place at most, and allocates nothing while that fits its capacity.
  public mutating func copyChanges(at window: Range<Int>, isEverything: Bool, into copies: inout [PlacedEntry]) {
    let singles = table.usedSlots
    for slot in window.clamped(to: 0..<singles) where table[slot].isChanged || isEverything {
      table[slot].isChanged = false
      copies.append(PlacedEntry(place: .single(slot), entry: table.isOccupied(slot) ? entry(at: slot) : nil))
    }
    guard window.upperBound > singles else { return }
    let rest = max(window.lowerBound - singles, 0)..<(window.upperBound - singles)
    ranges.copyChanges(at: rest, isEverything: isEverything, into: &copies)
  }

  // MARK: In their places

  /// Puts what was saved into an empty table, each in its place, as something that is saved. Allocates.
  ///
  /// Where something has no place here, or so few entries lie so far apart that they are better written anew, all get other
  /// places, and `layout` changes. Of several for the same addresses the last counts.
  ///
  /// - Parameter saved: unexpired entries, in the order of their last times; places whose entries are not to come back have none.
  ///   An entry later than `now` counts as one of `now`.
  public mutating func restore(_ saved: [PlacedEntry], now: Timestamp) {
    guard reservePlaces(of: saved) else {
      layout &+= 1
      return restore(saved.compactMap(\.entry), now: now)
    }
    var newRanges: [RangeTable.NewRange] = []
    for placed in saved {
      if let slot = placed.place.singleSlot {
        place(placed.entry, at: slot, now: now)
      } else if let slot = placed.place.rangeSlot {
        guard let entry = placed.entry else {
          ranges.placeNothing(at: slot)
          continue
        }
        changes?.noteRanges()
        newRanges.append(ranges.place(entry.noLater(than: now), at: slot, isChanged: entry.lastTime > now))
      }
    }
    table.gatherFreeSlots()
    ranges.endPlacing(newRanges)
  }

  private mutating func place(_ entry: AddressEntry?, at slot: Int, now: Timestamp) {
    guard let entry, let key = key(of: entry.range) else { return table.placeNothing(at: slot) }
    var record = AddressRecord(key: key, triggeredBy: entry.triggeredBy)
    record.matchCount = entry.matchCount
    record.isChanged = entry.lastTime > now
    table.place(record, at: slot, lifetime: entry.duration.nanoseconds, now: entry.noLater(than: now).lastTime)
    changes?.append(AddressChange(.entered, key.net, duration: entry.duration, time: now))
  }

  /// Makes room for all places, if every one is of this table and of the kind that its entry needs, and enough of them hold an entry.
  private mutating func reservePlaces(of saved: [PlacedEntry]) -> Bool {
    var (singles, ranges, entries) = (0, 0, 0)
    for placed in saved {
      if let slot = placed.place.singleSlot { singles = max(singles, slot + 1) }
      if let slot = placed.place.rangeSlot { ranges = max(ranges, slot + 1) }
      guard let entry = placed.entry else { continue }
      entries += 1
      guard (key(of: entry.range) != nil) == (placed.place.singleSlot != nil) else { return false }
    }
    return max(singles, ranges) <= min(table.capacity, self.ranges.capacity)
      && singles + ranges <= Self.placesAnyway + Self.placesPerEntry * entries
      && table.reserve(slotsBelow: singles) && self.ranges.reserve(slotsBelow: ranges)
  }

  private static var placesAnyway: Int { 4_096 }
  private static var placesPerEntry: Int { 4 }

  // MARK: Anywhere

  /// Puts entries into an empty table as they were; of several for the same addresses the last counts. Allocates.
  ///
  /// - Parameter entries: unexpired ones, in the order of their last times; one later than `now` counts as one of `now`.
  public mutating func restore(_ entries: [AddressEntry], now: Timestamp) {
    var newRanges: [RangeTable.NewRange] = []
    for entry in entries.lazy.map({ $0.noLater(than: now) }) {
      if let key = key(of: entry.range) {
        _ = table.remove(key)
        var record = AddressRecord(key: key, triggeredBy: entry.triggeredBy)
        record.matchCount = entry.matchCount
        insert(record, entry.duration, now: entry.lastTime)
      } else {
        changes?.noteRanges()
        newRanges.append(ranges.restore(entry))
      }
    }
    ranges.sortIn(newRanges)
  }
}

extension AddressEntry {
  /// The clock may have been set back since the entry was saved.
  fileprivate func noLater(than now: Timestamp) -> AddressEntry {
    var entry = self
    entry.lastTime = min(lastTime, now)
    return entry
  }
}
