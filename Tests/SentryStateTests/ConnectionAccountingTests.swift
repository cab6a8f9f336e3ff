import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private let here = "192.0.2.1"
private let there = "203.0.113.9"

extension ConnectionTable {
  fileprivate mutating func see(_ packet: PacketFields, _ direction: Direction, _ now: Timestamp) {
    enter(FlowKey(packet, direction: direction), packet, now: now, interface: 0)
    #expect(brokenInvariant() == nil)
  }

  /// All that is new: first those that have left, then the table in two halves.
  fileprivate mutating func news(
    isLast: Bool = false, application: (ConnectionEntry) -> UInt32 = { _ in 0 }
  ) -> [FlowProgress] {
    var news: [FlowProgress] = []
    while departureCount > 0 { takeDepartures(2, into: &news, application: application) }
    let middle = usedSlots / 2
    copyChanges(at: 0..<middle, isLast: isLast, into: &news, application: application)
    copyChanges(at: middle..<usedSlots + 8, isLast: isLast, into: &news, application: application)
    return news
  }
}

private func accounting(_ capacity: Int, departures: Int = 1_024) -> ConnectionTable {
  var table = ConnectionTable(capacity: capacity)
  table.startAccounting(departures: departures)
  return table
}

@Suite struct ConnectionAccountingTests {
  private let request = PacketFields.udp(from: here, 40_000, to: there, 123)
  private let reply = PacketFields.udp(from: there, 123, to: here, 40_000)

  @Test func onlyWhatIsNewIsTold() {
    var table = accounting(4)
    for second in 0...2 as ClosedRange<Int64> { table.see(request, .outbound, at(second)) }
    let first = table.news()
    #expect(first.map(\.forward) == [FlowTraffic(packets: 3, bytes: 120)])
    #expect(table.news() == [])
    table.see(reply, .inbound, at(3))
    let second = table.news()
    #expect(second.map(\.forward) == [FlowTraffic()])
    #expect(second.map(\.reverse) == [FlowTraffic(packets: 1, bytes: 40)])
    #expect(second.map(\.flow.forward.packets) == [3], "the flow has what it has counted in all")
    #expect(second.map(\.departure) == [nil])
  }

  @Test func whatHasEndedIsToldOnceWithTheRest() {
    var table = accounting(4)
    table.see(request, .outbound, at(0))
    _ = table.news()
    table.see(request, .outbound, at(1))
    table.expire(now: at(200))
    #expect(table.count == 0)
    let news = table.news()
    #expect(news.map(\.forward.packets) == [1])
    #expect(news.map(\.flow.forward.packets) == [2])
    #expect(news.map(\.departure) == [.ended])
    #expect(table.news() == [])
  }

  @Test func whoMakesWayIsEvicted() {
    var table = accounting(1)
    table.see(request, .outbound, at(0))
    table.see(PacketFields.udp(from: here, 40_001, to: there, 123), .outbound, at(1))
    let news = table.news()
    #expect(news.map(\.departure) == [.evicted, nil])
    #expect(news.map(\.flow.local.port) == [40_000, 40_001])
  }

  @Test func aConnectionThatBeginsAnewIsAnother() {
    var table = accounting(4)
    let connection = { flags in PacketFields.tcp(from: there, 40_000, to: here, 80, flags: flags) }
    table.see(connection(TCPFlag.syn), .inbound, at(0))
    table.see(connection(TCPFlag.rst), .inbound, at(0))
    _ = table.news()
    table.see(connection(TCPFlag.syn), .inbound, at(0))
    let news = table.news()
    #expect(news.map(\.departure) == [.ended, nil])
    #expect(news.map(\.forward.packets) == [0, 1])
  }

  @Test func theApplicationStaysOnceItIsKnown() {
    var table = accounting(4)
    table.see(request, .outbound, at(0))
    #expect(table.news(application: { $0.remote.port == 123 ? 7 : 0 }).map(\.application) == [7])
    table.see(request, .outbound, at(1))
    table.expire(now: at(200))
    #expect(table.news().map(\.application) == [7])
  }

  @Test func whatGoesOnIsToldInTheEnd() {
    var table = accounting(4)
    table.see(request, .outbound, at(0))
    _ = table.news()
    let news = table.news(isLast: true)
    #expect(news.map(\.departure) == [.unfinished])
    #expect(news.map(\.forward) == [FlowTraffic()])
  }

  @Test func moreThanThereIsRoomForIsCounted() {
    var table = accounting(16, departures: 3)
    for port in 1...10 as ClosedRange<UInt16> {
      table.see(PacketFields.udp(from: here, port, to: there, 123), .outbound, at(0))
    }
    table.expire(now: at(200))
    #expect(table.departureCount == 3)
    #expect(table.missedDepartures == 7)
    #expect(table.news().count == 3)
    table.see(request, .outbound, at(201))
    table.expire(now: at(400))
    #expect(table.news().map(\.flow.local.port) == [40_000])
  }

