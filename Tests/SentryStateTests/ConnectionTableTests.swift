import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private let here = "192.0.2.1"
private let there = "203.0.113.9"

extension ConnectionTable {
  /// Enters a packet and checks the table.
  @discardableResult
  fileprivate mutating func enter(
    _ packet: PacketFields, _ direction: Direction, _ now: Timestamp, interface: UInt16 = 0
  ) -> TableSlot? {
    let slot = enter(FlowKey(packet, direction: direction), packet, now: now, interface: interface)
    #expect(brokenInvariant() == nil)
    return slot
  }

  fileprivate mutating func knows(_ packet: PacketFields, _ direction: Direction, _ now: Timestamp) -> Bool {
    lookup(FlowKey(packet, direction: direction), now: now) != nil
  }
}

/// A TCP conversation: `>` from the end that sent the first packet, `<` from the other, with the first letters of the flags,
/// `-` for none.
private func conversation(_ script: String) -> [(packet: PacketFields, direction: Direction)] {
  let letters: [Character: UInt8] = ["F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "-": 0]
  return script.split(separator: " ").map { word in
    let flags = word.dropFirst().reduce(0) { $0 | (letters[$1] ?? 0) }
    return word.first == ">"
      ? (.tcp(from: there, 40_000, to: here, 80, flags: flags), .inbound)
      : (.tcp(from: here, 80, to: there, 40_000, flags: flags), .outbound)
  }
}

struct Conversation: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let packets: String
  let limitSeconds: Int64
}

struct FlowLimit: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let packet: PacketFields, direction: Direction
  let limitSeconds: Int64
}

@Suite struct ConnectionTableTests {
  // MARK: What is known

  @Test func aFlowIsKnownOnceAPacketWasLetThrough() {
    var table = ConnectionTable(capacity: 4)
    let request = PacketFields.udp(from: here, 40_000, to: there, 123)
    let reply = PacketFields.udp(from: there, 123, to: here, 40_000)
    #expect(table.knows(request, .outbound, at(0)) == false)
    table.enter(request, .outbound, at(0))
    #expect(table.knows(request, .outbound, at(0)) == true)
    #expect(table.knows(reply, .inbound, at(0)) == true)
    #expect(table.additions == 1)
  }

