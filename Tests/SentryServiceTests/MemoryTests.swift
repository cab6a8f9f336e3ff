import Foundation
import SentryControl
import SentryEngine
import SentryJournal
import SentryPacket
import SentryState
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryService

extension SentryDaemon {
  /// The addresses in table trigger are these.
  fileprivate func expectTriggered(
    _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let addresses = try await table(.trigger).entries.map(\.address)
    #expect(addresses == expected, sourceLocation: sourceLocation)
  }

  fileprivate func matchCounts() async throws -> [String: UInt64] {
    Dictionary(uniqueKeysWithValues: try await activeRules().rules.map { ($0.name, $0.matchCount) })
  }

  /// Waits until the memory on disk is as wanted; it is tried again every second.
  fileprivate nonisolated func waitForMemory(_ state: String, _ condition: (MemoryReport) -> Bool) async throws {
    try await waitUntil(state) { await flushMemory().map(condition) ?? false }
  }
}

private func storedEntries(in directory: String, _ filter: EventFilter = EventFilter()) throws -> [LogEntry] {
  var entries: [LogEntry] = []
  try StoreReader(path: Store.path(in: directory)).forEachEntry(filter, limit: nil) { entries.append($0) }
  return entries
}

@Suite struct MemoryTests {
  private let folder: TemporaryFolder
  private let options: MemoryOptions

  init() throws {
    folder = try TemporaryFolder()
    options = MemoryOptions(directory: folder.url.path)
  }

