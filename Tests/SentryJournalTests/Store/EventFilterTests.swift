import Foundation
import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryJournal

@Suite struct EventFilterTests {
  private let daemon = Daemon()

  private var events: [EngineEvent] {
    var builtIn = daemon.event(.delete, rule: 0, second: 40, from: "198.51.100.7")
    builtIn.reason = .shortHeader
    var timer = daemon.event(.alert, rule: daemon.probe, second: 50)
    timer.hasPacket = false
    return [
      daemon.event(.delete, second: 0, from: "203.0.113.9"),
      daemon.event(.log, leaf: .pass, rule: daemon.probe, second: 10, from: "203.0.113.200"),
      daemon.event(.delete, second: 20, from: "2001:db8::9", to: "2001:db8:1::10"),
      daemon.event(.reject, second: 30, from: "192.0.2.10", to: "203.0.113.9"),
      builtIn, timer,
    ]
  }

  /// Positions in `events`; 6 is a message of the daemon, at second 60.
  private func found(_ filter: EventFilter, limit: Int? = nil) async throws -> [Int] {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    var batch = StoreBatch()
    batch.events = events
    batch.messages = [StoredMessage(time: daemon.now.adding(seconds: 60), text: "firewall on")]
    try await store.write(batch, daemon)
    let all = daemon.entries(events) + [LogEntry(time: daemon.now.adding(seconds: 60), message: "firewall on")]
    let stored = try StoreReader(path: folder.database).entries(filter, limit: limit)
    // The same question of entries at hand has the same answer.
    #expect(stored == all.filter(filter.admits).suffix(limit ?? all.count))
    return stored.compactMap { entry in all.firstIndex(of: entry) }
  }

  private func filter(_ change: (inout EventFilter) -> Void) -> EventFilter {
    var filter = EventFilter()
    change(&filter)
    return filter
  }

  @Test func withoutRestrictionsEverythingIsThere() async throws {
    #expect(try await found(EventFilter()) == [0, 1, 2, 3, 4, 5, 6])
    #expect(try await found(EventFilter(), limit: 2) == [5, 6])
    #expect(try await found(EventFilter(), limit: 0) == [])
  }

  @Test(arguments: [
    ("2.1", [0, 2, 3]), ("2.10", [1, 5]), ("2", [0, 1, 2, 3, 5]), ("telnet", [0, 2, 3]), ("probe", [1, 5]), ("0", [4]),
    ("3", []), ("%", []), ("' OR 1 --", []),
  ])
  func byRule(_ rule: String, _ expected: [Int]) async throws {
    #expect(try await found(filter { $0.rule = rule }) == expected)
  }

  @Test(arguments: [
    ("203.0.113.9", [0, 3]), ("203.0.113.0/24", [0, 1, 3]), ("192.0.2.10", [0, 1, 3, 4]), ("2001:db8::/64", [2]),
    ("2001:db8:1::10", [2]), ("198.51.100.1-198.51.100.9", [4]), ("10.0.0.0/8", []), ("::/0", [2]),
  ])
  func byAddress(_ address: String, _ expected: [Int]) async throws {
    let range = try AddressRange(address)
    #expect(try await found(filter { $0.addresses = range }) == expected)
  }

  /// A notification of a rule that failed is a message about that rule.
  @Test func aMessageAboutARuleIsFoundByIt() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    var batch = StoreBatch()
    batch.messages = [
      StoredMessage(time: daemon.now, text: "URL of rule 2.10 probe failed: no answer", rule: daemon.probe),
      StoredMessage(time: daemon.now, text: "firewall on"),
    ]
    try await store.write(batch, daemon)
    let all = batch.messages.map { LogEntry($0, labels: daemon.words.labels) }
    #expect(all.map(\.rule) == ["2.10 probe", ""])
    for (rule, isFound) in [("2.10", true), ("2", true), ("probe", true), ("2.1", false), ("0", false)] {
      let filter = filter { $0.rule = rule }
      #expect(all.filter(filter.admits) == (isFound ? [all[0]] : []))
      #expect(try StoreReader(path: folder.database).entries(filter) == (isFound ? [all[0]] : []))
    }
    #expect(try StoreReader(path: folder.database).entries() == all)
  }

  @Test func ofAnAddressTheLatest() async throws {
    let net = try AddressRange("203.0.113.0/24")
    #expect(try await found(filter { $0.addresses = net }, limit: 2) == [1, 3])
  }

  @Test(arguments: [
    (EngineEvent.Kind.delete, [0, 2, 4]), (.pass, [1]), (.reject, [3]), (.alert, [5]), (.log, []),
  ])
  func byVerdict(_ verdict: EngineEvent.Kind, _ expected: [Int]) async throws {
    #expect(try await found(filter { $0.verdict = verdict }) == expected)
  }

  /// All words, in any order and case, also as parts of others; in whatever text they stand.
  @Test(arguments: [
    ("telnet", [0, 2, 3]), ("TELNET 203.0.113", [0, 3]), ("113.9 teln", [0, 3]), ("2001:db8::9", [2]),
    ("firewall ON", [6]),
    ("ON firewall", [6]), ("  ", [0, 1, 2, 3, 4, 5, 6]), ("telnet probe", []), ("%", []), ("short", [4]),
  ])
  func byWords(_ text: String, _ expected: [Int]) async throws {
    #expect(try await found(filter { $0.text = text }) == expected)
    #expect(try await found(filter { $0.text = text }, limit: 2) == expected.suffix(2))
  }

  @Test func countsWithWordsAreThoseOfTheEntriesThatHaveThem() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    var batch = StoreBatch()
    batch.events = events
    try await store.write(batch, daemon)
    let counts = try StoreReader(path: folder.database).counts(filter { $0.text = "telnet" }, step: 3_600)
    #expect(counts.reduce(into: [:]) { $0[$1.verdict, default: 0] += $1.count } == [.delete: 2, .reject: 1])
  }

  @Test func byTime() async throws {
    let (since, until) = (daemon.now.adding(seconds: 10), daemon.now.adding(seconds: 30))
    #expect(try await found(filter { $0.since = since }) == [1, 2, 3, 4, 5, 6])
    #expect(try await found(filter { $0.until = until }) == [0, 1, 2])
    let both = filter { ($0.since, $0.until) = (since, until) }
    #expect(try await found(both) == [1, 2])
  }

  @Test func everyRestrictionCounts() async throws {
    let net = try AddressRange("203.0.113.0/24")
    let restricted = filter {
      $0.rule = "2"
      $0.addresses = net
      $0.verdict = .delete
      $0.since = daemon.now
    }
    #expect(try await found(restricted) == [0])
  }

  /// What a question costs does not grow with the log: it is found in an index.
  @Test func addressesAreFoundInAnIndex() throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    store.close()
    let address = try AddressRange("203.0.113.9")
    let query = EventQuery(filter { $0.addresses = address }, limit: 10, selection: "event.id")
    let plan = try folder.sqlite("EXPLAIN QUERY PLAN " + query.sql.replacingOccurrences(of: "?", with: "1"))
      .map { $0.joined() }.joined(separator: "\n")
    #expect(plan.contains("USING COVERING INDEX eventBySource"), "\(plan)")
    #expect(plan.contains("USING COVERING INDEX eventByDestination"), "\(plan)")
    #expect(!plan.contains("SCAN event\""), "\(plan)")
    // The index is in the order of time: of the events of an address, only those asked for are looked at.
    #expect(plan.contains("(source=?)") && plan.contains("(destination=?)"), "\(plan)")
  }
}
