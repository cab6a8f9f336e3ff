import Foundation
import SentryControl
import Testing

@testable import SentryService

@Suite struct OutlineTests {
  @Test func outlineHasTheRulesInForceAndTheirCounters() async throws {
    try await withAPI { api in
      try await api.daemon.judge(Packets.telnet(from: "203.0.113.1"), count: 3)
      let reply: OutlineReply = try await api.get(ControlPath.outline)
      #expect(reply.enabled)
      #expect(reply.document.generation == 1)
      #expect(reply.rules.map(\.name) == ["telnet", "rest"])
      #expect(reply.rules.map(\.property) == ["Dest port", "Any"])
      #expect(reply.rules.map(\.counted) == [0, 1])
      #expect(reply.counters.map(\.matchCount) == [3, 0])
      #expect(reply.counters[1].lastTime == nil)
    }
  }

  /// Who kept a draft over a restart learns by it whether the rules are those that the draft was made of.
  @Test func fingerprintIsThatOfTheText() async throws {
    try await withAPI { api in
      let before: OutlineReply = try await api.get(ControlPath.outline)
      try await withAPI { again in
        let after: OutlineReply = try await again.get(ControlPath.outline)
        #expect(after.fingerprint == before.fingerprint)
      }
      try await withAPI(Documents.telnet + "// another") { other in
        let after: OutlineReply = try await other.get(ControlPath.outline)
        #expect(after.fingerprint != before.fingerprint)
      }
    }
  }

  /// The lists of three are what pages read.
  @Test func countersAreListsOfThree() async throws {
    try await withAPI { api in
      let response = try await api.response(ControlPath.outline)
      let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
      let counters = try #require((object as? [String: Any])?["counters"] as? [[Any]])
      #expect(counters.map(\.count) == [3, 3])
      #expect(counters[0][2] is NSNull)
    }
  }

  @Test func tenThousandRulesAreOutlinedAndEdited() async throws {
    let rules = (0..<10_000).map {
      "{ nodeName = \"rule \($0)\"; enabled = 1; propertyName = \"Dest port\"; propertyValue = \($0 + 1); filterActionName = Delete; }"
    }
    try await withAPI("{ rules = (\n" + rules.joined(separator: ",\n") + "\n); }") { api in
      let outline: OutlineReply = try await api.get(ControlPath.outline)
      #expect(outline.rules.count == 10_000)
      let edit = DraftEdit(set: DraftEdit.Field(rule: "9999", field: "value", text: "7"))
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(edit: edit))
      #expect(reply.rules.count == 10_000)
      #expect(reply.rules[9_998].value == "7")
    }
  }
}
