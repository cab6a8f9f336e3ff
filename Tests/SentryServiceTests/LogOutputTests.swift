import Foundation
import Logging
import SentryControl
import SentryEngine
import SentryJournal
import SentryPacket
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryService

/// Runs a daemon that writes its log to places of a test; everything is written when this returns.
private func withDaemon(
  _ options: JournalOptions, memory: MemoryOptions = MemoryOptions(), _ body: (SentryDaemon) async throws -> Void
) async throws {
  try await withDaemon(memory: memory, journal: options, body)
}

private let host = LogPlace(timeZone: .gmt, hostName: "gw")

private func options(_ places: String..., limit: UInt32? = nil) throws -> JournalOptions {
  var options = JournalOptions()
  options.destinations = try places.map { try LogDestination($0) }
  options.limit = LogLimit(entriesPerSecond: limit)
  options.destinationLimit = options.limit
  options.host = host
  return options
}

private func lines(_ path: String) throws -> [String] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}

extension SentryDaemon {
  fileprivate func places() async throws -> [LogPlaceReport] { try await status().log?.places ?? [] }

  fileprivate nonisolated func waitForPlace(
    _ index: Int, _ state: String, _ condition: (LogPlaceReport) -> Bool
  ) async throws {
    try await waitUntil(state) { condition(try await places()[index]) }
  }
}

@Suite struct LogOutputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `files, the store and followers get the same entries in the same order`() async throws {
    let (json, eve) = (folder.path("a.json"), folder.path("b.json"))
    var followed: [LogEntry] = []
    try await withDaemon(
      options("\(json):json", "\(eve):eve", limit: 100), memory: MemoryOptions(directory: folder.url.path)
    ) { daemon in
      let stream = daemon.journal.follow()
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 600)
      _ = try await daemon.setEnabled(false)
      _ = try await daemon.setEnabled(true)
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      await daemon.stop()
      for await entry in stream { followed.append(entry) }
    }
    // Five seconds' worth of rule 2, three messages (the last is of what was left out), and the packet of rule 1.
    #expect(followed.count >= 504)
    #expect(followed.contains { $0.message == "firewall off" })
    let reader = LogReader(host)
    #expect(try lines(json).map { reader.read($0[...]) } == followed.map { .entry($0) })
    #expect(try lines(eve).map { reader.read($0[...]) } == followed.map { .entry($0) })
    var stored: [LogEntry] = []
    try StoreReader(path: Store.path(in: folder.url.path)).forEachEntry(EventFilter(), limit: nil) { stored.append($0) }
    let order = { (a: LogEntry, b: LogEntry) in (a.time, a.message ?? a.rule) < (b.time, b.message ?? b.rule) }
    #expect(stored.sorted(by: order) == followed.sorted(by: order))
  }

  @Test func `what goes beyond the limit is counted and said`() async throws {
    let path = folder.path("a.log")
    try await withDaemon(options(path, limit: 10)) { daemon in
      for _ in 0..<24 { try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 500) }
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 395)
      try await waitUntil("all are seen") {
        let log = try #require(try await daemon.status().log)
        return log.suppressed + log.places[0].written >= 12_395
      }
    }
    let lines = try lines(path)
    let kept = lines.count { $0.contains("packet logged 2 rest") }
    #expect((50..<5_000).contains(kept))
    let told = lines.compactMap { $0.firstMatch(of: #/  2 rest: ([0-9,]+) entries suppressed in [0-9]+ s$/#)?.1 }
    let suppressed = told.compactMap { Int($0.filter(\.isNumber)) }.reduce(0, +)
    #expect(suppressed == 12_395 - kept, "\(told)")
  }

  @Test func `switched off, nothing of what rules log is written, and all else goes on`() async throws {
    let path = folder.path("a.log")
    try await withDaemon(options(path)) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.1"))
      try await waitUntil("the entry is written") { try await daemon.places()[0].written == 1 }
      #expect(await daemon.setLogging(false) == EnabledReply(enabled: false, wasEnabled: true))
      #expect(await daemon.setLogging(false) == EnabledReply(enabled: false, wasEnabled: false))
      try await daemon.judge(Packets.telnet(from: "203.0.113.2"))
      try await waitUntil("the entry is left out") { try await daemon.status().log?.unwritten == 1 }
      #expect(try await daemon.status().log?.enabled == false)
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.2"])
      #expect(try await daemon.activeRules().rules.map(\.matchCount) == [1, 1])
      #expect(await daemon.setLogging(true) == EnabledReply(enabled: true, wasEnabled: false))
      try await daemon.judge(Packets.udp(from: "203.0.113.3"))
    }
    let entries = try lines(path).map { String($0.dropFirst(21)) }
    #expect(entries.count == 4)
    #expect(entries[0].contains("UDP 203.0.113.1:40000"))
    #expect(entries[1] == "log off: what rules log is not written")
    #expect(entries[2] == "log on")
    #expect(entries[3].contains("UDP 203.0.113.3:40000"))
  }

  @Test func `one place in trouble is named, holds up no other, and recovers`() async throws {
    let (good, late) = (folder.path("good.log"), folder.path("missing/late.log"))
    try await withDaemon(options(good, late)) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 100)
      try await daemon.waitForPlace(1, "the folder is missed") { $0.problem == "No such file or directory" }
      try await daemon.waitForPlace(0, "the other file is written") { $0.written == 101 && $0.problem == nil }
      try FileManager.default.createDirectory(atPath: folder.path("missing"), withIntermediateDirectories: false)
      try await daemon.waitForPlace(1, "the file is written") { $0.problem == nil && $0.written >= 101 }
    }
    let messages = try lines(late).filter { $0.contains("log to ") }.map { String($0.dropFirst(21)) }
    #expect(
      messages == ["log to \(late): No such file or directory", "log to \(late) is written again; nothing is missing"])
    #expect(try lines(late) == lines(good))
  }

  @Test func `a file that somebody moves away is made anew when asked`() async throws {
    let path = folder.path("a.log")
    try await withDaemon(options(path)) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.1"))
      try await waitUntil("the entry is written") { try await daemon.places()[0].written == 1 }
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      daemon.journal.reopenOutputs()
      try await daemon.judge(Packets.udp(from: "203.0.113.2"))
    }
    #expect(try lines(path + ".1").count == 1)
    #expect(try lines(path).count == 1)
  }

  @Test func `who reads slowly or not at all costs entries, never the end`() async throws {
    let path = folder.path("socket")
    let reader = try DatagramReader(at: path)
    try await withDaemon(options("syslog:\(path)")) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 20_000)
      try await daemon.waitForPlace(0, "its reader does not keep up") { $0.problem == "its reader does not keep up" }
      #expect(try await daemon.activeRules().rules.last?.matchCount == 20_000)
    }
    #expect(!reader.all().isEmpty)
  }
}

