import SentryControl
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

/// Why addresses are in table trigger, and what keeps others out.
@Suite struct EvidenceTests {
  @Test func thePacketsThatEnteredAnAddressAreTold() async throws {
    try await withDaemon { daemon in
      for _ in 0..<6 { try await daemon.judge(Packets.telnet(from: "203.0.113.9")) }
      let reply = try await daemon.evidence(of: AddressRange("203.0.113.9"))
      #expect(reply.address == "203.0.113.9")
      #expect(reply.entry?.triggeredBy == "1 telnet")
      #expect(reply.packets.count == 4)
      let packet = try #require(reply.packets.first)
      #expect(packet.rule == "1 telnet" && packet.interface == "test0" && packet.direction == "in")
      #expect(Array(packet.bytes) == Array(Packets.telnet(from: "203.0.113.9").dropFirst(14)))
    }
  }

  /// It is there as long as others do not need the room.
  @Test func itOutlivesTheEntry() async throws {
    try await withDaemon { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      _ = try await daemon.remove([AddressRange("203.0.113.9")], from: .trigger)
      let reply = try await daemon.evidence(of: AddressRange("203.0.113.9"))
      #expect(reply.entry == nil && reply.packets.count == 1)
      #expect(try await daemon.evidence(of: AddressRange("203.0.113.8")).packets == [])
    }
  }

  private static let capped = """
    { rules = (
        { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; } );
      settings = { triggersPerMinute = 2; }; }
    """

  @Test func aFullMinuteIsToldOnceAndCounted() async throws {
    try await withDaemon(Self.capped) { daemon in
      for host in 1...5 { try await daemon.judge(Packets.telnet(from: "203.0.113.\(host)")) }
      #expect(try await daemon.table(.trigger).entries.count == 2)
      #expect(try await daemon.status().cappedTriggers == 3)
      func warnings() -> Int {
        daemon.journal.recent().count { $0.message?.hasPrefix("2 addresses have entered table trigger") == true }
      }
      try await waitUntil("the log warns") { warnings() > 0 }
      try await waitUntil("the log has all that were left out") {
        daemon.journal.recent().count { $0.triggerWithheld == "limit" } == 3
      }
      #expect(warnings() == 1)
    }
  }

  @Test func whatIsOnlyObservedPasses() async throws {
    try await withDaemon(Self.capped.replacing("triggersPerMinute = 2", with: "observe = 1")) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      let status = try await daemon.status()
      #expect(status.verdicts["pass"] == 1 && status.isObserved == true)
      #expect(try await daemon.table(.trigger).entries == [])
      try await waitUntil("it is logged") { daemon.journal.recent().contains { $0.observed == true } }
    }
  }
}
