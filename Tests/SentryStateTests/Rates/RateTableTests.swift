import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

/// A table of rates, flows, and a clock in milliseconds, moved by hand.
private final class Bench {
  var rates: RateTable
  var connections = ConnectionTable(capacity: 64)
  private(set) var milliseconds: Int64 = 0
  /// Places that were let go of, in order, and windows that were told.
  private(set) var released: [Int] = []
  private(set) var updates: [(sender: Int, window: UInt16)] = []

  init(bytesPerSecond: UInt64, _ directions: RateDirections = .inbound) {
    rates = RateTable(connections: 64)
    rates.setLimits([RateLimit(label: 1, bitsPerSecond: bytesPerSecond * 8, directions: directions)])
    tick()
  }

  var now: Timestamp { at(0, milliseconds * 1_000_000) }

  /// A flow of its own for each port, bound by the rule with this label.
  func flow(_ port: UInt16, label: UInt32 = 1, protocolNumber: UInt8 = 17) throws -> RatedFlow {
    var packet =
      protocolNumber == 6
      ? PacketFields.tcp(from: "203.0.113.9", port, to: "192.0.2.1", 80, flags: TCPFlag.ack)
      : PacketFields.udp(from: "203.0.113.9", port, to: "192.0.2.1", 80)
    packet.protocolNumber = protocolNumber
    let key = FlowKey(packet, direction: .inbound)
    let entered = connections.enter(key, packet, now: now, interface: 0)
    let slot = try #require(entered)
    _ = connections.bind(slot, inbound: label, outbound: 0)
    return connections.rates(at: slot)
  }

  func advance(_ milliseconds: Int64) {
    self.milliseconds += milliseconds
    tick()
  }

  private func tick() {
    var (places, windows) = ([Int](), [(Int, UInt16)]())
    rates.tick(now: now, in: connections) {
      places.append($0)
    } update: {
      windows.append(($0, $1))
    }
    released += places
    updates += windows
  }

  func takeUpdates() -> [(sender: Int, window: UInt16)] {
    defer { updates = [] }
    return updates
  }

  func releaseAll() {
    var (places, windows) = ([Int](), [(Int, UInt16)]())
    rates.releaseAll {
      places.append($0)
    } update: {
      windows.append(($0, $1))
    }
    released += places
    updates += windows
  }

  /// A datagram that arrives.
  func datagram(_ flow: RatedFlow, _ bytes: Int64 = 1_000) -> Pacing.Verdict {
    pace(flow, RatedPacket(direction: .inbound, isFromFirstEnd: false, byteCount: bytes)).verdict
  }

  /// A segment of which nothing is known but what it carries.
  func data(_ flow: RatedFlow, _ numbers: TCPNumbers) -> Pacing {
    pace(
      flow,
      RatedPacket(
        direction: .inbound, isFromFirstEnd: false, byteCount: Int64(numbers.payloadCount), numbers: numbers))
  }

  func answer(_ flow: RatedFlow, _ numbers: TCPNumbers) -> Pacing {
    pace(flow, RatedPacket(direction: .outbound, isFromFirstEnd: true, byteCount: 0, numbers: numbers))
  }

  private func pace(_ flow: RatedFlow, _ packet: RatedPacket) -> Pacing {
    rates.pace(packet, of: flow, now: now)
  }
}

@Suite struct RateTableTests {
  // MARK: Datagrams

  @Test func whatIsWithinTheRatePasses() throws {
    let bench = Bench(bytesPerSecond: 100_000)
    let flow = try bench.flow(1)
    for _ in 0..<5_000 {
      #expect(bench.datagram(flow, 90) == .pass)
      bench.advance(1)
    }
    #expect(bench.rates.snapshot().map(\.dropped) == [0])
  }

  /// However late the timer is: 20 seconds at 250,000 bytes, with what was left over before at most.
  @Test(arguments: [1, 7, 50, 130, 400] as [Int64])
  func whatIsBeyondTheRateIsDropped(step: Int64) throws {
    let bench = Bench(bytesPerSecond: 250_000)
    let flow = try bench.flow(1)
    var passed = 0
    var sent: UInt64 = 0
    while bench.milliseconds < 20_000 {
      sent += UInt64(step)
      for _ in 0..<step { if bench.datagram(flow) == .pass { passed += 1_000 } }
      bench.advance(step)
    }
    #expect((4_900_000...5_100_000).contains(passed))
    #expect(bench.rates.snapshot().map(\.dropped) == [sent - UInt64(passed / 1_000)])
  }

