import Foundation
import SentryEngine
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryJournal

@Suite struct StoreTests {
  private let daemon = Daemon()

  // MARK: What is there

  /// Whoever opens a pipe waits for the other end, for ever.
  @Test(.timeLimit(.minutes(1)), arguments: ["", "-wal"])
  func aPipeInItsPlaceIsRefused(ending: String) throws {
    let folder = try StoreFolder()
    if !ending.isEmpty { try Data().write(to: URL(fileURLWithPath: folder.database)) }
    let pipe = folder.database + ending
    #expect(mkfifo(pipe, 0o600) == 0)
    let refusal = StoreError.unusable(path: pipe, reason: "it is no regular file")
    #expect(throws: refusal) { try Store(directory: folder.path) }
    #expect(throws: refusal) { try StoreReader(path: folder.database) }
  }

  // MARK: The log

  /// Whatever an event says, its entry is the same from the database as it was at first.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func entriesComeBackAsTheyWere(seed: UInt64) async throws {
    var random = SplitMix64(state: seed)
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    let events = (0..<300).map { anyEvent($0, &random) }
    try await store.write(events, daemon)
    let entries = try StoreReader(path: folder.database).entries()
    for (stored, expected) in zip(entries, daemon.entries(events)) { #expect(stored == expected) }
    #expect(entries.count == events.count)
  }

  private func anyEvent(_ number: Int, _ random: inout SplitMix64) -> EngineEvent {
    let kinds: [EngineEvent.Kind] = [
      .pass, .delete, .reject, .dropConnection, .log, .alert, .email, .url, .script, .rateLimit,
    ]
    var event = daemon.event(
      kinds.randomElement(using: &random) ?? .log, leaf: Bool.random(using: &random) ? .reject : nil,
      rule: [daemon.telnet, daemon.probe, 0].randomElement(using: &random), second: Int64(number))
    event.hasPacket = number % 7 != 0
    event.reason = number % 5 == 0 ? BuiltInReason.allCases.randomElement(using: &random) : nil
    event.direction = Bool.random(using: &random) ? .inbound : .outbound
    event.interface = UInt16.random(in: 0...2, using: &random)
    event.isTriggerPrevented = number % 11 == 0
    event.present = PacketFields.Presence(rawValue: UInt16.random(in: 0...0x1FF, using: &random))
    if event.present.contains(.icmpv6) { event.present.remove(.icmp) }
    event.protocolNumber = [1, 6, 17, 47, 58].randomElement(using: &random) ?? 6
    event.icmpType = UInt8.random(in: 0...255, using: &random)
    event.icmpCode = UInt8.random(in: 0...255, using: &random)
    event.tcpFlags = UInt8.random(in: 0...255, using: &random)
    event.timeToLive = UInt8.random(in: 0...255, using: &random)
    event.byteCount = UInt32.random(in: 0...UInt32.max, using: &random)
    event.sourcePort = UInt16.random(in: 0...UInt16.max, using: &random)
    if Bool.random(using: &random) {
      event.source = IPAddress(high: random.next(), low: random.next())
      event.destination = IPAddress(high: random.next(), low: random.next())
    }
    return event
  }

