import Testing

@testable import SentryState

@Suite struct WaitingPacketsTests {
  @Test func eachRowKeepsItsOrder() {
    var packets = WaitingPackets(capacity: 8)
    var rows = [WaitingPackets.Row(), WaitingPackets.Row()]
    var places: [[Int?]] = [[], []]
    for number in 0..<6 {
      places[number % 2].append(packets.append(Int64(number), .inbound, to: &rows[number % 2]))
    }
    #expect(rows.map(\.byteCount) == [6, 9])
    #expect(packets.first(of: rows[1])?.byteCount == 1)
    for row in 0..<2 {
      let removed = (0..<4).map { _ in packets.removeFirst(of: &rows[row]) }
      #expect(removed == places[row] + [nil])
      #expect(rows[row].isEmpty && rows[row].byteCount == 0)
    }
  }

  @Test func placesAreGivenOutOnceAndAgain() {
    var packets = WaitingPackets(capacity: 3)
    var row = WaitingPackets.Row()
    for _ in 0..<4 {
      let places = (0..<3).compactMap { _ in packets.append(1, .outbound, to: &row) }
      #expect(Set(places) == [0, 1, 2])
      #expect(packets.append(1, .outbound, to: &row) == nil)
      for _ in 0..<3 { _ = packets.removeFirst(of: &row) }
    }
  }
}
