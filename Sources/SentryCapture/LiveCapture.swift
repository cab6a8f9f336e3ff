internal import Glibc
public import SentryPacket

/// Frames from one network interface as they pass, through libpcap and a ring shared with the kernel (TPACKET_V3).
///
/// The kernel fills a block of the ring and hands it over when it is full or `timeoutMilliseconds` old, so a flood
/// costs one wake-up for many frames and a lone frame waits no longer than that.
///
/// An interface that goes down stays captured and delivers again when it is up. Only one that vanishes is gone for
/// good.
public final class LiveCapture {
  public struct Options: Sendable {
    /// Bytes kept of each frame.
    public var snapshotLength = 262_144
    /// Also take frames addressed to other hosts.
    public var isPromiscuous = false
    /// Size of the ring. It is kernel memory: mapped, but not part of the process's own.
    public var bufferBytes = 16 << 20
    /// How long a frame may wait for others.
    public var timeoutMilliseconds = 100
    /// Hand over each frame at once. The ring then holds few long frames: each takes room for `snapshotLength` bytes.
    public var isImmediate = false
    /// Leave out frames that this host sends there.
    public var takesOnlyArriving = false

    public init() {}
  }

  public let interface: String
  private let handle: PcapHandle
  private var frameCount: UInt64 = 0
  private var counter = StatisticsCounter()

  /// Starts capturing.
  ///
  /// - Throws: `.noSuchInterface`, `.notPermitted`, `.interfaceGone` if it is not up, `.captureFailed`.
  public init(interface: String, options: Options = Options()) throws(CaptureError) {
    self.interface = interface
    handle = try PcapHandle.capturing(on: interface, options: options)
  }

  public var linkType: LinkType { handle.linkType }

  /// Becomes readable when frames wait, and when the interface goes away. Stays the capture's own.
  ///
  /// The kernel keeps silent when an interface vanishes that was already down: call `dispatch` now and then without
  /// being woken, too.
  public var selectableDescriptor: Int32 { handle.selectableDescriptor }

  /// Delivers at most `maximum` of the waiting frames straight from the ring; the bytes may be used only during the
  /// call. Never blocks.
  ///
  /// - Returns: how many; 0 if none were waiting.
  /// - Throws: `.interfaceGone`, after which nothing more will come; `.captureFailed`.
  public func dispatch(
    maximum: Int, _ body: (RawSpan, FrameHeader) -> Void
  ) throws(CaptureError) -> Int {
    guard maximum > 0 else { return 0 }
    switch handle.deliver(atMost: Int32(clamping: maximum), counting: &frameCount, body) {
    case .delivered(let count): return count
    case .failed(let reason): throw failure(reason)
    }
  }

  /// Sends a frame, link header first, out of the interface. Never waits; may be called while frames are delivered. The capture
  /// does not see what it sends itself.
  public func inject(_ frame: RawSpan) -> Injection { handle.inject(frame) }

  /// Counts since the capture started.
  public func statistics() throws(CaptureError) -> CaptureStatistics {
    guard let reading = handle.readStatistics() else { throw failure(handle.lastError) }
    return counter.advance(to: reading)
  }

  /// libpcap has only words for what happened: whether the interface is to blame is looked up.
  private func failure(_ reason: String) -> CaptureError {
    let isUp = (try? NetworkInterface.all())?.contains { $0.name == interface && $0.isUp } ?? false
    return isUp
      ? .captureFailed(interface: interface, reason: reason)
      : .interfaceGone(name: interface, reason: reason)
  }
}

/// What became of a frame that was to be sent.
public enum Injection: Sendable, Equatable {
  case sent
  /// The interface takes no frames of that length.
  case tooLong
  /// Too many others wait to be sent.
  case noRoom
  /// The interface is down or gone, or does not send such frames.
  case failed
}
