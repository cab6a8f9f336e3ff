internal import Foundation
internal import GRDB
public import SentryEngine
public import SentryPacket
public import SentryState

/// What a daemon finds when it starts: what an earlier run has remembered, the log apart.
public struct StoreContents: Sendable {
  /// An entry of a table, with the text of who has entered it: numbers of labels do not outlive a run.
  public struct Entry: Sendable, Equatable {
    /// Where its table had it.
    public var place: AddressPlace
    public var entry: AddressEntry
    public var triggeredBy: String
  }

  /// In the order of their last times.
  public var tables: [AddressTableKind: [Entry]] = [:]
  /// By the places of rules in the latest of `documents`.
  public var counters: [Int: RuleCounters] = [:]
  /// Oldest first.
  public var documents: [StoredDocument] = []

  public init() {}

  /// The one to start with where nobody names another.
  public var chosenDocument: StoredDocument? { documents.last(where: \.isChosen) }

  /// The entries of a table as it had them, labelled in `labels`; places whose entries have expired have none.
  public func entries(of kind: AddressTableKind, labels: RuleLabels, now: Timestamp) -> [PlacedEntry] {
    var numbers: [String: UInt32] = [:]
    return (tables[kind] ?? []).map { stored in
      var entry = stored.entry
      if let seconds = entry.duration.seconds, now >= entry.lastTime.adding(seconds: Int64(seconds)) {
        return PlacedEntry(place: stored.place, entry: nil)
      }
      let number = numbers[stored.triggeredBy] ?? labels.number(of: RuleLabel(note: stored.triggeredBy))
      numbers[stored.triggeredBy] = number
      entry.triggeredBy = number
      return PlacedEntry(place: stored.place, entry: entry)
    }
  }
}

extension StoreContents {
  init(_ db: Database) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT kind, first, last, matchCount, lastTime, duration, triggeredBy, place FROM address ORDER BY lastTime
        """)
    while let row = try rows.next() {
      guard let (kind, entry) = StoredEntry.entry(row) else { continue }
      tables[kind, default: []].append(entry)
    }
    let counts = try Row.fetchCursor(db, sql: "SELECT place, matchCount, byteCount, lastTime FROM counter")
    while let row = try counts.next() {
      guard let place = row[0] as Int? else { continue }
      counters[place] = RuleCounters(
        matchCount: UInt64(clamping: (row[1] as Int64?) ?? 0), byteCount: UInt64(clamping: (row[2] as Int64?) ?? 0),
        lastTime: (row[3] as Int64?).map { Timestamp(nanoseconds: $0) })
    }
    documents = try StoredDocument.all(db)
  }
}

extension StoredDocument {
  /// Oldest first.
  static func all(_ db: Database) throws -> [StoredDocument] {
    try Row.fetchAll(db, sql: "SELECT time, user, name, change, isChosen, text FROM document ORDER BY id").map { row in
      StoredDocument(
        time: Double((row[0] as Int64?) ?? 0) / 1e9, user: (row[1] as String?) ?? "", name: (row[2] as String?) ?? "",
        change: row[3] as String?, isChosen: (row[4] as Bool?) ?? false,
        text: String(decoding: (row[5] as Data?) ?? Data(), as: UTF8.self))
    }
  }
}
