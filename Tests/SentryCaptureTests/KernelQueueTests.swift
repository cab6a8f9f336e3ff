import Glibc
import SentryPacket
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryCapture

/// What the kernel writes on a queue's socket, built from linux/netlink.h and linux/netfilter/nfnetlink_queue.h: headers in the
/// machine's byte order (little-endian here), contents in network order.
@Suite struct QueueMessageTests {
  private static let packetHeader: [UInt8] = [
    11, 0, 1, 0,  // length, NFQA_PACKET_HDR
    0, 0, 0, 7,  // packet_id
    0x08, 0x00,  // hw_protocol: IPv4
    0, 0,  // hook NF_INET_PRE_ROUTING, padding
  ]
  private static let inputDevice: [UInt8] = [8, 0, 5, 0, 0, 0, 0, 3]  // NFQA_IFINDEX_INDEV 3
  private static let outputDevice: [UInt8] = [8, 0, 6, 0, 0, 0, 0, 4]  // NFQA_IFINDEX_OUTDEV 4
  private static let hardware: [UInt8] = [
    16, 0, 9, 0,  // NFQA_HWADDR
    0, 6, 0, 0, 0x02, 0x00, 0x5E, 0x00, 0x53, 0x01, 0, 0,
  ]
  private static let payload: [UInt8] = [9, 0, 10, 0, 1, 2, 3, 4, 5, 0, 0, 0]  // NFQA_PAYLOAD, 5 bytes, padding

  private static func message(type: UInt16 = 0x0300, _ body: [UInt8]) -> [UInt8] {
    let length = UInt32(16 + body.count)
    let header =
      withUnsafeBytes(of: length.littleEndian, Array.init) + withUnsafeBytes(of: type.littleEndian, Array.init)
    return header + [0, 0] + [UInt8](repeating: 0, count: 8) + body
  }

  private static func packet(hook: UInt8 = 0, _ attributes: [[UInt8]]) -> [UInt8] {
    var header = packetHeader
    header[10] = hook
    return message([0, 0, 0, 5] + header + attributes.joined())  // family, version, queue 5
  }

  private func read(_ bytes: [UInt8]) -> QueueMessage? { bytes.withRawSpan { QueueMessage.read($0, at: 0)?.message } }

  @Test func packetBeforeRoutingComesInByItsInputDevice() throws {
    let bytes = Self.packet([Self.inputDevice, Self.hardware, Self.payload])
    let expected = QueuedPacket(
      identifier: 7, direction: .inbound, interfaceIndex: 3, sourceMAC: 0x0200_5E00_5301, wireLength: 5, mark: 0)
    #expect(read(bytes) == .packet(expected, bytes: 60..<65))
  }

  @Test func packetAfterRoutingGoesOutByItsOutputDevice() throws {
    let bytes = Self.packet(hook: 4, [Self.outputDevice, Self.payload])
    let expected = QueuedPacket(
      identifier: 7, direction: .outbound, interfaceIndex: 4, sourceMAC: nil, wireLength: 5, mark: 0)
    #expect(read(bytes) == .packet(expected, bytes: 44..<49))
  }

  @Test func shortenedPacketHasItsWholeLength() throws {
    let whole: [UInt8] = [8, 0, 13, 0, 0, 1, 0x11, 0x70]  // NFQA_CAP_LEN 70 000
    guard case .packet(let packet, _)? = read(Self.packet([whole, Self.payload])) else { throw Unexpected() }
    #expect(packet.wireLength == 70_000)
  }

  @Test func markIsRead() throws {
    let mark: [UInt8] = [8, 0, 3, 0, 0x40, 0, 0, 1]  // NFQA_MARK
    guard case .packet(let packet, _)? = read(Self.packet([mark, Self.payload])) else { throw Unexpected() }
    #expect(packet.mark == 0x4000_0001)
  }

  @Test func refusalCarriesItsErrorNumber() {
    let refusal: [UInt8] = withUnsafeBytes(of: Int32(-EBUSY).littleEndian, Array.init)
    #expect(read(Self.message(type: 2, refusal)) == .answer(code: EBUSY))
    #expect(read(Self.message(type: 2, [0, 0, 0, 0])) == .answer(code: 0))
  }

  @Test func messageOfAnotherSubsystemIsLeftAlone() {
    #expect(read(Self.message(type: 0x0A01, [1, 2, 3, 4])) == .other)
  }

  @Test func messageWithoutPacketHeaderIsNoPacket() {
    #expect(read(Self.message([0, 0, 0, 5] + Self.payload)) == .other)
  }