  @Test func tablesComeBackBeforeTheFirstPacket() async throws {
    try await withDaemon(memory: options) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      _ = try await daemon.add(
        [try AddressRange("10.0.0.0/8")], to: .authorize, duration: .unlimited, note: "office")
    }
    let blocking = """
      { rules = (
        { nodeName = known; enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; }
      ); }
      """
    try await withDaemon(blocking, memory: options) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.9"))
      #expect(try await daemon.matchCounts() == ["known": 1])
      let entry = try #require(try await daemon.table(.trigger).entries.first)
      #expect(entry.matchCount == 2)
      #expect(entry.triggeredBy == "1 telnet")
      let authorized = try #require(try await daemon.table(.authorize).entries.first)
      #expect(authorized.address == "10.0.0.0/8")
      #expect(authorized.triggeredBy == "office")
      #expect(authorized.duration == nil)
    }
  }

  @Test func whatWasRemovedDoesNotComeBack() async throws {
    try await withDaemon(memory: options) { daemon in
      for number in 1...3 { try await daemon.judge(Packets.telnet(from: "203.0.113.\(number)")) }
      _ = await daemon.flushMemory()
      _ = try await daemon.remove([try AddressRange("203.0.113.2")], from: .trigger)
    }
    try await withDaemon(memory: options) { daemon in
      try await daemon.expectTriggered(["203.0.113.1", "203.0.113.3"])
      _ = try await daemon.clear(.trigger)
    }
    try await withDaemon(memory: options) { daemon in try await daemon.expectTriggered([]) }
  }

  /// A flood of entries from before the start keeps nobody waiting who has something new to be written.
  @Test func whatComesBackIsNotWrittenAgain() async throws {
    let now = WallClock.now()
    let entries = (0..<100_000).map { number in
      AddressEntry(
        range: AddressRange(prefix: IPAddress(v4: 0x0A00_0000 | UInt32(number)), length: 128), matchCount: 1,
        // A thousand of them are over.
        lastTime: now.adding(seconds: number < 1_000 ? -90_000 : -60), duration: AddressDuration(seconds: 86_400),
        triggeredBy: 0)
    }
    try await fill(entries)
    try await python(
      "CREATE TABLE counted (place); CREATE TRIGGER inserted AFTER INSERT ON address BEGIN INSERT INTO counted VALUES (new.place); END; "
        + "CREATE TRIGGER deleted AFTER DELETE ON address BEGIN INSERT INTO counted VALUES (old.place); END;")
    try await withDaemon(memory: options) { daemon in
      #expect(try await daemon.status().tables.first { $0.table == "trigger" }?.count == 99_000)
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      try await daemon.judge(Packets.telnet(from: "10.0.8.0"))
      #expect(await daemon.flushMemory()?.problem == nil)
      // Those that are over, one in the place of one of them, and one that was refreshed.
      #expect(try await python("SELECT count(DISTINCT place), count(*) FROM counted") == "1001 1001")
    }
    let stored = try StoreReader(path: Store.path(in: folder.url.path)).contents().tables[.trigger, default: []]
    #expect(stored.count == 99_001)
    #expect(stored.suffix(2).map(\.entry.range.description) == ["203.0.113.9", "10.0.8.0"])
  }

  @Test func manyEntriesAtOnceAreAllWritten() async throws {
    try await withDaemon(memory: options) { daemon in
      let hosts = (0..<50_000 as Range<UInt32>).map { number in
        AddressRange(prefix: IPAddress(v4: 0x0A00_0000 | number), length: 128)
      }
      _ = try await daemon.add(hosts, to: .trigger, duration: .unlimited, note: "list")
      #expect(await daemon.flushMemory()?.problem == nil)
    }
    let stored = try StoreReader(path: Store.path(in: folder.url.path)).contents().tables[.trigger, default: []]
    #expect(stored.count == 50_000)
  }

  private func fill(_ entries: [AddressEntry]) async throws {
    let store = try Store(directory: folder.url.path)
    var batch = StoreBatch()
    let placed = entries.enumerated().map { PlacedEntry(place: AddressPlace(number: UInt32($0)), entry: $1) }
    batch.tables = [TableCopy(kind: .trigger, isEverything: true, entries: placed)]
    let words = EventWords(labels: RuleLabels(), interfaces: [], isDryRun: false)
    try await store.write(batch, words: words, retention: Retention(), now: WallClock.now())
    store.close()
  }

  /// - Returns: the first row that a statement gives, its columns with blanks between them.
  @discardableResult
  private func python(_ sql: String) async throws -> String {
    let run = try await Program("python3").run([
      "-c",
      "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); "
        + "print(*(db.execute(sys.argv[2]).fetchone() if sys.argv[2].startswith('SELECT') else db.executescript(sys.argv[2])))",
      Store.path(in: folder.url.path), sql,
    ])
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").joined()
  }

  @Test func protectedAddressesDoNotComeBack() async throws {
    try await withDaemon(memory: options) { daemon in
      for number in 1...2 { try await daemon.judge(Packets.telnet(from: "203.0.113.\(number)")) }
    }
    let protecting = Documents.telnet.replacingOccurrences(
      of: "{ rules", with: "{ settings = { protected = \"203.0.113.1\"; }; rules")
    try await withDaemon(protecting, memory: options) { daemon in
      try await daemon.expectTriggered(["203.0.113.2"])
    }
  }

  /// Rules are the same as where an apply says so: by what they are, not by their numbers.
  @Test(arguments: [true, false])
  func countersComeBackOnDemand(isKept: Bool) async throws {
    var options = options
    options.keepsCounters = isKept
    try await withDaemon(memory: options) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 5)
      _ = await daemon.flushMemory()
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 2)
    }
    let longer = Documents.telnet.replacingOccurrences(
      of: "{ nodeName = telnet",
      with: "{ nodeName = new; enabled = 1; propertyName = \"Source port\"; propertyValue = 9; }, { nodeName = telnet")
    try await withDaemon(longer, memory: options) { daemon in
      let counts = try await daemon.matchCounts()
      #expect(counts == ["new": 0, "telnet": 0, "rest": isKept ? 7 : 0])
    }
  }

  @Test func theLogIsWritten() async throws {
    try await withDaemon(memory: options) { daemon in
      _ = try await daemon.setEnabled(false)
      _ = try await daemon.setEnabled(true)
      try await daemon.judge(Packets.udp(from: "203.0.113.9"))
      try await waitUntil("the journal has the packet") { daemon.journal.recent().count == 3 }
      let report = await daemon.flushMemory()
      #expect(report?.problem == nil)
      #expect(report?.written == 3)
      #expect(
        try storedEntries(in: folder.url.path).map { $0.message ?? $0.rule } == [
          "firewall off", "firewall on", "2 rest",
        ])
    }
  }

  /// Handed over as fast as they come, between turns of the packet thread.
  @Test func aBurstOf100000EventsIsAbsorbed() async throws {
    try await withDaemon(memory: options) { daemon in
      for _ in 0..<200 { try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 500) }
      try await waitUntil("everything is written") { await daemon.flushMemory()?.written == 100_000 }
      #expect(try await daemon.status().lostEvents == 0)
      #expect(await daemon.flushMemory()?.lost == 0)
    }
    #expect(try storedEntries(in: folder.url.path).count == 100_000)
  }

  // MARK: Documents

  @Test func appliedDocumentsAreKeptWithTimeAndUser() async throws {
    let second = Documents.telnet.replacingOccurrences(of: "rest", with: "others")
    let start = WallClock.seconds()
    try await withDaemon(memory: options) { daemon in
      let applied = try await daemon.apply(
        SubmittedDocument(name: "second.plist", reading: Array(second.utf8)), by: Caller(user: "alice"))
      #expect(applied.applied)
      let refused = try await daemon.apply(
        SubmittedDocument(name: "bad.plist", reading: Array("{".utf8)), by: Caller(user: "eve"))
      #expect(!refused.applied)
      let edited = try await daemon.apply(
        SubmittedDocument(name: "second.plist", reading: Array(Documents.telnet.utf8)),
        on: ApplyTerms(expected: 2, change: "rename 2"), by: Caller(user: "bob"))
      #expect(edited.applied)
      let documents = try await daemon.documents()
      #expect(documents.map(\.name) == ["first.plist", "second.plist", "second.plist"])
      #expect(documents.dropFirst().map(\.user) == ["alice", "bob"])
      #expect(documents.map(\.change) == [nil, nil, "rename 2"])
      #expect(documents.map(\.text) == [Documents.telnet, second, Documents.telnet])
      // A clock may be set back a little while the test runs; times are kept to the second.
      #expect(documents.allSatisfy { (start - 2...WallClock.seconds() + 2).contains($0.time) })
    }
    let stored = try StoreReader(path: Store.path(in: folder.url.path)).documents()
    #expect(stored.map(\.user).suffix(2) == ["alice", "bob"])
  }

  /// What just lay where a start looks for a document is not asked for: whoever changes the file means it to count.
  @Test func onlyDocumentsSomebodyAskedForAreTakenAgain() async throws {
    try await withDaemon(memory: options, origin: .usual) { _ in }
    #expect(try StoreReader(path: Store.path(in: folder.url.path)).contents().chosenDocument == nil)
    try await withDaemon(memory: options, origin: .usual) { daemon in
      _ = try await daemon.apply(SubmittedDocument(name: "a.plist", reading: Array(Documents.telnet.utf8)))
    }
    let contents = try StoreReader(path: Store.path(in: folder.url.path)).contents()
    #expect(contents.chosenDocument?.name == "a.plist")
    // The same document started with twice is one.
    #expect(contents.documents.map(\.name) == ["first.plist", "a.plist"])
  }

  /// As tools do that see to it every few minutes that all is as it should be.
  @Test func applyingTheSameAgainLeavesTheWayBack() async throws {
    try await withDaemon(memory: options) { daemon in
      let second = Array(Documents.telnet.replacingOccurrences(of: "rest", with: "others").utf8)
      for _ in 0..<12 { try await daemon.expectApplied(SubmittedDocument(name: "second.plist", reading: second)) }
      #expect(await daemon.pastDocuments().documents.map(\.name) == ["second.plist", "first.plist"])
      #expect(await daemon.flushMemory()?.problem == nil)
    }
    let stored = try StoreReader(path: Store.path(in: folder.url.path)).documents()
    #expect(stored.map(\.name) == ["first.plist", "second.plist"])
  }

  /// Somebody else keeps the database from being written to: like a disk that takes its time.
  @Test func whoGoesBackWaitsForNoDisk() async throws {
    try await withDaemon(memory: options) { daemon in
      let second = Documents.telnet.replacingOccurrences(of: "rest", with: "others")
      try await daemon.expectApplied(SubmittedDocument(name: "second.plist", reading: Array(second.utf8)))
      #expect(await daemon.flushMemory()?.problem == nil)
      let other = try Program("python3").start([
        "-c",
        "import sqlite3, sys, time; db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute('BEGIN IMMEDIATE'); "
          + "print('held', file=sys.stderr, flush=True); time.sleep(60)",
        Store.path(in: folder.url.path),
      ])
      try await waitUntil("the database is held") { other.errors.contains("held") }
      try await daemon.expectApplied(SubmittedDocument(name: "third.plist", reading: Array(Documents.telnet.utf8)))
      let isWritten = Atomic(false)
      async let flush: Void = {
        _ = await daemon.flushMemory()
        isWritten.store(true, ordering: .releasing)
      }()
      #expect(await daemon.pastDocuments().documents.map(\.name) == ["third.plist", "second.plist", "first.plist"])
      #expect(try await daemon.rollBack(2).document.name == "first.plist")
      let hasWaited = isWritten.load(ordering: .acquiring)
      #expect(!hasWaited, "nobody has waited for the flush")
      try await other.kill()
      await flush
      try await daemon.waitForMemory("all is written") { $0.problem == nil }
    }
    let stored = try StoreReader(path: Store.path(in: folder.url.path)).documents()
    #expect(stored.map(\.name) == ["first.plist"])
  }

  // MARK: Trouble

  @Test func withoutADirectoryTheDaemonGoesOnAndCatchesUp() async throws {
    let later = MemoryOptions(directory: folder.path("later"))
    try await withDaemon(memory: later) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      let problem = try #require(await daemon.flushMemory()?.problem)
      #expect(problem.hasSuffix("the directory \(folder.path("later")): No such file or directory"))
      try FileManager.default.createDirectory(atPath: folder.path("later"), withIntermediateDirectories: false)
      try await daemon.waitForMemory("there is a directory") { $0.problem == nil }
    }
    try await withDaemon(memory: later) { daemon in
      try await daemon.expectTriggered(["203.0.113.9"])
      #expect(try await daemon.documents().map(\.name) == ["first.plist"])
    }
  }

  @Test func aDatabaseThatIsTakenAwayIsBegunAnew() async throws {
    try await withDaemon(memory: options) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      #expect(await daemon.flushMemory()?.problem == nil)
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
        try FileManager.default.removeItem(atPath: folder.path(file))
      }
      #expect(await daemon.flushMemory()?.problem != nil)
      try await daemon.waitForMemory("there is a database again") { $0.problem == nil }
    }
    try await withDaemon(memory: options) { daemon in try await daemon.expectTriggered(["203.0.113.9"]) }
  }

  @Test func aDamagedDatabaseIsPutAside() async throws {
    try Data(repeating: 7, count: 9_999).write(to: URL(fileURLWithPath: Store.path(in: folder.url.path)))
    try await withDaemon(memory: options) { daemon in
      #expect(await daemon.flushMemory()?.problem == nil)
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(files.contains { $0.hasPrefix("sentry.db.damaged-") })
    try await withDaemon(memory: options) { daemon in try await daemon.expectTriggered(["203.0.113.9"]) }
  }

  @Test func twoDaemonsDoNotShareAMemory() async throws {
    try await withDaemon(memory: options) { first in
      try await first.judge(Packets.telnet(from: "203.0.113.9"))
      _ = await first.flushMemory()
      try await withDaemon(memory: options) { second in
        try await second.expectTriggered([])
        let problem = await second.flushMemory()?.problem
        #expect(problem == "another sentry keeps its memory in \(Store.path(in: folder.url.path))")
      }
    }
  }

  @Test func aNewerDatabaseIsLeftAlone() async throws {
    let path = Store.path(in: folder.url.path)
    try await withDaemon(memory: options) { _ in }
    let run = try await Program("python3").run([
      "-c",
      "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); "
        + "db.execute(\"INSERT INTO grdb_migrations VALUES ('from the future')\"); db.commit(); db.close()", path,
    ])
    #expect(run.status == 0, "\(run.errors)")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    try await withDaemon(memory: options) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      let problem = await daemon.flushMemory()?.problem
      #expect(problem == "\(path) was written by a newer sentry, and is left as it is")
      try await daemon.expectTriggered(["203.0.113.9"])
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }
}

