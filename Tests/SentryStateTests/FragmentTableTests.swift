import SentryPacket
import Testing

@testable import SentryState

private let first = PacketFields.udp(from: "203.0.113.9", 4_000, to: "192.0.2.1", 53)
  .fragment(identification: 7, offset: 0, more: true)
private let later = first.fragment(identification: 7, offset: 185, more: false)

extension FragmentTable {
  /// The remembered ports as text, so that absent ones compare.
  fileprivate mutating func text(for packet: PacketFields, now: Timestamp) -> String {
    ports(for: packet, now: now).map { "\($0.source) > \($0.destination)" } ?? "unknown"
  }
}

@Suite struct FragmentTableTests {
  @Test func laterFragmentsTakeThePortsOfTheFirst() {
    var table = FragmentTable(capacity: 4)
    #expect(table.text(for: later, now: at(0)) == "unknown")
    table.remember(first, now: at(0))
    #expect(table.text(for: later, now: at(0)) == "4000 > 53")
    #expect(table.brokenInvariant() == nil)
  }

  struct OtherDatagram: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout PacketFields) -> Void
  }

  @Test(arguments: [
    OtherDatagram(testDescription: "another source") { $0.source = ip("203.0.113.10") },
    OtherDatagram(testDescription: "another destination") { $0.destination = ip("192.0.2.2") },
    OtherDatagram(testDescription: "source and destination exchanged") { swap(&$0.source, &$0.destination) },
    OtherDatagram(testDescription: "another protocol") { $0.protocolNumber = 6 },
    OtherDatagram(testDescription: "another identification") { $0.identification = 8 },
    OtherDatagram(testDescription: "an identification beyond 16 bits") { $0.identification = 7 + 65_536 },
    OtherDatagram(testDescription: "IPv6 with mapped addresses") { $0.version = 6 },
    OtherDatagram(testDescription: "addresses not captured") { $0.present.remove(.addresses) },
    OtherDatagram(testDescription: "protocol not captured") { $0.present.remove(.protocolNumber) },
  ])
  func fragmentsOfAnotherDatagramDoNot(_ other: OtherDatagram) {
    var table = FragmentTable(capacity: 4)
    table.remember(first, now: at(0))
    var packet = later
    other.change(&packet)
    #expect(table.text(for: packet, now: at(0)) == "unknown")
  }

  @Test func theTimeRunsFromTheLatestFirstFragment() {
    var table = FragmentTable(capacity: 4)
    table.remember(first, now: at(0))
    #expect(table.text(for: later, now: at(100)) == "4000 > 53")
    #expect(table.text(for: later, now: at(120, -1)) == "4000 > 53")
    #expect(table.text(for: later, now: at(120)) == "unknown")

    table.remember(first, now: at(200))
    var again = first
    again.sourcePort = 4_001
    table.remember(again, now: at(300))
    #expect(table.text(for: later, now: at(420, -1)) == "4001 > 53")
    #expect(table.text(for: later, now: at(420)) == "unknown")
    table.expire(now: at(420))
    #expect(table.count == 0)
    #expect(table.brokenInvariant() == nil)
  }

  struct NotRemembered: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let packet: PacketFields
  }

  @Test(arguments: [
    NotRemembered(testDescription: "a whole packet", packet: first.fragment(identification: 7, offset: 0, more: false)),
    NotRemembered(
      testDescription: "a later fragment", packet: first.fragment(identification: 7, offset: 1, more: true)),
    NotRemembered(
      testDescription: "a first fragment without ports",
      packet: PacketFields.plain(17, from: "203.0.113.9", to: "192.0.2.1").fragment(
        identification: 7, offset: 0, more: true)),
  ])
  func onlyFirstFragmentsWithPortsAreRemembered(_ other: NotRemembered) {
    var table = FragmentTable(capacity: 4)
    table.remember(other.packet, now: at(0))
    #expect(table.count == 0)
  }

  @Test func theOldestMakesWay() {
    var table = FragmentTable(capacity: 2)
    for identification in 1...3 as ClosedRange<UInt32> {
      table.remember(first.fragment(identification: identification, offset: 0, more: true), now: at(0))
      // Neither a look-up nor the moment saves the first: the same moment keeps the order of arrival.
      _ = table.text(for: later.fragment(identification: 1, offset: 185, more: false), now: at(0))
      #expect(table.brokenInvariant() == nil)
    }
    let known = (1...3 as ClosedRange<UInt32>).map {
      table.text(for: later.fragment(identification: $0, offset: 185, more: false), now: at(0))
    }
    #expect(known == ["unknown", "4000 > 53", "4000 > 53"])
    #expect(table.evictions == 1)
    #expect(table.additions == 3)
  }

  @Test func aSmallerCapacityKeepsTheLatest() {
    var table = FragmentTable(capacity: 8)
    for identification in 0..<8 as Range<UInt32> {
      table.remember(
        first.fragment(identification: identification, offset: 0, more: true), now: at(Int64(identification)))
    }
    table.setCapacity(3, now: at(8))
    #expect(table.count == 3)
    #expect(table.evictions == 5)
    let known = (0..<8 as Range<UInt32>).filter { identification in
      let packet = later.fragment(identification: identification, offset: 185, more: false)
      return table.ports(for: packet, now: at(8)) != nil
    }
    #expect(known == [5, 6, 7])
    table.removeAll()
    #expect(table.count == 0)
    #expect(table.brokenInvariant() == nil)
  }

  @Test func sweepsForgetWhatExpired() {
    var table = FragmentTable(capacity: 8)
    table.remember(first, now: at(0))
    table.remember(first.fragment(identification: 8, offset: 0, more: true), now: at(1))
    table.expire(now: at(120))
    #expect(table.count == 1)
    table.expire(now: at(121))
    #expect(table.count == 0)
  }
}