  @Test func cutMessagesAreNeverReadPastTheirEnd() {
    let whole = Self.packet([Self.inputDevice, Self.hardware, Self.payload])
    for length in 0..<whole.count { #expect(read(Array(whole.prefix(length))) == nil, "\(length) bytes") }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func hostileBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var bytes = Self.packet([Self.inputDevice, Self.hardware, Self.payload])
    for _ in 0..<8 {
      bytes[Int.random(in: 4..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
    }
    if case .packet(_, let range)? = read(bytes) { #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count) }
  }

  private struct Unexpected: Error {}
}

@Suite struct QueueStatisticsTests {
  /// As proc_nfnetlink_queue prints them: `%5u %6u %5u %1u %5u %5u %5u %8u %2d`.
  private static let text = """
        0   5563     3 2 65531    12    34       10  1
        7   5564     0 2 65531     0     0        2  1

    """

  @Test func lineOfTheQueueIsRead() {
    var expected = QueueStatistics()
    expected.waiting = 3
    expected.overflowed = 12
    expected.undelivered = 34
    #expect(QueueStatistics.parse(Self.text, queue: 0) == expected)
    #expect(QueueStatistics.parse(Self.text, queue: 7) == QueueStatistics())
    #expect(QueueStatistics.parse(Self.text, queue: 1) == nil)
  }
}

@Suite(
  .serialized,
  .enabled(if: NetworkNamespace.isPossible && Program("iptables").isThere, "needs root, ip, bash and iptables"))
struct KernelQueueTests {
  private static let number: UInt16 = 3
  private static let port: UInt16 = 9_999

  /// In a namespace whose datagrams to our port wait in the queue when they leave.
  private func withQueue(_ body: @escaping @Sendable (KernelQueue, Loopback) throws -> Void) async throws {
    try await NetworkNamespace.run {
      try NetworkNamespace.runScript(
        "iptables -t mangle -A POSTROUTING -p udp --dport \(Self.port) -j NFQUEUE --queue-num \(Self.number)")
      var options = KernelQueue.Options()
      options.number = Self.number
      try body(try KernelQueue(options), try Loopback(port: Self.port))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func packetsPassInOrderOrAreDroppedOrHeld() async throws {
    try await withQueue { queue, loopback in
      for value in 1...8 as ClosedRange<UInt8> { try loopback.send([value]) }
      var identifiers: [UInt32] = []
      let count = try queue.dispatch(maximum: 100) { bytes, packet in
        #expect(packet.direction == .outbound)
        #expect(bytes.byteCount == 29)
        identifiers.append(packet.identifier)
        switch bytes.wire8(at: 28) {
        case 3, 6: queue.verdicts.drop(packet.identifier)
        case 4: queue.verdicts.hold(packet.identifier)
        default: queue.verdicts.accept(packet.identifier)
        }
      }
      #expect(count == 8)
      #expect(loopback.received() == [[1], [2], [5], [7], [8]])
      #expect(QueueStatistics.current(ofQueue: Self.number)?.waiting == 1)
      queue.verdicts.release(identifiers[3])
      queue.verdicts.flush()
      #expect(loopback.received() == [[4]])
      #expect(queue.verdicts.heldCount == 0)
      #expect(queue.refusals == 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func packetCanLeaveWithOtherBytes() async throws {
    try await withQueue { queue, loopback in
      try loopback.send([1])
      try loopback.send([2, 2, 2])
      _ = try queue.dispatch(maximum: 100) { bytes, packet in
        guard bytes.wire8(at: 28) == 2 else { return queue.verdicts.accept(packet.identifier) }
        var changed = (0..<bytes.byteCount).compactMap { bytes.wire8(at: $0) }
        changed[29] = 9
        changed.replaceSubrange(26..<28, with: [0, 0])  // A UDP checksum of 0 means none (RFC 768).
        changed.withRawSpan { queue.verdicts.accept(packet.identifier, replacedBy: $0) }
      }
      #expect(loopback.received() == [[1], [2, 9, 2]])
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func maximumIsKept() async throws {
    try await withQueue { queue, loopback in
      for value in 1...5 as ClosedRange<UInt8> { try loopback.send([value]) }
      #expect(try queue.dispatch(maximum: 2) { _, packet in queue.verdicts.accept(packet.identifier) } == 2)
      #expect(loopback.received() == [[1], [2]])
      #expect(try queue.dispatch(maximum: 9) { _, packet in queue.verdicts.accept(packet.identifier) } == 3)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func queueInUseIsRefusedByName() async throws {
    try await withQueue { queue, _ in
      var options = KernelQueue.Options()
      options.number = Self.number
      #expect(throws: CaptureError.queueInUse(number: Self.number)) { _ = try KernelQueue(options) }
    }
  }

  /// Under fail-open a full queue lets packets pass unjudged, and counts them.
  @Test(.timeLimit(.minutes(12)))
  func fullQueuePassesOrDropsByItsPolicy() async throws {
    for passes in [true, false] {
      try await NetworkNamespace.run {
        try NetworkNamespace.runScript(
          "iptables -t mangle -A POSTROUTING -p udp --dport \(Self.port) -j NFQUEUE --queue-num \(Self.number)")
        var options = KernelQueue.Options()
        options.number = Self.number
        options.length = 2
        options.passesWhenFull = passes
        let queue = try KernelQueue(options)
        let loopback = try Loopback(port: Self.port)
        for value in 1...5 as ClosedRange<UInt8> { try loopback.send([value]) }
        #expect(loopback.received() == (passes ? [[3], [4], [5]] : []))
        #expect(QueueStatistics.current(ofQueue: Self.number)?.waiting == 2)
        _ = queue.number
      }
    }
  }
}

/// A socket that sends to itself on the loopback interface of the thread's namespace.
private final class Loopback {
  struct Failure: Error {
    let description: String
  }

  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isReady = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && connect(descriptor, $0, length) == 0
      }
    }
    guard isReady else { throw Failure(description: "no socket on the loopback interface: \(errno)") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) throws {
    guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw Failure(description: "send: \(errno)")
    }
  }

  /// What has arrived by now: on the loopback interface a packet arrives before the call that let it go returns.
  func received() -> [[UInt8]] {
    var all: [[UInt8]] = []
    var buffer = [UInt8](repeating: 0, count: 2_048)
    while case let count = recv(descriptor, &buffer, buffer.count, 0), count >= 0 {
      all.append(Array(buffer.prefix(count)))
    }
    return all
  }
}
