import SentryPacket
import Testing

@testable import SentryProcesses

/// Bytes by hand, after linux/netlink.h and linux/inet_diag.h.
@Suite struct SocketMessageTests {
  private static let host = IPAddress("192.0.2.1") ?? IPAddress(v4: 0)
  private static let peer = IPAddress("203.0.113.9") ?? IPAddress(v4: 0)
  private static let hostV6 = IPAddress("2001:db8::1") ?? IPAddress(v4: 0)
  private static let peerV6 = IPAddress("2001:db8::9") ?? IPAddress(v4: 0)

  private static func header(length: UInt32, type: UInt16, flags: UInt16 = 0) -> [UInt8] {
    native(length) + native(type) + native(flags)
      + native(UInt32(1))  // sequence number
      + native(UInt32(0))  // port
  }

  private static func question(_ flow: LocalFlow) -> [UInt8] {
    var bytes: [UInt8] = []
    SocketQuestion.write(flow, interface: 3, to: &bytes)
    return bytes
  }

  @Test func aTCPQuestionNamesOurEndFirst() {
    let flow = LocalFlow(local: Self.host, 40_000, remote: Self.peer, 443, protocolNumber: 6)
    #expect(
      Self.question(flow) == Self.header(length: 72, type: 20, flags: 1) + [2, 6, 0, 0] + native(UInt32.max)
        + [0x9C, 0x40, 0x01, 0xBB]  // 40000, 443
        + [192, 0, 2, 1] + [UInt8](repeating: 0, count: 12) + [203, 0, 113, 9] + [UInt8](repeating: 0, count: 12)
        + native(UInt32(3))  // interface
        + [UInt8](repeating: 0xFF, count: 8))  // no cookie
  }

  @Test func aUDPQuestionNamesTheOtherEndFirst() {
    let flow = LocalFlow(local: Self.host, 53, remote: Self.peer, 5_000, protocolNumber: 17)
    let bytes = Self.question(flow)
    #expect(Array(bytes[16..<20]) == [2, 17, 0, 0])
    #expect(Array(bytes[24..<32]) == [0x13, 0x88, 0, 53, 203, 0, 113, 9])
    #expect(Array(bytes[44..<48]) == [192, 0, 2, 1])
  }

  @Test func anIPv6QuestionHasWholeAddresses() {
    let flow = LocalFlow(local: Self.hostV6, 1, remote: Self.peerV6, 2, protocolNumber: 6)
    let bytes = Self.question(flow)
    #expect(bytes.count == 72)
    #expect(bytes[16] == 10)
    let net: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11)
    #expect(Array(bytes[28..<44]) == net + [1])
    #expect(Array(bytes[44..<60]) == net + [9])
  }

  /// An established IPv4 connection of user 1000, socket 10584484.
  private static let established: [UInt8] =
    header(length: 88, type: 20)
    + [2, 1, 0, 0]  // family, state, timer, retransmissions
    + [0x9C, 0x40, 0x01, 0xBB]  // ports
    + [192, 0, 2, 1] + [UInt8](repeating: 0, count: 12)
    + [203, 0, 113, 9] + [UInt8](repeating: 0, count: 12)
    + native(UInt32(0))  // interface
    + native(UInt64(77))  // cookie
    + native(UInt32(0)) + native(UInt32(5)) + native(UInt32(6))  // expiry, queues
    + native(UInt32(1_000)) + native(UInt32(10_584_484))  // user, socket

  @Test func anAnswerTellsTheUserAndTheSocket() {
    #expect(
      Self.established.withRawSpan { SocketMessage(reading: $0) } == .socket(user: 1_000, inode: 10_584_484))
  }

  @Test func anErrorIsOne() {
    let bytes = Self.header(length: 36, type: 2) + native(Int32(-2)) + Self.header(length: 72, type: 20)
    #expect(bytes.withRawSpan { SocketMessage(reading: $0) } == .failed(code: 2))
  }

  @Test func everyCutAnswerIsNone() {
    for length in 0..<Self.established.count {
      let cut = Array(Self.established.prefix(length))
      #expect(cut.withRawSpan { SocketMessage(reading: $0) } == nil)
      // A header that counts only what is there is not enough either.
      var short = cut
      if length >= 4 { short.replaceSubrange(0..<4, with: native(UInt32(length))) }
      #expect(short.withRawSpan { SocketMessage(reading: $0) } == nil)
    }
  }

  @Test func otherMessagesAreNone() {
    var done = Self.established
    done.replaceSubrange(4..<6, with: native(UInt16(3)))
    #expect(done.withRawSpan { SocketMessage(reading: $0) } == nil)
    var extreme = Self.established
    extreme.replaceSubrange(0..<4, with: native(UInt32.max))
    #expect(extreme.withRawSpan { SocketMessage(reading: $0) } == nil)
  }
}
