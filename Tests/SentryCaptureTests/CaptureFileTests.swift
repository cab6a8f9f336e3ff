import Foundation
import Glibc
import SentryCapture
import SentryPacket
import SentryTestSupport
import Testing

/// A frame as a test sees it.
struct SeenFrame: Equatable {
  var number: UInt64
  /// Nanoseconds since 1970.
  var time: Int64
  var wireLength: Int
  var bytes: [UInt8]
}

/// Reads everything; the error, if any, comes beside what was delivered before it.
func readAll(_ file: inout CaptureFile) -> (frames: [SeenFrame], error: CaptureError?) {
  var frames: [SeenFrame] = []
  do throws(CaptureError) {
    try file.forEach { frame, header in
      frames.append(
        SeenFrame(
          number: header.number, time: header.time.nanoseconds, wireLength: header.wireLength, bytes: copy(frame)))
    }
    return (frames, nil)
  } catch {
    return (frames, error)
  }
}

func readAll(_ path: String, rewindable: Bool = false) throws -> (frames: [SeenFrame], error: CaptureError?) {
  var file = try CaptureFile(path: path, rewindable: rewindable)
  return readAll(&file)
}

func copy(_ frame: RawSpan) -> [UInt8] {
  (0..<frame.byteCount).compactMap { frame.wire8(at: $0) }
}

