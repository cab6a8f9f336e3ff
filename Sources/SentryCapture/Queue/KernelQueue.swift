internal import CNetfilterQueue
internal import Glibc
internal import SentryPacket

/// Packets the kernel keeps for a verdict: one of its numbered queues (NFQUEUE, through libnetfilter_queue).
///
/// What brings packets here are rules in the kernel's packet filter (SentryNetfilter). While nobody has the queue open, those
/// rules say whether packets pass or are dropped.
@safe public final class KernelQueue {
  public struct Options: Sendable {
    public var number: UInt16 = 0
    /// Packets the kernel keeps at most.
    public var length: UInt32 = 8_192
    /// Whether packets pass unjudged while the queue is full, instead of being dropped.
    public var passesWhenFull = true
    /// Memory for packets on their way here. It is the kernel's, not part of the process's own.
    public var receiveBufferBytes: Int32 = 32 << 20
    /// Whether what the kernel or the card splits later comes as one packet, whose checksum may be missing still. Otherwise each
    /// packet comes as it will be on the wire.
    public var keepsSegmentsTogether = true

    public init() {}
  }

  /// The longest message: headers, attributes, and as much of a packet as one attribute can hold.
  private static let bufferSize = 66 << 10

  public let number: UInt16
  private let socket: OpaquePointer
  private let buffer: UnsafeMutableRawPointer
  /// Where the decisions go.
  public let verdicts: QueueVerdicts
  /// How often the kernel had no room to hand packets over since the queue was opened; it does not say how many.
  public private(set) var overruns: UInt64 = 0
  /// Messages of ours the kernel refused, but for those below.
  public private(set) var refusals: UInt64 = 0
  /// Decisions about packets that were gone: the kernel drops what waits in any queue when somebody takes out a chain with a hook,
  /// whoever it belongs to. Of packets that simply pass, one may stand for several.
  public private(set) var vanished: UInt64 = 0

  /// Takes over the queue of that number.
  ///
  /// - Throws: `.queueInUse`, `.queueNotPermitted`, `.queueNotSupported`, `.systemCall`.
  public init(_ options: Options) throws(CaptureError) {
    number = options.number
    // Safe: no arguments that could be wrong; so are the calls below: the socket is open until `deinit`.
    guard let socket = unsafe mnl_socket_open2(Int32(NETLINK_NETFILTER), Int32(SOCK_CLOEXEC.rawValue)) else {
      throw errno == EPROTONOSUPPORT ? .queueNotSupported : .systemCall(name: "socket", code: errno)
    }
    unsafe self.socket = socket
    unsafe buffer = UnsafeMutableRawPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
    unsafe verdicts = QueueVerdicts(socket: socket, queueNumber: options.number)
    guard unsafe mnl_socket_bind(socket, 0, 0) == 0 else { throw .systemCall(name: "bind", code: errno) }
    try configure(options)
  }

  deinit {
    // Safe: this is the only owner. Closing gives the queue up; what waits in it is dropped by the kernel.
    unsafe mnl_socket_close(socket)
    unsafe buffer.deallocate()
  }

  /// Becomes readable when packets wait. Stays the queue's own.
  public var selectableDescriptor: Int32 { unsafe mnl_socket_get_fd(socket) }

  // MARK: Packets

  /// Delivers at most `maximum` of the waiting packets, IP header first; the bytes may be used only during the call. Never blocks.
  /// For each, `body` gives `verdicts` one decision; they are sent before this returns.
  ///
  /// - Returns: how many; 0 if none were waiting.
  /// - Throws: `.systemCall`.
  public func dispatch(maximum: Int, _ body: (RawSpan, QueuedPacket) -> Void) throws(CaptureError) -> Int {
    var delivered = 0
    defer { verdicts.flush() }
    while delivered < maximum {
      guard let received = try receive() else { break }
      // Safe: the kernel has just written so many bytes, and nothing else writes until the next `receive`.
      let message = unsafe UnsafeRawBufferPointer(start: buffer, count: received)
      delivered += deliver(unsafe message.bytes, body)
    }
    return delivered
  }

