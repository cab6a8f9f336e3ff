import Foundation
import SentryControl
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct ExplainRequestTests {
  private static let document = """
    { rules = (
        { nodeName = again; enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; },
        { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
        { nodeName = known; enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; },
        { nodeName = many; enabled = 1; propertyName = Protocol; propertyValue = 17; children = (
          { nodeName = "the fourth"; enabled = 1; propertyName = "Parent match count"; relationName = ">="; propertyValue = 4; filterActionName = Delete; }
        ); }
    ); settings = { local = ( 192.0.2.10 ); }; }
    """

  /// What a page reads of an explanation.
  private struct Reply: Decodable {
    struct Visit: Decodable { var number: String, outcome: String, seen: String? }
    var verdict: String
    var rule: String?
    var connectionKnown: Bool
    var rules: [Visit]
    var state: ExplainedStateReport
  }

  @Test func packetMeetsTheRulesInForce() async throws {
    try await withAPI(Self.document) { api in
      let reply: Reply = try await api.post(
        ControlPath.explain, ExplainRequest(packet: "tcp 203.0.113.9:40000 > me:23 syn in external"))
      #expect(reply.verdict == "delete")
      #expect(reply.rule == "2")
      #expect(reply.rules.map(\.outcome) == ["notMatched", "matched"])
      #expect(
        reply.state
          == ExplainedStateReport(tables: true, connection: true, counters: true, enabled: true, generation: 1))
    }
  }

  @Test func tableConnectionAndCountersAreThoseOfTheDaemon() async throws {
    try await withAPI(Self.document) { api in
      try await api.daemon.judge(Packets.telnet(from: "203.0.113.9"))
      let triggered: Reply = try await api.post(
        ControlPath.explain, ExplainRequest(packet: "udp 203.0.113.9:40000 > 192.0.2.10:9 in"))
      #expect(triggered.rule == "1")
      try await api.daemon.judge(Packets.udp(from: "203.0.113.5"), count: 2)
      let known: Reply = try await api.post(
        ControlPath.explain, ExplainRequest(packet: "udp 203.0.113.5:40000 > 192.0.2.10:9 in"))
      #expect(known.connectionKnown)
      #expect(known.rule == "3")
      // Rule 4 was met once, by the first packet of that flow.
      try await api.daemon.judge(Packets.udp(from: "203.0.113.6"))
      try await api.daemon.judge(Packets.udp(from: "203.0.113.7"))
      let fourth: Reply = try await api.post(
        ControlPath.explain, ExplainRequest(packet: "udp 203.0.113.8:40000 > 192.0.2.10:9 in"))
      #expect(fourth.rule == "4.1")
      // To explain is not to judge: the count is what it was.
      let outline: OutlineReply = try await api.get(ControlPath.outline)
      #expect(outline.counters.map(\.matchCount) == [0, 1, 1, 3, 0])
    }
  }

  @Test func draftIsExplainedInItsPlace() async throws {
    try await withAPI(Self.document) { api in
      let text =
        "{ rules = ( { enabled = 1; propertyName = Protocol; propertyValue = TCP; filterActionName = Reject; } ); }"
      let reply: Reply = try await api.post(
        ControlPath.explain, ExplainRequest(packet: "tcp 203.0.113.9:40000 > me:23 syn in", text: text))
      #expect(reply.verdict == "reject")
      #expect(reply.state.generation == nil)
      #expect(!reply.state.counters)
      let broken = try await api.response(
        ControlPath.explain, .post, #"{"packet": "udp 203.0.113.9:1 > me:2", "text": "{ rules = ("}"#)
      #expect(broken.status == .unprocessableContent)
      #expect(broken.failure.hasPrefix("the draft has errors: "))
    }
  }

  @Test func packetOfAnotherTimeMeetsEmptyTables() async throws {
    try await withAPI(Self.document) { api in
      try await api.daemon.judge(Packets.telnet(from: "203.0.113.9"))
      let reply: Reply = try await api.post(
        ControlPath.explain,
        ExplainRequest(packet: #"udp 203.0.113.9:40000 > me:9 in at "2026-05-06 08:30:00Z""#))
      #expect(reply.rule == nil)
      #expect(!reply.state.tables)
    }
  }
}
