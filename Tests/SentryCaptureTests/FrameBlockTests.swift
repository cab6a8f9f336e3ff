import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryCapture

/// Frames that are read in blocks are those that are read one by one.
@Suite struct FrameBlockTests {
  private struct Read: Equatable {
    var frames: [[UInt8]] = []
    var headers: [FrameHeader] = []
    var error: String?

    mutating func add(_ frame: RawSpan, _ header: FrameHeader) {
      frames.append(frame.withUnsafeBytes { Array($0) })
      headers.append(header)
    }
  }

  private static func oneByOne(_ path: String) throws -> Read {
    var file = try CaptureFile(path: path)
    var read = Read()
    do { try file.forEach { read.add($0, $1) } } catch { read.error = "\(error)" }
    return read
  }

  /// As the reader hands them on, and as they lie in the blocks afterwards.
  private static func inBlocks(_ path: String, _ way: PlainRecords.Way?) throws -> (handed: Read, held: Read) {
    var file = try CaptureFile(path: path, way: way)
    var (handed, held) = (Read(), Read())
    var block = FrameBlock()
    var isAtEnd = false
    while !isAtEnd {
      do {
        isAtEnd = try file.read(into: &block) { handed.add($0, $1) } == 0
      } catch {
        (handed.error, held.error, isAtEnd) = ("\(error)", "\(error)", true)
      }
      #expect(block.linkType == file.linkType)
      for index in 0..<block.count { block.withFrame(at: index) { held.add($0, $1) } }
    }
    return (handed, held)
  }

  private func expectSame(_ path: String) throws {
    let expected = try Self.oneByOne(path)
    for way in [.cheapest, .mapped(atMost: 1 << 16), .copied(atMost: 1 << 16), nil] as [PlainRecords.Way?] {
      let (handed, held) = try Self.inBlocks(path, way)
      #expect(handed == expected, "\(path)")
      #expect(held == expected, "\(path)")
    }
  }

  @Test(arguments: TestFiles.samples)
  func samples(sample: String) throws { try expectSame(TestFiles.path(sample)) }

  /// Frames of all lengths, more than a block holds, and some longer than a block.
  @Test(arguments: [[1, 60, 1514], [60, 0, 1514], [200_000, 60], [262_144, 100, 262_128]])
  func longCaptures(lengths: [Int]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("long.pcap")
    var writer = try CaptureWriter(path: path, linkType: .ethernet)
    for number in 0..<(lengths.max() ?? 0 > 10_000 ? 20 : 20_000) {
      let frame = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: lengths[number % lengths.count])
      let header = FrameHeader(
        number: UInt64(number + 1), time: Timestamp(seconds: Int64(number)), wireLength: frame.count + number % 3)
      frame.withRawSpan { writer.write($0, header) }
    }
    try writer.finish()
    try expectSame(path)
  }

  /// Whoever holds a block may look at it whatever becomes of the file, and reading goes no further.
  @Test func whatIsCutOffWhileABlockIsHeldIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("cut.pcap", TestFiles.bytes("Samples/mixed.pcap"))
    var file = try CaptureFile(path: path)
    var block = FrameBlock()
    let count = try file.read(into: &block) { _, _ in }
    try FileHandle(forUpdating: URL(filePath: path)).truncate(atOffset: 0)
    for index in 0..<count {
      block.withFrame(at: index) { frame, header in #expect(frame.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }) }
    }
    let error = #expect(throws: CaptureError.self) { try file.checkExtent() }
    #expect(error?.description.contains("the file was cut short while it was read") == true)
  }

  @Test func framesBeforeDamageAreThere() throws {
    let folder = try TemporaryFolder()
    let bytes = try TestFiles.bytes("Samples/mixed.pcap")
    for length in [24, 30, 60, 5000, bytes.count - 1] {
      try expectSame(try folder.write("cut.pcap", bytes.prefix(length)))
    }
  }

  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"))
  func corpus() throws {
    for capture in Corpus.captures {
      guard (try? CaptureFile(path: Corpus.path(capture))) != nil else { continue }
      try expectSame(Corpus.path(capture))
    }
  }
}
