import SentryPacket
import Testing

@testable import SentryState

private let client = "203.0.113.9"
private let server = "192.0.2.1"

/// A segment of one byte per character, from the client unless said otherwise.
private struct Segment {
  let packet: PacketFields
  let bytes: [UInt8]
  let flow: FlowKey

  init(
    _ text: String, sequence: UInt32, port: UInt16 = 40_000, isFromServer: Bool = false, flags: UInt8 = 24
  ) {
    self.init(Array(text.utf8), sequence: sequence, port: port, isFromServer: isFromServer, flags: flags)
  }

  init(
    _ bytes: [UInt8], sequence: UInt32, port: UInt16 = 40_000, isFromServer: Bool = false, flags: UInt8 = 24
  ) {
    var packet: PacketFields =
      isFromServer
      ? .tcp(from: server, 443, to: client, port, flags: flags)
      : .tcp(from: client, port, to: server, 443, flags: flags)
    packet.tcpSequence = sequence
    packet.present.insert(.payload)
    packet.payload = 0..<UInt32(bytes.count)
    self.packet = packet
    self.bytes = bytes
    flow = FlowKey(packet, direction: isFromServer ? .outbound : .inbound)
  }
}

extension HandshakeTable {
  fileprivate mutating func begin(_ segment: Segment, at now: Timestamp = at(0)) {
    segment.bytes.withRawSpan { begin(segment.packet, of: segment.flow, $0, now: now) }
    #expect(brokenInvariant() == nil)
  }

  /// All segments together; `nil` if this one continues none.
  fileprivate mutating func continued(
    by segment: Segment, at now: Timestamp = at(0), needsMore: Bool = false
  ) -> String? {
    var text: String?
    segment.bytes.withRawSpan { frame in
      _ = continued(by: segment.packet, of: segment.flow, frame, now: now) { joined in
        text = String(decoding: (0..<joined.byteCount).compactMap { joined.wire8(at: $0) }, as: UTF8.self)
        return needsMore
      }
    }
    return text
  }
}

@Suite struct HandshakeTableTests {
  @Test func theNextSegmentContinuesTheFirst() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: 100))
    #expect(table.continued(by: Segment("world", sequence: 106)) == "hello world")
  }

  @Test func segmentsSentTwiceReadTheSame() {
    var table = HandshakeTable()
    for _ in 0..<2 { table.begin(Segment("hello ", sequence: 100)) }
    for _ in 0..<2 { #expect(table.continued(by: Segment("world", sequence: 106)) == "hello world") }
    #expect(table.count == 1)
  }

  @Test func aSegmentThatCompletesNothingIsKept() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: 100))
    #expect(table.continued(by: Segment("big ", sequence: 106), needsMore: true) == "hello big ")
    // A first segment sent again, which has nothing new.
    table.begin(Segment("hello ", sequence: 100))
    #expect(table.continued(by: Segment("world", sequence: 110)) == "hello big world")
  }

  @Test func aSYNTakesASequenceNumber() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: 99, flags: 2))
    #expect(table.continued(by: Segment("world", sequence: 106)) == "hello world")
  }

  @Test func sequenceNumbersWrap() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: .max - 1))
    #expect(table.continued(by: Segment("world", sequence: 4)) == "hello world")
  }

  @Test func nothingElseContinuesIt() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: 100))
    #expect(table.continued(by: Segment("world", sequence: 107)) == nil)
    #expect(table.continued(by: Segment("world", sequence: 100)) == nil)
    #expect(table.continued(by: Segment("world", sequence: 106, port: 40_001)) == nil)
    #expect(table.continued(by: Segment("world", sequence: 106, isFromServer: true)) == nil)
    #expect(table.continued(by: Segment("", sequence: 106)) == nil)
  }

  @Test func anotherFirstSegmentReplacesIt() {
    var table = HandshakeTable()
    table.begin(Segment("hello there, ", sequence: 100))
    table.begin(Segment("bye ", sequence: 500))
    #expect(table.continued(by: Segment("world", sequence: 504)) == "bye world")
    #expect(table.continued(by: Segment("world", sequence: 113)) == nil)
  }

  @Test func itWaitsThirtySeconds() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: 100))
    #expect(table.continued(by: Segment("world", sequence: 106), at: at(30, -1)) == "hello world")
    #expect(table.continued(by: Segment("world", sequence: 106), at: at(30)) == nil)
  }

  @Test func whatIsBeyondTheRoomIsCutOff() {
    var table = HandshakeTable()
    let room = HandshakeTable.roomPerFlow
    table.begin(Segment([UInt8](repeating: 0x61, count: room - 2), sequence: 0))
    let joined = table.continued(by: Segment("bcd", sequence: UInt32(room - 2)))
    #expect(joined?.utf8.count == room)
    #expect(joined?.hasSuffix("abc") == true)
    // One that fills the room leaves nothing to continue.
    table.begin(Segment([UInt8](repeating: 0x61, count: room), sequence: 9_000, port: 1))
    #expect(table.continued(by: Segment("b", sequence: UInt32(9_000 + room), port: 1)) == nil)
  }

  @Test func theOldestMakesWay() {
    var table = HandshakeTable()
    for port in 0...HandshakeTable.capacity { table.begin(Segment("hello ", sequence: 0, port: UInt16(port))) }
    #expect(table.count == HandshakeTable.capacity)
    #expect(table.continued(by: Segment("world", sequence: 6, port: 0)) == nil)
    #expect(table.continued(by: Segment("world", sequence: 6, port: 1)) == "hello world")
  }

  @Test func bytesOfSlotsDoNotMix() {
    var table = HandshakeTable()
    table.begin(Segment("first ", sequence: 0, port: 1))
    table.begin(Segment("other ", sequence: 0, port: 2))
    #expect(table.continued(by: Segment("one", sequence: 6, port: 1)) == "first one")
    #expect(table.continued(by: Segment("two", sequence: 6, port: 2)) == "other two")
  }

  @Test func packetsWithoutSequenceOrFlowAreIgnored() {
    var table = HandshakeTable()
    table.begin(Segment("hello ", sequence: 100))
    var packet = Segment("world", sequence: 106).packet
    packet.present.remove(.tcpFlags)
    let flow = FlowKey(packet, direction: .inbound)
    let bytes = Array("world".utf8)
    let isContinued = bytes.withRawSpan { frame in
      table.continued(by: packet, of: flow, frame, now: at(0)) { _ in true }
    }
    #expect(!isContinued)
    bytes.withRawSpan { table.begin(packet, of: flow, $0, now: at(0)) }
    bytes.withRawSpan { table.begin(PacketFields(), of: FlowKey(PacketFields(), direction: .inbound), $0, now: at(0)) }
    #expect(table.count == 1)
  }
}
