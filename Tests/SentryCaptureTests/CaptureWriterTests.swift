import Foundation
import SentryCapture
import SentryPacket
import SentryTestSupport
import Testing

struct CaptureWriterTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let frame = Frame.udp(from: "203.0.113.9", 1, to: "192.0.2.10", 2)
  private static let header = FrameHeader(
    number: 1, time: Timestamp(nanoseconds: 1_700_000_000_123_456_789), wireLength: 1500)

  private func write(_ precision: TimestampPrecision, linkType: LinkType, to path: String) throws {
    var writer = try CaptureWriter(path: path, linkType: linkType, precision: precision)
    Self.frame.withRawSpan { writer.write($0, Self.header) }
    try writer.finish()
  }

  private func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test(
    "the bytes are those of the pcap specification",
    arguments: [
      (TimestampPrecision.microseconds, UInt32(0xA1B2_C3D4), UInt32(123_456)), (.nanoseconds, 0xA1B2_3C4D, 123_456_789),
    ])
  func writesPcap(precision: TimestampPrecision, magic: UInt32, fraction: UInt32) throws {
    let path = folder.path("out.pcap")
    try write(precision, linkType: .ethernet, to: path)
    var expected = CaptureBytes()
    expected.pcapHeader(magic: magic, snapshotLength: 262_144)
    expected.pcapRecord(seconds: 1_700_000_000, fraction: fraction, frame: Self.frame, wireLength: 1500)
    #expect(try bytes(of: path) == expected.bytes)
  }

  @Test("link types are those of files: 12 becomes 101")
  func linkType() throws {
    let path = folder.path("out.pcap")
    try write(.nanoseconds, linkType: .raw, to: path)
    #expect(try bytes(of: path)[20] == 101)
  }

  @Test func writesNoFrames() throws {
    let path = folder.path("out.pcap")
    try CaptureWriter(path: path, linkType: .ethernet).finish()
    #expect(try readAll(path).frames.isEmpty)
  }

  @Test func frameWithoutBytes() throws {
    let path = folder.path("out.pcap")
    var writer = try CaptureWriter(path: path, linkType: .ethernet)
    [UInt8]().withRawSpan { writer.write($0, Self.header) }
    try writer.finish()
    #expect(
      try readAll(path).frames == [
        SeenFrame(number: 1, time: Self.header.time.nanoseconds, wireLength: 1500, bytes: [])
      ])
  }

  @Test func refusesAFolderThatIsNotThere() {
    let path = folder.path("missing/out.pcap")
    #expect(throws: CaptureError.cannotWrite(path: path, code: ENOENT)) {
      _ = try CaptureWriter(path: path, linkType: .ethernet)
    }
  }

  @Test("a full disk is reported at the end, whether a frame or only the buffer did not fit", arguments: [1, 10_000])
  func fullDisk(frames: Int) throws {
    // Safe to ask for: the device takes nothing, as a full disk does.
    var writer = try CaptureWriter(path: "/dev/full", linkType: .ethernet)
    for _ in 0..<frames { Self.frame.withRawSpan { writer.write($0, Self.header) } }
    do throws(CaptureError) {
      try writer.finish()
      Issue.record("nothing was thrown")
    } catch {
      #expect(error == .cannotWrite(path: "/dev/full", code: ENOSPC))
    }
  }
}
