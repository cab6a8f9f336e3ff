import SentryControl
import SentryPacket
@testable import SentryState
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct ConnectionTests {
  @Test func connectionsAreListedWithTheirCounts() async throws {
    try await withAPI { api in
      try await api.daemon.judge(Packets.udp(from: "203.0.113.1"), count: 4)
      try await api.daemon.judge(Packets.udp(from: "203.0.113.2"))
      let reply: ConnectionsReply = try await api.get("\(ControlPath.connections)?sort=bytes")
      #expect(reply.count == 2)
      #expect(reply.connections.map(\.remote) == ["203.0.113.1:40000", "203.0.113.2:40000"])
      let first = try #require(reply.connections.first)
      #expect(first.protocol == "UDP")
      #expect(first.local == "192.0.2.10:9")
      #expect(first.direction == "in")
      #expect(first.state == "new")
      #expect(first.packetsIn == 4)
      #expect(first.packetsOut == 0)
      #expect(first.application == nil)
      // Nobody has looked before.
      #expect(reply.seconds == 0)
      #expect(first.bytesPerSecond == 0)
      let one: ConnectionsReply = try await api.get("\(ControlPath.connections)?limit=1&address=203.0.113.2")
      #expect(one.count == 1)
      #expect(one.connections.map(\.remote) == ["203.0.113.2:40000"])
    }
  }

  private static func flow(bytes: UInt64, from first: Int64 = 0) -> ConnectionEntry {
    ConnectionEntry(
      protocolNumber: 17, local: FlowEndpoint(address: IPAddress(v4: 1), port: 9),
      remote: FlowEndpoint(address: IPAddress(v4: 2), port: 40_000), firstDirection: .inbound, interface: 0,
      firstTime: Timestamp(nanoseconds: first), lastTime: Timestamp(nanoseconds: first),
      forward: FlowTraffic(packets: 1, bytes: bytes), reverse: FlowTraffic(), tcp: [], limitSeconds: 120)
  }

  private static func second(_ tenths: Int64) -> Timestamp { Timestamp(nanoseconds: tenths * 100_000_000) }

  @Test func ratesAreOfAWholeSecondHoweverOftenSomebodyLooks() {
    var rates = ConnectionRates()
    #expect(rates.begin(now: Self.second(100)) == 0)
    #expect(rates.see(Self.flow(bytes: 100), at: 0) == 0)
    rates.end()
    #expect(rates.begin(now: Self.second(110)) == 1)
    #expect(rates.see(Self.flow(bytes: 600), at: 0) == 500)
    rates.end()
    // Right after: the rate is still that of more than a second, not of a tenth of one.
    #expect(rates.begin(now: Self.second(111)) == 1.1)
    #expect(rates.see(Self.flow(bytes: 650), at: 0) == 550)
    // Another connection in a slot counts from its beginning.
    #expect(rates.see(Self.flow(bytes: 70, from: 5), at: 3) == 70)
    rates.end()
  }

  @Test func ratesOfLongAgoAreNone() {
    var rates = ConnectionRates()
    _ = rates.begin(now: Self.second(0))
    rates.end()
    #expect(rates.begin(now: Self.second(200)) == 0)
  }

  @Test func interfacesAreThoseOfTheHostAndTheDocument() async throws {
    let document = """
      { rules = ( { enabled = 1; } ); interfaces = (
        { name = test0; filters = 1; external = 0; bridge = 0; }, { name = gone7; filters = 0; external = 1; bridge = 0; } ); }
      """
    try await withAPI(document) { api in
      try await api.daemon.judge(Packets.udp(from: "203.0.113.1"), count: 2)
      let reply: InterfacesReply = try await api.get(ControlPath.interfaces)
      let watched = try #require(reply.interfaces.first)
      #expect(watched.name == "test0")
      #expect(watched.watched && watched.listed && watched.filters && !watched.external && !watched.isUp)
      #expect(watched.bytes > 0)
      let gone = try #require(reply.interfaces.last)
      #expect(gone.name == "gone7")
      #expect(!gone.watched && gone.listed && !gone.filters && gone.external)
      #expect(reply.interfaces.contains { $0.name == "lo" && !$0.external })
    }
  }

  @Test func healthIsTheStatusAndMore() async throws {
    try await withAPI { api in
      let health: HealthReply = try await api.get(ControlPath.health)
      #expect(health.status.document.name == "first.plist")
      #expect(health.version == ProgramVersion.text)
      #expect(health.warnings.contains { $0.hasPrefix("monitor mode") })
      _ = try await api.response(ControlPath.enabled, .put, #"{"enabled":false}"#)
      let off: HealthReply = try await api.get(ControlPath.health)
      #expect(off.warnings.first == "the firewall is off: every packet passes")
      // Whoever reads a status can read this.
      let status: StatusReply = try await api.get(ControlPath.health)
      #expect(!status.enabled)
    }
  }
}