/// On a small disk of their own.
@Suite(.enabled(if: SmallDisk.isPossible, "mounting takes root"))
struct MemoryDiskTests {
  @Test(arguments: SmallDisk.Kind.allCases)
  func aFullDiskCostsNothingButTime(kind: SmallDisk.Kind) async throws {
    try await SmallDisk.with(kind, megabytes: 16) { disk in
      try await withDaemon(memory: MemoryOptions(directory: disk)) { daemon in
        #expect(await daemon.flushMemory()?.problem == nil)
        let ballast = try SmallDisk.fill(disk)
        try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
        for _ in 0..<20 { try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 500) }
        try await daemon.waitForMemory("the disk is full") { $0.problem?.hasSuffix("disk is full") == true }
        try await daemon.expectTriggered(["203.0.113.9"])
        try FileManager.default.removeItem(at: ballast)
        try await daemon.waitForMemory("there is room again") { $0.problem == nil && $0.written >= 10_000 }
        #expect(await daemon.flushMemory()?.lost == 0)
      }
      var filter = EventFilter()
      filter.rule = "rest"
      #expect(try storedEntries(in: disk, filter).count == 10_000)
      let messages = try storedEntries(in: disk).compactMap(\.message)
      #expect(messages.count { $0.hasPrefix("nothing is kept on disk, until that is possible: ") } == 1)
      #expect(messages.contains("everything is kept on disk again; nothing of the log is missing"))
    }
  }

  /// What was killed has left a log that must be read into memory first; its index is gone, and there is hardly room for one.
  @Test(arguments: [0, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64])
  func aNearlyFullDiskIsReadAtStart(kilobytes: Int) async throws {
    let folder = try TemporaryFolder()
    try await SmallDisk.with(.smallBlocks, megabytes: 24) { disk in
      try await withDaemon(memory: MemoryOptions(directory: folder.url.path)) { daemon in
        for number in 1...200 { try await daemon.judge(Packets.telnet(from: "203.0.113.\(number)")) }
        #expect(await daemon.flushMemory()?.problem == nil)
        for file in ["sentry.db", "sentry.db-wal"] {
          try FileManager.default.copyItem(atPath: folder.path(file), toPath: disk + "/" + file)
        }
      }
      let ballast = try SmallDisk.fill(disk, butKilobytes: kilobytes)
      try await withDaemon(memory: MemoryOptions(directory: disk)) { daemon in
        #expect(try await daemon.table(.trigger).entries.count == 200)
        #expect(await daemon.flushMemory()?.problem?.hasSuffix("disk is full") == true)
        try FileManager.default.removeItem(at: ballast)
        try await daemon.waitForMemory("there is room again") { $0.problem == nil }
      }
    }
  }

  @Test func aReadOnlyDiskIsReadAndWrittenToOnceThatIsPossible() async throws {
    try await SmallDisk.with(megabytes: 8) { disk in
      let options = MemoryOptions(directory: disk)
      try await withDaemon(memory: options) { try await $0.judge(Packets.telnet(from: "203.0.113.1")) }
      try await SmallDisk.remount(disk, "ro")
      try await withDaemon(memory: options) { daemon in
        try await daemon.expectTriggered(["203.0.113.1"])
        try await daemon.judge(Packets.telnet(from: "203.0.113.2"))
        #expect(await daemon.flushMemory()?.problem != nil)
        try await SmallDisk.remount(disk, "rw")
        try await daemon.waitForMemory("the disk can be written to") { $0.problem == nil }
      }
      try await withDaemon(memory: options) { daemon in
        try await daemon.expectTriggered(["203.0.113.1", "203.0.113.2"])
      }
    }
  }
}
