// Capture files: what is read of a file, in part without libpcap, is what libpcap reads of the same bytes in a pipe.
//
// An input is the file.

import FuzzSupport
import Glibc
import SentryCapture
import SentryPacket

enum CaptureFuzzer: FuzzTarget {
  static func dictionary(of checkout: Checkout) -> [String] {
    ["\u{1}\u{0}\u{0}\u{0}", "\u{0}\u{0}\u{0}\u{1}", "\u{0}\u{0}\u{4}\u{0}", "\u{40}\u{42}\u{F}\u{0}"]
  }

  /// The first frames of what we ship, in the forms of pcap.
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (name, frames) in try checkout.frames() {
      for (form, magic) in [("microseconds", 0xA1B2_C3D4), ("nanoseconds", 0xA1B2_3C4D)] as [(String, UInt32)] {
        seeds["\(name)-\(form)"] = file(magic, frames.prefix(4)) { $0.littleEndian }
        seeds["\(name)-\(form)-swapped"] = file(magic, frames.prefix(4)) { $0.bigEndian }
      }
    }
    return seeds
  }

  private static func file(
    _ magic: UInt32, _ frames: some Collection<Checkout.Frame>, order: (UInt32) -> UInt32
  ) -> [UInt8] {
    func bytes(_ words: [UInt32]) -> [UInt8] {
      words.flatMap { word in withUnsafeBytes(of: order(word)) { Array($0) } }
    }
    let isLittle = order(1).littleEndian == 1
    let linkType = UInt32(bitPattern: frames.first?.linkType.rawValue ?? 1)
    // Version 2.4 in two half words, two words unused, snapshot length, link type.
    let header = bytes([magic, isLittle ? 0x0004_0002 : 0x0002_0004, 0, 0, 65_535, linkType])
    return header
      + frames.flatMap { frame in
        let length = UInt32(frame.bytes.count)
        return bytes([UInt32(clamping: frame.time.seconds), 123_456, length, length]) + frame.bytes
      }
  }

  static func check(_ input: [UInt8]) {
    let inFile = Reading(of: descriptor(ofFile: input))
    let pipe = descriptor(ofPipe: input)
    let inPipe = Reading(of: pipe)
    close(pipe)
    require(inFile == inPipe, "\(inFile) in a file, \(inPipe) in a pipe")
  }

  nonisolated(unsafe) private static let file = require(tmpfile(), "no temporary file")

  private static func descriptor(ofFile bytes: [UInt8]) -> CInt {
    let file = fileno(file)
    require(ftruncate(file, 0) == 0 && pwrite(file, bytes, bytes.count, 0) == bytes.count, "cannot write")
    return file
  }

  /// The end to read from of a pipe, which holds more than the longest input.
  private static func descriptor(ofPipe bytes: [UInt8]) -> CInt {
    var ends: [CInt] = [-1, -1]
    require(pipe(&ends) == 0 && write(ends[1], bytes, bytes.count) == bytes.count, "no pipe")
    close(ends[1])
    return ends[0]
  }
}

/// What a capture says, but for the places of errors, which a pipe does not know.
private struct Reading: Equatable {
  struct Frame: Equatable {
    var number: UInt64
    var time: Timestamp
    var wireLength: Int
    var bytes: [UInt8]
  }

  var linkType: LinkType?
  var snapshotLength: Int?
  var frames: [Frame] = []
  var failure: String?

  init(of descriptor: CInt) {
    do throws(CaptureError) {
      var frames: [Frame] = []
      defer { self.frames = frames }
      var file = try CaptureFile(path: "/proc/self/fd/\(descriptor)")
      linkType = file.linkType
      snapshotLength = file.snapshotLength
      try file.forEach { frame, header in
        let bytes = (0..<frame.byteCount).compactMap { frame.wire8(at: $0) }
        frames.append(Frame(number: header.number, time: header.time, wireLength: header.wireLength, bytes: bytes))
      }
    } catch {
      failure = Self.words(for: error)
    }
  }

  private static func words(for error: CaptureError) -> String {
    switch error {
    case .damaged(_, _, let frame, let reason): "damaged in frame \(frame): \(reason)"
    case .mixedInterfaces(_, _, let frame, let reason): "mixed interfaces in frame \(frame): \(reason)"
    case .notACapture(_, let found): "not a capture: \(found)"
    default: "\(error)"
    }
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  CaptureFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  CaptureFuzzer.test(start, count)
}