@Suite(.enabled(if: SmallDisk.isPossible, "mounting takes root"))
struct LogOutputDiskTests {
  @Test func `a full disk costs nothing but time`() async throws {
    try await SmallDisk.with { disk in
      let path = disk + "/a.log"
      try await withDaemon(options(path)) { daemon in
        try await daemon.judge(Packets.udp(from: "203.0.113.1"))
        try await daemon.waitForPlace(0, "the entry is written") { $0.written == 1 }
        let ballast = try SmallDisk.fill(disk)
        try await daemon.judge(Packets.udp(from: "203.0.113.2"), count: 2_000)
        try await daemon.waitForPlace(0, "the disk is full") { $0.problem == "No space left on device" }
        #expect(try await daemon.activeRules().rules.last?.matchCount == 2_001)
        try FileManager.default.removeItem(at: ballast)
        try await daemon.waitForPlace(0, "there is room again") { $0.problem == nil && $0.written >= 2_002 }
        #expect(try await daemon.places()[0].lost == 0)
      }
      let text = try lines(path)
      #expect(text.count { $0.contains("packet logged 2 rest") } == 2_001)
      #expect(text.count { $0.hasSuffix("log to \(path): No space left on device") } == 1)
      #expect(text.count { $0.hasSuffix("log to \(path) is written again; nothing is missing") } == 1)
      #expect(text.count == 2_003)
    }
  }
}

@Suite struct OutputQueueTests {
  private let event = EngineEvent(time: Timestamp(seconds: 1), kind: .log, label: 0, isLogged: true)

  private func size(_ task: OutputQueue.Task) -> Int? {
    guard case .write(.events(let events)) = task else { return nil }
    return events.count
  }

  @Test func `what does not fit is counted`() {
    let queue = OutputQueue(capacity: 10)
    queue.append(Array(repeating: event, count: 7))
    queue.append(Array(repeating: event, count: 7))
    queue.append(StoredMessage(time: Timestamp(seconds: 1), text: "firewall on"))
    #expect(queue.lost == 5)
    #expect(size(queue.next(100)) == 7)
    queue.remove(7)
    #expect(size(queue.next(100)) == 3)
    queue.append(StoredMessage(time: Timestamp(seconds: 1), text: "firewall off"))
    #expect(queue.lost == 5)
  }

  @Test func `entries stay until they are dealt with, and come in pieces`() {
    let queue = OutputQueue(capacity: 10)
    queue.append(Array(repeating: event, count: 7))
    #expect(size(queue.next(4)) == 4)
    #expect(size(queue.next(4)) == 4)
    queue.remove(4)
    #expect(size(queue.next(4)) == 3)
    queue.remove(2)
    #expect(size(queue.next(4)) == 1)
    queue.remove(1)
    #expect(!queue.hasEntries)
  }

  @Test func `the end comes after everything`() {
    let queue = OutputQueue(capacity: 10)
    queue.append([event])
    queue.finish()
    queue.reopen()
    guard case .reopen = queue.next(4) else {
      Issue.record("not reopened")
      return
    }
    #expect(size(queue.next(4)) == 1)
    queue.remove(1)
    guard case .end = queue.next(4) else {
      Issue.record("no end")
      return
    }
  }
}
