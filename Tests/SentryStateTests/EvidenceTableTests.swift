import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private let stranger = AddressRange(prefix: ip("203.0.113.9"), length: 128)

extension EvidenceTable {
  /// Keeps a UDP datagram with so many bytes of payload.
  fileprivate mutating func keep(
    _ payload: Int, of source: String = "203.0.113.9", isNew: Bool = false, label: UInt32 = 1, second: Int64
  ) {
    let frame = Frame.udp(from: source, 40_000, to: "192.0.2.10", 53, payload: Array(repeating: 7, count: payload))
    let range = AddressRange(prefix: ip(source), length: 128)
    var packet = PacketFields()
    frame.withRawSpan { bytes in
      _ = packet.decode(bytes, linkType: .ethernet, wireLength: bytes.byteCount)
      keep(
        packet, in: bytes, of: range, isNew: isNew,
        EvidenceSurroundings(label: label, interface: 3, direction: .inbound), now: at(second))
    }
    let broken = brokenInvariant()
    #expect(broken == nil)
  }
}

@Suite struct EvidenceTableTests {
  @Test func theFirstFourPacketsAreKept() {
    var table = EvidenceTable(capacity: 4)
    for second in 0..<6 as Range<Int64> {
      table.keep(Int(second), isNew: second == 0, label: UInt32(second) + 1, second: second)
    }
    let packets = table.packets(of: stranger)
    #expect(packets.map(\.byteCount) == [28, 29, 30, 31])
    #expect(packets.map(\.surroundings.label) == [1, 2, 3, 4])
    #expect(packets.map(\.time) == (0..<4).map { at($0) })
    #expect(packets[3].surroundings.interface == 3)
  }

  /// From the IP header on, 256 bytes of it.
  @Test func ofAPacketTheBeginningIsKept() {
    var table = EvidenceTable(capacity: 4)
    table.keep(1_000, isNew: true, second: 0)
    let packet = table.packets(of: stranger)[0]
    let frame = Frame.udp(from: "203.0.113.9", 40_000, to: "192.0.2.10", 53, payload: Array(repeating: 7, count: 1_000))
    #expect(packet.byteCount == 1_028)
    #expect(packet.bytes == Array(frame[14..<270]))
  }

  @Test func whoIsEnteredAnewBeginsAnew() {
    var table = EvidenceTable(capacity: 4)
    table.keep(1, isNew: true, second: 0)
    table.keep(2, isNew: true, second: 9)
    #expect(table.packets(of: stranger).map(\.byteCount) == [30])
  }

  @Test func whoWasEnteredLongestAgoMakesWay() {
    var table = EvidenceTable(capacity: 2)
    table.keep(1, of: "203.0.113.1", isNew: true, second: 0)
    table.keep(1, of: "203.0.113.2", isNew: true, second: 1)
    table.keep(1, of: "203.0.113.1", second: 2)
    table.keep(1, of: "203.0.113.3", isNew: true, second: 3)
    let counts = (1...3).map { table.packets(of: AddressRange(prefix: ip("203.0.113.\($0)"), length: 128)).count }
    #expect(counts == [0, 1, 1])
    let count = table.count
    #expect(count == 2)
  }
}
