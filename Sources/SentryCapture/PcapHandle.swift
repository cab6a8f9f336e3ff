internal import CPcap
internal import Glibc
internal import SentryPacket

/// An open libpcap handle with one owner.
@safe
struct PcapHandle: ~Copyable {
  enum Outcome {
    /// So many frames were delivered; 0 at the end of a file, or when an interface has none waiting.
    case delivered(Int)
    /// libpcap gave up, for this reason. The frames before have been delivered.
    case failed(String)
  }

  /// Valid until `deinit`; used by the extensions of this type only.
  let handle: OpaquePointer
  /// What the handle's file reads through; `nil` for interfaces.
  private let buffer: UnsafeMutableRawPointer?

  /// Takes over `handle`, and `buffer` to be freed after it.
  @unsafe
  init(adopting handle: OpaquePointer, buffer: UnsafeMutableRawPointer? = nil) {
    unsafe self.handle = handle
    unsafe self.buffer = buffer
  }

  deinit {
    // Safe: this is the only owner; the file is closed before the buffer it uses is freed.
    unsafe pcap_close(handle)
    unsafe buffer?.deallocate()
  }

  var linkType: LinkType {
    // Safe: the handle is open; so below.
    LinkType(rawValue: unsafe pcap_datalink(handle))
  }

  var snapshotLength: Int { unsafe Int(pcap_snapshot(handle)) }

  /// What libpcap says about its last failure.
  var lastError: String {
    // Safe: a terminated string inside the handle, which is copied at once.
    unsafe pcap_geterr(handle).map { unsafe String(cString: $0) } ?? ""
  }

  /// Delivers at most `maximum` frames (at least 1) to `body`, which may use the bytes only during the call, and may
  /// send others meanwhile.
  borrowing func deliver(
    atMost maximum: Int32, counting frameCount: inout UInt64, _ body: (RawSpan, FrameHeader) -> Void
  ) -> Outcome {
    let before = frameCount
    let status = withoutActuallyEscaping(body) { body in
      var delivery = FrameDelivery(body: body, frameCount: before)
      // Safe: `delivery` outlives the call, and `receiveFrame` reads this pointer as what it is.
      let status = unsafe withUnsafeMutablePointer(to: &delivery) { delivery in
        let context = UnsafeMutableRawPointer(delivery)
        return unsafe pcap_dispatch(handle, maximum, receiveFrame, context.assumingMemoryBound(to: UInt8.self))
      }
      frameCount = delivery.frameCount
      return status
    }
    return status < 0 ? .failed(lastError) : .delivered(Int(frameCount - before))
  }
}

/// What the C callback needs to hand frames on. It cannot be copied, so that calling `body` in place does not count
/// references for each frame.
private struct FrameDelivery: ~Copyable {
  let body: (RawSpan, FrameHeader) -> Void
  var frameCount: UInt64

  borrowing func handOn(_ frame: RawSpan, _ header: FrameHeader) {
    body(frame, header)
  }
}

/// Called by libpcap for each frame. Every handle asks for nanoseconds, which then stand in `tv_usec`.
private func receiveFrame(
  _ context: UnsafeMutablePointer<UInt8>?, _ header: UnsafePointer<pcap_pkthdr>?, _ bytes: UnsafePointer<UInt8>?
) {
  guard let context = unsafe context, let header = unsafe header else { return }
  // Safe: `deliver` passes its `FrameDelivery` as the context of this very call.
  let delivery = unsafe UnsafeMutableRawPointer(context).assumingMemoryBound(to: FrameDelivery.self)
  unsafe delivery.pointee.frameCount += 1
  let frameHeader = unsafe FrameHeader(
    number: delivery.pointee.frameCount, time: Timestamp(header.pointee.ts), wireLength: Int(header.pointee.len))
  // Safe: libpcap holds `caplen` bytes there until the callback returns; the span does not outlive it.
  let frame = unsafe UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(header.pointee.caplen))
  unsafe delivery.pointee.handOn(frame.bytes, frameHeader)
}

extension Timestamp {
  /// From libpcap's form of a time with nanoseconds.
  fileprivate init(_ time: timeval) {
    // Classic files hold 32 unsigned bits of seconds, which libpcap reads as signed: 2038 to 2106 come out negative.
    let seconds = time.tv_sec < 0 ? time.tv_sec & 0xFFFF_FFFF : time.tv_sec
    self.init(seconds: Int64(seconds), nanoseconds: Int64(time.tv_usec))
  }
}
