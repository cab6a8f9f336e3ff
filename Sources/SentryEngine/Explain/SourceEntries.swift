internal import SentryPacket
internal import SentryState

/// What the four tables hold of one packet's source, and what the packet does to it.
struct SourceEntries {
  struct Change {
    let table: AddressTableKind
    /// `nil`: not there.
    let before: AddressEntry?
    var after: AddressEntry
    /// What made way for it.
    var evicted: AddressEntry?
  }

  /// How long a new entry stays.
  private let duration: AddressDuration
  private var tables: [AddressTableKind: TableView] = [:]
  /// In the order they first changed.
  private(set) var changes: [Change] = []

  init(of source: IPAddress?, in tables: borrowing StateTables, at now: Timestamp, duration: AddressDuration) {
    self.duration = duration
    guard let source else { return }
    for table in AddressTableKind.allCases { self.tables[table] = TableView(of: source, table, in: tables, at: now) }
  }

  /// The entry that a lookup finds.
  subscript(table: AddressTableKind) -> AddressEntry? { tables[table]?.entries.found }

  /// The entry for exactly these addresses, whatever a lookup finds by now.
  subscript(table: AddressTableKind, range: AddressRange) -> AddressEntry? { tables[table]?.entries[range] }

  /// An `Include` found this one: counts it and starts its time again.
  mutating func hit(_ range: AddressRange, in table: AddressTableKind, at time: Timestamp) {
    tables[table]?.isFoundHit = true
    change(range, in: table) { entry in
      entry.matchCount &+= 1
      entry.lastTime = time
    }
  }

  /// The source has an entry that `keep` would refresh.
  func isKept(in table: AddressTableKind) -> Bool {
    guard let view = tables[table] else { return false }
    return view.entries.nets.contains { $0.range == view.newRange }
  }

  /// `Reset parent`: counts it from 0 again.
  mutating func resetCount(of range: AddressRange, in table: AddressTableKind) {
    change(range, in: table) { $0.matchCount = 0 }
  }

  /// Enters the source, or starts its time again there without counting; a longer duration stays.
  mutating func keep(in table: AddressTableKind, at time: Timestamp, triggeredBy label: UInt32) -> KeepOutcome {
    guard let view = tables[table] else { return .refreshed }
    guard view.entries.nets.contains(where: { $0.range == view.newRange }) else {
      let entry = AddressEntry(
        range: view.newRange, matchCount: 1, lastTime: time, duration: duration, triggeredBy: label)
      tables[table]?.enter(entry)
      changes.append(Change(table: table, before: nil, after: entry, evicted: view.next))
      return .added
    }
    let duration = duration
    change(view.newRange, in: table) { entry in
      entry.lastTime = time
      entry.duration = max(entry.duration, duration)
      entry.triggeredBy = label
    }
    return .refreshed
  }

  private mutating func change(
    _ range: AddressRange, in table: AddressTableKind, _ body: (inout AddressEntry) -> Void
  ) {
    guard let before = self[table, range] else { return }
    var after = before
    body(&after)
    tables[table]?.entries[range] = after
    if let known = changes.firstIndex(where: { $0.table == table && $0.after.range == range }) {
      changes[known].after = after
    } else {
      changes.append(Change(table: table, before: before, after: after))
    }
  }
}

extension EntriesAround {
  /// The entry for exactly these addresses.
  fileprivate subscript(range: AddressRange) -> AddressEntry? {
    get { nets.first { $0.range == range } ?? (self.range?.range == range ? self.range : nil) }
    set {
      if let place = nets.firstIndex(where: { $0.range == range }) {
        nets[place] = newValue ?? nets[place]
      } else {
        self.range = newValue
      }
    }
  }
}

/// What one table holds of the source.
private struct TableView {
  var entries: EntriesAround
  /// The addresses that a new entry would stand for.
  let newRange: AddressRange
  /// The entry found has been hit, and is no longer the next to make way.
  var isFoundHit = false
  private let makingWay: AddressEntry?
  private let makingWayAfterHit: AddressEntry?

  init(of source: IPAddress, _ table: AddressTableKind, in tables: borrowing StateTables, at now: Timestamp) {
    entries = tables.entries(in: table, around: source, now: now)
    newRange = tables.rangeKept(for: source, in: table)
    makingWay = tables.makingWay(in: table, now: now, refreshing: nil)
    makingWayAfterHit = tables.makingWay(in: table, now: now, refreshing: entries.nets.first)
  }

  /// What makes way for a new entry.
  var next: AddressEntry? { isFoundHit ? makingWayAfterHit : makingWay }

  mutating func enter(_ entry: AddressEntry) {
    if let next { entries.nets.removeAll { $0.range == next.range } }
    let place = entries.nets.firstIndex { $0.range.first < entry.range.first || $0.range.last > entry.range.last }
    entries.nets.insert(entry, at: place ?? entries.nets.endIndex)
  }
}
