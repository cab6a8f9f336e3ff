internal import GRDB
internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// An entry of an address table as a row of table `address`.
enum StoredEntry {
  /// Where a row stands: its table's number, and the entry's place in that.
  static func rowPlace(_ place: AddressPlace, of kind: AddressTableKind) -> Int64 {
    firstRow(of: kind) | Int64(place.number)
  }

  private static func firstRow(of kind: AddressTableKind) -> Int64 { Int64(kind.rawValue) << 32 }

  static func row(
    _ entry: AddressEntry, of kind: AddressTableKind, at place: AddressPlace, triggeredBy: String
  ) -> StatementArguments {
    [
      rowPlace(place, of: kind), kind.name, entry.range.first.column, entry.range.last.column,
      Int64(clamping: entry.matchCount), entry.lastTime.nanoseconds, entry.duration.seconds.map { Int64($0) },
      triggeredBy,
    ]
  }

  /// `nil` for a row that says nothing this version understands.
  static func entry(_ row: Row) -> (AddressTableKind, StoreContents.Entry)? {
    guard let kind = AddressTableKind.allCases.first(where: { $0.name == row[0] as String? }),
      let first = IPAddress(row[1] as DatabaseValue), let last = IPAddress(row[2] as DatabaseValue),
      let range = AddressRange(first: first, last: last)
    else { return nil }
    let entry = AddressEntry(
      range: range, matchCount: UInt64(clamping: (row[3] as Int64?) ?? 0),
      lastTime: Timestamp(nanoseconds: (row[4] as Int64?) ?? 0),
      duration: AddressDuration(seconds: (row[5] as Int64?).map { UInt32(clamping: $0) }), triggeredBy: 0)
    let place = Self.place((row[7] as Int64?) ?? -1, of: kind)
    return (kind, StoreContents.Entry(place: place, entry: entry, triggeredBy: (row[6] as String?) ?? ""))
  }

  /// The place of a row; where it stands among those of another table, one that no table has.
  private static func place(_ rowPlace: Int64, of kind: AddressTableKind) -> AddressPlace {
    let number = UInt32(exactly: rowPlace &- Self.firstRow(of: kind))
    return AddressPlace(number: number ?? .max)
  }
}