  @Test func whatWasTakenMakesRoom() {
    var table = accounting(16, departures: 3)
    var news: [FlowProgress] = []
    for (ports, second, taken) in [(1...3, 0, 2), (4...5, 300, 9)] as [(ClosedRange<UInt16>, Int64, Int)] {
      for port in ports { table.see(PacketFields.udp(from: here, port, to: there, 123), .outbound, at(second)) }
      table.expire(now: at(second + 200))
      #expect(table.missedDepartures == 0)
      table.takeDepartures(taken, into: &news) { _ in 0 }
    }
    #expect(news.map(\.flow.local.port) == [1, 2, 3, 4, 5])
    #expect(table.departureCount == 0)
  }

  @Test func whoIsEvictedWhereThereIsNoRoomLeavesTheOthersAsTheyWere() {
    var table = accounting(1, departures: 1)
    table.see(request, .outbound, at(0))
    table.expire(now: at(200))
    for port in 1...2 as ClosedRange<UInt16> {
      table.see(PacketFields.udp(from: here, port, to: there, 123), .outbound, at(200))
    }
    #expect(table.missedDepartures == 1)
    #expect(table.news().map(\.departure) == [.ended, nil])
  }

  @Test func whatHasLeftBeforeSlotsAreNumberedAnewIsBoundedToo() {
    var table = accounting(16, departures: 2)
    for second in [0, 300, 600] as [Int64] {
      table.see(request, .outbound, at(second))
      table.setCapacity(16, now: at(second))
      table.expire(now: at(second + 200))
      table.setCapacity(16, now: at(second + 200))
    }
    #expect(table.departureCount == 2)
    #expect(table.missedDepartures == 1)
    let news = table.news(application: { _ in 7 })
    #expect(news.map(\.flow.firstTime) == [at(0), at(300)])
    #expect(news.map(\.application) == [7, 7])
    #expect(news.map(\.departure) == [.ended, .ended])
  }

  @Test func withoutAccountsNothingIsKept() {
    var table = ConnectionTable(capacity: 4)
    table.see(request, .outbound, at(0))
    table.expire(now: at(200))
    #expect(table.isAccounting == false)
    #expect(table.departureCount == 0)
    #expect(table.news() == [])
  }

  /// Whatever happens, what is told adds up to what has gone along each flow: counted here on the side.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func nothingIsToldTwiceOrNotAtAll(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var table = accounting(12)
    var (sent, told): ([UInt16: FlowTraffic], [UInt16: FlowTraffic]) = ([:], [:])
    var began: [UInt16: Int] = [:]
    func note(_ news: [FlowProgress]) {
      for flow in news {
        let all = FlowTraffic(
          packets: flow.forward.packets + flow.reverse.packets, bytes: flow.forward.bytes + flow.reverse.bytes)
        told[flow.flow.local.port, default: FlowTraffic()] += all
        if flow.departure != nil { began[flow.flow.local.port, default: 0] += 1 }
      }
    }
    var now = at(0)
    for _ in 0..<2_000 {
      // Often within the same moment, so that a slot is left and taken at one time.
      now = Timestamp(
        nanoseconds: now.nanoseconds + Int64([0, 0, 1_000_000, 20_000_000_000].randomElement(using: &random) ?? 0))
      switch Int.random(in: 0..<40, using: &random) {
      case 0: table.setCapacity(Int.random(in: 1...20, using: &random), now: now)
      case 1...4: note(table.news())
      case 5: table.expire(now: now)
      case 6:
        var news: [FlowProgress] = []
        table.takeDepartures(1, into: &news) { _ in 0 }
        note(news)
      default:
        let port = UInt16.random(in: 1...30, using: &random)
        let isOut = Bool.random(using: &random)
        let flags: UInt8 = [TCPFlag.syn, TCPFlag.ack, TCPFlag.rst][Int.random(in: 0...2, using: &random)]
        let bytes = UInt32.random(in: 40...1_500, using: &random)
        let packet: PacketFields =
          isOut
          ? .tcp(from: here, port, to: there, 80, flags: flags, bytes: bytes)
          : .tcp(from: there, 80, to: here, port, flags: flags, bytes: bytes)
        table.see(packet, isOut ? .outbound : .inbound, now)
        sent[port, default: FlowTraffic()] += FlowTraffic(packets: 1, bytes: UInt64(bytes))
      }
    }
    note(table.news(isLast: true))
    #expect(told == sent)
    #expect(UInt64(began.values.reduce(0, +)) == table.additions, "every connection has one end")
    #expect(table.missedDepartures == 0)
  }
}
