import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryNetfilter

/// Flows in the kernel, in networks of the tests' own; they need root.
@Suite(.serialized, .enabled(if: TestNetwork.isPossible, "this needs root, nft, iptables, ping and network namespaces"))
struct KernelFlowsTests {
  // Nobody has the destination: what arrives is counted, and nobody answers.
  private static let ends4 = (source: "192.0.2.2", destination: "192.0.2.9")
  private static let ends6 = (source: "2001:db8::2", destination: "2001:db8::9")
  private static let tcp4 = "IP(src='192.0.2.2', dst='192.0.2.9')/TCP(sport=443, dport=50000, flags='A')"
  private static let tcp6 = "IPv6(src='2001:db8::2', dst='2001:db8::9')/TCP(sport=443, dport=50000, flags='A')"

  private static func withFlows(
    _ body: @escaping @Sendable (TestNetwork, NetfilterHost, inout KernelFlows, _ interface: UInt32) throws -> Void
  ) async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(QueueFeed(queue: 7, interfaces: ["near"], keepsFlows: true))
      var flows = try KernelFlows()
      try flows.begin()
      let index = try network.host("ip -o link show near").split(separator: ":").first.flatMap { UInt32($0) }
      try body(network, host, &flows, try #require(index))
    }
  }

  private static func flow(
    _ ends: (source: String, destination: String) = ends4, protocol number: UInt8 = IPProtocol.tcp, port: UInt16 = 443,
    at interface: UInt32, going direction: Direction = .inbound
  ) throws -> KernelFlow {
    KernelFlow(
      protocolNumber: number, direction: direction, interface: interface,
      source: FlowEndpoint(address: try #require(IPAddress(ends.source)), port: port),
      destination: FlowEndpoint(address: try #require(IPAddress(ends.destination)), port: 50_000))
  }

  private static func path(_ places: Int32...) -> RulePath {
    var path = RulePath()
    for place in places { _ = path.append(place) }
    return path
  }

  private static func put(_ changes: [FlowChange], _ flows: inout KernelFlows) throws -> FlowReading {
    var reading = FlowReading()
    try flows.apply(changes, &reading)
    return reading
  }

  private static func read(_ flows: inout KernelFlows) throws -> FlowReading {
    var reading = FlowReading()
    try flows.read(&reading)
    return reading
  }

  // MARK: What passes

  @Test func steadyPacketsPassAndCountAndAllOthersDoNot() async throws {
    let folder = try TemporaryFolder()
    try await Self.withFlows { network, _, flows, interface in
      let udp = "IP(src='192.0.2.2', dst='192.0.2.9')/UDP(sport=443, dport=50000)"
      let all = [
        try Self.flow(at: interface), try Self.flow(protocol: IPProtocol.udp, at: interface),
        try Self.flow(Self.ends6, at: interface), try Self.flow(Self.ends6, protocol: IPProtocol.udp, at: interface),
      ]
      // IP lengths 40, 41, 52 and 1040; UDP 28 and 128; with IPv6 20 more.
      let steady = [
        Self.tcp4, "\(Self.tcp4)/'x'", Self.tcp4.replacing("flags='A'", with: "flags='PA'") + "/('y' * 1000)",
        Self.tcp4.replacing("flags='A'", with: "flags='A', options=[('Timestamp', (1, 2)), ('NOP', 0), ('NOP', 0)]"),
        udp,
        "\(udp)/('z' * 100)", Self.tcp6, "\(Self.tcp6)/('y' * 1000)",
        "IPv6(src='2001:db8::2', dst='2001:db8::9')/UDP(sport=443, dport=50000)/'x'",
      ]
      let unusual =
        ["S", "SA", "UA", "EA", "CA", "P", ""].map { Self.tcp4.replacing("flags='A'", with: "flags='\($0)'") } + [
          Self.tcp4.replacing("sport=443", with: "sport=444"),
          Self.tcp4.replacing("dst='192.0.2.9'", with: "dst='192.0.2.8'"),
          Self.tcp4.replacing("dst='192.0.2.9'", with: "dst='192.0.2.9', options=IPOption(b'\\x07\\x03\\x04\\x00')"),
          // A header that says it is longer than the packet, one that is too short, and a piece of one.
          Self.tcp4.replacing("flags='A'", with: "flags='A', dataofs=15"),
          Self.tcp4.replacing("flags='A'", with: "flags='A', dataofs=4"),
          "IP(src='192.0.2.2', dst='192.0.2.9', proto=6)/Raw(bytes(TCP(sport=443, dport=50000, flags='A'))[:16])",
          "IP(src='192.0.2.2', dst='192.0.2.9', proto=17)/Raw(bytes(UDP(sport=443, dport=50000))[:6])",
          Self.tcp6.replacing("/TCP", with: "/IPv6ExtHdrDestOpt()/TCP"),
          Self.tcp6.replacing("flags='A'", with: "flags='A', dataofs=15"),
          "IP(src='192.0.2.2', dst='192.0.2.9')/ICMP()",
        ]
      let packets = try network.prepare(unusual + steady + unusual, in: folder)
      _ = try Self.put(all.map { .stays($0, Self.path(1, 4)) }, &flows)
      #expect(flows.counts.entries == 4)
      try network.send(prepared: packets)
      let reading = try Self.read(&flows)
      let traffic = Dictionary(uniqueKeysWithValues: reading.flows.map { ($0.flow, $0.traffic) })
      #expect(traffic[all[0]] == FlowTraffic(packets: 4, bytes: 40 + 41 + 1_040 + 52))
      #expect(traffic[all[1]] == FlowTraffic(packets: 2, bytes: 28 + 128))
      #expect(traffic[all[2]] == FlowTraffic(packets: 2, bytes: 60 + 1_060))
      #expect(traffic[all[3]] == FlowTraffic(packets: 1, bytes: 49))
      #expect(Set(reading.rules.keys) == [1, 4] && reading.rules[4]?.packets == 9)
      #expect(flows.counts.traffic.packets == 9)
      #expect(try Self.read(&flows).isEmpty)
    }
  }

  @Test(arguments: ["FA", "RA"])
  func behindAnEndNothingPassesEitherWay(flags: String) async throws {
    let folder = try TemporaryFolder()
    try await Self.withFlows { network, _, flows, interface in
      let back = "IP(src='192.0.2.9', dst='192.0.2.2')/TCP(sport=50000, dport=443, flags='A')"
      let end = { (packet: String) in packet.replacing("flags='A'", with: "flags='\(flags)'") }
      let packets = try network.prepare(
        [Self.tcp4, back, Self.tcp6, end(Self.tcp4), end(Self.tcp6), Self.tcp4, back, Self.tcp6], in: folder)
      let way = try Self.flow(at: interface)
      let wayBack = KernelFlow(
        protocolNumber: IPProtocol.tcp, direction: .inbound, interface: interface, source: way.destination,
        destination: way.source)
      _ = try Self.put(
        [way, wayBack, try Self.flow(Self.ends6, at: interface)].map { .stays($0, Self.path(0)) }, &flows)
      try network.send(prepared: packets)
      let reading = try Self.read(&flows)
      #expect(reading.flows.map(\.traffic.packets) == [1, 1, 1])
    }
  }

  @Test func anotherInterfaceOrDirectionIsAnotherFlow() async throws {
    let folder = try TemporaryFolder()
    try await Self.withFlows { network, _, flows, interface in
      let packet = try network.prepare([Self.tcp4], in: folder)
      _ = try Self.put(
        [
          .stays(try Self.flow(at: interface + 1), Self.path(0)),
          .stays(try Self.flow(at: interface, going: .outbound), Self.path(0)),
        ], &flows)
      try network.send(prepared: packet)
      #expect(try Self.read(&flows).isEmpty)
    }
  }

  // MARK: Taking out

  @Test func whatATakenOutFlowHasCarriedIsTold() async throws {
    let folder = try TemporaryFolder()
    try await Self.withFlows { network, _, flows, interface in
      let packet = try network.prepare([Self.tcp4], in: folder)
      let flow = try Self.flow(at: interface)
      _ = try Self.put([.stays(flow, Self.path(2))], &flows)
      for _ in 1...2 { try network.send(prepared: packet) }
      #expect(try Self.read(&flows).rules == [2: FlowTraffic(packets: 2, bytes: 80)])
      try network.send(prepared: packet)
      let reading = try Self.put([.ends(flow)], &flows)
      #expect(reading.rules == [2: FlowTraffic(packets: 1, bytes: 40)])
      #expect(flows.counts.entries == 0)
      try network.send(prepared: packet)
      #expect(try Self.read(&flows).isEmpty)
      // It begins anew, with its counter.
      _ = try Self.put([.stays(flow, Self.path(3))], &flows)
      try network.send(prepared: packet)
      #expect(try Self.read(&flows).rules == [3: FlowTraffic(packets: 1, bytes: 40)])
    }
  }

  @Test func takingOutComesBeforePuttingIn() async throws {
    try await Self.withFlows { _, _, flows, interface in
      let (first, second) = (try Self.flow(at: interface), try Self.flow(Self.ends6, at: interface))
      _ = try Self.put([.stays(first, Self.path(0)), .ends(first), .stays(second, Self.path(0))], &flows)
      #expect(flows.counts.entries == 1)
      _ = try Self.put([.everything, .stays(first, Self.path(0))], &flows)
      #expect(flows.counts.entries == 0)
    }
  }

  @Test func whatTakesFlowsOut() async throws {
    try await Self.withFlows { _, _, flows, interface in
      let (four, six) = (try Self.flow(at: interface), try Self.flow(Self.ends6, at: interface))
      let other = try Self.flow(port: 80, at: interface)
      let back = KernelFlow(
        protocolNumber: IPProtocol.tcp, direction: .outbound, interface: interface + 3, source: four.destination,
        destination: four.source)
      let all: [FlowChange] = [four, six, other, back].map { .stays($0, Self.path(0)) }
      let left = { (change: FlowChange, flows: inout KernelFlows) throws -> Int in
        _ = try Self.put(all, &flows)
        _ = try Self.put([change], &flows)
        return flows.counts.entries
      }
      #expect(try left(.ends(four), &flows) == 2)
      #expect(try left(.entered(AddressNet(four.source.address)), &flows) == 1)
      #expect(try left(.entered(AddressNet(four.destination.address)), &flows) == 1)
      #expect(try left(.entered(AddressNet(six.source.address, length: 64)), &flows) == 3)
      #expect(try left(.entered(AddressNet(IPAddress(v4: 0xC000_0263))), &flows) == 4)
      #expect(try left(.everything, &flows) == 0)
    }
  }

  @Test func asManyAsThereMayBeGoInAndOut() async throws {
    try await Self.withFlows { network, _, flows, interface in
      let all = try (0..<UInt16(FlowSet.capacity + 100)).map {
        try Self.flow($0 % 2 == 0 ? Self.ends4 : Self.ends6, port: $0, at: interface)
      }
      _ = try Self.put(all.map { .stays($0, Self.path(0)) }, &flows)
      #expect(flows.counts.entries == FlowSet.capacity)
      _ = try Self.put([.entered(AddressNet(try #require(IPAddress(Self.ends4.source))))], &flows)
      #expect(flows.counts.entries == FlowSet.capacity / 2)
      var reading = FlowReading()
      try flows.removeAll(&reading)
      #expect(flows.counts.entries == 0 && reading.isEmpty)
      #expect(try !network.host("nft list table inet sentry").contains("elements"))
    }
  }

  @Test func entriesThatSomebodyHasTakenOutAreForgotten() async throws {
    try await Self.withFlows { network, _, flows, interface in
      let flow = try Self.flow(at: interface)
      _ = try Self.put([.stays(flow, Self.path(0))], &flows)
      try network.host("nft flush set inet sentry flows-tcp-in-4")
      #expect(try Self.read(&flows).isEmpty)
      #expect(flows.counts.entries == 0)
      _ = try Self.put([.stays(flow, Self.path(0))], &flows)
      try network.host("nft delete element inet sentry flows-tcp-in-4 '{ near . 192.0.2.2 . 192.0.2.9 . 443 . 50000 }'")
      // Taking out what is not there does no harm.
      _ = try Self.put([.ends(flow)], &flows)
      #expect(flows.counts.entries == 0)
    }
  }

  @Test func anEntryIsListedForPeopleAndGoesByItself() async throws {
    try await Self.withFlows { network, _, flows, interface in
      _ = try Self.put([.stays(try Self.flow(Self.ends6, at: interface), Self.path(0))], &flows)
      let listing = try network.host("nft list set inet sentry flows-tcp-in-6")
      #expect(listing.contains("\"near\" . 2001:db8::2 . 2001:db8::9 . 443 . 50000 counter packets 0 bytes 0 expires"))
      #expect(listing.contains("timeout 10s"))
    }
  }

  // MARK: The feed

  @Test func setsComeAndGoWithTheFeed() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      let with = QueueFeed(queue: 7, interfaces: ["near"], keepsFlows: true)
      var without = with
      without.keepsFlows = false
      let sets = { try network.host("nft list sets inet | grep -c -e 'set flows-' -e 'set ended-' || true") }
      try host.install(without)
      #expect(try sets() == "0\n")
      try host.update(with)
      #expect(try sets() == "10\n")
      #expect(try host.verify() == [])
      try host.update(without)
      #expect(try sets() == "0\n")
      #expect(try host.verify() == [])
      try host.update(with)
      try network.host("nft flush ruleset")
      #expect(try host.restore().contains(.table))
      #expect(try sets() == "10\n")
      #expect(try host.verify() == [])
    }
  }
}
