internal import SentryPacket
internal import SentryState

/// What the four tables hold of one packet's source, and what the packet does to it.
struct SourceEntries {
  struct Change {
    let table: AddressTableKind
    /// `nil`: not there.
    let before: AddressEntry?
    var after: AddressEntry
  }

  /// How long a new entry stays.
  private let duration: AddressDuration
  private var entries: [AddressTableKind: AddressEntry] = [:]
  /// The addresses that a new entry would stand for.
  private var newRanges: [AddressTableKind: AddressRange] = [:]
  /// In the order they first changed.
  private(set) var changes: [Change] = []

  init(of source: IPAddress?, in tables: borrowing StateTables, at now: Timestamp, duration: AddressDuration) {
    self.duration = duration
    guard let source else { return }
    for table in AddressTableKind.allCases {
      entries[table] = tables.entry(in: table, for: source, now: now)
      let prefixLength = source.isIPv4 ? 128 : tables.ipv6PrefixLength(of: table)
      newRanges[table] = AddressRange(prefix: source, length: prefixLength)
    }
  }

  subscript(table: AddressTableKind) -> AddressEntry? { entries[table] }

  /// An `Include` found it: counts it and starts its time again.
  mutating func hit(in table: AddressTableKind, at time: Timestamp) {
    change(table) { entry in
      entry.matchCount &+= 1
      entry.lastTime = time
    }
  }

  /// `Reset parent`: counts it from 0 again.
  mutating func resetCount(in table: AddressTableKind) {
    change(table) { $0.matchCount = 0 }
  }

  /// Enters the source, or starts its time again there without counting; a longer duration stays.
  mutating func keep(in table: AddressTableKind, at time: Timestamp, triggeredBy label: UInt32) -> KeepOutcome {
    guard let range = newRanges[table] else { return .refreshed }
    guard entries[table]?.range == range else {
      let entry = AddressEntry(
        range: range, matchCount: 1, lastTime: time, duration: duration, triggeredBy: label)
      entries[table] = entry
      changes.append(Change(table: table, before: nil, after: entry))
      return .added
    }
    let duration = duration
    change(table) { entry in
      entry.lastTime = time
      entry.duration = max(entry.duration, duration)
      entry.triggeredBy = label
    }
    return .refreshed
  }

  private mutating func change(_ table: AddressTableKind, _ body: (inout AddressEntry) -> Void) {
    guard let before = entries[table] else { return }
    var after = before
    body(&after)
    entries[table] = after
    if let known = changes.firstIndex(where: { $0.table == table && $0.after.range == after.range }) {
      changes[known].after = after
    } else {
      changes.append(Change(table: table, before: before, after: after))
    }
  }
}