  @Test func lookingDoesNotKeepAFlowAlive() {
    var table = ConnectionTable(capacity: 4)
    let packet = PacketFields.udp(from: here, 40_000, to: there, 123)
    table.enter(packet, .outbound, at(0))
    for second in 0...120 as ClosedRange<Int64> { #expect(table.knows(packet, .outbound, at(second)) == true) }
    #expect(table.count(now: at(120, 1)) == 0)
    #expect(table.count == 1)
    #expect(table.knows(packet, .outbound, at(120, 1)) == false)
    #expect(table.count == 0)
  }

  @Test func everyPacketLetThroughKeepsItAlive() {
    var table = ConnectionTable(capacity: 4)
    let packet = PacketFields.udp(from: here, 40_000, to: there, 123)
    for second in stride(from: 0, through: 1_200, by: 120) { table.enter(packet, .outbound, at(Int64(second))) }
    #expect(table.additions == 1)
    #expect(table.entries(now: at(1_200)).map(\.forward.packets) == [11])
    table.enter(packet, .outbound, at(1_320, 1))
    #expect(table.additions == 2)
    #expect(table.entries(now: at(1_321)).map(\.forward.packets) == [1])
  }

  @Test func aPacketWithoutAFlowIsNeitherEnteredNorFound() {
    var table = ConnectionTable(capacity: 4)
    #expect(table.enter(PacketFields(), .inbound, at(0)) == nil)
    #expect(table.knows(PacketFields(), .inbound, at(0)) == false)
    #expect(table.count == 0)
  }

  // MARK: Limits

  /// docs/Classic.md, "Connection table".
  @Test(arguments: [
    FlowLimit(
      testDescription: "UDP", packet: .udp(from: here, 40_000, to: there, 123), direction: .outbound, limitSeconds: 120),
    FlowLimit(
      testDescription: "DNS question", packet: .udp(from: here, 40_000, to: there, 53), direction: .outbound,
      limitSeconds: 20),
    FlowLimit(
      testDescription: "DNS question to us", packet: .udp(from: there, 40_000, to: here, 53), direction: .inbound,
      limitSeconds: 20),
    FlowLimit(
      testDescription: "key exchange from our port 500", packet: .udp(from: here, 500, to: there, 500),
      direction: .outbound, limitSeconds: 1_800),
    FlowLimit(
      testDescription: "key exchange to our port 500", packet: .udp(from: there, 4_000, to: here, 500),
      direction: .inbound, limitSeconds: 1_800),
    FlowLimit(
      testDescription: "port 500 of the other side only", packet: .udp(from: here, 4_000, to: there, 500),
      direction: .outbound, limitSeconds: 120),
    FlowLimit(
      testDescription: "UDP without ports",
      packet: .udp(from: there, 53, to: here, 53).fragment(identification: 1, offset: 1, more: false),
      direction: .inbound, limitSeconds: 120),
    FlowLimit(
      testDescription: "ICMP echo", packet: .icmp(from: there, to: here, type: 8, identifier: 1), direction: .inbound,
      limitSeconds: 60),
    FlowLimit(
      testDescription: "ICMP error", packet: .icmp(from: there, to: here, type: 3, code: 3), direction: .inbound,
      limitSeconds: 60),
    FlowLimit(
      testDescription: "ICMPv6", packet: .icmp(from: "fe80::1", to: "fe80::2", type: 135), direction: .inbound,
      limitSeconds: 60),
    FlowLimit(
      testDescription: "GRE", packet: .plain(47, from: there, to: here), direction: .inbound, limitSeconds: 1_800),
    FlowLimit(
      testDescription: "ESP", packet: .plain(50, from: there, to: here), direction: .inbound, limitSeconds: 1_800),
    FlowLimit(testDescription: "IGMP", packet: .plain(2, from: there, to: here), direction: .inbound, limitSeconds: 60),
    FlowLimit(
      testDescription: "SCTP", packet: .plain(132, from: there, to: here), direction: .inbound, limitSeconds: 60),
    FlowLimit(
      testDescription: "TCP whose flags were not captured",
      packet: .tcp(from: there, 1, to: here, 2, flags: 2).fragment(identification: 1, offset: 1, more: false),
      direction: .inbound, limitSeconds: 86_400),
  ])
  func aFlowGoesWhenItIsOlderThanItsLimit(_ c: FlowLimit) {
    var table = ConnectionTable(capacity: 4)
    table.enter(c.packet, c.direction, at(5))
    #expect(table.entries(now: at(5)).map(\.limitSeconds) == [Int(c.limitSeconds)])
    let limit = 5 + c.limitSeconds
    #expect(table.knows(c.packet, c.direction, at(limit)) == true)
    #expect(table.knows(c.packet, c.direction, at(limit, 1)) == false)
  }

  @Test(arguments: [
    Conversation(testDescription: "one request", packets: ">S", limitSeconds: 120),
    Conversation(testDescription: "a repeated request", packets: ">S >S", limitSeconds: 120),
    Conversation(testDescription: "request and answer", packets: ">S <SA", limitSeconds: 120),
    Conversation(testDescription: "the full handshake", packets: ">S <SA >A", limitSeconds: 86_400),
    Conversation(testDescription: "an answer without SYN", packets: ">S <A", limitSeconds: 86_400),
    Conversation(testDescription: "a connection met half-way", packets: ">A", limitSeconds: 86_400),
    Conversation(testDescription: "met half-way, then SYN", packets: ">A >S", limitSeconds: 86_400),
    Conversation(testDescription: "no flags at all", packets: ">-", limitSeconds: 86_400),
    Conversation(testDescription: "data", packets: ">S <SA >A >PA <A <PA >A", limitSeconds: 86_400),
    Conversation(testDescription: "forward FIN", packets: ">S <SA >A >FA", limitSeconds: 120),
    Conversation(testDescription: "reverse FIN", packets: ">S <SA >A <FA", limitSeconds: 120),
    Conversation(testDescription: "FIN acknowledged, other end open", packets: ">S <SA >A >FA <A", limitSeconds: 120),
    Conversation(
      testDescription: "still sending to the closed end", packets: ">S <SA >A >FA <A <PA >A", limitSeconds: 120),
    Conversation(testDescription: "the last FIN not acknowledged", packets: ">S <SA >A >FA <FA", limitSeconds: 120),
    Conversation(testDescription: "closed in three packets", packets: ">S <SA >A >FA <FA >A", limitSeconds: 1),
    Conversation(testDescription: "closed in four packets", packets: ">S <SA >A >FA <A <FA >A", limitSeconds: 1),
    Conversation(testDescription: "closed by the server", packets: ">S <SA >A <FA >FA <A", limitSeconds: 1),
    Conversation(testDescription: "both FINs cross", packets: ">S <SA >A >FA <FA <A >A", limitSeconds: 1),
    Conversation(testDescription: "FINs without ACK, then ACKs", packets: ">A >F <F >A <A", limitSeconds: 1),
    Conversation(testDescription: "FINs without ACK only", packets: ">A >F <F", limitSeconds: 120),
    Conversation(
      testDescription: "an end's own ACK does not acknowledge its FIN", packets: ">A >FA >A >A", limitSeconds: 120),
    Conversation(testDescription: "an ACK before the FIN does not count", packets: ">A <A >F", limitSeconds: 120),
    Conversation(testDescription: "a FIN in the first packet", packets: ">FA", limitSeconds: 120),
    Conversation(testDescription: "SYN and FIN at once", packets: ">SF", limitSeconds: 120),
    Conversation(testDescription: "a refused request", packets: ">S <RA", limitSeconds: 1),
    Conversation(testDescription: "reset by the first end", packets: ">S <SA >A >R", limitSeconds: 1),
    Conversation(testDescription: "reset after a FIN", packets: ">S <SA >A >FA <R", limitSeconds: 1),
    Conversation(testDescription: "a RST of nothing known", packets: ">R", limitSeconds: 1),
    Conversation(testDescription: "data after the RST", packets: ">A <R >PA", limitSeconds: 1),
    Conversation(testDescription: "a new request after the RST", packets: ">S <RA >S", limitSeconds: 120),
    Conversation(testDescription: "a new request after the close", packets: ">A >FA <FA >A >S", limitSeconds: 120),
    Conversation(testDescription: "a new request from the other end", packets: ">A >FA <FA >A <S", limitSeconds: 120),
    Conversation(
      testDescription: "a new connection after the close", packets: ">A >FA <FA >A >S <SA >A", limitSeconds: 86_400),
    Conversation(
      testDescription: "an answer to no request after the close", packets: ">A >FA <FA >A <SA", limitSeconds: 1),
    Conversation(testDescription: "a request while half closed", packets: ">A >FA >S", limitSeconds: 120),
  ])
  func aTCPFlowGoesWhenItIsOlderThanItsStateAllows(_ c: Conversation) {
    var table = ConnectionTable(capacity: 4)
    var last = at(0)
    for (number, (packet, direction)) in conversation(c.packets).enumerated() {
      last = at(0, Int64(number))
      table.enter(packet, direction, last)
    }
    let request = PacketFields.tcp(from: there, 40_000, to: here, 80, flags: 2)
    #expect(table.entries(now: last).map(\.limitSeconds) == [Int(c.limitSeconds)])
    #expect(table.knows(request, .inbound, last.adding(seconds: c.limitSeconds)) == true)
    let older = Timestamp(nanoseconds: last.nanoseconds + c.limitSeconds * 1_000_000_000 + 1)
    #expect(table.knows(request, .inbound, older) == false)
  }

  // MARK: What an entry tells

  @Test func anEntryTellsItsEndsAndTraffic() {
    var table = ConnectionTable(capacity: 4)
    table.enter(.tcp(from: there, 40_000, to: here, 80, flags: 2, bytes: 60), .inbound, at(1), interface: 3)
    table.enter(.tcp(from: here, 80, to: there, 40_000, flags: 18, bytes: 52), .outbound, at(2), interface: 4)
    table.enter(.tcp(from: there, 40_000, to: here, 80, flags: 16, bytes: 1_500), .inbound, at(3), interface: 3)
    let expected = ConnectionEntry(
      protocolNumber: 6, local: FlowEndpoint(address: ip(here), port: 80),
      remote: FlowEndpoint(address: ip(there), port: 40_000), firstDirection: .inbound, interface: 3, firstTime: at(1),
      lastTime: at(3), forward: FlowTraffic(packets: 2, bytes: 1_560), reverse: FlowTraffic(packets: 1, bytes: 52),
      tcp: [], limitSeconds: 86_400)
    #expect(table.entries(now: at(3)) == [expected])
  }

  /// Whichever end has the lower address.
  @Test(arguments: [(here, there), (there, here)])
  func theSourceOfAnOutboundPacketIsLocal(ends: (local: String, remote: String)) {
    var table = ConnectionTable(capacity: 4)
    table.enter(.udp(from: ends.local, 1, to: ends.remote, 2), .outbound, at(0))
    table.enter(.udp(from: ends.remote, 2, to: ends.local, 1), .inbound, at(0))
    let entries = table.entries(now: at(0))
    #expect(entries.map(\.local) == [FlowEndpoint(address: ip(ends.local), port: 1)])
    #expect(entries.map(\.remote) == [FlowEndpoint(address: ip(ends.remote), port: 2)])
    #expect(entries.map(\.firstDirection) == [.outbound])
    #expect(entries.map(\.forward.packets) == [1])
    #expect(entries.map(\.reverse.packets) == [1])
  }

  @Test func aNewConnectionStartsItsOwnEntry() {
    var table = ConnectionTable(capacity: 4)
    for (packet, direction) in conversation(">S <SA >A >FA <FA >A") { table.enter(packet, direction, at(0)) }
    #expect(table.entries(now: at(0)).map(\.tcp.isClosed) == [true])
    for (packet, direction) in conversation("<S") { table.enter(packet, direction, at(1)) }
    let entries = table.entries(now: at(1))
    #expect(entries.map(\.firstTime) == [at(1)])
    #expect(entries.map(\.firstDirection) == [.outbound])
    #expect(entries.map(\.forward.packets) == [1])
    #expect(entries.map(\.reverse.packets) == [0])
    #expect(entries.map(\.tcp) == [.onlySYN])
    #expect(table.additions == 2)
    #expect(table.evictions == 0)
  }

  @Test func entriesAreInTheOrderOfTheirLatestPackets() {
    var table = ConnectionTable(capacity: 8)
    table.enter(.udp(from: here, 1, to: there, 53), .outbound, at(0))
    table.enter(.udp(from: here, 2, to: there, 123), .outbound, at(1))
    table.enter(.plain(47, from: here, to: there), .outbound, at(2))
    table.enter(.udp(from: there, 53, to: here, 1), .inbound, at(3))
    #expect(table.entries(now: at(3)).map(\.local.port) == [2, 0, 1])
  }

  // MARK: Rates

  @Test func aFlowIsBoundToTheLatestRuleOfEachDirection() {
    var table = ConnectionTable(capacity: 4)
    guard let slot = table.enter(.tcp(from: there, 40_000, to: here, 80, flags: 2), .inbound, at(0)) else {
      Issue.record("the flow is not there")
      return
    }
    #expect(table.bind(slot, inbound: 0, outbound: 0) == [])
    #expect(table.bind(slot, inbound: 7, outbound: 0) == .inbound)
    #expect(table.bind(slot, inbound: 7, outbound: 8) == .outbound)
    #expect(table.bind(slot, inbound: 7, outbound: 8) == [])
    #expect(table.bind(slot, inbound: 9, outbound: 9) == [.inbound, .outbound])
    #expect(table.bind(slot, inbound: 0, outbound: 0) == [])
    #expect(table.entry(at: slot).map { [$0.inboundRate, $0.outboundRate] } == [9, 9])
  }

  @Test func aNewConnectionIsBoundToNothing() {
    var table = ConnectionTable(capacity: 4)
    for flags in [2, 4, 2] as [UInt8] {
      let slot = table.enter(.tcp(from: there, 40_000, to: here, 80, flags: flags), .inbound, at(0))
      #expect(slot.map { table.bind($0, inbound: 7, outbound: 0) } == (flags == 4 ? [] : .inbound))
    }
  }

  // MARK: Errors

  /// An ICMP error about a packet of a flow belongs to the flow, and goes the other way.
  @Test(arguments: [Direction.inbound, .outbound])
  func anErrorCountsForTheFlowItQuotes(direction: Direction) {
    var table = ConnectionTable(capacity: 4)
    let request = PacketFields.udp(from: here, 40_000, to: there, 123)
    let sent: Direction = direction == .inbound ? .outbound : .inbound
    table.enter(request, sent, at(0))
    let error = PacketFields.icmp(from: "198.51.100.1", to: here, type: 3, code: 3)
    let flow = FlowKey(quoted: request, byErrorGoing: direction)
    let known = table.lookup(flow, now: at(100))
    #expect(known != nil)
    table.enter(foundAt: known, FlowStep(error), now: at(100), interface: 0)
    #expect(table.brokenInvariant() == nil)
    let entries = table.entries(now: at(200))
    #expect(entries.map(\.forward.packets) == [1])
    #expect(entries.map(\.reverse.packets) == [1])
    #expect(entries.map(\.limitSeconds) == [120])
  }

  @Test func anErrorLeavesTheStateOfTCPAlone() {
    var table = ConnectionTable(capacity: 4)
    let request = PacketFields.tcp(from: here, 40_000, to: there, 80, flags: 2)
    table.enter(request, .outbound, at(0))
    let flow = FlowKey(quoted: request, byErrorGoing: .inbound)
    let error = PacketFields.icmp(from: there, to: here, type: 3, code: 4)
    table.enter(foundAt: table.lookup(flow, now: at(1)), FlowStep(error), now: at(1), interface: 0)
    #expect(table.entries(now: at(1)).map(\.tcp) == [.onlySYN])
  }

  // MARK: Room

  @Test func theQuietestFlowMakesWay() {
    var table = ConnectionTable(capacity: 3)
    for port in 1...3 as ClosedRange<UInt16> {
      table.enter(.tcp(from: here, port, to: there, 80, flags: 16), .outbound, at(Int64(port)))
    }
    table.enter(.tcp(from: there, 80, to: here, 1, flags: 16), .inbound, at(4))
    table.enter(.udp(from: here, 4, to: there, 53), .outbound, at(5))
    #expect(table.entries(now: at(5)).map(\.local.port) == [3, 1, 4])
    #expect(table.evictions == 1)
    // The question has expired when the next flow needs room.
    table.enter(.tcp(from: here, 5, to: there, 80, flags: 16), .outbound, at(26))
    #expect(table.entries(now: at(26)).map(\.local.port) == [3, 1, 5])
    #expect(table.evictions == 1)
  }

  @Test func withRoomForOneTheLatestFlowIsThere() {
    var table = ConnectionTable(capacity: 1)
    for port in 1...5 as ClosedRange<UInt16> {
      table.enter(.udp(from: here, port, to: there, 123), .outbound, at(0))
      #expect(table.entries(now: at(0)).map(\.local.port) == [port])
    }
    #expect(table.evictions == 4)
  }

  @Test func aSmallerCapacityKeepsTheLatestAndTheirState() {
    var table = ConnectionTable(capacity: 8)
    for port in 1...6 as ClosedRange<UInt16> {
      table.enter(
        .tcp(from: here, port, to: there, 80, flags: port.isMultiple(of: 2) ? 2 : 16), .outbound, at(Int64(port)))
    }
    let latest = table.entries(now: at(6)).suffix(4)
    table.setCapacity(4, now: at(6))
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: at(6)) == Array(latest))
    #expect(table.evictions == 2)
    table.enter(.tcp(from: there, 80, to: here, 5, flags: 4), .inbound, at(7))
    #expect(table.entries(now: at(7)).map(\.limitSeconds) == [86_400, 120, 120, 1])
  }

  @Test func sweepsForgetWhatExpired() {
    var table = ConnectionTable(capacity: 8)
    table.enter(.udp(from: here, 1, to: there, 53), .outbound, at(0))
    table.enter(.udp(from: here, 1, to: there, 123), .outbound, at(0))
    table.expire(now: at(20))
    #expect(table.count == 2)
    table.expire(now: at(20, 1))
    #expect(table.count == 1)
    table.expire(now: at(121))
    #expect(table.count == 0)
    #expect(table.evictions == 0)
  }

  // MARK: Dropped by a rule

  private static let request = PacketFields.tcp(from: there, 40_000, to: here, 80, flags: TCPFlag.syn)
  private static let segment = PacketFields.tcp(from: there, 40_000, to: here, 80, flags: TCPFlag.ack)

  /// A connection that was opened at 0 and dropped at `time`, by an inbound packet.
  private func dropped(at time: Timestamp, hasFIN: Bool = false, endsOtherSide: Bool = false) throws -> ConnectionTable
  {
    var table = ConnectionTable(capacity: 4)
    table.enter(Self.request, .inbound, at(0))
    let entered = table.enter(Self.segment, .inbound, at(0))
    let slot = try #require(entered)
    table.close(
      slot, FlowKey(Self.segment, direction: .inbound), hasFIN: hasFIN, endsOtherSide: endsOtherSide, now: time)
    #expect(table.brokenInvariant() == nil)
    return table
  }

  @Test func aDroppedFlowIsRememberedForTwoMinutes() throws {
    var table = try dropped(at: at(1000))
    #expect(table.knows(Self.segment, .inbound, at(1120)) == true)
    #expect(table.knows(Self.segment, .inbound, at(1120, 1)) == false)
  }

  @Test func refusingCountsAndKeepsNothingAlive() throws {
    var table = try dropped(at: at(0))
    let flow = FlowKey(Self.segment, direction: .inbound)
    for count in 1...3 as ClosedRange<UInt32> {
      let found = table.lookup(flow, now: at(100))
      let slot = try #require(found)
      let refused = table.refuse(slot, flow, hasFIN: false)
      #expect(refused.count == count)
    }
    #expect(table.brokenInvariant() == nil)
    #expect(table.knows(Self.segment, .inbound, at(121)) == false)
  }

  @Test(arguments: [
    (droppedHasFIN: false, endsOtherSide: false, refusedHasFIN: false, both: false),
    (droppedHasFIN: false, endsOtherSide: true, refusedHasFIN: false, both: false),
    (droppedHasFIN: false, endsOtherSide: false, refusedHasFIN: true, both: false),
    (droppedHasFIN: false, endsOtherSide: true, refusedHasFIN: true, both: true),
    (droppedHasFIN: true, endsOtherSide: true, refusedHasFIN: false, both: true),
  ])
  func bothEndsHaveEndedOnceBothFINsWereSeen(
    c: (droppedHasFIN: Bool, endsOtherSide: Bool, refusedHasFIN: Bool, both: Bool)
  ) throws {
    var table = try dropped(at: at(0), hasFIN: c.droppedHasFIN, endsOtherSide: c.endsOtherSide)
    let flow = FlowKey(Self.segment, direction: .inbound)
    let found = table.lookup(flow, now: at(1))
    let slot = try #require(found)
    let refused = table.refuse(slot, flow, hasFIN: c.refusedHasFIN)
    #expect(refused.hasBothFINs == c.both)
  }

  @Test func aRequestTakesTheDroppedFlowsPlace() throws {
    var table = try dropped(at: at(0))
    table.enter(Self.request, .inbound, at(1))
    let entries = table.entries(now: at(1))
    let entry = try #require(entries.first)
    #expect(entry.tcp == .onlySYN && entry.refusals == 0 && entry.firstTime == at(1))
    #expect(table.count == 1)
  }
}

