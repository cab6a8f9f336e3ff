internal import CPcap
internal import Glibc

/// The C stream libpcap reads a file through, until a `PcapHandle` takes it over.
///
/// libpcap makes two calls of `fread` per frame. A large buffer and no lock (only one thread ever reads it) take half
/// the time of a stream as `fopen` leaves it: 41 instead of 90 ns a frame with frames of 350 bytes.
@safe
struct CaptureStream: ~Copyable {
  private static let bufferLength = 256 * 1024

  private let stream: UnsafeMutablePointer<FILE>
  private let buffer: UnsafeMutableRawPointer

  /// Reads from the place where `descriptor` stands, which stays open beside it.
  init(path: String, reading descriptor: borrowing OwnedDescriptor) throws(CaptureError) {
    let copy: OwnedDescriptor
    do throws(SystemError) {
      copy = try descriptor.duplicated()
    } catch {
      throw .cannotOpen(path: path, code: error.code)
    }
    guard let stream = unsafe fdopen(copy.raw, "r") else { throw .cannotOpen(path: path, code: errno) }
    _ = copy.release()  // `stream` closes it
    unsafe self.stream = stream
    unsafe buffer = .allocate(byteCount: Self.bufferLength, alignment: 1)
    // Safe: nothing has been read yet, and the buffer is freed only after the stream is closed.
    unsafe setvbuf(stream, buffer, _IOFBF, Self.bufferLength)
    // Safe: one owner at a time, and owners are not `Sendable`.
    _ = unsafe __fsetlocking(stream, Int32(FSETLOCKING_BYCALLER))
  }

  deinit {
    // Safe: still the only owner.
    unsafe fclose(stream)
    unsafe buffer.deallocate()
  }

  /// Looks at the first bytes and puts them back.
  func peekSignature() -> CaptureSignature {
    var start: [UInt8] = []
    // Safe: the stream is open as long as `self` lives.
    while start.count < CaptureSignature.length, case let byte = unsafe getc(stream), byte != EOF {
      start.append(UInt8(truncatingIfNeeded: byte))
    }
    // More than one byte may go back because they are still in the buffer.
    for byte in start.reversed() { _ = unsafe ungetc(Int32(byte), stream) }
    unsafe clearerr(stream)
    return CaptureSignature(start)
  }

  /// Hands the stream to libpcap.
  ///
  /// - Throws: `.notACapture`, or `.damaged` in frame 0 if it begins as a capture does.
  consuming func openCapture(path: String, signature: CaptureSignature) throws(CaptureError) -> PcapHandle {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    // Safe: the buffer has the size libpcap asks for; the stream is open.
    let handle = unsafe pcap_fopen_offline_with_tstamp_precision(stream, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message)
    guard let handle = unsafe handle else {
      let failure = refusal(path: path, signature: signature, reason: text(of: message))
      _ = consume self
      throw failure
    }
    let pcap = unsafe PcapHandle(adopting: handle, buffer: buffer)
    discard self
    return pcap
  }

  private func refusal(path: String, signature: CaptureSignature, reason: String) -> CaptureError {
    if case .other(let found) = signature { return .notACapture(path: path, found: found) }
    // Safe: libpcap leaves the stream of a file it refuses open.
    return .damaged(path: path, offset: unsafe Int64(ftello(stream)), frame: 0, reason: reason)
  }
}

/// The text up to the terminating zero.
func text(of message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
