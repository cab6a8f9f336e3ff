import Foundation
import SentryJournal
import SentryTestSupport
import Testing

@Suite struct FileSinkTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("sentry.log")
  }

  private func sink(
    _ form: LogFormatName = .text, bytes: Int64? = nil, isDaily: Bool = false, kept: Int = 10
  ) throws -> any LogSink {
    var rotation = LogRotation()
    (rotation.bytes, rotation.isDaily, rotation.kept) = (bytes, isDaily, kept)
    return LogDestination(.file(path), form: form).sink(SampleEntries.place, rotation: rotation)
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  // MARK: Forms

  @Test(arguments: [LogFormatName.text, .plist, .eve, .json])
  func `each entry has a line that reads back`(form: LogFormatName) throws {
    let entries =
      try SampleEntries.packets(2) + [SampleEntries.message, SampleEntries.packet(parameter: "a; \"b\"")]
    #expect(try sink(form).write(entries, now: SampleEntries.start) == SinkOutcome(written: 4))
    let read = try SampleEntries.read(path)
    #expect(read.count == 4)
    #expect(read == entries.map { .entry($0) })
  }

  @Test func `entries that the form leaves out are dealt with`() throws {
    let entries = [SampleEntries.message, try SampleEntries.packet(), SampleEntries.message]
    #expect(try sink(.ipfw).write(entries, now: SampleEntries.start) == SinkOutcome(written: 3))
    #expect(try SampleEntries.read(path).count == 1)
    #expect(try sink(.ipfw).write([SampleEntries.message], now: SampleEntries.start) == SinkOutcome(written: 1))
  }

  @Test func `what is there already stays`() throws {
    let first = try SampleEntries.packets(3)
    _ = try sink().write(first, now: SampleEntries.start)
    _ = try sink().write([SampleEntries.message], now: SampleEntries.start)
    #expect(try SampleEntries.read(path) == (first + [SampleEntries.message]).map { .entry($0) })
  }

  @Test func `others may not read the file`() throws {
    _ = try sink().write([SampleEntries.message], now: SampleEntries.start)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
  }

  // MARK: Rotation

  @Test func `no file becomes larger than it may, and no entry is lost`() throws {
    let entries = try SampleEntries.packets(100)
    let sink = try sink(bytes: 1_308)
    for start in stride(from: 0, to: 100, by: 7) {
      let some = Array(entries[start..<min(start + 7, 100)])
      #expect(sink.write(some, now: SampleEntries.start) == SinkOutcome(written: some.count))
    }
    let names = try files()
    for name in names {
      let size = try #require(try FileManager.default.attributesOfItem(atPath: folder.path(name))[.size] as? Int)
      #expect((1...1_308).contains(size), "\(name)")
    }
    // A line is 119 bytes long: ten fill a file.
    #expect(names.count == 10)
    #expect(try SampleEntries.readAll(path, old: 9) == entries.map { .entry($0) })
  }

  @Test func `only so many old files stay, the latest`() throws {
    let entries = try SampleEntries.packets(100)
    _ = try sink(bytes: 1_308, kept: 3).write(entries, now: SampleEntries.start)
    #expect(try files() == ["sentry.log", "sentry.log.1", "sentry.log.2", "sentry.log.3"])
    #expect(try SampleEntries.readAll(path, old: 3) == entries.suffix(40).map { .entry($0) })
  }

  @Test func `without old files the file begins anew`() throws {
    _ = try sink(bytes: 1_308, kept: 0).write(try SampleEntries.packets(15), now: SampleEntries.start)
    #expect(try files() == ["sentry.log"])
    #expect(try SampleEntries.read(path).count == 5)
  }

  @Test func `an entry that is larger than a file may be has one of its own`() throws {
    let large = try SampleEntries.packet(parameter: String(repeating: "x", count: 500))
    #expect(
      try sink(bytes: 100).write([SampleEntries.message, large, SampleEntries.message], now: SampleEntries.start)
        == SinkOutcome(written: 3))
    #expect(
      try SampleEntries.readAll(path, old: 2) == [
        .entry(SampleEntries.message), .entry(large), .entry(SampleEntries.message),
      ])
  }

  @Test func `each day has a file`() throws {
    let sink = try sink(isDaily: true)
    let day = 86_400.0
    let entries = try SampleEntries.packets(4)
    // The last second of a day, the first of the next, the same day again, and three days later.
    let midnight = 1_715_040_000.0
    for (entry, now) in zip(entries, [midnight - 1, midnight, midnight + 3_600, midnight + 3 * day]) {
      #expect(sink.write([entry], now: now) == SinkOutcome(written: 1))
    }
    #expect(try files() == ["sentry.log", "sentry.log.1", "sentry.log.2"])
    #expect(try SampleEntries.read(path + ".2") == [.entry(entries[0])])
    #expect(try SampleEntries.read(path + ".1") == [.entry(entries[1]), .entry(entries[2])])
    #expect(try SampleEntries.read(path) == [.entry(entries[3])])
  }

  @Test func `a file of an earlier day makes way at the start`() throws {
    _ = try folder.write("sentry.log", "2024-05-05 07:08:09  firewall off\n")
    let yesterday = Date(timeIntervalSince1970: SampleEntries.start - 86_400)
    try FileManager.default.setAttributes([.modificationDate: yesterday], ofItemAtPath: path)
    _ = try sink(isDaily: true).write([SampleEntries.message], now: SampleEntries.start)
    #expect(try files() == ["sentry.log", "sentry.log.1"])
    #expect(try SampleEntries.read(path) == [.entry(SampleEntries.message)])
  }

  @Test func `a clock that was set back begins no file`() throws {
    let sink = try sink(isDaily: true)
    _ = sink.write([SampleEntries.message], now: SampleEntries.start)
    _ = sink.write([SampleEntries.message], now: SampleEntries.start - 3 * 86_400)
    #expect(try files() == ["sentry.log"])
  }

  // MARK: Others

  @Test(arguments: [true, false])
  func `after somebody moved the file a fresh one takes its place`(isAsked: Bool) throws {
    let sink = try sink()
    let entries = try SampleEntries.packets(2)
    _ = sink.write([entries[0]], now: SampleEntries.start)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
    if isAsked { sink.reopen() }
    _ = sink.write([entries[1]], now: SampleEntries.start)
    #expect(try SampleEntries.read(path + ".old") == [.entry(entries[0])])
    #expect(try SampleEntries.read(path) == [.entry(entries[1])])
  }

  @Test func `after somebody emptied the file it is written from its beginning`() throws {
    let sink = try sink(bytes: 1_308)
    _ = sink.write(try SampleEntries.packets(9), now: SampleEntries.start)
    try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: 0)
    _ = sink.write(try SampleEntries.packets(9), now: SampleEntries.start)
    #expect(try files() == ["sentry.log"])
    #expect(try SampleEntries.read(path).count == 9)
  }

  @Test func `a folder that is not there is waited for`() throws {
    let missing = folder.path("missing")
    let sink = LogDestination(.file(missing + "/sentry.log")).sink(SampleEntries.place, rotation: LogRotation())
    let problem = SinkOutcome(written: 0, problem: "No such file or directory")
    #expect(sink.write([SampleEntries.message], now: SampleEntries.start) == problem)
    #expect(sink.write([SampleEntries.message], now: SampleEntries.start) == problem)
    try FileManager.default.createDirectory(atPath: missing, withIntermediateDirectories: false)
    #expect(sink.write([SampleEntries.message], now: SampleEntries.start) == SinkOutcome(written: 1))
    #expect(try SampleEntries.read(missing + "/sentry.log") == [.entry(SampleEntries.message)])
  }

  @Test func `a file that cannot make way is written all the same`() throws {
    let sink = try sink(bytes: 1_308, kept: 1)
    // A folder is no file's to replace.
    try FileManager.default.createDirectory(atPath: path + ".1", withIntermediateDirectories: false)
    let outcome = sink.write(try SampleEntries.packets(15), now: SampleEntries.start)
    #expect(outcome.written == 15)
    #expect(outcome.problem?.hasPrefix("cannot be renamed to make way for a fresh one: ") == true)
    #expect(try SampleEntries.read(path).count == 15)
  }

  @Test func `a pipe that nobody reads, and one whose reader has gone`() async throws {
    #expect(try await Program("mkfifo").run([path]).status == 0)
    let sink = try sink()
    #expect(
      sink.write([SampleEntries.message], now: SampleEntries.start)
        == SinkOutcome(written: 0, problem: "nobody reads this pipe"))
    let reader = try #require(FileHandle(forUpdatingAtPath: path))
    #expect(sink.write([SampleEntries.message], now: SampleEntries.start) == SinkOutcome(written: 1))
    let line = reader.availableData
    #expect(String(decoding: line, as: UTF8.self) == "2024-05-06 07:08:09  firewall on\n")
    let many = try SampleEntries.packets(1_000)
    let outcome = sink.write(many, now: SampleEntries.start)
    #expect(outcome.problem == "its reader does not keep up")
    #expect(outcome.written < 1_000)
  }
}

