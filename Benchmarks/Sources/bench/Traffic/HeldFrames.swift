import SentryCapture
import SentryPacket

/// Ethernet frames in memory, one behind the other.
struct HeldFrames {
  struct Frame {
    var bytes: Range<Int>
    var wireLength: Int
    var time: Timestamp
  }

  private(set) var bytes: [UInt8] = []
  private(set) var frames: [Frame] = []

  var count: Int { frames.count }

  mutating func append(_ frame: [UInt8], wireLength: Int? = nil, at time: Timestamp = someTime) {
    frames.append(
      Frame(bytes: bytes.count..<bytes.count + frame.count, wireLength: wireLength ?? frame.count, time: time))
    bytes += frame
  }

  /// When packets that are made come, all of them.
  static let someTime = Timestamp(seconds: 1_700_000_000)
}

extension HeldFrames {
  /// Every `step`th frame of a capture, `count` at most.
  init(capture path: String, every step: UInt64, atMost count: Int) throws {
    var file = try CaptureFile(path: path)
    var held = HeldFrames()
    while held.count < count {
      let read = try file.read(atMost: 1_000) { frame, header in
        guard held.count < count, header.number % step == 0 else { return }
        held.append(
          (0..<frame.byteCount).map { frame.wire8(at: $0) ?? 0 }, wireLength: header.wireLength, at: header.time)
      }
      if read == 0 { break }
    }
    self = held
  }
}
