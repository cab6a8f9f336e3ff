// What lists that a document follows do to the address tables, between two packets.
//
// A list owns the entries that say so. What somebody else has entered is neither changed nor removed by it; and what a rule has
// kept since is the rule's.

public import SentryPacket
public import SentryState

/// A part of what a list enters into its table.
public struct ListEntering: Sendable {
  public var ranges: [AddressRange]
  public var duration: AddressDuration
  /// The label of the list.
  public var owner: UInt32
  /// Labels of lists whose entries become this one's.
  public var heirOf: [UInt32]
  /// Entries that are there start their duration anew.
  public var refreshes: Bool

  public init(
    ranges: [AddressRange], duration: AddressDuration, owner: UInt32, heirOf: [UInt32] = [], refreshes: Bool = false
  ) {
    self.ranges = ranges
    self.duration = duration
    self.owner = owner
    self.heirOf = heirOf
    self.refreshes = refreshes
  }
}

/// What became of it.
public struct ListChange: Sendable, Equatable {
  /// Entries that were not there, or belonged to a list that this one inherits from.
  public var entered = 0
  /// Entries of the list that were there.
  public var kept = 0
  /// Addresses that have an entry of somebody else.
  public var others = 0
  /// Those that are protected, and were not entered.
  public var protected = 0

  public init(entered: Int = 0, kept: Int = 0, others: Int = 0, protected: Int = 0) {
    self.entered = entered
    self.kept = kept
    self.others = others
    self.protected = protected
  }

  public static func += (total: inout ListChange, change: ListChange) {
    total.entered += change.entered
    total.kept += change.kept
    total.others += change.others
    total.protected += change.protected
  }
}

extension Engine {
  /// Enters what of a list is not in its table. Allocates; see `AddressTable.add`.
  public mutating func enter(_ list: ListEntering, into table: AddressTableKind) -> ListChange {
    var change = ListChange()
    var additions: [AddressAddition] = []
    for range in list.ranges {
      if table == .trigger, isProtected(range) {
        change.protected += 1
        continue
      }
      let entry = tables.entry(exactly: range, in: table, now: now)
      let isOwn = entry?.triggeredBy == list.owner
      if let entry, isOwn, entry.duration == list.duration {
        change.kept += 1
        if list.refreshes { tables.credit(range, in: table, hits: 0, at: now) }
      } else if let entry, !isOwn, !list.heirOf.contains(entry.triggeredBy) {
        change.others += 1
      } else {
        if isOwn { change.kept += 1 } else { change.entered += 1 }
        additions.append(AddressAddition(range: range, duration: list.duration, triggeredBy: list.owner))
      }
    }
    if !additions.isEmpty { tables.add(additions, to: table, now: now) }
    return change
  }

  /// Takes what has left a list out of its table. An entry that a rule of those in force has kept since goes on with the duration
  /// that the rules give.
  ///
  /// - Parameters:
  ///   - duration: that of the list's entries.
  ///   - owner: the label of the list.
  /// - Returns: how many entries there were.
  public mutating func leave(
    _ ranges: [AddressRange], lasting duration: AddressDuration, of owner: UInt32, from table: AddressTableKind
  ) -> Int {
    let labels = Set(rules.labels)
    var removed = 0
    var keptByRules: [AddressAddition] = []
    for range in ranges {
      // What has expired goes, too: it could come back.
      guard let entry = tables.entry(exactly: range, in: table, now: Timestamp(nanoseconds: 0)) else { continue }
      if entry.triggeredBy == owner {
        tables.removeEntry(exactly: range, from: table)
        removed += 1
      } else if labels.contains(entry.triggeredBy), entry.duration == duration, duration > rules.addressDuration {
        keptByRules.append(
          AddressAddition(range: range, duration: rules.addressDuration, triggeredBy: entry.triggeredBy))
      }
    }
    if !keptByRules.isEmpty { tables.add(keptByRules, to: table, now: now) }
    return removed
  }
}
