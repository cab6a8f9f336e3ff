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
  /// Longer frames are cut or refused by libpcap.
  private let longestFrame: Int
  private let nanosecondsPerUnit: Int
  private let unitsPerSecond: Int

  /// What libpcap allows frames of the link types we decode.
  private static let longestFrameOfAll = 262_144

  /// `nil` for a capture that libpcap does not hand on as it is written.
  init?(of handle: borrowing PcapHandle, signature: CaptureSignature) {
    guard case .pcap(let precision) = signature, handle.holdsFramesAsWritten else { return nil }
    isBigEndian = handle.isBigEndian
    longestFrame = min(handle.snapshotLength, Self.longestFrameOfAll)
    nanosecondsPerUnit = precision == .microseconds ? 1000 : 1
    unitsPerSecond = precision == .microseconds ? 1_000_000 : 1_000_000_000
  }

  /// What stands before the bytes of a frame, as it is written.
  private struct Header: BitwiseCopyable {
    var seconds: UInt32
    var fraction: UInt32
    var capturedLength: UInt32
    var wireLength: UInt32

    static var length: Int { 16 }
  }

  /// The header at `start`; `nil` if it runs past the end of `bytes`.
  @inline(__always)
  private func header(at start: Int, in bytes: RawSpan) -> Header? {
    guard start >= 0, start <= bytes.byteCount - Header.length else { return nil }
    // Safe: a header's bytes at `start` were just shown to lie inside the span, and any bits are one.
    return unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: Header.self)
  }

  /// A number without a sign.
  @inline(__always)
  private func number(_ field: UInt32) -> Int {
    Int(isBigEndian ? UInt32(bigEndian: field) : UInt32(littleEndian: field))
  }

  /// The record that begins at `start`, or `nil` if it is not plain or runs past the end of `bytes`.
  ///
  /// One without bytes is not: so look the zeros in place of what a file has lost.
  @inline(__always)
  func record(at start: Int, in bytes: RawSpan) -> Record? {
    guard let header = header(at: start, in: bytes) else { return nil }
    let (fraction, capturedLength) = (number(header.fraction), number(header.capturedLength))
    let frame = start &+ Header.length
    guard fraction < unitsPerSecond, capturedLength > 0, capturedLength <= longestFrame,
      capturedLength <= bytes.byteCount &- frame
    else { return nil }
    // None of this overflows: seconds have 32 bits, until 2106.
    let time = Int64(number(header.seconds)) &* Timestamp.nanosecondsPerSecond &+ Int64(fraction &* nanosecondsPerUnit)
    return Record(
      time: Timestamp(nanoseconds: time), wireLength: number(header.wireLength), frame: frame..<frame &+ capturedLength)
  }

  /// Where the bytes of the record that begins at `start` lie, be it plain or not; empty at the end of `bytes` if it runs past
  /// that.
  @inline(__always)
  func frame(at start: Int, in bytes: RawSpan) -> Range<Int> {
    let end = bytes.byteCount
    guard let length = header(at: start, in: bytes).map({ number($0.capturedLength) }),
      length <= end &- start &- Header.length
    else { return end..<end }
    let frame = start &+ Header.length
    return frame..<frame &+ length
  }
}