  @Test func flowsShareEvenlyWhateverTheySend() throws {
    let bench = Bench(bytesPerSecond: 300_000)
    let flows = [try bench.flow(1), try bench.flow(2), try bench.flow(3)]
    var passed = [0, 0, 0]
    while bench.milliseconds < 10_000 {
      // Twice, four times and eight times its share.
      for (index, count) in [2, 4, 8].enumerated() {
        for _ in 0..<count where bench.datagram(flows[index], 100) == .pass { passed[index] += 100 }
      }
      bench.advance(1)
    }
    for bytes in passed { #expect((950_000...1_050_000).contains(bytes)) }
  }

  /// 10,000 bytes a second are all that one wants; the other gets the rest, but for what the first has in reserve: half a
  /// second's worth at most.
  @Test func whatOneDoesNotUseTheOthersGet() throws {
    let bench = Bench(bytesPerSecond: 100_000)
    let (modest, greedy) = (try bench.flow(1), try bench.flow(2))
    var passed = (modest: 0, greedy: 0)
    while bench.milliseconds < 10_000 {
      if bench.milliseconds % 10 == 0, bench.datagram(modest, 100) == .pass { passed.modest += 100 }
      if bench.datagram(greedy) == .pass { passed.greedy += 1_000 }
      bench.advance(1)
    }
    #expect(passed.modest >= 97_000)
    #expect((840_000...900_000).contains(passed.greedy))
  }

  @Test func flowsThatAreQuietTakeNothing() throws {
    let bench = Bench(bytesPerSecond: 100_000)
    for port in 1...50 as ClosedRange<UInt16> { _ = bench.datagram(try bench.flow(port), 100) }
    bench.advance(3_000)
    let flow = try bench.flow(60)
    var passed = 0
    for _ in 0..<5_000 {
      if bench.datagram(flow) == .pass { passed += 1_000 }
      bench.advance(1)
    }
    #expect((450_000...550_000).contains(passed))
  }

  /// A flow's first packet is let through without any credit, but owed: many short flows get no more than one long one.
  @Test func whatEndedFlowsOweIsNotForgotten() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    var passed = 0
    for port in 1...600 as ClosedRange<UInt16> {
      let flow = try bench.flow(port)
      if bench.datagram(flow, 1_000) == .pass { passed += 1_000 }
      bench.connections.removeAll()
      bench.advance(1_010)
    }
    #expect(passed <= 606 * 10_000)
    #expect(bench.rates.senderCount <= 1)
  }

