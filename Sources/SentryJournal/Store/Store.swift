public import Foundation
internal import GRDB
internal import SentryEngine
public import SentryPacket
internal import SentryState
internal import Synchronization

/// The daemon's memory on disk: one SQLite database, in one process' hands.
///
/// Everything is written in transactions of one batch each, in write-ahead mode: a batch that was written survives the end of
/// the process, whatever ends it; the loss of power may take the latest ones, and leaves the rest in order. Others may read at any
/// time (`StoreReader`).
///
/// After an operation that has thrown, the store is to be let go and opened anew.
public final class Store: Sendable {
  public static let fileName = "sentry.db"

  public let path: String
  private let lock: DirectoryLock
  private let index: SharedIndex
  private let database: DatabaseQueue
  private let identity: FileIdentity?
  /// The rules in table `rule` by their numbers in the daemon's book.
  private let rules = Mutex<[UInt32: Int64]>([:])
  private let history = Mutex(HistoryUpkeep())
  /// Where days begin.
  private let timeZone: TimeZone

  // MARK: Opening

  /// Opens the database in a directory that is there, or begins one; brings an older one up to date.
  ///
  /// - Parameter timeZone: tells where the days of the traffic's history begin.
  public init(directory: String, timeZone: TimeZone = .current) throws(StoreError) {
    let path = Self.path(in: directory)
    self.path = path
    self.timeZone = timeZone
    try StoreFiles(path: path).checkAreFiles()
    // A newer one is not even opened for writing.
    do throws(StoreError) { _ = try StoreReader(path: path, writesIndex: false) } catch .newer {
      throw .newer(path: path)
    } catch {}
    lock = try DirectoryLock(claiming: directory, for: path)
    try DiskRoom.checkIsEnough(for: path)
    index = try SharedIndex(beside: path)
    do {
      database = try Self.open(path)
    } catch {
      throw StoreError(error, path: path)
    }
    StoreFiles(path: path).protect()
    identity = FileIdentity(of: path)
  }

  deinit { close() }

  public static func path(in directory: String) -> String {
    URL(fileURLWithPath: directory).appendingPathComponent(fileName).path
  }

