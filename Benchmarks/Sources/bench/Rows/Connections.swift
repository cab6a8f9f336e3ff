import SentryPacket
import SentryState

private let row = "connection table"
private let flowCount = 1_000_000

/// Finds and refreshes one of 1,000,000 flows, in an order that no cache foresees, then lets all of them expire.
func measureConnections() throws {
  var numbers = Numbers(seed: 9)
  let flows = someFlows()
  // Copied in their order, so that only the table is read here and there.
  let updates = (0..<flowCount).map { _ in flows[Int(numbers.next() % UInt64(flowCount))] }
  let packet = somePacket()

  let before = anonymousMemory()
  var table = ConnectionTable(capacity: 1_048_576)
  enter(flows, packet, into: &table)
  let bytes = withExtendedLifetime((flows, updates)) { anonymousMemory() - before }

  var updating = Fastest()
  for _ in 0..<5 {
    updating.run {
      var known = 0
      for (number, flow) in updates.enumerated() {
        // As the engine is told of frames that wait behind the one that it judges.
        let later = number + ConnectionTable.lookAhead
        if later < flowCount { table.expect(updates[later].identity) }
        let slot = table.lookup(flow, now: at(1))
        if slot != nil { known += 1 }
        table.enter(foundAt: slot, FlowStep(packet), now: at(1), interface: 0)
      }
      if known != flowCount { fail("\(row): \(flowCount - known) flows were not known any more") }
    }
  }
  Figure(
    row: row, measure: "update one of 1,000,000 flows", value: updating.nanoseconds(for: flowCount), unit: "ns",
    wanted: .atMost(150)
  ).report()
  Figure(
    row: row, measure: "memory, index included", value: Double(bytes) / Double(flowCount), unit: "bytes/flow",
    wanted: .atMost(128)
  ).report()
  Figure(
    row: row, measure: "longest expiry sweep (best of 3 times all flows)", value: longestSweep(flows, packet, &table),
    unit: "ms", wanted: .atMost(1)
  ).report()
}

/// The longest of the calls in which all flows expire, in milliseconds: the best of three times, as whoever else uses
/// the machine makes any call long now and then.
private func longestSweep(_ flows: [FlowKey], _ packet: PacketFields, _ table: inout ConnectionTable) -> Double {
  var best = Double.infinity
  for _ in 0..<3 {
    table.removeAll()
    enter(flows, packet, into: &table)
    var longest = 0.0
    while table.count > 0 {
      longest = max(longest, seconds { table.expire(now: at(100_000)) })
    }
    best = min(best, longest)
  }
  return best * 1_000
}

private func enter(_ flows: [FlowKey], _ packet: PacketFields, into table: inout ConnectionTable) {
  for flow in flows { table.enter(flow, packet, now: at(0), interface: 0) }
  if table.count != flowCount { fail("\(row): \(table.count) flows entered") }
}

/// From 5,000 clients, 200 ports each.
private func someFlows() -> [FlowKey] {
  let server = FlowEndpoint(address: IPAddress(v4: 0xC000_020A), port: 5_000)
  return (0..<flowCount).map { number in
    let client = FlowEndpoint(
      address: IPAddress(v4: 0xC612_0000 + UInt32(number % 5_000)), port: UInt16(1_024 + number / 5_000))
    return FlowKey(protocolNumber: IPProtocol.udp, source: client, destination: server, direction: .inbound)
  }
}

/// What each of them counts.
private func somePacket() -> PacketFields {
  var frames = HeldFrames()
  frames.append(udpFrame(from: IPAddress(v4: 0xC612_0001), 1_024, to: IPAddress(v4: 0xC000_020A), 5_000))
  var packet = PacketFields()
  _ = packet.decode(frames.bytes.span.bytes, linkType: .ethernet, wireLength: frames.bytes.count)
  return packet
}

private func at(_ seconds: Int64) -> Timestamp { HeldFrames.someTime.adding(seconds: seconds) }
