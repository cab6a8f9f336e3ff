internal import CNetfilterQueue
internal import Glibc

/// Verdicts on their way to the kernel: gathered while a batch of packets is judged, sent with one system call.
///
/// Packets that simply pass are told in one message per batch, "all up to this one", as long as no packet is held back: such a
/// message would release it. Passed packets leave in the order they came.
@safe public final class QueueVerdicts {
  /// Room for the messages of one batch and a replaced packet.
  private static let bufferSize = 256 << 10
  /// What one message without packet bytes takes at most.
  private static let messageSize = 64

  private let socket: OpaquePointer
  private let queueNumber: UInt16
  private let buffer: UnsafeMutableRawPointer
  private var used = 0
  /// The last of the packets that pass and have no message yet.
  private var passedUpTo: UInt32?
  /// Packets without a verdict that stay in the queue on purpose.
  public private(set) var heldCount = 0
  /// Messages the kernel did not take.
  public private(set) var failedSends: UInt64 = 0

  /// The socket stays its owner's, and open while this lives.
  @unsafe
  init(socket: OpaquePointer, queueNumber: UInt16) {
    unsafe self.socket = socket
    self.queueNumber = queueNumber
    unsafe buffer = UnsafeMutableRawPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
  }

  deinit { unsafe buffer.deallocate() }

  // MARK: Verdicts

  /// Lets a packet pass.
  public func accept(_ packet: UInt32) {
    if heldCount == 0 {
      passedUpTo = packet
    } else {
      append(packet, .accept)
    }
  }

  /// Lets a packet pass with another mark.
  public func accept(_ packet: UInt32, mark: UInt32) {
    tellPassed()
    append(packet, .accept, mark: mark)
  }

  /// Lets a packet pass with other bytes: a whole IP packet of at most 65 535 bytes.
  public func accept(_ packet: UInt32, replacedBy bytes: RawSpan) {
    tellPassed()
    append(packet, .accept, replacement: bytes)
  }

  /// Discards a packet.
  public func drop(_ packet: UInt32) { append(packet, .drop) }

  /// Leaves a packet in the queue until `release`.
  public func hold(_ packet: UInt32) {
    tellPassed()
    heldCount += 1
  }

  /// Lets a packet pass that was held.
  ///
  /// - Parameter bytes: its other bytes, as for `accept(_:replacedBy:)`; `nil` for its own.
  public func release(_ packet: UInt32, replacedBy bytes: RawSpan? = nil) {
    append(packet, .accept, replacement: bytes)
    heldCount = max(0, heldCount - 1)
  }

  /// A packet that was held gets its verdict next, by any of the calls above.
  public func resume() { heldCount = max(0, heldCount - 1) }

  /// Sends what was gathered.
  public func flush() {
    tellPassed()
    send()
  }

  // MARK: Messages

  private enum Decision: Int32 {
    case drop = 0
    case accept = 1
  }

  /// Gives the packets that pass their common message.
  private func tellPassed() {
    guard let last = passedUpTo else { return }
    passedUpTo = nil
    makeRoom(Self.messageSize)
    let message = unsafe beginMessage(NFQNL_MSG_VERDICT_BATCH)
    unsafe nfq_nlmsg_verdict_put(message, Int32(bitPattern: last), Decision.accept.rawValue)
    unsafe endMessage(message)
  }

  private func append(_ packet: UInt32, _ decision: Decision, mark: UInt32? = nil, replacement: RawSpan? = nil) {
    makeRoom(Self.messageSize + (replacement?.byteCount ?? 0))
    let message = unsafe beginMessage(NFQNL_MSG_VERDICT)
    unsafe nfq_nlmsg_verdict_put(message, Int32(bitPattern: packet), decision.rawValue)
    if let mark { unsafe nfq_nlmsg_verdict_put_mark(message, mark) }
    if let replacement {
      // Safe: the library copies the bytes into our buffer, which has the room.
      unsafe replacement.withUnsafeBytes { bytes in
        unsafe nfq_nlmsg_verdict_put_pkt(message, bytes.baseAddress, UInt32(clamping: min(bytes.count, 0xFFFF)))
      }
    }
    unsafe endMessage(message)
  }

  private func makeRoom(_ size: Int) { if used + size > Self.bufferSize { send() } }

  /// Safe: `makeRoom` has shown that the message fits behind what is there.
  @unsafe
  private func beginMessage(_ type: nfqnl_msg_types) -> UnsafeMutablePointer<nlmsghdr>? {
    unsafe nfq_nlmsg_put(
      (buffer + used).assumingMemoryBound(to: CChar.self), Int32(bitPattern: type.rawValue), UInt32(queueNumber))
  }

  @unsafe
  private func endMessage(_ message: UnsafeMutablePointer<nlmsghdr>?) {
    guard let message = unsafe message else { return }
    used += (Int(unsafe message.pointee.nlmsg_len) + 3) & ~3
  }

  private func send() {
    guard used > 0 else { return }
    // Safe: the first `used` bytes are messages; the kernel works on them before the call returns.
    if unsafe mnl_socket_sendto(socket, buffer, used) < 0 { failedSends += 1 }
    used = 0
  }
}
