internal import CPcap
internal import Glibc
public import SentryPacket

/// Writes frames to a pcap file.
///
/// ```swift
/// var writer = try CaptureWriter(path: "passed.pcap", linkType: file.linkType)
/// writer.write(frame, header)
/// try writer.finish()
/// ```
@safe
public struct CaptureWriter: ~Copyable {
  public let path: String
  private let precision: TimestampPrecision
  /// Both valid until `deinit`.
  private let handle: OpaquePointer
  private let dumper: OpaquePointer
  /// The `errno` of the first write that failed.
  private var failure: Int32?

  /// Creates the file, or empties it; `-` is standard output.
  ///
  /// - Throws: `.cannotWrite`.
  public init(
    path: String, linkType: LinkType, snapshotLength: Int = 262_144, precision: TimestampPrecision = .nanoseconds
  ) throws(CaptureError) {
    let unit = precision == .nanoseconds ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO
    // Safe: both results are checked, and what was opened is closed when the second fails.
    guard
      let handle = unsafe pcap_open_dead_with_tstamp_precision(
        linkType.rawValue, Int32(clamping: snapshotLength), UInt32(unit))
    else { throw .cannotWrite(path: path, code: ENOMEM) }
    errno = 0
    guard let dumper = unsafe pcap_dump_open(handle, path) else {
      // Without an `errno` it was libpcap itself, which has no number in files for this link type.
      let code = errno == 0 ? EINVAL : errno
      unsafe pcap_close(handle)
      throw .cannotWrite(path: path, code: code)
    }
    self.path = path
    self.precision = precision
    unsafe self.handle = handle
    unsafe self.dumper = dumper
  }

  deinit {
    // Safe: this is the only owner.
    unsafe pcap_dump_close(dumper)
    unsafe pcap_close(handle)
  }

  /// Adds a frame. A failure is kept for `finish` to report.
  public mutating func write(_ frame: RawSpan, _ header: FrameHeader) {
    let fraction = header.time.nanoseconds % Timestamp.nanosecondsPerSecond
    let time = timeval(
      tv_sec: Int(header.time.seconds), tv_usec: Int(precision == .nanoseconds ? fraction : fraction / 1000))
    var record = pcap_pkthdr()
    record.ts = time
    record.caplen = UInt32(clamping: frame.byteCount)
    record.len = UInt32(clamping: max(header.wireLength, frame.byteCount))
    unsafe frame.withUnsafeBytes { bytes in
      // Safe: libpcap reads `caplen` bytes, which is how many there are, and the record, during the call.
      unsafe pcap_dump(
        UnsafeMutablePointer(dumper), &record, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    noteFailure()
  }

  /// Writes what is still in memory and closes the file.
  ///
  /// - Throws: `.cannotWrite` if this or any frame before could not be written.
  public consuming func finish() throws(CaptureError) {
    // Safe: the dumper is open until `deinit`.
    unsafe pcap_dump_flush(dumper)
    noteFailure()
    if let failure { throw .cannotWrite(path: path, code: failure) }
  }

  /// libpcap writes no more after a failure but does not say so.
  private mutating func noteFailure() {
    // Safe: the stream belongs to the dumper and is open as long as it is.
    guard failure == nil, unsafe ferror(pcap_dump_file(dumper)) != 0 else { return }
    failure = errno
  }
}