  /// Two rules in turn bind a flow: it takes what it owes along.
  @Test func aDebtStaysWhenTheRuleChanges() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    bench.rates.setLimits([1, 2, 3].map { RateLimit(label: $0, bitsPerSecond: 80_000, directions: .inbound) })
    let (one, two) = (try bench.flow(1), try bench.flow(1, label: 2))
    var passed = 0
    for number in 0..<10_000 {
      if bench.datagram(number % 2 == 0 ? one : two) == .pass { passed += 1_000 }
      bench.advance(1)
    }
    #expect(passed <= 210_000)
  }

  // MARK: The rest of the line

  /// The first rule's flow wants `wanted` bytes a second of 100,000; the last rule allows 150,000, and gets what remains.
  @Test(arguments: [(0, 150_000), (10_000, 140_000), (40_000, 110_000), (60_000, 50_000), (100_000, 50_000)])
  func theLastLimitGetsWhatTheOthersLeave(wanted: Int, left: Int) throws {
    let bench = Bench(bytesPerSecond: 100_000)
    bench.rates.setLimits([
      RateLimit(label: 1, bitsPerSecond: 800_000, directions: .inbound),
      RateLimit(label: 2, bitsPerSecond: 1_200_000, directions: .inbound),
    ])
    let (first, last) = (try bench.flow(1), try bench.flow(2, label: 2))
    bench.advance(1_000)
    var passed = 0
    var owed = 0
    for millisecond in 0..<22_000 {
      owed += wanted
      while owed >= 100_000 {
        _ = bench.datagram(first, 100)
        owed -= 100_000
      }
      for _ in 0..<2 where bench.datagram(last, 100) == .pass && millisecond >= 2_000 { passed += 100 }
      bench.advance(1)
    }
    #expect((left * 19...left * 21).contains(passed), "\(passed / 20) bytes a second")
    #expect(bench.rates.snapshot().map(\.reserved) == [0, Int64(150_000 - left)])
  }

  @Test func aLastLimitThatOthersUseUpKeepsASegmentASecond() throws {
    let bench = Bench(bytesPerSecond: 100_000)
    bench.rates.setLimits([1, 2].map { RateLimit(label: $0, bitsPerSecond: 800_000, directions: .inbound) })
    let (first, last) = (try bench.flow(1), try bench.flow(2, label: 2))
    var passed = 0
    for millisecond in 0..<22_000 {
      _ = bench.datagram(first, 100)
      if bench.datagram(last, 100) == .pass, millisecond >= 2_000 { passed += 100 }
      bench.advance(1)
    }
    #expect((19 * 1_460...21 * 1_460).contains(passed))
  }

  @Test func onlyTheLastLimitOfADirectionGivesWay() throws {
    let bench = Bench(bytesPerSecond: 1)
    bench.rates.setLimits([
      RateLimit(label: 1, bitsPerSecond: 800_000, directions: [.inbound, .outbound]),
      RateLimit(label: 2, bitsPerSecond: 800_000, directions: .inbound),
    ])
    let flow = try bench.flow(1)
    for _ in 0..<3_000 {
      _ = bench.datagram(flow, 100)
      bench.advance(1)
    }
    let reserved = bench.rates.snapshot().map { ($0.label, $0.direction, $0.reserved) }
    #expect(reserved.contains { $0 == (2, .inbound, 100_000) })
    #expect(reserved.filter { $0.2 > 0 }.count == 1)
  }

  @Test func whatNoLimitConcernsIsFree() throws {
    let bench = Bench(bytesPerSecond: 1)
    let flow = try bench.flow(1, label: 9)
    for _ in 0..<100 { #expect(bench.datagram(flow) == .pass) }
    #expect(bench.rates.senderCount == 0)
  }

  // MARK: Segments of unknown windows

  @Test func otherwiseSegmentsWaitInTheirOrder() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    let flow = try bench.flow(1, protocolNumber: 6)
    var places: [Int] = []
    var verdicts: [Pacing.Verdict] = []
    for number in 0..<6 as Range<UInt32> {
      verdicts.append(bench.data(flow, try segment(.ack, sequence: number * 1_000, payload: 1_000)).verdict)
    }
    #expect(verdicts[0] == .pass)
    for case .hold(let place) in verdicts { places.append(place) }
    // Two more may use the 2,920 bytes that there are at first.
    #expect(verdicts[1] == .pass && verdicts[2] == .pass)
    #expect(places.count == 3)
    // What carries nothing does not overtake.
    if case .hold(let place) = bench.data(flow, try segment(.ack, sequence: 6_000)).verdict { places.append(place) }
    #expect(bench.rates.snapshot().map(\.waiting) == [places.count])
    bench.advance(1_000)
    #expect(bench.released == places)
    #expect(bench.rates.snapshot().map(\.waiting) == [0])
    #expect(bench.rates.snapshot().map(\.held) == [UInt64(places.count)])
  }

  /// A quarter of a second's worth waits, or as much as one packet can be.
  @Test func tooManySegmentsAreDropped() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    let flow = try bench.flow(1, protocolNumber: 6)
    for number in 0..<100 as Range<UInt32> {
      _ = bench.data(flow, try segment(.ack, sequence: number * 1_000, payload: 1_000))
    }
    #expect(bench.rates.snapshot().map(\.waiting) == [65])
    #expect(bench.rates.snapshot().map(\.dropped) == [32])
    bench.releaseAll()
    #expect(bench.released.count == 65)
    #expect(bench.rates.senderCount == 0)
  }

  // MARK: Windows

  /// A connection with windows not shifted, whose sender sends all it may at once and whose receiver acknowledges it.
  private struct Download {
    var flow: RatedFlow
    var sent: UInt32 = 1
    var edge: UInt32 = 0

    init(_ bench: Bench, _ port: UInt16) throws {
      flow = try bench.flow(port, protocolNumber: 6)
      flow.shifts.note(0, ofFirstEnd: true)
      flow.shifts.note(0, ofFirstEnd: false)
      let syn = bench.answer(flow, try segment(.syn, window: 64_000))
      edge = 1 + UInt32(try #require(syn.window))
      #expect(bench.data(flow, try segment([.syn, .ack], sequence: 0)).verdict == .pass)
    }

    mutating func run(_ bench: Bench) throws {
      while edge > sent {
        let count = min(1_460, edge - sent)
        #expect(bench.data(flow, try segment(.ack, sequence: sent, payload: Int(count))).verdict == .pass)
        sent += count
        let answer = bench.answer(flow, try segment(.ack, acknowledgement: sent, window: 64_000))
        edge = max(edge, sent + UInt32(answer.window ?? 64_000))
      }
    }
  }

  /// Nothing waits and nothing is lost; whoever waits at the edge is told.
  @Test(arguments: [1, 4] as [UInt16], [10, 50, 170, 400] as [Int64])
  func sendersKeepToTheirShares(count: UInt16, step: Int64) throws {
    let bench = Bench(bytesPerSecond: 250_000)
    var downloads: [Download] = []
    for port in 1...count { downloads.append(try Download(bench, port)) }
    var senders: [Int: Int] = [:]
    for index in downloads.indices {
      try downloads[index].run(bench)
      let last = bench.answer(
        downloads[index].flow, try segment(.ack, acknowledgement: downloads[index].sent, window: 64_000))
      senders[try #require(last.carries)] = index
    }
    while bench.milliseconds < 20_000 {
      bench.advance(step)
      for update in bench.takeUpdates() {
        let index = try #require(senders[update.sender])
        downloads[index].edge = downloads[index].sent + UInt32(update.window)
        try downloads[index].run(bench)
      }
    }
    let share = 5_000_000 / Int(count)
    for download in downloads { #expect((share * 96 / 100...share * 104 / 100).contains(Int(download.sent))) }
    #expect(bench.rates.snapshot().map(\.held) == [0])
    #expect(bench.rates.snapshot().map(\.dropped) == [0])
    #expect(bench.rates.snapshot().map(\.activeFlows) == [Int(count)])
  }

  @Test func whoeverIgnoresTheWindowMustWait() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    var download = try Download(bench, 1)
    try download.run(bench)
    let beyond = bench.data(download.flow, try segment(.ack, sequence: download.sent, payload: 1_460))
    #expect(beyond.verdict == .hold(place: 0))
    bench.advance(2_000)
    #expect(bench.released == [0])
  }

  /// A forged acknowledgement may move the edge far ahead; the credit does not follow.
  @Test func nobodyOwesMoreThanASecondsWorth() throws {
    let bench = Bench(bytesPerSecond: 100_000)
    var download = try Download(bench, 1)
    try download.run(bench)
    let start = download.sent
    _ = bench.data(download.flow, try segment(.ack, sequence: start &+ 1 << 30))
    for number in 0..<40 as Range<UInt32> {
      _ = bench.data(download.flow, try segment(.ack, sequence: start + number * 10_000, payload: 10_000))
    }
    #expect(bench.rates.snapshot().map { $0.held > 0 } == [true])
  }

  @Test func lettingGoOpensTheWindow() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    var download = try Download(bench, 1)
    try download.run(bench)
    bench.releaseAll()
    #expect(bench.takeUpdates().map(\.window) == [64_000])
    #expect(bench.rates.nanosecondsToTick(now: bench.now) == nil)
  }

  // MARK: Other rules

  @Test func flowsOfALimitThatIsGoneAreLetGo() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    var download = try Download(bench, 1)
    try download.run(bench)
    bench.rates.setLimits([RateLimit(label: 2, bitsPerSecond: 8, directions: .outbound)])
    bench.advance(50)
    #expect(bench.takeUpdates().map(\.window) == [64_000])
    #expect(bench.rates.senderCount == 0)
    #expect(bench.rates.snapshot().map(\.label) == [2])
  }

  @Test func aLimitThatStaysKeepsItsFlows() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    let flow = try bench.flow(1)
    while bench.datagram(flow) == .pass {}
    bench.rates.setLimits([
      RateLimit(label: 2, bitsPerSecond: 8, directions: .outbound),
      RateLimit(label: 1, bitsPerSecond: 80_000, directions: .inbound),
    ])
    #expect(bench.datagram(flow) == .drop)
    #expect(bench.rates.senderCount == 1)
  }

  @Test func placesOfLimitsAreUsedAgain() {
    let bench = Bench(bytesPerSecond: 10_000)
    for label in 2...20 as ClosedRange<UInt32> {
      bench.rates.setLimits([RateLimit(label: label, bitsPerSecond: 8, directions: [.inbound, .outbound])])
      #expect(bench.rates.snapshot().map(\.label) == [label, label])
      bench.advance(2_000)
    }
  }

  /// The place that it left is another's by now.
  @Test func limitsThatComeBackAreThereOnce() {
    let bench = Bench(bytesPerSecond: 10_000)
    for labels in [[1], [2, 3], [3, 1, 2], [2], [4, 1, 3, 2]] as [[UInt32]] {
      bench.rates.setLimits(labels.map { RateLimit(label: $0, bitsPerSecond: UInt64($0) * 80, directions: .inbound) })
      let limits = Dictionary(grouping: bench.rates.snapshot(), by: \.label).mapValues { $0.map(\.bytesPerSecond) }
      #expect(limits == Dictionary(uniqueKeysWithValues: labels.map { ($0, [Int64($0) * 10]) }))
      bench.advance(2_000)
    }
  }

  @Test func flowsAreMetAnewWhenTheTableOfConnectionsChanges() throws {
    let bench = Bench(bytesPerSecond: 10_000)
    let flow = try bench.flow(1)
    while bench.datagram(flow) == .pass {}
    bench.rates.forgetPlaces(connections: 8)
    bench.advance(2_000)
    #expect(bench.rates.senderCount == 0)
    #expect(bench.datagram(flow) == .pass)
  }
}