// MARK: - Model

/// The limit of a TCP flow, worked out from all its packets at once: flags and whether the packet went forward.
private func limitSeconds(after history: [(flags: UInt8, isForward: Bool)]) -> Int64 {
  func isFINAcknowledged(_ forward: Bool) -> Bool {
    guard let fin = history.firstIndex(where: { $0.isForward == forward && $0.flags & 1 != 0 }) else { return false }
    return history[(fin + 1)...].contains { $0.isForward != forward && $0.flags & 16 != 0 }
  }
  if history.contains(where: { $0.flags & 4 != 0 }) { return 1 }
  if isFINAcknowledged(true) && isFINAcknowledged(false) { return 1 }
  if history.contains(where: { $0.flags & 1 != 0 }) { return 120 }
  return history.allSatisfy { $0.flags & 2 != 0 } ? 120 : 86_400
}

/// Random packets of a few flows; after each, the table's flows are those whose histories say that they are still there.
@Test("connection table against histories", arguments: 0..<20 as Range<UInt64>)
func connectionTableFollowsItsModel(seed: UInt64) {
  var random = SplitMix64(state: seed)
  var table = ConnectionTable(
    capacity: 64, seed: seed.isMultiple(of: 3) ? HashSeed(first: 0, second: 0, third: 0) : .random())
  var histories: [UInt16: (last: Timestamp, firstIsInbound: Bool, packets: [(flags: UInt8, isForward: Bool)])] = [:]
  // Half of the packets come at once; some pauses end where a limit does, or a nanosecond later.
  let pauses: [Int64] = [0, 0, 0, 0, 0, 1, 1_000_000_000, 1_000_000_001, 40_000_000_000, 120_000_000_001]
  var now = at(0)
  for _ in 0..<1_500 {
    now = Timestamp(nanoseconds: now.nanoseconds + pauses[Int.random(in: 0..<pauses.count, using: &random)])
    histories = histories.filter { _, history in
      now.nanoseconds - history.last.nanoseconds <= limitSeconds(after: history.packets) * 1_000_000_000
    }
    #expect(table.count(now: now) == histories.count)

    let port = UInt16.random(in: 1...12, using: &random)
    let isInbound = Bool.random(using: &random)
    let flags = [2, 18, 16, 16, 24, 17, 1, 4, 0, 16][Int.random(in: 0..<10, using: &random)] as UInt8
    let packet: PacketFields =
      isInbound
      ? .tcp(from: there, 80, to: here, port, flags: flags) : .tcp(from: here, port, to: there, 80, flags: flags)
    #expect(table.knows(packet, isInbound ? .inbound : .outbound, now) == (histories[port] != nil))
    // Some packets are discarded by the rules: looked up, not entered.
    guard Int.random(in: 0..<5, using: &random) > 0 else { continue }

    table.enter(packet, isInbound ? .inbound : .outbound, now)
    var history = histories[port] ?? (now, isInbound, [])
    let isRequest = flags & 18 == 2
    if isRequest, !history.packets.isEmpty, limitSeconds(after: history.packets) == 1 { history = (now, isInbound, []) }
    history.packets.append((flags, isInbound == history.firstIsInbound))
    history.last = now
    histories[port] = history

    let entry = table.entries(now: now).first { $0.local.port == port }
    #expect(entry.map { Int64($0.limitSeconds) } == limitSeconds(after: history.packets))
    #expect(entry?.forward.packets == UInt64(history.packets.filter(\.isForward).count))
    #expect(entry?.reverse.packets == UInt64(history.packets.filter { !$0.isForward }.count))
  }
}
