internal import SentryJournal

/// What has changed in the tables, in parts that are written one after the other, so that none takes long.
///
/// Each entry is one row, and stands by itself: whatever ends the daemon between two parts, those before stay. Only a table that is
/// saved whole is not divided, for what was saved before has to go with the same stroke.
struct TableParts: Sequence, IteratorProtocol {
  private let limit: Int
  private var tables: ArraySlice<TableCopy>
  /// Entries of the first of them that are in parts before.
  private var taken = 0

  /// - Parameter limit: rows of a part at most.
  init(_ tables: [TableCopy], limit: Int) {
    self.limit = Swift.max(1, limit)
    self.tables = tables[...]
  }

  /// The next part; `nil` if there is none.
  mutating func next() -> [TableCopy]? {
    var part: [TableCopy] = []
    var room = limit
    while room > 0, let table = tables.first {
      guard !table.isEverything else {
        // Together with others it would take longer.
        if part.isEmpty { part.append(tables.removeFirst()) }
        break
      }
      let entries = table.entries[taken...].prefix(room)
      part.append(TableCopy(kind: table.kind, isEverything: false, entries: Array(entries)))
      room -= entries.count
      taken += entries.count
      guard taken == table.entries.count else { break }
      tables.removeFirst()
      taken = 0
    }
    return part.isEmpty ? nil : part
  }
}
