import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryCapture

/// Whoever reads, our own reader or libpcap: the frames, the errors and their order are the same.
struct PlainRecordsTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Reads by both, in each of our ways, all at once and in small portions; the result of ours.
  @discardableResult
  private func readByBoth(_ path: String, _ name: String = "") -> CaptureReading {
    let ours = CaptureReading(of: path)
    let libpcaps = CaptureReading(of: path, way: nil)
    #expect(ours == libpcaps, "\(name)")
    #expect(CaptureReading(of: path, portion: 3) == libpcaps, "\(name), three at a time")
    for way in [.mapped(atMost: Self.part), .copied(atMost: Self.part)] as [PlainRecords.Way] {
      #expect(CaptureReading(of: path, way: way) == libpcaps, "\(name), \(way)")
    }
    #expect(!libpcaps.beganPlain)
    return ours
  }

  /// Small, so that files have several.
  private static let part = 1 << 16

  // MARK: Files there are

  @Test(
    "captures of other projects", .enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"))
  func corpus() {
    let plain = Corpus.captures.count { readByBoth(Corpus.path($0), $0).beganPlain }
    #expect(plain > Corpus.captures.count / 2, "\(plain) of \(Corpus.captures.count)")
  }

  @Test("what we ship", arguments: TestFiles.samples)
  func sample(_ name: String) {
    let reading = readByBoth(TestFiles.path(name))
    #expect(reading.beganPlain)
    #expect(reading.error == nil)
    #expect(!reading.frames.isEmpty)
  }

  @Test("damaged at random", arguments: 0..<8 as Range<UInt64>)
  func damaged(seed: UInt64) throws {
    var captures = RandomCapture(seed: seed)
    var plain = 0
    var failing = 0
    for round in 0..<250 {
      let reading = readByBoth(try folder.write("capture", captures.next()), "seed \(seed), round \(round)")
      plain += reading.beganPlain ? 1 : 0
      failing += reading.beganPlain && reading.error != nil ? 1 : 0
    }
    #expect(plain > 50)
    #expect(failing > 10)
  }

  // MARK: Files with something particular

  private static let frame = Frame.udp(
    from: "203.0.113.9", 1, to: "192.0.2.10", 2, payload: Array(repeating: 7, count: 60))

  /// A header and three records of which the second is as `middle` writes it.
  private static func capture(
    _ order: CaptureBytes.Order = .littleEndian, magic: UInt32 = 0xA1B2_C3D4, minor: UInt16 = 4,
    snapshotLength: UInt32 = 65_535, linkType: UInt32 = 1,
    _ middle: (inout CaptureBytes) -> Void = { $0.pcapRecord(seconds: 2, fraction: 0, frame: frame) }
  ) -> CaptureBytes {
    var capture = CaptureBytes(order)
    capture.pcapHeader(magic: magic, minor: minor, snapshotLength: snapshotLength, linkType: linkType)
    capture.pcapRecord(seconds: 1, fraction: 0, frame: frame)
    middle(&capture)
    capture.pcapRecord(seconds: 3, fraction: 0, frame: frame)
    return capture
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let capture: CaptureBytes
    var readsPlain = true
    /// Of each frame, as many as are delivered.
    var capturedLengths: [Int]
    var wireLengths: [Int]?
    /// In the frame that would be next; `nil` if the file is whole.
    var reason: String?
  }

  private static let whole = frame.count
  private static let cases: [Case] = [
    Case(
      testDescription: "a frame without bytes",
      capture: capture { $0.pcapRecord(seconds: 2, fraction: 0, frame: [], wireLength: 60) },
      capturedLengths: [whole, 0, whole], wireLengths: [whole, 60, whole]),
    Case(
      testDescription: "more bytes captured than were sent",
      capture: capture { $0.pcapRecord(seconds: 2, fraction: 0, frame: frame, wireLength: 20) },
      capturedLengths: [whole, whole, whole], wireLengths: [whole, 20, whole]),
    Case(
      testDescription: "the longest wire length there is",
      capture: capture { $0.pcapRecord(seconds: 2, fraction: 0, frame: frame, wireLength: .max) },
      capturedLengths: [whole, whole, whole], wireLengths: [whole, Int(UInt32.max), whole]),
    Case(
      testDescription: "frames longer than the snapshot length are cut to it",
      capture: capture(snapshotLength: 50), capturedLengths: [50, 50, 50], wireLengths: [whole, whole, whole]),
    Case(
      testDescription: "snapshot length 0: any length",
      capture: capture(snapshotLength: 0), capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "a snapshot length with the highest bit set: any length",
      capture: capture(snapshotLength: .max), capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "a frame as long as frames can be",
      capture: capture(snapshotLength: 262_144) {
        $0.pcapRecord(seconds: 2, fraction: 0, frame: Array(repeating: 1, count: 262_144))
      },
      capturedLengths: [whole, 262_144, whole]),
    Case(
      testDescription: "a frame longer than that",
      capture: capture(snapshotLength: 1_000_000) {
        $0.pcapRecord(seconds: 2, fraction: 0, frame: Array(repeating: 1, count: 262_145))
      },
      capturedLengths: [whole], reason: "262145"),
    Case(
      testDescription: "a captured length longer than the file",
      capture: capture { $0.pcapRecord(seconds: 2, fraction: 0, frame: frame, capturedLength: 60_000) },
      capturedLengths: [whole], reason: "tried to read 60000 captured bytes, only got \(2 * whole + 16)"),
    Case(
      testDescription: "the highest captured length there is",
      capture: capture { $0.pcapRecord(seconds: 2, fraction: 0, frame: frame, capturedLength: .max) },
      capturedLengths: [whole], reason: "4294967295"),
    Case(
      testDescription: "more than a second of microseconds",
      capture: capture { $0.pcapRecord(seconds: 2, fraction: 1_000_000, frame: frame) },
      capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "more than a second of nanoseconds, big end first",
      capture: capture(.bigEndian, magic: 0xA1B2_3C4D) {
        $0.pcapRecord(seconds: 2, fraction: .max, frame: frame)
      },
      capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "Ethernet with its check sum: the length of that stands in the upper bits of the link type",
      capture: capture(linkType: 0x5400_0001), capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "Linux cooked, little end first",
      capture: capture(.littleEndian, linkType: 113), capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "Linux cooked, big end first: libpcap turns what such frames hold in the order of their host",
      capture: capture(.bigEndian, linkType: 113), readsPlain: false, capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "USB: libpcap mends lengths",
      capture: capture(linkType: 220), readsPlain: false, capturedLengths: [whole, whole, whole]),
    Case(
      testDescription: "version 2.2: the wire length comes first",
      capture: capture(minor: 2) {
        $0.pcapRecord(
          seconds: 2, fraction: 0, frame: frame, capturedLength: 1500, wireLength: UInt32(frame.count))
      },
      readsPlain: false, capturedLengths: [whole, whole, whole], wireLengths: [whole, 1500, whole]),
    Case(
      testDescription: "pcapng",
      capture: {
        var capture = CaptureBytes()
        capture.sectionHeader()
        capture.interface()
        capture.enhancedPacket(ticks: 1, frame: frame)
        return capture
      }(),
      readsPlain: false, capturedLengths: [whole]),
    Case(
      testDescription: "records of a modified libpcap, eight bytes longer",
      capture: {
        var capture = CaptureBytes()
        capture.pcapHeader(magic: 0xA1B2_CD34)
        let more: [UInt8] = [1, 0, 0, 0, 8, 0, 0, 0]  // interface, protocol, packet type
        for second in 1...3 as ClosedRange<UInt32> {
          capture.pcapRecord(
            seconds: second, fraction: 0, frame: more + frame, capturedLength: UInt32(frame.count),
            wireLength: UInt32(frame.count))
        }
        return capture
      }(),
      readsPlain: false, capturedLengths: [whole, whole, whole]),
  ]

  @Test(arguments: cases)
  func particular(_ row: Case) throws {
    let reading = readByBoth(try folder.write("capture", row.capture.bytes))
    #expect(reading.beganPlain == row.readsPlain)
    #expect(reading.frames.map(\.bytes.count) == row.capturedLengths)
    if let wireLengths = row.wireLengths { #expect(reading.frames.map(\.wireLength) == wireLengths) }
    guard let reason = row.reason else {
      #expect(reading.error == nil)
      return
    }
    guard case .damaged(_, _, UInt64(row.capturedLengths.count + 1), let words) = reading.error else {
      Issue.record("\(String(describing: reading.error))")
      return
    }
    #expect(words.contains(reason))
  }

  // MARK: Files of more than one part

  /// 1500 frames, 1.1 MB, each with its number in its first bytes.
  private static let long: CaptureBytes = {
    var capture = CaptureBytes()
    capture.pcapHeader()
    for number in 0..<1500 as Range<UInt32> {
      let length = 14 + Int(number) * 7919 % 1500
      capture.pcapRecord(
        seconds: number, fraction: number,
        frame: [UInt8(number >> 8), UInt8(number & 0xFF)] + Array(repeating: 0, count: length))
    }
    return capture
  }()

  @Test func everyFrameOfALongFile() throws {
    let reading = readByBoth(try folder.write("capture", Self.long.bytes))
    #expect(reading.error == nil)
    #expect(reading.bytesRead == Int64(Self.long.bytes.count))
    #expect(reading.frames.map { Int($0.bytes[0]) << 8 | Int($0.bytes[1]) } == Array(0..<1500))
    #expect(reading.frames.map(\.time) == (0..<1500).map { $0 * 1_000_001_000 })
  }

  /// Of more than one part even where that is as long as can be: mapped or copied, as it is cheaper on the way.
  @Test func everyFrameOfAFileOf40Megabytes() throws {
    let path = folder.path("40.pcap")
    var writer = try CaptureWriter(path: path, linkType: .ethernet)
    for number in 1...700 as ClosedRange<UInt64> {
      let frame = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 59_000 + Int(number))
      frame.withRawSpan { writer.write($0, FrameHeader(number: number, time: .init(seconds: 1), wireLength: 60_000)) }
    }
    try writer.finish()
    var file = try CaptureFile(path: path)
    var expected = 0
    try file.forEach { frame, header in
      expected += 1
      let byte = UInt8(truncatingIfNeeded: expected)
      #expect(header.number == UInt64(expected) && frame.byteCount == 59_000 + expected)
      #expect(frame.wire8(at: 0) == byte && frame.wire8(at: frame.byteCount - 1) == byte)
    }
    #expect(expected == 700)
  }

  @Test("cut at any length around the places where parts meet")
  func cutLongFile() throws {
    let part = Self.part
    for length in [part - 1, part, part + 1, part + 24, 4 * part, 12 * part + 700, Self.long.bytes.count - 1] {
      let reading = readByBoth(try folder.write("capture", Self.long.bytes.prefix(length)), "\(length)")
      #expect((reading.error == nil) == Self.long.boundaries.contains(length))
      #expect(reading.bytesRead == Int64(length))
    }
  }

  // MARK: Files that change meanwhile

  private static let ways: [PlainRecords.Way?] = [
    .cheapest, .mapped(atMost: part), .copied(atMost: part), .copied(atMost: 256 << 10), nil,
  ]

  /// Reads a frame, lets `change` do something to the file, and reads the rest.
  private func read(
    _ bytes: [UInt8], _ way: PlainRecords.Way?, change: (FileHandle) throws -> Void
  ) throws -> (frames: [SeenFrame], error: CaptureError?) {
    let path = try folder.write("changing", bytes)
    var file = try CaptureFile(path: path, way: way)
    #expect(try file.read(atMost: 1) { _, _ in } == 1)
    try change(#require(FileHandle(forUpdatingAtPath: path)))
    return readAll(&file)
  }

  @Test("what is added is read, too", arguments: ways)
  func growingFile(_ way: PlainRecords.Way?) throws {
    let bytes = Self.long.bytes
    // In the middle of a record.
    let written = 300_000
    try #require(!Self.long.boundaries.contains(written))
    let (frames, error) = try read(Array(bytes.prefix(written)), way) { file in
      try file.seekToEnd()
      try file.write(contentsOf: bytes.dropFirst(written))
    }
    #expect(error == nil)
    #expect(frames.count == 1499)
  }

  @Test("what is cut off is missed where it ends", arguments: ways)
  func shrinkingFile(_ way: PlainRecords.Way?) throws {
    let length = 700_000
    try #require(!Self.long.boundaries.contains(length))
    let (frames, error) = try read(Self.long.bytes, way) { file in
      try file.truncate(atOffset: UInt64(length))
    }
    #expect(frames.count == Self.long.boundaries.count { $0 <= length } - 2)
    guard case .damaged(_, Int64(length), UInt64(frames.count + 2), let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.hasPrefix("truncated dump file"))
  }

  /// Cut in a header, in the bytes of a frame, between frames, and before all of them.
  @Test("what is cut off while a frame is looked at reads as zeros, and is missed", arguments: [8, 100, 0, nil])
  func shrinkingFrame(_ more: Int?) throws {
    let (whole, boundaries) = (Self.long.bytes, Self.long.boundaries.sorted())
    let cut = more.map { boundaries[700] + $0 } ?? 0
    let path = try folder.write("shrinking", whole)
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    var file = try CaptureFile(path: path, way: .mapped(atMost: 1 << 21))
    var (seen, error) = ([] as [[UInt8]], nil as CaptureError?)
    do throws(CaptureError) {
      try file.forEach { frame, header in
        if header.number == 500 { #expect(throws: Never.self) { try handle.truncate(atOffset: UInt64(cut)) } }
        seen.append(copy(frame))
      }
    } catch let failure {
      error = failure
    }
    // Between frames it is a file as it might have been.
    #expect((error == nil) == (more == 0))
    let lengths = zip(boundaries, boundaries.dropFirst()).map { $1 - $0 - 16 }
    let kept = boundaries.dropFirst().count { $0 <= cut }
    #expect(seen.count >= max(kept, 500) && seen.count <= max(kept, 500) + 1)
    for (number, bytes) in seen.enumerated() {
      let start = boundaries[number] + 16
      let left = number < 499 ? lengths[number] : max(0, min(lengths[number], cut - start))
      let zeros = [UInt8](repeating: 0, count: lengths[number] - left)
      #expect(bytes == Array(whole[start..<start + left]) + zeros)
    }
  }

  /// Only for windows are there zeros: what else reads behind the end of a file that it has mapped ends the program as ever.
  @Test func otherMappingsAreLeftAlone() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      let folder = try TemporaryFolder()
      let path = try folder.write("mapped", [UInt8](repeating: 1, count: 5_000))
      let file = try OwnedDescriptor(opening: path)
      let window = FileWindow(mapping: file, at: 0, atMost: 1 << 16)
      let mapping = mmap(nil, 4_096, PROT_READ, MAP_SHARED, file.raw, 0)
      try FileHandle(forUpdating: URL(filePath: path)).truncate(atOffset: 0)
      window?.withBytes(first: 5_000) { #expect(copy($0) == [UInt8](repeating: 0, count: 5_000)) }
      #expect(window != nil && mapping != MAP_FAILED)
      _ = mapping?.load(as: UInt8.self)
    }
  }

  @Test("beside a frame comes the one so many after it, where it is known", arguments: [1, 3, 8], [1, 100, Int.max])
  func lookingAhead(by distance: Int, portion: Int) throws {
    var file = try CaptureFile(path: folder.write("capture", Self.long.bytes))
    var (frames, later): ([[UInt8]], [[UInt8]]) = ([], [])
    while try file.read(
      atMost: portion, lookingAhead: distance,
      {
        frames.append(copy($0))
        later.append(copy($2))
      }) > 0
    {}
    let known = frames.indices.filter { !later[$0].isEmpty }
    #expect(known.allSatisfy { $0 + distance < frames.count && later[$0] == frames[$0 + distance] })
    #expect(known.count > frames.count * 9 / 10)
  }

  @Test func rewindingReadsPlainAgain() throws {
    var file = try CaptureFile(path: folder.write("capture", Self.long.bytes))
    let first = readAll(&file)
    #expect(file.plainRecords == nil)
    try file.rewind()
    #expect(file.plainRecords != nil)
    #expect(readAll(&file).frames == first.frames)
  }
}
