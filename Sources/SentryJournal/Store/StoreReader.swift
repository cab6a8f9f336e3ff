internal import Foundation
internal import GRDB
public import SentryEngine

/// Reads a database that a daemon writes meanwhile, or has written; never changes it.
public final class StoreReader: Sendable {
  /// Entries that words are looked for in where not all are wanted: the latest so many that else the filter admits.
  public static let mostSearched = 200_000

  public let path: String
  private let database: DatabaseQueue

  /// - Throws: `.missing` where there is none, `.newer` for one that this version does not understand.
  public convenience init(path: String) throws(StoreError) {
    // On a disk without room nothing is to be mapped for writing (`SharedIndex`).
    try self.init(path: path, writesIndex: DiskRoom.isEnough(for: path))
  }

  /// - Parameter writesIndex: it may begin the file that readers and a writer share, and write there what it has read up to. Without
  ///   that it may miss the latest batch of somebody who writes meanwhile; where nobody does, it reads everything.
  package init(path: String, writesIndex: Bool) throws(StoreError) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    try StoreFiles(path: path).checkAreFiles()
    do {
      database = try Self.open(path, writesIndex: writesIndex)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func open(_ path: String, writesIndex: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "sentry.reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(2)
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY") }
    let hasLog = FileManager.default.fileExists(atPath: path + "-wal")
    if !writesIndex, hasLog, !FileManager.default.fileExists(atPath: path + "-shm") {
      SharedIndex.begin(beside: path)
    }
    let name = writesIndex ? path : Self.name(of: path, "readonly_shm")
    do {
      return try checked(DatabaseQueue(path: name, configuration: configuration), path)
    } catch let error as DatabaseError where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) {
      // Nobody writes, and we cannot make the files that would tell us who does: then it does not change.
      guard !hasLog else { throw error }
      return try checked(DatabaseQueue(path: Self.name(of: path, "immutable"), configuration: configuration), path)
    }
  }

  private static func checked(_ database: DatabaseQueue, _ path: String) throws -> DatabaseQueue {
    let migrator = StoreSchema.migrator
    if try database.read({ try migrator.hasBeenSuperseded($0) }) { throw StoreError.newer(path: path) }
    return database
  }

  /// See sqlite.org/uri.html, and for `readonly_shm` sqlite.org/walformat.html.
  private static func name(of path: String, _ parameter: String) -> String {
    var components = URLComponents()
    components.scheme = "file"
    components.path = path
    components.queryItems = [URLQueryItem(name: parameter, value: "1")]
    return components.string ?? path
  }

  // MARK: Questions

  /// What an earlier run has left.
  public func contents() throws(StoreError) -> StoreContents { try read { try StoreContents($0) } }

  /// The documents that were put in force, oldest first.
  public func documents() throws(StoreError) -> [StoredDocument] { try read { try StoredDocument.all($0) } }

  /// Hands over the entries that a filter admits, oldest first.
  ///
  /// - Parameter limit: the latest so many; `nil` for all.
  public func forEachEntry(
    _ filter: EventFilter, limit: Int?, _ body: (LogEntry) throws -> Void
  ) throws(StoreError) {
    try forEachNumberedEntry(filter, limit: limit) { _, entry in try body(entry) }
  }

  /// The same, with the number that each entry has in this database.
  ///
  /// - Parameter before: such a number; only entries before that one.
  public func forEachNumberedEntry(
    _ filter: EventFilter, limit: Int?, before: Int64? = nil, _ body: (Int64, LogEntry) throws -> Void
  ) throws(StoreError) {
    guard filter.words.isEmpty || limit == nil else {
      return try forEachEntryWithWords(filter, limit: limit ?? .max, before: before, body)
    }
    try read { db in
      let query = EventQuery(filter, limit: limit, before: before, selection: try StoredEvent.selection(from: db))
      let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
      while let row = try rows.next() {
        let entry = StoredEvent.entry(row)
        if entry.has(filter.words) { try body(StoredEvent.number(row), entry) }
      }
    }
  }

  /// Looks from the newest back, until there are enough.
  private func forEachEntryWithWords(
    _ filter: EventFilter, limit: Int, before: Int64?, _ body: (Int64, LogEntry) throws -> Void
  ) throws(StoreError) {
    var found: [(number: Int64, entry: LogEntry)] = []
    try search(filter, before: before) { row, entry in
      found.append((StoredEvent.number(row), entry))
      return found.count < limit
    }
    try read { _ in for (number, entry) in found.reversed() { try body(number, entry) } }
  }

  /// Hands over the entries with the words of a filter, the newest first, while `body` wants more.
  private func search(
    _ filter: EventFilter, before: Int64? = nil, _ body: (Row, LogEntry) -> Bool
  ) throws(StoreError) {
    try read { db in
      let query = EventQuery(
        filter, limit: Self.mostSearched, before: before, selection: try StoredEvent.selection(from: db),
        newestFirst: true)
      let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
      while let row = try rows.next() {
        let entry = StoredEvent.entry(row)
        guard entry.has(filter.words) else { continue }
        guard body(row, entry) else { return }
      }
    }
  }

  /// How many entries a filter admits, step by step; steps begin at multiples of their length.
  ///
  /// - Parameter step: in seconds.
  /// - Returns: for each step, counted from 1970, and each verdict how many; `nil` stands for messages of the daemon.
  public func counts(
    _ filter: EventFilter, step: Int64
  ) throws(StoreError) -> [(step: Int64, verdict: EngineEvent.Kind?, count: Int)] {
    guard filter.words.isEmpty else { return try countsWithWords(filter, step: max(1, step)) }
    let query = EventQuery(counting: filter, step: max(1, step))
    return try read { db in
      try Row.fetchAll(db, sql: query.sql, arguments: query.arguments).map { row in
        ((row[0] as Int64?) ?? 0, (row[1] as Int64?).flatMap { EngineEvent.Kind(stored: $0) }, (row[2] as Int?) ?? 0)
      }
    }
  }

  private func countsWithWords(
    _ filter: EventFilter, step: Int64
  ) throws(StoreError) -> [(step: Int64, verdict: EngineEvent.Kind?, count: Int)] {
    var counts: [Int64: [EngineEvent.Kind?: Int]] = [:]
    try search(filter) { row, _ in
      let verdict = (row[1] as Int64?).flatMap { EngineEvent.Kind(stored: $0) }
      counts[((row[0] as Int64?) ?? 0) / (step * 1_000_000_000), default: [:]][verdict, default: 0] += 1
      return true
    }
    return counts.flatMap { step, verdicts in verdicts.map { (step, $0.key, $0.value) } }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try database.read(body)
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
