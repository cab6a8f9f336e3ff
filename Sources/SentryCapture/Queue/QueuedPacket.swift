public import SentryPacket

/// A packet the kernel keeps until it is told what to do with it: what is known of it besides its bytes.
public struct QueuedPacket: Sendable, Equatable {
  /// Names the packet in `QueueVerdicts`; never used twice while a queue is open.
  public let identifier: UInt32
  /// By the hook it waits at: before routing inbound, after routing outbound.
  public let direction: Direction
  /// The index of the interface it came in by, or goes out by.
  public let interfaceIndex: UInt32
  /// Of the frame it came in, where it came in one: Ethernet, in the low 48 bits, first byte on the wire highest.
  public let sourceMAC: UInt64?
  /// The whole packet's length in bytes; more than was copied for one beyond 65 531 bytes.
  public let wireLength: Int
  /// The mark other parts of the kernel have put on it.
  public let mark: UInt32

  public init(
    identifier: UInt32, direction: Direction, interfaceIndex: UInt32, sourceMAC: UInt64?, wireLength: Int, mark: UInt32
  ) {
    self.identifier = identifier
    self.direction = direction
    self.interfaceIndex = interfaceIndex
    self.sourceMAC = sourceMAC
    self.wireLength = wireLength
    self.mark = mark
  }
}

/// What a message of the kernel's queue says (linux/netfilter/nfnetlink_queue.h).
enum QueueMessage: Equatable {
  /// A packet, and where its bytes lie in the message.
  case packet(QueuedPacket, bytes: Range<Int>)
  /// The kernel could not do what an earlier message asked; an `errno`, 0 for an acknowledgement.
  case answer(code: Int32)
  /// Nothing that concerns a queue.
  case other
}

extension QueueMessage {
  /// Reads the message that starts at byte `start` of what a netlink socket received.
  ///
  /// - Returns: the message and where the next one starts; `nil` where there is none.
  static func read(_ received: RawSpan, at start: Int) -> (message: QueueMessage, next: Int)? {
    guard let length = received.native32(at: start).map(Int.init), length >= NetlinkLayout.header,
      length <= received.byteCount - start, let type = received.native16(at: start + 4)
    else { return nil }
    let body = (start + NetlinkLayout.header)..<(start + length)
    let next = start + NetlinkLayout.aligned(length)
    switch type {
    case NetlinkLayout.error:
      let code = received.native32(at: body.lowerBound) ?? 0
      return (.answer(code: 0 &- Int32(bitPattern: code)), next)
    case NetlinkLayout.queuedPacket:
      return (readPacket(received, in: body) ?? .other, next)
    default:
      return (.other, next)
    }
  }

  /// Reads the attributes of a packet message, which stand behind the address family, a version and the queue's number.
  private static func readPacket(_ received: RawSpan, in body: Range<Int>) -> QueueMessage? {
    var attributes = PacketAttributes()
    var position = body.lowerBound + NetlinkLayout.netfilterHeader
    while position < body.upperBound, let length = received.native16(at: position).map(Int.init),
      length >= NetlinkLayout.attributeHeader, length <= body.upperBound - position,
      let type = received.native16(at: position + 2)
    {
      let value = (position + NetlinkLayout.attributeHeader)..<(position + length)
      attributes.take(type & NetlinkLayout.attributeTypes, received, value)
      position += NetlinkLayout.aligned(length)
    }
    return attributes.packet.map { .packet($0, bytes: attributes.payload) }
  }
}

/// The attributes of a packet message that matter here, as they are found.
private struct PacketAttributes {
  private var identifier: UInt32?
  private var hook: UInt8 = 0
  private var mark: UInt32 = 0
  private var inputIndex: UInt32 = 0
  private var outputIndex: UInt32 = 0
  private var sourceMAC: UInt64?
  private var wholeLength: UInt32?
  private(set) var payload = 0..<0

  mutating func take(_ type: UInt16, _ received: RawSpan, _ value: Range<Int>) {
    let start = value.lowerBound
    switch type {
    case 1:  // NFQA_PACKET_HDR: identifier, protocol of the link, hook
      identifier = received.wire32(at: start)
      hook = received.wire8(at: start + 6) ?? 0
    case 3: mark = received.wire32(at: start) ?? 0
    case 5: inputIndex = received.wire32(at: start) ?? 0
    case 6: outputIndex = received.wire32(at: start) ?? 0
    case 9: takeHardwareAddress(received, at: start)
    case 10: payload = value
    case 13: wholeLength = received.wire32(at: start)  // NFQA_CAP_LEN: given only if more than was copied
    default: break
    }
  }

  /// NFQA_HWADDR: the length of the address, two bytes of nothing, then the address.
  private mutating func takeHardwareAddress(_ received: RawSpan, at start: Int) {
    guard received.wire16(at: start) == 6 else { return }
    sourceMAC = received.wire64(at: start + 4).map { $0 >> 16 }
  }

  var packet: QueuedPacket? {
    guard let identifier else { return nil }
    let isOutbound = hook == NetlinkLayout.outputHook || hook == NetlinkLayout.postroutingHook
    return QueuedPacket(
      identifier: identifier, direction: isOutbound ? .outbound : .inbound,
      interfaceIndex: isOutbound ? outputIndex : inputIndex, sourceMAC: sourceMAC,
      wireLength: max(payload.count, wholeLength.map { Int(clamping: $0) } ?? 0), mark: mark)
  }
}

/// Lengths and numbers of netlink messages (RFC 3549 §2.2; linux/netlink.h), and of those about queues.
private enum NetlinkLayout {
  static var header: Int { 16 }
  /// struct nfgenmsg
  static var netfilterHeader: Int { 4 }
  static var attributeHeader: Int { 4 }
  static var error: UInt16 { 2 }
  /// Subsystem NFNL_SUBSYS_QUEUE, message NFQNL_MSG_PACKET.
  static var queuedPacket: UInt16 { 0x0300 }
  /// Without the bits NLA_F_NESTED and NLA_F_NET_BYTEORDER.
  static var attributeTypes: UInt16 { 0x3FFF }
  static var outputHook: UInt8 { 3 }
  static var postroutingHook: UInt8 { 4 }

  /// Messages and attributes start at multiples of four bytes.
  static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

extension RawSpan {
  /// A field in this machine's byte order, as netlink's own headers have them.
  fileprivate func native16(at offset: Int) -> UInt16? { wire16(at: offset)?.bigEndian }
  fileprivate func native32(at offset: Int) -> UInt32? { wire32(at: offset)?.bigEndian }
}