struct CaptureFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let first = Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2)
  private static let second = Frame.tcp(from: "203.0.113.9", 1, to: "192.0.2.10", 2, payload: [1, 2, 3])

  /// Two frames, at 1 700 000 000.123456 and a second later, the second of 1500 bytes cut to 57.
  private static func pcap(_ order: CaptureBytes.Order = .littleEndian, nanoseconds: Bool = false) -> CaptureBytes {
    var capture = CaptureBytes(order)
    capture.pcapHeader(magic: nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4)
    let fraction: UInt32 = nanoseconds ? 123_456_789 : 123_456
    capture.pcapRecord(seconds: 1_700_000_000, fraction: fraction, frame: first)
    capture.pcapRecord(seconds: 1_700_000_001, fraction: fraction, frame: second, wireLength: 1500)
    return capture
  }

  private static func pcapng(_ order: CaptureBytes.Order, resolution: UInt8?, ticks: [UInt64]) -> CaptureBytes {
    var capture = CaptureBytes(order)
    capture.sectionHeader()
    capture.interface(resolution: resolution)
    capture.enhancedPacket(ticks: ticks[0], frame: first)
    capture.enhancedPacket(ticks: ticks[1], frame: second, wireLength: 1500)
    return capture
  }

  struct Format: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let capture: CaptureBytes
    let precision: TimestampPrecision
    /// Nanoseconds of the first frame's time after the full second.
    let fraction: Int64
  }

  private static let formats: [Format] = {
    let microseconds: [UInt64] = [1_700_000_000_123_456, 1_700_000_001_123_456]
    let nanoseconds: [UInt64] = [1_700_000_000_123_456_789, 1_700_000_001_123_456_789]
    // Units of 2^-10 seconds: 126 of them are 123 046 875 ns.
    let binary = [1_700_000_000, 1_700_000_001].map { $0 << 10 | 126 } as [UInt64]
    return [(CaptureBytes.Order.littleEndian, "little"), (.bigEndian, "big")].flatMap { order, name in
      [
        Format(
          testDescription: "pcap, \(name) end first", capture: pcap(order), precision: .microseconds,
          fraction: 123_456_000),
        Format(
          testDescription: "pcap with nanoseconds, \(name) end first", capture: pcap(order, nanoseconds: true),
          precision: .nanoseconds, fraction: 123_456_789),
        Format(
          testDescription: "pcapng, \(name) end first", capture: pcapng(order, resolution: nil, ticks: microseconds),
          precision: .nanoseconds, fraction: 123_456_000),
        Format(
          testDescription: "pcapng with nanoseconds, \(name) end first",
          capture: pcapng(order, resolution: 9, ticks: nanoseconds), precision: .nanoseconds, fraction: 123_456_789),
        Format(
          testDescription: "pcapng with 1024 ticks a second, \(name) end first",
          capture: pcapng(order, resolution: 0x8A, ticks: binary), precision: .nanoseconds, fraction: 123_046_875),
      ]
    }
  }()

  private static func expectedFrames(_ format: Format) -> [SeenFrame] {
    let time = 1_700_000_000_000_000_000 + format.fraction
    return [
      SeenFrame(number: 1, time: time, wireLength: first.count, bytes: first),
      SeenFrame(number: 2, time: time + 1_000_000_000, wireLength: 1500, bytes: second),
    ]
  }

  @Test(arguments: formats)
  func readsFormat(_ format: Format) throws {
    let path = try folder.write("capture", format.capture.bytes)
    var file = try CaptureFile(path: path)
    #expect(file.linkType == .ethernet)
    #expect(file.snapshotLength == 65_535)
    #expect(file.timestampPrecision == format.precision)
    #expect(file.byteCount == Int64(format.capture.bytes.count))

    let (frames, error) = readAll(&file)
    #expect(error == nil)
    #expect(frames == Self.expectedFrames(format))
    #expect(file.bytesRead == Int64(format.capture.bytes.count))
    #expect(file.frameCount == 2)

    try file.rewind()
    #expect(file.frameCount == 0)
    #expect(readAll(&file).frames == frames)
  }

  @Test("a file that ends inside a frame gives the frames before, then an error that says where", arguments: formats)
  func truncatedAtEveryLength(_ format: Format) throws {
    let whole = Self.expectedFrames(format)
    for length in 0..<format.capture.bytes.count {
      let path = try folder.write("capture", Array(format.capture.bytes.prefix(length)))
      do throws(CaptureError) {
        var file = try CaptureFile(path: path)
        let (frames, error) = readAll(&file)
        #expect(frames == Array(whole.prefix(frames.count)))
        #expect((error == nil) == format.capture.boundaries.contains(length))
        if let error {
          guard case .damaged(path, let offset, UInt64(frames.count + 1), _) = error else {
            Issue.record("\(length) bytes: \(error)")
            continue
          }
          #expect(offset == length)
        }
        // Said once; after it the file is at its end.
        #expect(try file.read(atMost: 1) { _, _ in } == 0)
      } catch .notACapture(path, _) {
        #expect(length < 4)
      } catch .damaged(path, let offset, 0, _) {
        #expect(offset <= length)
        #expect(format.capture.boundaries.allSatisfy { length < $0 })
      } catch {
        Issue.record("\(length) bytes: \(error)")
      }
    }
  }

  @Test(
    arguments: [
      ("an empty file", [], "an empty file"),
      ("text", Array("rules = (\n);".utf8), "text"),
      ("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "gzip-compressed data (decompress it with gunzip)"),
      ("a Sun snoop file", Array("snoop\0\0\0\0\0\0\u{2}".utf8), "a Sun snoop capture (convert it with editcap)"),
      (
        "something else", [0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3, 4, 5],
        "a file that begins with the bytes de ad be ef 01 02 03 04"
      ),
    ] as [(String, [UInt8], String)])
  func saysWhatItFound(name: String, bytes: [UInt8], found: String) throws {
    let path = try folder.write("capture", bytes)
    let error = #expect(throws: CaptureError.self) { _ = try CaptureFile(path: path) }
    #expect(error == .notACapture(path: path, found: found))
    #expect(error?.description == "'\(path)' is not a capture file (pcap or pcapng): found \(found)")
  }

  @Test func refusesWhatCannotBeOpened() throws {
    let missing = folder.path("missing")
    #expect(throws: CaptureError.cannotOpen(path: missing, code: ENOENT)) { _ = try CaptureFile(path: missing) }
    let directory = folder.url.path
    #expect(throws: CaptureError.cannotOpen(path: directory, code: EISDIR)) { _ = try CaptureFile(path: directory) }
    #expect(
      CaptureError.cannotOpen(path: "a.pcap", code: ENOENT).description
        == "cannot open 'a.pcap': No such file or directory")
  }

  @Test("a length no frame can have ends the file after the frames before it")
  func absurdLength() throws {
    var capture = CaptureBytes()
    capture.pcapHeader()
    capture.pcapRecord(seconds: 1, fraction: 0, frame: Self.first)
    let offset = capture.bytes.count + 16
    capture.pcapRecord(seconds: 2, fraction: 0, frame: Self.first, capturedLength: 1 << 30)
    let path = try folder.write("capture", capture.bytes)
    let (frames, error) = try readAll(path)
    #expect(frames.count == 1)
    guard case .damaged(path, Int64(offset), 2, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("1073741824"))
    #expect(error?.description == "'\(path)' is damaged at byte \(offset), in frame 2: \(reason)")
  }

  @Test("a version nobody wrote is no frame's fault")
  func unknownVersion() throws {
    var capture = CaptureBytes()
    capture.pcapHeader(major: 99)
    let path = try folder.write("capture", capture.bytes)
    let error = #expect(throws: CaptureError.self) { _ = try CaptureFile(path: path) }
    guard case .damaged(path, _, 0, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description == "'\(path)' cannot be read: \(reason)")
  }

  @Test("interfaces of two link types in one file: libpcap can hold only one")
  func mixedLinkTypes() throws {
    var capture = CaptureBytes()
    capture.sectionHeader()
    capture.interface(linkType: 1)
    capture.enhancedPacket(ticks: 0, frame: Self.first)
    capture.interface(linkType: 113)
    let path = try folder.write("capture", capture.bytes)
    let (frames, error) = try readAll(path)
    #expect(frames.count == 1)
    guard case .mixedInterfaces(path, Int64(capture.bytes.count), 2, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(
    arguments: [
      (0, 0, 0),
      (0, 999_999, 999_999_000),
      (0x7FFF_FFFF, 0, 2_147_483_647_000_000_000),
      (0x8000_0000, 0, 2_147_483_648_000_000_000),
      (0xFFFF_FFFF, 0, 4_294_967_295_000_000_000),
      // More than a second of microseconds: the last nanosecond of the second.
      (1, 5_000_000, 1_999_999_999),
      (1, 0xFFFF_FFFF, 1_000_000_000),
    ] as [(UInt32, UInt32, Int64)])
  func times(seconds: UInt32, fraction: UInt32, nanoseconds: Int64) throws {
    var capture = CaptureBytes()
    capture.pcapHeader()
    capture.pcapRecord(seconds: seconds, fraction: fraction, frame: [1])
    let path = try folder.write("capture", capture.bytes)
    #expect(try readAll(path).frames.map(\.time) == [nanoseconds])
  }

  @Test(
    arguments: [
      (12, .raw), (101, .raw), (0, .null), (108, .loop), (113, .linuxCooked), (276, .linuxCooked2),
      (147, LinkType(rawValue: 147)),
    ] as [(UInt32, LinkType)])
  func linkTypes(inFile: UInt32, linkType: LinkType) throws {
    var capture = CaptureBytes()
    capture.pcapHeader(linkType: inFile)
    let path = try folder.write("capture", capture.bytes)
    let file = try CaptureFile(path: path)
    #expect(file.linkType == linkType)
  }

  @Test func readsInPortions() throws {
    let path = try folder.write("capture", Self.pcap().bytes)
    var file = try CaptureFile(path: path)
    var numbers: [UInt64] = []
    #expect(try file.read(atMost: 0) { _, header in numbers.append(header.number) } == 0)
    #expect(try file.read(atMost: 1) { _, header in numbers.append(header.number) } == 1)
    #expect(file.frameCount == 1)
    #expect(file.bytesRead == Int64(24 + 16 + Self.first.count))
    #expect(try file.read(atMost: 5) { _, header in numbers.append(header.number) } == 1)
    #expect(try file.read(atMost: 5) { _, header in numbers.append(header.number) } == 0)
    #expect(numbers == [1, 2])
  }

  // MARK: Pipes

  /// A named pipe into which another thread writes the bytes once it is opened for reading.
  private func pipe(holding bytes: some Sequence<UInt8> & Sendable) throws -> String {
    let path = folder.path("pipe")
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let status = unsafe mkfifo(path, 0o600)
    try #require(status == 0)
    let writer = Thread {
      // A write to a pipe whose reader has gone fails with a signal that would end the tests.
      signal(SIGPIPE, SIG_IGN)
      try? FileHandle(forWritingTo: URL(fileURLWithPath: path)).write(contentsOf: Data(bytes))
    }
    writer.start()
    return path
  }

  @Test func pipeIsReadAsItComes() throws {
    var file = try CaptureFile(path: pipe(holding: Self.pcap().bytes))
    #expect(file.byteCount == nil)
    #expect(file.timestampPrecision == .microseconds)
    #expect(readAll(&file).frames.map(\.bytes) == [Self.first, Self.second])
    let path = file.path
    #expect(throws: CaptureError.cannotOpen(path: path, code: ESPIPE)) { try file.rewind() }
  }

  @Test func rewindablePipeIsReadTwice() throws {
    let bytes = Self.pcap().bytes
    var file = try CaptureFile(path: pipe(holding: bytes), rewindable: true)
    #expect(file.byteCount == Int64(bytes.count))
    let frames = readAll(&file).frames
    #expect(frames.map(\.bytes) == [Self.first, Self.second])
    try file.rewind()
    #expect(readAll(&file).frames == frames)
  }

  @Test func rewindablePipeLargerThanAnyBuffer() throws {
    var capture = CaptureBytes()
    capture.pcapHeader()
    for second in 0..<20_000 as Range<UInt32> { capture.pcapRecord(seconds: second, fraction: 0, frame: Self.second) }
    var file = try CaptureFile(path: pipe(holding: capture.bytes), rewindable: true)
    #expect(readAll(&file).frames.map(\.time) == (0..<20_000).map { $0 * 1_000_000_000 })
  }

  @Test("of a pipe that ends inside a frame it is said in which, but not at which byte")
  func truncatedPipe() throws {
    let path = try pipe(holding: Self.pcap().bytes.dropLast())
    let (frames, error) = try readAll(path)
    #expect(frames.map(\.bytes) == [Self.first])
    #expect(error?.description.hasPrefix("'\(path)' is damaged in frame 2: truncated dump file") == true)
  }

  @Test func emptyPipeIsNoCapture() throws {
    let path = try pipe(holding: [])
    #expect(throws: CaptureError.notACapture(path: path, found: "an empty file")) { _ = try CaptureFile(path: path) }
  }
}
