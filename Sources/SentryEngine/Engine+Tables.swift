public import SentryPacket
public import SentryState

// What people do to the address tables, between two packets.

extension Engine {
  /// Puts addresses into a table as somebody entered them; their time is the engine's. See `AddressTable.add`. Those that are
  /// protected do not enter table trigger.
  public mutating func add(_ wanted: [AddressAddition], to table: AddressTableKind) -> TableChange {
    let additions = table == .trigger ? wanted.filter { !isProtected($0.range) } : wanted
    let evictions = tables.evictions(from: table)
    let added = tables.add(additions, to: table, now: now)
    return TableChange(
      added: added, replaced: additions.count - added, evicted: tables.evictions(from: table) &- evictions,
      protected: wanted.count - additions.count)
  }

  /// Puts the entries of a list into their tables at `time`.
  ///
  /// - Parameter labels: where the rules that triggered them get their numbers.
  public mutating func add(_ list: AddressList, labels: RuleLabels, at time: Timestamp) {
    guard !list.entries.isEmpty else { return }
    advance(to: time)
    for (table, additions) in list.additions(labels: labels) { _ = add(additions, to: table) }
  }

  /// Removes the entries for exactly these addresses.
  ///
  /// - Returns: for each, whether there was one.
  public mutating func remove(_ ranges: [AddressRange], from table: AddressTableKind) -> [Bool] {
    var wereThere: [Bool] = []
    for range in ranges { wereThere.append(tables.remove(range, from: table)) }
    return wereThere
  }

  /// Empties a table.
  ///
  /// - Returns: how many entries it had.
  public mutating func clear(_ table: AddressTableKind) -> Int {
    defer { tables.removeAll(from: table) }
    return tables.count(of: table, now: now)
  }
}

// What outlives the engine.

extension Engine {
  /// See `AddressTable.copyChanges`.
  public mutating func copyChanges(
    of table: AddressTableKind, at window: Range<Int>, isEverything: Bool, into copies: inout [PlacedEntry]
  ) {
    tables.copyChanges(of: table, at: window, isEverything: isEverything, into: &copies)
  }

  /// Puts what another engine remembers into a table, before the first packet. Protected addresses do not come to table trigger.
  ///
  /// - Parameter entries: unexpired ones, in the order of their last times.
  public mutating func restore(_ entries: [AddressEntry], to table: AddressTableKind, now: Timestamp) {
    tables.restore(entries.filter { !isKeptOut($0, of: table) }, to: table, now: now)
  }

  /// Puts what an earlier engine has left into a table, each entry in the place it had; see `AddressTable.restore`.
  public mutating func restore(_ saved: [PlacedEntry], to table: AddressTableKind, now: Timestamp) {
    var kept = saved
    for index in kept.indices {
      if let entry = kept[index].entry, isKeptOut(entry, of: table) { kept[index].entry = nil }
    }
    tables.restore(kept, to: table, now: now)
  }

  /// See `ConnectionTable.restore`.
  public mutating func restore(_ connection: ConnectionEntry) { tables.connections.restore(connection) }

  private func isKeptOut(_ entry: AddressEntry, of table: AddressTableKind) -> Bool {
    table == .trigger && isProtected(entry.range)
  }
}

// What others do with a copy of the tables.

extension Engine {
  /// Remembers from now on how a table changes; see `AddressTable.recordChanges`.
  public mutating func recordChanges(of table: AddressTableKind, capacity: Int) {
    tables.recordChanges(of: table, capacity: capacity)
  }

  public mutating func stopRecordingChanges(of table: AddressTableKind) { tables.stopRecordingChanges(of: table) }

  public func recordsChanges(of table: AddressTableKind) -> Bool { tables.recordsChanges(of: table) }

  public func hasChanges(of table: AddressTableKind) -> Bool { tables.hasChanges(of: table) }

  /// See `AddressTable.takeChanges`.
  public mutating func takeChanges(
    of table: AddressTableKind, _ body: (_ changes: [AddressChange], _ isIncomplete: Bool, _ ranges: Bool) -> Void
  ) {
    tables.takeChanges(of: table, body)
  }

  /// See `AddressTable.credit`.
  public mutating func credit(_ range: AddressRange, in table: AddressTableKind, hits: UInt64, at time: Timestamp) {
    tables.credit(range, in: table, hits: hits, at: time)
  }
}

/// What became of addresses that were put into a table.
public struct TableChange: Sendable, Equatable {
  /// Those that were not there before.
  public var added = 0
  /// Those that were.
  public var replaced = 0
  /// Entries that made way, because the table was full.
  public var evicted: UInt64 = 0
  /// Those that are protected, and were not entered.
  public var protected = 0

  public init(added: Int = 0, replaced: Int = 0, evicted: UInt64 = 0, protected: Int = 0) {
    self.added = added
    self.replaced = replaced
    self.evicted = evicted
    self.protected = protected
  }

  public static func += (total: inout TableChange, change: TableChange) {
    total.added += change.added
    total.replaced += change.replaced
    total.evicted &+= change.evicted
    total.protected += change.protected
  }
}