  /// - Returns: the bytes of the next message, or `nil` if none is waiting.
  private func receive() throws(CaptureError) -> Int? {
    while true {
      // Safe: the buffer has that size.
      let count = unsafe recv(selectableDescriptor, buffer, Self.bufferSize, Int32(MSG_DONTWAIT))
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      case ENOBUFS: overruns += 1
      case let code: throw .systemCall(name: "recv", code: code)
      }
    }
  }

  private func deliver(_ received: RawSpan, _ body: (RawSpan, QueuedPacket) -> Void) -> Int {
    var delivered = 0
    var position = 0
    while let (message, next) = QueueMessage.read(received, at: position) {
      switch message {
      case .packet(let packet, let bytes):
        body(received.extracting(bytes), packet)
        delivered += 1
      case .answer(let code):
        if code == ENOENT { vanished += 1 } else if code != 0 { refusals += 1 }
      case .other:
        break
      }
      position = next
    }
    return delivered
  }

  // MARK: Configuration

  private func configure(_ options: Options) throws(CaptureError) {
    var bytes = options.receiveBufferBytes
    // Safe: the option takes one `Int32`. Without the right to force it the kernel's usual limit holds.
    _ = unsafe setsockopt(
      selectableDescriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, socklen_t(MemoryLayout<Int32>.size))

    try unsafe request { message in
      // Safe: the message has room for far more than these few numbers; so below.
      unsafe nfq_nlmsg_cfg_put_cmd(message, UInt16(AF_UNSPEC), UInt8(NFQNL_CFG_CMD_BIND.rawValue))
    }
    let flags =
      (options.keepsSegmentsTogether ? NFQA_CFG_F_GSO : 0) | (options.passesWhenFull ? NFQA_CFG_F_FAIL_OPEN : 0)
    try unsafe request { message in
      unsafe nfq_nlmsg_cfg_put_params(message, UInt8(NFQNL_COPY_PACKET.rawValue), 0xFFFF)
      unsafe nfq_nlmsg_cfg_put_qmaxlen(message, options.length)
      unsafe Self.put(flags, of: NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN, into: message)
    }
  }

  /// Changes that option between two `dispatch`; packets that wait already stay as they are.
  public func setKeepsSegmentsTogether(_ keeps: Bool) throws(CaptureError) {
    // A refusal would come among the packets, and be counted.
    try unsafe send { message in
      unsafe Self.put(keeps ? NFQA_CFG_F_GSO : 0, of: NFQA_CFG_F_GSO, into: message)
    }
  }

  /// Safe: the message has room for far more than these two numbers.
  @unsafe
  private static func put(_ flags: Int32, of mask: Int32, into message: UnsafeMutablePointer<nlmsghdr>) {
    unsafe mnl_attr_put_u32(message, UInt16(NFQA_CFG_FLAGS.rawValue), UInt32(flags).bigEndian)
    unsafe mnl_attr_put_u32(message, UInt16(NFQA_CFG_MASK.rawValue), UInt32(mask).bigEndian)
  }

  /// Sends a configuration message and waits for the kernel to take it.
  private func request(_ fill: (UnsafeMutablePointer<nlmsghdr>) -> Void) throws(CaptureError) {
    try unsafe send { message in
      unsafe message.pointee.nlmsg_flags |= UInt16(NLM_F_ACK)
      unsafe fill(message)
    }
    try awaitAcknowledgement()
  }

  private func send(_ fill: (UnsafeMutablePointer<nlmsghdr>) -> Void) throws(CaptureError) {
    // Safe: the buffer has room for any configuration message.
    let message = unsafe nfq_nlmsg_put(
      buffer.assumingMemoryBound(to: CChar.self), Int32(bitPattern: NFQNL_MSG_CONFIG.rawValue), UInt32(number))
    guard let message = unsafe message else { return }
    unsafe fill(message)
    guard unsafe mnl_socket_sendto(socket, message, Int(message.pointee.nlmsg_len)) >= 0 else {
      throw configurationError(errno)
    }
  }

  /// Packets that come before the answer are let through: nothing has judged yet.
  private func awaitAcknowledgement() throws(CaptureError) {
    while true {
      // Safe: the buffer has that size, and `recv` waits for the kernel, which always answers.
      let count = unsafe recv(selectableDescriptor, buffer, Self.bufferSize, 0)
      guard count >= 0 else {
        guard errno == EINTR || errno == ENOBUFS else { throw .systemCall(name: "recv", code: errno) }
        continue
      }
      // Safe: as in `dispatch`.
      let received = unsafe UnsafeRawBufferPointer(start: buffer, count: count).bytes
      guard let (message, _) = QueueMessage.read(received, at: 0) else { continue }
      switch message {
      case .answer(0): return
      case .answer(let code): throw configurationError(code)
      case .packet(let packet, _):
        verdicts.accept(packet.identifier)
        verdicts.flush()
      case .other: continue
      }
    }
  }

  private func configurationError(_ code: Int32) -> CaptureError {
    switch code {
    // The kernel says the same of a queue somebody else has open as of missing rights.
    case EPERM:
      QueueStatistics.current(ofQueue: number) == nil ? .queueNotPermitted(number: number) : .queueInUse(number: number)
    case EOPNOTSUPP, EPROTONOSUPPORT, EINVAL, ENOENT: .queueNotSupported
    default: .systemCall(name: "configuration of queue \(number)", code: code)
    }
  }
}
