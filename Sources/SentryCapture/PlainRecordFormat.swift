internal import SentryPacket

/// How the records of one pcap file are written (draft-ietf-opsawg-pcap §5), and which of them are plain: libpcap would
/// hand them on just as they are.
struct PlainRecordFormat {
  struct Record {
    let time: Timestamp
    let wireLength: Int
    /// Where its bytes lie.
    let frame: Range<Int>
  }

  private let isBigEndian: Bool
  /// Longer frames are cut by libpcap.
  private let snapshotLength: Int
  private let nanosecondsPerUnit: Int
  private let unitsPerSecond: Int

  /// `nil` for a capture that libpcap does not hand on as it is written.
  init?(of handle: borrowing PcapHandle, signature: CaptureSignature) {
    guard case .pcap(let precision) = signature, handle.holdsFramesAsWritten else { return nil }
    isBigEndian = handle.isBigEndian
    snapshotLength = handle.snapshotLength
    nanosecondsPerUnit = precision == .microseconds ? 1000 : 1
    unitsPerSecond = precision == .microseconds ? 1_000_000 : 1_000_000_000
  }

  /// Where each field sits, in bytes from the start of a record.
  private enum Layout {
    static var seconds: Int { 0 }
    static var fraction: Int { 4 }
    static var capturedLength: Int { 8 }
    static var wireLength: Int { 12 }
    static var frame: Int { 16 }
  }

  /// The record that begins at `start`, or `nil` if it is not plain or runs past the end of `bytes`.
  @inline(__always)
  func record(at start: Int, in bytes: RawSpan) -> Record? {
    guard let seconds = field(at: start + Layout.seconds, in: bytes),
      let fraction = field(at: start + Layout.fraction, in: bytes),
      let capturedLength = field(at: start + Layout.capturedLength, in: bytes),
      let wireLength = field(at: start + Layout.wireLength, in: bytes)
    else { return nil }
    let frame = start + Layout.frame
    guard fraction < unitsPerSecond, capturedLength <= snapshotLength, capturedLength <= bytes.byteCount - frame
    else { return nil }
    // 32 bits of seconds: until 2106, and far from overflowing.
    let time = Int64(seconds) * Timestamp.nanosecondsPerSecond + Int64(fraction * nanosecondsPerUnit)
    return Record(
      time: Timestamp(nanoseconds: time), wireLength: wireLength, frame: frame..<frame + capturedLength)
  }

  /// Where the bytes of the record that begins at `start` lie, be it plain or not; empty at the end of `bytes` if it runs past
  /// that.
  @inline(__always)
  func frame(at start: Int, in bytes: RawSpan) -> Range<Int> {
    let end = bytes.byteCount
    guard let length = field(at: start + Layout.capturedLength, in: bytes), length <= end - start - Layout.frame
    else { return end..<end }
    let frame = start + Layout.frame
    return frame..<frame + length
  }

  /// 32 bits without a sign.
  @inline(__always)
  private func field(at offset: Int, in bytes: RawSpan) -> Int? {
    bytes.wire32(at: offset).map { Int(isBigEndian ? $0 : $0.byteSwapped) }
  }
}
