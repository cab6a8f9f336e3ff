import SentryControl
import SentryPacket
@testable import SentryState
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct TalkerBookTests {
  private static let start = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

  private func second(_ number: Int64) -> Timestamp {
    Timestamp(nanoseconds: Self.start.nanoseconds + number * Timestamp.nanosecondsPerSecond)
  }

  private func flow(
    _ remote: String, from first: Int64 = 0, packetsIn: UInt64, packetsOut: UInt64 = 0
  ) throws -> ConnectionEntry {
    let remote = try #require(IPAddress(remote))
    return ConnectionEntry(
      protocolNumber: 17, local: FlowEndpoint(address: IPAddress(v4: 0xC000_020A), port: 9),
      remote: FlowEndpoint(address: remote, port: 40_000), firstDirection: .inbound, interface: 0,
      firstTime: second(first), lastTime: second(first),
      forward: FlowTraffic(packets: packetsIn, bytes: packetsIn * 100),
      reverse: FlowTraffic(packets: packetsOut, bytes: packetsOut * 10), tcp: [], limitSeconds: 120)
  }

  @Test func firstLookSaysNothing() throws {
    var book = TalkerBook()
    #expect(book.begin(now: second(0)).nanoseconds == .min)
    try book.see(flow("203.0.113.1", packetsIn: 500), at: 0)
    let (seconds, talkers) = book.end(now: second(0), atMost: 10)
    #expect(seconds == 0)
    #expect(talkers.isEmpty)
  }

  @Test func whatIsNewCountsForItsHost() throws {
    var book = TalkerBook()
    _ = book.begin(now: second(0))
    try book.see(flow("203.0.113.1", packetsIn: 500), at: 0)
    _ = book.end(now: second(0), atMost: 10)
    _ = book.begin(now: second(2))
    try book.see(flow("203.0.113.1", packetsIn: 507, packetsOut: 2), at: 0)
    // Two connections of one host that have begun since.
    try book.see(flow("203.0.113.2", from: 1, packetsIn: 8), at: 1)
    try book.see(flow("203.0.113.2", from: 1, packetsIn: 4), at: 5)
    let (seconds, talkers) = book.end(now: second(2), atMost: 10)
    #expect(seconds == 2)
    #expect(talkers.map(\.address.description) == ["203.0.113.2", "203.0.113.1"])
    #expect(talkers.map(\.inbound.packets) == [12, 7])
    #expect(talkers.map(\.inbound.bytes) == [1_200, 700])
    #expect(talkers.map(\.outbound.packets) == [0, 2])
    #expect(talkers.map(\.connections) == [2, 1])
  }

  @Test func anotherConnectionInTheSameSlotCountsFromItsBeginning() throws {
    var book = TalkerBook()
    _ = book.begin(now: second(0))
    try book.see(flow("203.0.113.1", packetsIn: 500), at: 3)
    _ = book.end(now: second(0), atMost: 10)
    _ = book.begin(now: second(1))
    try book.see(flow("203.0.113.1", from: 1, packetsIn: 501), at: 3)
    #expect(book.end(now: second(1), atMost: 10).talkers.map(\.inbound.packets) == [501])
  }

  @Test func onlyTheBusiestAreKept() throws {
    var book = TalkerBook()
    _ = book.begin(now: second(0))
    _ = book.end(now: second(0), atMost: 2)
    _ = book.begin(now: second(1))
    for number in 1...9 { try book.see(flow("203.0.113.\(number)", packetsIn: UInt64(number)), at: number) }
    #expect(book.end(now: second(1), atMost: 2).talkers.map(\.inbound.packets) == [9, 8])
  }

  @Test func lookAfterALongTimeBeginsAnew() throws {
    var book = TalkerBook()
    _ = book.begin(now: second(0))
    _ = book.end(now: second(0), atMost: 2)
    #expect(book.begin(now: second(60)).nanoseconds == .min)
    try book.see(flow("203.0.113.1", packetsIn: 5), at: 0)
    let (seconds, talkers) = book.end(now: second(60), atMost: 2)
    #expect(seconds == 0 && talkers.isEmpty)
    #expect(book.begin(now: second(61)) == second(59))
  }
}

@Suite struct TopTests {
  @Test func topHasWhatMatchedAndWhoWasTriggered() async throws {
    try await withDaemon { daemon in
      #expect(try await daemon.top().talkers.seconds == 0)
      for number in 1...150 { try await daemon.judge(Packets.telnet(from: "203.0.113.\(number)")) }
      let top = try await daemon.top()
      #expect(top.rules.map(\.number) == ["1", "2"])
      #expect(top.rules.first?.matchCount == 150)
      #expect(top.triggered.count == 100)
      #expect(top.triggered.first?.address == "203.0.113.150")
      #expect(top.triggered.last?.address == "203.0.113.51")
      #expect(top.triggeredCount == 150)
      #expect(top.status.verdicts["delete"] == 150)
    }
  }

  @Test func manyRulesAreNotSentAll() async throws {
    let rules = (1...500).map {
      "{ nodeName = r\($0); enabled = 1; propertyName = \"Dest port\"; propertyValue = \($0 + 1_000); filterActionName = Delete; }"
    }
    try await withDaemon("{ rules = ( \(rules.joined(separator: ", ")) ); }") { daemon in
      let frame = Frame.udp(from: "203.0.113.1", 40_000, to: "192.0.2.10", 1_450)
      try await daemon.judge(frame, count: 7)
      let top = try await daemon.top()
      #expect((100...300).contains(top.rules.count))
      #expect(top.rules.first { $0.number == "450" }?.matchCount == 7)
      #expect(top.rules.map { Int($0.number) ?? 0 } == top.rules.map { Int($0.number) ?? 0 }.sorted())
    }
  }
}