  @Test func aDryRunAndMessagesComeBack() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    var batch = StoreBatch()
    batch.events = [daemon.event()]
    batch.messages = [StoredMessage(time: daemon.now.adding(seconds: 1), text: "firewall on")]
    let words = EventWords(labels: daemon.words.labels, interfaces: ["eth0"], isDryRun: true)
    try await store.write(batch, words: words, retention: Retention(), now: daemon.now)
    let entries = try StoreReader(path: folder.database).entries()
    #expect(entries.map(\.dryRun) == [true, nil])
    #expect(entries.last == LogEntry(time: daemon.now.adding(seconds: 1), message: "firewall on"))
  }

  // MARK: Tables, counters, documents

  private func entry(_ text: String, second: Int64, seconds: UInt32?) throws -> AddressEntry {
    AddressEntry(
      range: try AddressRange(text), matchCount: 7, lastTime: daemon.now.adding(seconds: second),
      duration: AddressDuration(seconds: seconds), triggeredBy: daemon.telnet)
  }

  private func copy(_ entries: [AddressEntry?], isEverything: Bool = false) -> TableCopy {
    TableCopy(
      kind: .trigger, isEverything: isEverything,
      entries: entries.enumerated().map {
        PlacedEntry(place: AddressPlace(number: UInt32($0.offset)), entry: $0.element)
      })
  }

  @Test func tablesComeBackUnlessExpired() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    let entries = [
      try entry("203.0.113.9", second: 0, seconds: 60), try entry("2001:db8::/64", second: -5, seconds: nil),
      try entry("10.0.0.0/8", second: -100, seconds: 130), try entry("192.0.2.5-192.0.2.9", second: -20, seconds: 20),
    ]
    var batch = StoreBatch()
    batch.tables = [copy(entries)]
    try await store.write(batch, daemon)
    let contents = try store.contents()
    let labels = RuleLabels()
    func left(_ second: Int64) -> [String] {
      contents.entries(of: .trigger, labels: labels, now: daemon.now.adding(seconds: second)).compactMap {
        $0.entry?.range.description
      }
    }
    #expect(left(0) == ["10.0.0.0/8", "2001:db8::/64", "203.0.113.9"])
    #expect(left(30) == ["2001:db8::/64", "203.0.113.9"])
    #expect(left(60) == ["2001:db8::/64"])
    let placed = try #require(contents.entries(of: .trigger, labels: labels, now: daemon.now).last)
    #expect(placed.place == AddressPlace(number: 0))
    let first = try #require(placed.entry)
    #expect(first.matchCount == 7)
    #expect(first.lastTime == daemon.now)
    #expect(labels.label(first.triggeredBy).triggeredBy == "2.1 telnet")
  }

  /// Of a table that somebody has written to by hand.
  @Test func aRowOutOfPlaceComesBackWithNone() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    var batch = StoreBatch()
    batch.tables = [copy([try entry("203.0.113.9", second: 0, seconds: nil)])]
    try await store.write(batch, daemon)
    for place in [Int64.min, -1, .max] {
      _ = try folder.sqlite("UPDATE address SET place = \(place)")
      let placed = try store.contents().entries(of: .trigger, labels: RuleLabels(), now: daemon.now)
      #expect(placed.map(\.entry?.range.description) == ["203.0.113.9"])
      #expect(placed.map(\.place) == [AddressPlace(number: .max)])
    }
  }

  @Test func changesReplaceWhatStoodThere() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    func write(_ copy: TableCopy) async throws -> [String] {
      var batch = StoreBatch()
      batch.tables = [copy]
      try await store.write(batch, daemon)
      return try store.contents().tables[.trigger, default: []].map { $0.entry.range.description }.sorted()
    }
    let (a, b) = (try entry("192.0.2.1", second: 0, seconds: 60), try entry("192.0.2.2", second: 0, seconds: 60))
    #expect(try await write(copy([a, b])) == ["192.0.2.1", "192.0.2.2"])
    #expect(try await write(copy([b, nil])) == ["192.0.2.2"])
    #expect(try await write(copy([a], isEverything: true)) == ["192.0.2.1"])
  }

  @Test func countersComeBack() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    let counted = RuleCounters(matchCount: 5, byteCount: 300, lastTime: daemon.now)
    var batch = StoreBatch()
    batch.counters = CounterCopy(isEverything: true, counters: [(0, counted), (3, RuleCounters())])
    try await store.write(batch, daemon)
    batch.counters = CounterCopy(isEverything: false, counters: [(3, counted)])
    try await store.write(batch, daemon)
    #expect(try store.contents().counters == [0: counted, 3: counted])
    batch.counters = CounterCopy(isEverything: true, counters: [])
    try await store.write(batch, daemon)
    #expect(try store.contents().counters.isEmpty)
  }

  @Test func theDocumentInForceAndTenBeforeItAreKept() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    for number in 0..<13 {
      var batch = StoreBatch()
      batch.documents = [
        StoredDocument(
          time: Double(number), user: "root", name: "\(number).plist", change: number == 12 ? "disable 2" : nil,
          isChosen: number < 11, text: "{ rules = ( ); /* \(number) ä */ }")
      ]
      try await store.write(batch, daemon)
    }
    let documents = try StoreReader(path: folder.database).documents()
    #expect(documents.map(\.name) == (2..<13).map { "\($0).plist" })
    #expect(documents.last?.text == "{ rules = ( ); /* 12 ä */ }")
    #expect(documents.last?.change == "disable 2")
    #expect(try store.contents().chosenDocument?.name == "10.plist")
  }

  @Test func tenStepsBackOneByOneAcrossRestarts() async throws {
    let folder = try StoreFolder()
    func put(_ name: String, change: String? = nil) async throws {
      let store = try Store(directory: folder.path)
      var batch = StoreBatch()
      batch.documents = [
        StoredDocument(time: 0, user: "root", name: name, change: change, isChosen: true, text: "{ rules = ( ); }")
      ]
      try await store.write(batch, daemon)
      store.close()
    }
    func way() throws -> [String] {
      StoredDocument.wayBack(through: try StoreReader(path: folder.database).documents()).map(\.name)
    }
    for number in 1...12 { try await put("\(number)") }
    for step in 1...10 {
      try await put(try #require(way().dropFirst().first), change: StoredDocument.change(ofRollback: 1))
      #expect(try way().first == "\(12 - step)")
    }
    #expect(try way() == ["2"])
    #expect(try folder.sqlite("SELECT count(*) FROM document") == [["1"]])
  }

  // MARK: Retention

  @Test func whatIsTooOldGoes() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    let retention = Retention(seconds: 60)
    try await store.write([-61, -60, 0].map { daemon.event(second: $0) }, daemon, retention: retention)
    let times = try StoreReader(path: folder.database).entries().map(\.time)
    #expect(times == [-60, 0].map { daemon.now.adding(seconds: $0).secondsSince1970 })
  }

  /// A clock that leaps forward makes nothing old.
  @Test func ageIsReckonedByTheTimeThatIsBelieved() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    var batch = StoreBatch()
    batch.events = [-61, -60, 34_560_000].map { daemon.event(second: $0) }
    try await store.write(
      batch, words: daemon.words, retention: Retention(seconds: 60), now: daemon.now.adding(seconds: 34_560_000),
      ages: RetentionTime(now: daemon.now))
    let times = try StoreReader(path: folder.database).entries().map(\.time)
    #expect(times == [-60, 34_560_000].map { daemon.now.adding(seconds: $0).secondsSince1970 })
    let latest = try store.latestTime()
    #expect(latest == daemon.now.adding(seconds: 34_560_000))
  }

  @Test func whatAWrongClockHasWrittenMakesWayFirst() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    let year: Int64 = 365 * 86_400
    try await store.write((0..<100).map { daemon.event(second: year + $0) }, daemon)
    var batch = StoreBatch()
    batch.events = (0..<100).map { daemon.event(second: $0) }
    try await store.write(
      batch, words: daemon.words, retention: Retention(bytes: 0), now: daemon.now,
      ages: RetentionTime(now: daemon.now, latest: daemon.now.adding(seconds: 3_600)))
    let times = try StoreReader(path: folder.database).entries().map(\.time)
    #expect(times == (0..<100).map { daemon.now.adding(seconds: $0).secondsSince1970 })
  }

  /// However much is written, the database grows to its limit and no further, and what is left is the latest.
  @Test func theOldestGoWhereThereIsNoRoom() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    let retention = Retention(bytes: 2 << 20)
    for round in 0..<12 as Range<Int64> {
      let events = (0..<4_000 as Range<Int64>).map { daemon.event(second: round * 4_000 + $0) }
      let used = try await store.write(
        {
          var batch = StoreBatch(); batch.events = events; return batch
        }(), words: daemon.words,
        retention: retention, now: daemon.now)
      #expect(used < 4 << 20)
    }
    let times = try StoreReader(path: folder.database).entries().map(\.time)
    #expect(times.last == daemon.now.adding(seconds: 47_999).secondsSince1970)
    #expect(times.count < 40_000)
    #expect(times == times.sorted())
    #expect(times.first.map { $0 > daemon.now.secondsSince1970 } == true)
  }

  @Test func unlimitedKeepsEverything() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    try await store.write([daemon.event(second: -1_600_000_000)], daemon, retention: Retention(seconds: .max))
    #expect(try StoreReader(path: folder.database).entries().count == 1)
  }
}

