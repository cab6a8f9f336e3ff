import Foundation
import GRDB
import SentryEngine
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryJournal

/// A folder with a store in it.
struct StoreFolder {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.url.path }

  var database: String { Store.path(in: path) }

  /// What another program finds in the database.
  func sqlite(_ sql: String) throws -> [[String]] {
    let queue = try DatabaseQueue(path: database)
    return try queue.write { db in
      try Row.fetchAll(db, sql: sql).map { row in row.databaseValues.map { "\($0)" } }
    }
  }

  /// Makes a database from SQL text alone.
  func make(_ sql: String) throws {
    let queue = try DatabaseQueue(path: database)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// The words of a daemon with two interfaces and some rules.
struct Daemon {
  let words = EventWords(labels: RuleLabels(), interfaces: ["eth0", "wg0"], isDryRun: false)
  let now = Timestamp(seconds: 1_700_000_000)
  let telnet: UInt32
  let probe: UInt32

  init() {
    telnet = words.labels.number(of: RuleLabel(number: "2.1", name: "telnet", action: "Delete", parameter: "mail me"))
    probe = words.labels.number(of: RuleLabel(number: "2.10", name: "probe", action: "Log"))
  }

  func event(
    _ kind: EngineEvent.Kind = .delete, leaf: EngineEvent.Kind? = nil, rule: UInt32? = nil, second: Int64 = 0,
    from source: String = "203.0.113.9", to destination: String = "192.0.2.10", _ port: UInt16 = 23
  ) -> EngineEvent {
    var event = EngineEvent(
      time: now.adding(seconds: second), kind: kind, leaf: leaf, label: rule ?? telnet, isLogged: true)
    event.hasPacket = true
    event.present = [.addresses, .protocolNumber, .ports]
    event.protocolNumber = 6
    event.byteCount = 60
    event.sourcePort = 40_000
    event.destinationPort = port
    event.source = IPAddress(source) ?? event.source
    event.destination = IPAddress(destination) ?? event.destination
    return event
  }

  func entries(_ events: [EngineEvent]) -> [LogEntry] {
    events.map { LogEntry($0, labels: words.labels, interfaces: words.interfaces, isDryRun: words.isDryRun) }
  }
}

extension Store {
  func write(_ batch: StoreBatch, _ daemon: Daemon, retention: Retention = Retention()) async throws {
    try await write(batch, words: daemon.words, retention: retention, now: daemon.now)
  }

  func write(_ events: [EngineEvent], _ daemon: Daemon, retention: Retention = Retention()) async throws {
    var batch = StoreBatch()
    batch.events = events
    try await write(batch, daemon, retention: retention)
  }
}

extension StoreReader {
  func entries(_ filter: EventFilter = EventFilter(), limit: Int? = nil) throws -> [LogEntry] {
    var entries: [LogEntry] = []
    try forEachEntry(filter, limit: limit) { entries.append($0) }
    return entries
  }
}