@Suite(.enabled(if: SmallDisk.isPossible, "mounting takes root"))
struct FileSinkDiskTests {
  @Test func `a full disk cuts no line and costs no entry`() async throws {
    try await SmallDisk.with { disk in
      let path = disk + "/sentry.log"
      let sink = LogDestination(.file(path)).sink(SampleEntries.place, rotation: .never)
      let entries = try SampleEntries.packets(20_000)
      let first = sink.write(entries, now: SampleEntries.start)
      #expect(first.problem == "No space left on device")
      #expect((1..<20_000).contains(first.written))
      #expect(try SampleEntries.read(path) == entries.prefix(first.written).map { .entry($0) })
      #expect(
        sink.write(Array(entries[first.written...]), now: SampleEntries.start)
          == SinkOutcome(written: 0, problem: "No space left on device"))

      // Somebody moves it to a larger disk.
      try FileManager.default.removeItem(atPath: path)
      let rest = Array(entries[first.written...].prefix(100))
      #expect(sink.write(rest, now: SampleEntries.start) == SinkOutcome(written: 100))
      #expect(try SampleEntries.read(path) == rest.map { .entry($0) })
    }
  }

  @Test func `a read-only disk is written to once that is possible`() async throws {
    try await SmallDisk.with { disk in
      try await SmallDisk.remount(disk, "ro")
      let sink = LogDestination(.file(disk + "/sentry.log")).sink(SampleEntries.place, rotation: LogRotation())
      #expect(
        sink.write([SampleEntries.message], now: SampleEntries.start)
          == SinkOutcome(written: 0, problem: "Read-only file system"))
      try await SmallDisk.remount(disk, "rw")
      #expect(sink.write([SampleEntries.message], now: SampleEntries.start) == SinkOutcome(written: 1))
    }
  }
}
