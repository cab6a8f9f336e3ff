import Foundation
import SentryEngine
import SentryJournal
import SentryPacket
import SentryRules
import Synchronization

private let row = "log on disk"
private let eventsPerBatch = 8_000

/// Writes a log, asks it for one address, and judges packets while somebody writes as much a second as is to be sustained.
func measureMemory(document: String, capture: String, events: Int) throws {
  let folder = try Folder()
  defer { folder.remove() }
  let store = try Store(directory: folder.path)
  let log = SomeLog()
  let writing = try seconds {
    var written = 0
    while written < events {
      try write(log.events(written..<written + eventsPerBatch), of: log, to: store)
      written += eventsPerBatch
    }
  }
  Figure(
    row: row, measure: "events written, \(events) in a row", value: Double(events) / writing, unit: "events/s",
    wanted: .atLeast(20_000)
  ).report()
  let burst = try seconds { try write(log.events(events..<events + 100_000), of: log, to: store) }
  Figure(row: row, measure: "a burst of 100,000 events, until written", value: burst, unit: "s").report()
  try measureQuestions(about: log, in: folder.path)
  try measureSlowdown(document, capture, store, log)
}

private func measureQuestions(about log: SomeLog, in directory: String) throws {
  for (measure, source) in [("of 1 in 5,000", log.source(17)), ("that all events have", SomeLog.destination)] {
    var filter = EventFilter()
    filter.addresses = AddressRange(prefix: source, length: 128)
    var fastest = Fastest()
    for _ in 0..<5 {
      var found = 0
      try fastest.run {
        try StoreReader(path: Store.path(in: directory)).forEachEntry(filter, limit: 1_000) { _ in found += 1 }
      }
      guard found == 1_000 else { fail("\(row): \(found) entries found") }
    }
    Figure(
      row: row, measure: "the latest 1,000 of an address \(measure)", value: fastest.seconds * 1e3, unit: "ms",
      wanted: .atMost(100)
    ).report()
  }
}

/// Judging alone, and while 20,000 events a second are written by another thread, in turn.
private func measureSlowdown(_ document: String, _ capture: String, _ store: Store, _ log: SomeLog) throws {
  let ruleSet = try ruleSet(ofFile: document)
  let frames = try HeldFrames(capture: capture, every: 390, atMost: 256)
  var judging = Judging(ruleSet, frames)
  let writer = Writer(store: store, log: log)
  let ended = DispatchSemaphore(value: 0)
  Task.detached {
    await writer.run()
    ended.signal()
  }
  var (alone, beside) = (0.0, 0.0)
  for _ in 0..<6 {
    writer.isWriting.store(false, ordering: .relaxed)
    Thread.sleep(forTimeInterval: 0.5)
    alone = max(alone, judged(by: &judging, frames.count, for: 2))
    writer.isWriting.store(true, ordering: .relaxed)
    beside = max(beside, judged(by: &judging, frames.count, for: 2))
  }
  writer.isOver.store(true, ordering: .relaxed)
  ended.wait()
  Figure(
    row: row, measure: "judging while 20,000 events/s are written, slower by", value: max(0, 1 - beside / alone) * 100,
    unit: "%", wanted: .atMost(2)
  ).report()
}

/// - Returns: packets per second, over so many seconds.
private func judged(by judging: inout Judging, _ count: Int, for duration: Double) -> Double {
  var packets = 0
  let start = ContinuousClock.now
  while start.duration(to: .now) < .seconds(duration) {
    for _ in 0..<40 { judging.judge() }
    packets += 40 * count
  }
  return Double(packets) / (start.duration(to: .now) / .seconds(1))
}

/// Writes as the daemon does.
private final class Writer: Sendable {
  let isWriting = Atomic(false)
  let isOver = Atomic(false)
  private let store: Store
  private let log: SomeLog

  init(store: Store, log: SomeLog) {
    self.store = store
    self.log = log
  }

  func run() async {
    while !isOver.load(ordering: .relaxed) {
      let start = ContinuousClock.now
      if isWriting.load(ordering: .relaxed) { await writeOnce() }
      try? await Task.sleep(until: start + .milliseconds(400))
    }
  }

  private func writeOnce() async {
    do {
      var batch = StoreBatch()
      batch.events = log.events(0..<eventsPerBatch)
      try await store.write(batch, words: log.words, retention: SomeLog.retention, now: SomeLog.start)
    } catch {
      fail("\(row): \(error)")
    }
  }
}

private func write(_ events: [EngineEvent], of log: SomeLog, to store: Store) throws {
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do {
      var batch = StoreBatch()
      batch.events = events
      try await store.write(batch, words: log.words, retention: SomeLog.retention, now: SomeLog.start)
    } catch {
      fail("\(row): \(error)")
    }
    done.signal()
  }
  done.wait()
}

/// Events of 5,000 sources and 50 rules, a millisecond apart.
private struct SomeLog: Sendable {
  static let destination = IPAddress(v4: 0xC000_020A)
  static let start = Timestamp(seconds: 1_700_000_000)
  static let retention = Retention(seconds: .max, bytes: .max)
  let words = EventWords(labels: RuleLabels(), interfaces: ["eth0"], isDryRun: false)
  private let rules: [UInt32]

  init() {
    rules = (1...50).map { [labels = words.labels] in
      labels.number(of: RuleLabel(number: "2.\($0)", name: "rule \($0)"))
    }
  }

  func source(_ number: Int) -> IPAddress {
    IPAddress(v4: UInt32(truncatingIfNeeded: number % 5_000) &* 0x9E37_79B1)
  }

  func events(_ numbers: Range<Int>) -> [EngineEvent] {
    numbers.map { number in
      var event = EngineEvent(
        time: Timestamp(nanoseconds: Self.start.nanoseconds + Int64(number) * 1_000_000), kind: .delete,
        label: rules[number % 50], isLogged: true)
      event.hasPacket = true
      event.present = [.addresses, .protocolNumber, .ports]
      event.protocolNumber = 6
      event.byteCount = 60
      event.sourcePort = UInt16(truncatingIfNeeded: number)
      event.destinationPort = 23
      event.source = source(number)
      event.destination = Self.destination
      return event
    }
  }
}

private struct Folder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("sentry-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