@Suite struct StoreFaultTests {
  private let daemon = Daemon()

  @Test func onlyOneDaemonWrites() throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    #expect(throws: StoreError.inUse(path: folder.database)) { try Store(directory: folder.path) }
    withExtendedLifetime(store) {}
  }

  @Test func theClaimEndsWithTheStore() throws {
    let folder = try StoreFolder()
    do { _ = try Store(directory: folder.path) }
    _ = try Store(directory: folder.path)
  }

  @Test func aMissingDirectoryIsNamed() throws {
    let error = #expect(throws: StoreError.self) { try Store(directory: "/nowhere/at/all") }
    #expect(
      error?.description
        == "/nowhere/at/all/sentry.db cannot be used: the directory /nowhere/at/all: No such file or directory")
    #expect(throws: StoreError.missing(path: "/nowhere/sentry.db")) { try StoreReader(path: "/nowhere/sentry.db") }
  }

  @Test(arguments: [0, 1, 100, 5_000])
  func whatIsNoDatabaseIsDamaged(size: Int) throws {
    let folder = try StoreFolder()
    try Data(repeating: 0x5A, count: size).write(to: URL(fileURLWithPath: folder.database))
    guard size > 1 else {
      // An empty file is a database in which nothing is yet; SQLite sees none in a single byte either.
      _ = try Store(directory: folder.path)
      return
    }
    let error = #expect(throws: StoreError.self) { try Store(directory: folder.path) }
    guard case .damaged = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let aside = try StoreFiles(path: folder.database).putAside(at: 1_700_000_000)
    #expect(aside == folder.database + ".damaged-20231114T221320Z")
    #expect(try Data(contentsOf: URL(fileURLWithPath: aside)).count == size)
    _ = try Store(directory: folder.path)
  }

  /// Bytes changed anywhere are noticed, or harmless; nothing traps.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func damageAnywhereIsNoticedOrHarmless(seed: UInt64) async throws {
    var random = SplitMix64(state: seed)
    let folder = try StoreFolder()
    do {
      let store = try Store(directory: folder.path)
      try await store.write((0..<500).map { daemon.event(second: $0) }, daemon)
      store.close()
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    for _ in 0..<Int.random(in: 1...200, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    if seed % 4 == 0 { bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)) }
    try bytes.write(to: URL(fileURLWithPath: folder.database))
    do {
      let store = try Store(directory: folder.path)
      _ = try store.contents()
      try await store.write((500..<1_000).map { daemon.event(second: $0) }, daemon, retention: Retention(seconds: 1))
      _ = try StoreReader(path: folder.database).entries()
    } catch let error as StoreError {
      #expect(!error.description.isEmpty)
    }
  }

  /// A directory nobody may write to, and a reader that cannot make the files beside a database.
  @Test func whatWasLeftIsReadWhereNothingCanBeWritten() async throws {
    let folder = try StoreFolder()
    do {
      let store = try Store(directory: folder.path)
      try await store.write([daemon.event()], daemon)
      store.close()
    }
    #expect(try folder.files == ["sentry.db"])
    #expect(try StoreReader(path: folder.database).entries() == daemon.entries([daemon.event()]))
  }

  @Test func filesAreForTheGroupAlone() throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    for file in try folder.files {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)
      #expect(attributes[.posixPermissions] as? Int == 0o640, "\(file)")
    }
    withExtendedLifetime(store) {}
  }

  @Test func aFileThatIsGoneIsNoticed() throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    #expect(store.isInPlace)
    try FileManager.default.moveItem(atPath: folder.database, toPath: folder.path + "/elsewhere")
    #expect(!store.isInPlace)
    try Data().write(to: URL(fileURLWithPath: folder.database))
    #expect(!store.isInPlace)
  }
}
