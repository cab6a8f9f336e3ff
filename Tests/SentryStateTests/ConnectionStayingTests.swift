import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private let here = "192.0.2.1"
private let there = "203.0.113.9"

extension ConnectionTable {
  /// Enters a packet; says whether it was time to ask about it.
  fileprivate mutating func isAsked(_ packet: PacketFields, _ direction: Direction, first: UInt64 = 16) -> Bool {
    let flow = FlowKey(packet, direction: direction)
    let slot = lookup(flow, now: at(0))
    let isAsked = slot.map { isToBeAsked($0, flow, first: first) } ?? false
    enter(flow, packet, now: at(0), interface: 0)
    return isAsked
  }

  fileprivate mutating func letStay(_ packet: PacketFields, _ direction: Direction) -> Bool {
    let flow = FlowKey(packet, direction: direction)
    return lookup(flow, now: at(0)).map { setStays(true, $0, flow).stays } ?? false
  }
}

@Suite struct ConnectionStayingTests {
  private let forth = PacketFields.udp(from: there, 4_000, to: here, 5_000)
  private let back = PacketFields.udp(from: here, 5_000, to: there, 4_000)

  @Test func itIsTimeAtTheFirstAndAtEachDoubling() {
    var table = ConnectionTable(capacity: 4)
    _ = table.isAsked(back, .outbound)
    #expect((1...130).filter { _ in table.isAsked(forth, .inbound) } == [15, 31, 63, 127])
    #expect((2...70).filter { _ in table.isAsked(back, .outbound) } == [16, 32, 64])
  }

  /// Forwarded packets are seen on their way in, and then on their way out.
  @Test func bothPlacesOfAForwardedFlowHaveTheirTurn() {
    var table = ConnectionTable(capacity: 4)
    _ = table.isAsked(back, .inbound)
    _ = table.isAsked(back, .outbound)
    var asked: [Direction] = []
    for _ in 1...40 {
      for direction in [Direction.inbound, .outbound] where table.isAsked(forth, direction) {
        #expect(table.letStay(forth, direction) == true)
        asked.append(direction)
      }
    }
    #expect(asked.prefix(2) == [.inbound, .outbound])
  }

  @Test func whatMayStayIsAskedAboutEverySixteenPackets() {
    var table = ConnectionTable(capacity: 4)
    _ = table.isAsked(back, .outbound)
    _ = table.isAsked(forth, .inbound)
    #expect(table.letStay(forth, .inbound) == true)
    #expect((2...70).filter { _ in table.isAsked(forth, .inbound) } == [15, 31, 47, 63])
  }

  @Test func aFlowThatOneEndAloneHasSpokenOfMayNotStay() {
    var table = ConnectionTable(capacity: 4)
    #expect((1...40).filter { _ in table.isAsked(forth, .inbound) } == [])
    #expect(table.letStay(forth, .inbound) == false)
  }

  @Test func anEndIsToldOnce() throws {
    var table = ConnectionTable(capacity: 4)
    let request = PacketFields.tcp(from: there, 4_000, to: here, 80, flags: TCPFlag.syn)
    let answer = PacketFields.tcp(from: here, 80, to: there, 4_000, flags: TCPFlag.syn | TCPFlag.ack)
    let segment = PacketFields.tcp(from: there, 4_000, to: here, 80, flags: TCPFlag.ack)
    for (packet, direction) in [(request, Direction.inbound), (answer, .outbound), (segment, .inbound)] {
      _ = table.isAsked(packet, direction)
    }
    let known = table.lookup(FlowKey(segment, direction: .inbound), now: at(0))
    let slot = try #require(known)
    #expect(table.letStay(segment, .inbound) == true)
    #expect(table.endStay(at: slot) == false)
    _ = table.isAsked(.tcp(from: here, 80, to: there, 4_000, flags: TCPFlag.fin | TCPFlag.ack), .outbound)
    #expect(table.endStay(at: slot) == true)
    #expect(table.endStay(at: slot) == false)
    #expect(table.letStay(segment, .inbound) == false)
  }

  @Test func creditCountsItsWayAndRefreshesAnOpenFlow() throws {
    var table = ConnectionTable(capacity: 4)
    _ = table.isAsked(forth, .inbound)
    _ = table.isAsked(back, .outbound)
    let flow = FlowKey(back, direction: .outbound)
    #expect(table.credit(FlowTraffic(packets: 3, bytes: 300), flow, interface: 2, at: at(100)) == true)
    let known = table.peek(flow, now: at(200))
    let entry = try #require(known)
    #expect(entry.reverse.packets == 4 && entry.forward.packets == 1 && entry.interface == 2)
    #expect(entry.lastTime == at(100))
    #expect(table.brokenInvariant() == nil)
  }
}
