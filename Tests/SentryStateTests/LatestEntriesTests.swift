import SentryPacket
import Testing

@testable import SentryState

/// The entries that a live screen shows.
@Suite struct LatestEntriesTests {
  private func latest(_ table: borrowing AddressTable, _ limit: Int, _ now: Timestamp) -> [String] {
    table.latestEntries(limit, now: now).map(\.range.description)
  }

  @Test func latestPacketComesFirstWhateverTheDuration() throws {
    var table = AddressTable(capacity: 16)
    for (number, seconds) in [(1, 100), (2, 3_600), (3, 100), (4, 50)] as [(Int, UInt32)] {
      _ = table.keep(
        ip("203.0.113.\(number)"), now: at(Int64(number)), duration: AddressDuration(seconds: seconds), triggeredBy: 1)
    }
    _ = table.add(
      [
        AddressAddition(
          range: try AddressRange("192.0.2.1-192.0.2.5"), duration: AddressDuration(seconds: 100), triggeredBy: 1)
      ],
      now: at(5))
    // What is refreshed is the latest again.
    _ = table.keep(ip("203.0.113.1"), now: at(6), duration: AddressDuration(seconds: 100), triggeredBy: 1)
    #expect(
      latest(table, 9, at(6)) == ["203.0.113.1", "192.0.2.1-192.0.2.5", "203.0.113.4", "203.0.113.3", "203.0.113.2"])
    #expect(latest(table, 2, at(6)) == ["203.0.113.1", "192.0.2.1-192.0.2.5"])
    #expect(latest(table, 0, at(6)) == [])
    #expect(latest(table, -1, at(6)) == [])
    // The one of fifty seconds has expired by then.
    #expect(latest(table, 9, at(60)) == ["203.0.113.1", "192.0.2.1-192.0.2.5", "203.0.113.3", "203.0.113.2"])
  }
}

@Suite struct ConnectionCountsTests {
  private func counts(_ table: borrowing ConnectionTable, _ now: Timestamp, slots: Range<Int> = 0..<100) -> [String:
    Int]
  {
    var counts = ConnectionCounts()
    table.count(in: slots, now: now, into: &counts)
    var found: [String: Int] = [:]
    for (place, state) in ConnectionCounts.states.enumerated() where counts[place] > 0 { found[state] = counts[place] }
    return found
  }

  private func enter(_ table: inout ConnectionTable, _ packet: PacketFields, _ now: Timestamp) {
    _ = table.enter(FlowKey(packet, direction: .inbound), packet, now: now, interface: 0)
  }

  @Test func connectionsAreCountedByState() {
    var table = ConnectionTable(capacity: 16)
    enter(&table, .tcp(from: "203.0.113.1", 1, to: "192.0.2.1", 80, flags: 0x02), at(0))
    enter(&table, .tcp(from: "203.0.113.2", 1, to: "192.0.2.1", 80, flags: 0x10), at(0))
    enter(&table, .tcp(from: "203.0.113.3", 1, to: "192.0.2.1", 80, flags: 0x04), at(0))
    enter(&table, .udp(from: "203.0.113.4", 1, to: "192.0.2.1", 9), at(0))
    enter(&table, .udp(from: "203.0.113.4", 2, to: "192.0.2.1", 9), at(0))
    enter(&table, .udp(from: "203.0.113.4", 3, to: "192.0.2.1", 53), at(0))
    #expect(
      counts(table, at(0)) == ["tcp_opening_or_closing": 1, "tcp_open": 1, "tcp_closed": 1, "udp": 2, "dns": 1])
    // The closed one is forgotten after a second, a question to a name server after twenty (docs/Classic.md).
    #expect(counts(table, at(60)) == ["tcp_opening_or_closing": 1, "tcp_open": 1, "udp": 2])
    #expect(counts(table, at(0), slots: 0..<2).values.reduce(0, +) == 2)
    #expect(counts(table, at(0), slots: 50..<60).isEmpty)
  }

  @Test func statesHaveNamesForAllLimits() {
    #expect(ConnectionCounts.states.count == ConnectionLimit.allCases.count)
    #expect(Set(ConnectionCounts.states).count == ConnectionCounts.states.count)
  }

  @Test func onlyRecentFlowsAreHandedOver() {
    var table = ConnectionTable(capacity: 16)
    enter(&table, .udp(from: "203.0.113.1", 1, to: "192.0.2.1", 9), at(0))
    enter(&table, .udp(from: "203.0.113.2", 1, to: "192.0.2.1", 9), at(10))
    var found: [String] = []
    table.forEachFlow(in: 0..<16, since: at(10), now: at(20)) { found.append("\($0) \($1.remote.address)") }
    #expect(found == ["1 203.0.113.2"])
  }
}
