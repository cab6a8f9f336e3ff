internal import CNftables
internal import Glibc
internal import SentryCapture
internal import SentryPacket

/// Requests to the kernel, its packet filter above all, without the detour through a text: for what is many, or often.
///
/// It belongs to the network namespace of the thread that makes it. One owner, one thread at a time.
struct NetlinkRequests: ~Copyable {
  private let socket: NetlinkSocket
  /// The kernel gives parts of a listing of at most half of this.
  private var buffer = [UInt8](repeating: 0, count: 65_536)

  /// The longest transaction in bytes.
  static let longestTransaction = 4 << 20

  /// - Parameter protocolNumber: `NETLINK_…`, whom they are for.
  /// - Throws: `.notInKernel`, `.systemCall`.
  init(_ protocolNumber: Int32 = NETLINK_NETFILTER) throws(NetfilterError) {
    socket = try NetlinkSocket(protocolNumber, requestBytes: 2 * Self.longestTransaction)
  }

  /// Carries out what `messages` say to nftables: all of it, or nothing.
  ///
  /// - Parameter echo: hears what the kernel says of messages that asked for it (`NLM_F_ECHO`).
  /// - Throws: the first thing the kernel refuses.
  mutating func transact(
    to asked: String, _ messages: (inout NetlinkWriter) -> Void,
    echo: (NetlinkReader.Message, RawSpan) -> Void = { _, _ in }
  ) throws(NetfilterError) {
    var writer = NetlinkWriter()
    let subsystem = UInt16(NFNL_SUBSYS_NFTABLES)
    writer.message(UInt16(NFNL_MSG_BATCH_BEGIN), flags: 0, family: 0, resource: subsystem)
    messages(&writer)
    writer.message(UInt16(NFNL_MSG_BATCH_END), flags: 0, family: 0, resource: subsystem)
    try send(writer, to: asked)
    // The kernel was done before `send` came back; it only speaks of what it refuses, and where it was asked to.
    var refused: Int32 = 0
    while let outcome = try receive(to: asked, echo) {
      if case .refused(let code) = outcome, refused == 0 { refused = code }
    }
    if refused != 0 { throw NetfilterError(asked: asked, code: refused) }
  }

  /// Sends one message by itself.
  ///
  /// - Throws: what the kernel says against it.
  mutating func request(
    _ type: UInt16, flags: Int32 = NLM_F_ACK, family: UInt8, to asked: String,
    _ attributes: (inout NetlinkWriter) -> Void = { _ in },
    reply: (NetlinkReader.Message, RawSpan) -> Void = { _, _ in }
  ) throws(NetfilterError) {
    var writer = NetlinkWriter()
    writer.message(type, flags: UInt16(truncatingIfNeeded: flags), family: family, attributes)
    try send(writer, to: asked)
    var refused: Int32 = 0
    while let outcome = try receive(to: asked, reply) {
      if case .refused(let code) = outcome, refused == 0 { refused = code }
    }
    if refused != 0 { throw NetfilterError(asked: asked, code: refused) }
  }

  /// Asks for a listing, and hands its messages over as they come.
  ///
  /// - Returns: false if it changed meanwhile, so that something may be there twice or missing.
  /// - Throws: what the kernel says against it.
  mutating func list(
    _ type: UInt16, family: UInt8, to asked: String, _ attributes: (inout NetlinkWriter) -> Void = { _ in },
    _ body: (NetlinkReader.Message, RawSpan) -> Void
  ) throws(NetfilterError) -> Bool {
    var writer = NetlinkWriter()
    writer.message(type, flags: UInt16(NLM_F_DUMP), family: family, attributes)
    try send(writer, to: asked)
    var isConsistent = true
    while true {
      let outcome = try receive(to: asked) { message, bytes in
        if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { isConsistent = false }
        body(message, bytes)
      }
      switch outcome {
      case .part: continue
      case .done: return isConsistent
      case .refused(let code): throw NetfilterError(asked: asked, code: code)
      case nil: throw .refused(asked: asked, said: "the kernel's listing ended early")
      }
    }
  }

  private enum Outcome: Equatable {
    case part
    case done
    case refused(code: Int32)
  }

  private func send(_ writer: NetlinkWriter, to asked: String) throws(NetfilterError) {
    let code = socket.send(writer.bytes)
    guard code == 0 else { throw NetfilterError(asked: asked, code: code) }
  }

  /// - Returns: how the datagram ends; `nil` if there is none.
  private mutating func receive(
    to asked: String, _ body: (NetlinkReader.Message, RawSpan) -> Void
  ) throws(NetfilterError) -> Outcome? {
    switch socket.receive(into: &buffer) {
    case .nothing: return nil
    case .overrun: throw NetfilterError(asked: asked, code: ENOBUFS)
    case .failed(let code): throw NetfilterError(asked: asked, code: code)
    case .message(let byteCount):
      var outcome = Outcome.part
      // Safe: bytes of the array, which is not changed meanwhile.
      let bytes = unsafe buffer.span.bytes.extracting(0..<byteCount)
      NetlinkReader.forEachMessage(bytes) { message in
        switch Int32(message.type) {
        case NLMSG_DONE: outcome = .done
        case NLMSG_ERROR:
          let code = bytes.host32(at: message.content.lowerBound).map { Int32(bitPattern: $0) } ?? 0
          outcome = code == 0 ? .done : .refused(code: code == .min ? .max : -code)
        default: body(message, bytes)
        }
      }
      return outcome
    }
  }
}

extension NetfilterError {
  /// From an `errno`.
  init(asked: String, code: Int32) {
    let said = SystemText.message(of: code)
    switch code {
    case EPERM: self = .notPermitted(asked: asked)
    case EOPNOTSUPP, EPROTONOSUPPORT:
      self = .notInKernel(asked: asked, part: "support for this", module: "nf_tables", said: said)
    default: self = .refused(asked: asked, said: said)
    }
  }
}