  private static func open(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "sentry.store"
    configuration.journalMode = .wal
    // Somebody who reads in another process never keeps us from writing, but may for a moment while a file is opened.
    configuration.busyMode = .timeout(2)
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      // Only of a new one: this would change one that is not ours to change.
      if try Int.fetchOne(db, sql: "PRAGMA page_count") == 0 { try db.execute(sql: newDatabaseSettings) }
      try db.execute(sql: settings)
    }
    let database = try DatabaseQueue(path: path, configuration: configuration)
    let migrator = StoreSchema.migrator
    if try database.read({ try migrator.hasBeenSuperseded($0) }) { throw StoreError.newer(path: path) }
    try migrator.migrate(database)
    return database
  }

  /// Space can be given back piece by piece.
  private static let newDatabaseSettings = "PRAGMA auto_vacuum = INCREMENTAL"

  /// For each connection: 4 MiB of cache; what is ahead of the database is carried over in parts of 8 MiB; no file but the index of
  /// that is mapped, for one that somebody cuts short would end the process (`SharedIndex`).
  private static let settings = """
    PRAGMA cache_size = -4096;
    PRAGMA wal_autocheckpoint = 2048;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    """

  /// The file at the path is still the one that was opened: nobody has removed or replaced it.
  public var isInPlace: Bool { FileIdentity(of: path) == identity }

  /// Carries everything over into the database itself and closes it.
  public func close() { try? database.close() }

  // MARK: Writing

  /// Writes a batch and gives up what need not be kept any more, as one transaction.
  ///
  /// - Parameter ages: what is too old by this time goes; `nil`: by `now`.
  /// - Returns: bytes that the database holds now.
  @discardableResult
  public func write(
    _ batch: StoreBatch, words: EventWords, retention: Retention, now: Timestamp, ages: RetentionTime? = nil
  ) async throws(StoreError) -> Int64 {
    let ages = ages ?? RetentionTime(now: now)
    do {
      try DiskRoom.checkIsLeft(for: path)
      try index.makeRoom()
      return try await database.write { [self] db in
        try insert(batch.events, words, into: db)
        try insert(batch.messages, words, into: db)
        for table in batch.tables { try replace(table, words, in: db) }
        if let counters = batch.counters { try replace(counters, in: db) }
        try insert(batch.documents, into: db)
        try insertTraffic(of: batch, words, into: db)
        try keepHistory(now: now, ages: ages, db)
        let connections = ConnectionLog(db)
        let connectionBytes = try connections.keep(retention, now: ages.now, grown: connections.add(batch.connections))
        return try EventRetention(db).keep(
          retention, ages, written: batch.events.count, spared: history.withLock { $0.bytes } + connectionBytes)
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private func insertTraffic(of batch: StoreBatch, _ words: EventWords, into db: Database) throws {
    var table = TrafficTable(db, timeZone: timeZone)
    try table.add(batch.traffic)
    try table.add(batch.verdicts)
    try table.add(batch.bandwidth) { try number(ofRule: $0, words, db) }
  }

  /// Once a minute the history is thinned out.
  private func keepHistory(now: Timestamp, ages: RetentionTime, _ db: Database) throws {
    guard history.withLock({ $0.minute != now.seconds / 60 }) else { return }
    try TrafficRetention(db).keep(now: now, ages: ages)
    let bytes = try TrafficRetention(db).bytes()
    history.withLock { $0 = HistoryUpkeep(minute: now.seconds / 60, bytes: bytes) }
  }

  private func insert(_ events: [EngineEvent], _ words: EventWords, into db: Database) throws {
    guard !events.isEmpty else { return }
    let statement = try Self.eventInsertion(db)
    for event in events {
      let row = StoredEvent.row(
        event, rule: try number(ofRule: event.label, words, db),
        interface: event.interfaceName(among: words.interfaces), isDryRun: words.isDryRun)
      try statement.execute(arguments: StatementArguments(row))
    }
  }

  private func insert(_ messages: [StoredMessage], _ words: EventWords, into db: Database) throws {
    guard !messages.isEmpty else { return }
    let statement = try Self.eventInsertion(db)
    for message in messages {
      let rule = try message.rule.map { try number(ofRule: $0, words, db) }
      try statement.execute(
        arguments: StatementArguments(StoredEvent.row(message: message.text, time: message.time, rule: rule)))
    }
  }

  private static func eventInsertion(_ db: Database) throws -> Statement {
    try db.cachedStatement(
      sql: "INSERT INTO event (\(StoredEvent.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  }

  /// The rule's number in table `rule`, which gets it if it is new there.
  private func number(ofRule label: UInt32, _ words: EventWords, _ db: Database) throws -> Int64 {
    if let known = rules.withLock({ $0[label] }) { return known }
    let rule = words.labels.label(label)
    let arguments: StatementArguments = [rule.number, rule.name, rule.action, rule.parameter]
    try db.execute(
      sql: "INSERT OR IGNORE INTO rule (number, name, action, parameter) VALUES (?, ?, ?, ?)", arguments: arguments)
    let number =
      try Int64.fetchOne(
        db, sql: "SELECT id FROM rule WHERE number = ? AND name = ? AND action = ? AND parameter = ?",
        arguments: arguments) ?? 0
    rules.withLock { $0[label] = number }
    return number
  }

  private func replace(_ table: TableCopy, _ words: EventWords, in db: Database) throws {
    if table.isEverything {
      try db.execute(sql: "DELETE FROM address WHERE kind = ?", arguments: [table.kind.name])
    }
    let insertion = try db.cachedStatement(sql: "INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    let removal = try db.cachedStatement(sql: "DELETE FROM address WHERE place = ?")
    var texts: [UInt32: String] = [:]
    for placed in table.entries {
      guard let entry = placed.entry else {
        try removal.execute(arguments: [StoredEntry.rowPlace(placed.place, of: table.kind)])
        continue
      }
      let text = texts[entry.triggeredBy] ?? words.labels.label(entry.triggeredBy).triggeredBy
      texts[entry.triggeredBy] = text
      try insertion.execute(arguments: StoredEntry.row(entry, of: table.kind, at: placed.place, triggeredBy: text))
    }
  }

  private func replace(_ copy: CounterCopy, in db: Database) throws {
    if copy.isEverything { try db.execute(sql: "DELETE FROM counter") }
    let insertion = try db.cachedStatement(sql: "INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?)")
    for (place, counters) in copy.counters {
      try insertion.execute(arguments: [
        place, Int64(clamping: counters.matchCount), Int64(clamping: counters.byteCount),
        counters.lastTime?.nanoseconds,
      ])
    }
  }

  private func insert(_ documents: [StoredDocument], into db: Database) throws {
    guard !documents.isEmpty else { return }
    for document in documents {
      try db.execute(
        sql: "INSERT INTO document (time, user, name, change, isChosen, text) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [
          Int64(document.time * 1e9), document.user, document.name, document.change, document.isChosen,
          Data(document.text.utf8),
        ])
    }
    try keepDocuments(in: db)
  }

  /// Gives up what nobody can go back to any more.
  private func keepDocuments(in db: Database) throws {
    let rows = try Row.fetchAll(db, sql: "SELECT id, change FROM document ORDER BY id")
    let kept = StoredDocument.kept(changes: rows.map { $0[1] })
    let ids: [Int64] = kept.map { rows[$0.place][0] }
    try db.execute(
      sql: "DELETE FROM document WHERE id NOT IN (\(ids.map { "\($0)" }.joined(separator: ", ")))")
    for (id, document) in zip(ids, kept) {
      try db.execute(
        sql: "UPDATE document SET change = ?1 WHERE id = ?2 AND change IS NOT ?1", arguments: [document.change, id])
    }
  }

  // MARK: Reading back

  /// What an earlier run has left.
  public func contents() throws(StoreError) -> StoreContents { try read { try StoreContents($0) } }

  /// The latest time in the log and in the history of traffic; `nil` where there is nothing.
  public func latestTime() throws(StoreError) -> Timestamp? {
    let latest = try read { db in
      try Int64.fetchOne(
        db,
        sql: """
          SELECT max(ifnull((SELECT max(time) FROM event), 0), ifnull((SELECT max(time) FROM verdict WHERE span = 60), 0))
          """)
    }
    return latest.flatMap { $0 > 0 ? Timestamp(nanoseconds: $0) : nil }
  }

  /// The documents that were put in force, oldest first.
  public func documents() throws(StoreError) -> [StoredDocument] { try read { try StoredDocument.all($0) } }

  private func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try database.read(body)
    } catch {
      throw StoreError(error, path: path)
    }
  }
}

/// When the history of traffic was thinned out last, and how large it was then.
private struct HistoryUpkeep {
  /// Since 1970.
  var minute: Int64?
  var bytes: Int64 = 0
}
