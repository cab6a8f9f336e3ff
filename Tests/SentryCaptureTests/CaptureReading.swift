import SentryPacket

@testable import SentryCapture

/// All that a capture file says.
struct CaptureReading: Equatable {
  var linkType: LinkType?
  var snapshotLength: Int?
  var timestampPrecision: TimestampPrecision?
  var frames: [SeenFrame] = []
  /// What opening it failed with, or reading after these frames.
  var error: CaptureError?
  var bytesRead: Int64 = 0
  /// Whether at least the first records were not left to libpcap; no part of what is said.
  var beganPlain = false

  /// Reads a file in portions of at most `portion` frames.
  init(of path: String, portion: Int = .max, way: PlainRecords.Way? = .cheapest) {
    do throws(CaptureError) {
      var file = try CaptureFile(path: path, way: way)
      linkType = file.linkType
      snapshotLength = file.snapshotLength
      timestampPrecision = file.timestampPrecision
      beganPlain = file.plainRecords != nil
      readRest(of: &file, portion: portion)
    } catch {
      self.error = error
    }
  }

  private mutating func readRest(of file: inout CaptureFile, portion: Int) {
    var frames: [SeenFrame] = []
    do throws(CaptureError) {
      while try file.read(
        atMost: portion,
        { frame, header in
          frames.append(
            SeenFrame(
              number: header.number, time: header.time.nanoseconds, wireLength: header.wireLength, bytes: copy(frame)))
        }) > 0
      {}
    } catch {
      self.error = error
    }
    self.frames = frames
    bytesRead = file.bytesRead
  }

  static func == (a: Self, b: Self) -> Bool {
    a.linkType == b.linkType && a.snapshotLength == b.snapshotLength && a.timestampPrecision == b.timestampPrecision
      && a.frames == b.frames && a.error == b.error && a.bytesRead == b.bytesRead
  }
}
