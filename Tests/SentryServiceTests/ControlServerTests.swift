import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import SentryControl
import SentryDiagnostics
import SentryJournal
import SentryTestSupport
import Testing

@testable import SentryService

/// A client of the control API without a socket between.
private func withClient(
  _ document: String = Documents.telnet, _ body: @Sendable (SentryDaemon, any TestClientProtocol) async throws -> Void
) async throws {
  try await withDaemon(document) { daemon in
    try await Application(router: ControlServer.router(for: daemon)).test(.router) { client in
      try await body(daemon, client)
    }
  }
}

private func decoded<Reply: Decodable>(_ response: TestResponse, as type: Reply.Type = Reply.self) throws -> Reply {
  try JSONDecoder().decode(Reply.self, from: Data(response.body.readableBytesView))
}

@Suite struct ControlServerTests {
  @Test func statusSaysWhatIsInForce() async throws {
    try await withClient { _, client in
      let response = try await client.execute(uri: ControlPath.status, method: .get)
      #expect(response.status == .ok)
      #expect(response.headers[.contentType] == "application/json")
      let status: StatusReply = try decoded(response)
      #expect(status.mode == "monitor")
      #expect(status.enabled)
      #expect(status.document.name == "first.plist")
      #expect(status.document.ruleCount == 2)
      #expect(status.tables.map(\.table) == ["trigger", "address", "authorize", "invalid", "connections"])
      #expect(status.interfaces.map(\.name) == ["test0"])
    }
  }

  @Test func appliedDocumentIsShownAsItWasSent() async throws {
    try await withClient { _, client in
      let text = "/* mine */ { rules = ( { nodeName = \"new\"; enabled = 1; } ); } // end\n"
      let response = try await client.execute(
        uri: "\(ControlPath.rules)?name=new%20one.plist", method: .put, body: ByteBuffer(string: text))
      #expect(response.status == .ok)
      let reply: ApplyReply = try decoded(response)
      #expect(reply.applied)
      #expect(reply.document.name == "new one.plist")
      #expect(reply.document.generation == 2)
      let active: ActiveRulesReply = try decoded(await client.execute(uri: ControlPath.rules, method: .get))
      #expect(active.text == text)
      #expect(active.rules.map(\.name) == ["new"])
    }
  }

  @Test func refusedDocumentLeavesTheOldOneInForce() async throws {
    try await withClient { _, client in
      let response = try await client.execute(
        uri: "\(ControlPath.rules)?name=bad.plist", method: .put,
        body: ByteBuffer(string: "{ rules = (\n  { enabled = 1; propertyName = \"Dest prot\"; }\n); }"))
      #expect(response.status == .unprocessableContent)
      let reply: ApplyReply = try decoded(response)
      #expect(!reply.applied)
      #expect(reply.document.name == "first.plist")
      #expect(reply.replaced == nil)
      let finding = try #require(reply.findings.first { $0.severity == "error" })
      #expect(finding.file == "bad.plist")
      #expect(finding.line == 2)
      let active: ActiveRulesReply = try decoded(await client.execute(uri: ControlPath.rules, method: .get))
      #expect(active.text == Documents.telnet)
      #expect(active.document.generation == 1)
    }
  }

  struct HostileDocument: Sendable, CustomTestStringConvertible {
    let testDescription: String, text: String
  }

  @Test(arguments: [
    HostileDocument(testDescription: "nothing", text: ""),
    HostileDocument(testDescription: "an open brace", text: "{"),
    HostileDocument(testDescription: "control characters", text: "\u{0}\u{1}\u{2}"),
    HostileDocument(testDescription: "XML cut short", text: "<?xml version=\"1.0\"?><plist>"),
    HostileDocument(testDescription: "a binary header alone", text: "bplist00\u{7F}"),
    HostileDocument(testDescription: "five thousand parentheses", text: String(repeating: "(", count: 5_000)),
  ])
  func hostileDocumentIsRefusedNotFatal(_ c: HostileDocument) async throws {
    try await withClient { _, client in
      let response = try await client.execute(uri: ControlPath.rules, method: .put, body: ByteBuffer(string: c.text))
      #expect(response.status == .unprocessableContent)
      let status = try await client.execute(uri: ControlPath.status, method: .get)
      #expect(status.status == .ok)
    }
  }

  @Test func masterSwitchSaysWhereItStood() async throws {
    try await withClient { _, client in
      let off = try await client.execute(
        uri: ControlPath.enabled, method: .put, body: ByteBuffer(string: #"{"enabled":false}"#))
      #expect(try decoded(off) == EnabledReply(enabled: false, wasEnabled: true))
      let on = try await client.execute(
        uri: ControlPath.enabled, method: .put, body: ByteBuffer(string: #"{"enabled":true}"#))
      #expect(try decoded(on) == EnabledReply(enabled: true, wasEnabled: false))
    }
  }

  // MARK: Who waits no more

  @Test func whatComesAfterItsDeadlineIsNotCarriedOut() async throws {
    try await withClient { _, client in
      let off = ByteBuffer(string: #"{"enabled":false}"#)
      let late = try await client.execute(uri: "\(ControlPath.enabled)?until=1", method: .put, body: off)
      #expect(late.status == .requestTimeout)
      let status: StatusReply = try decoded(await client.execute(uri: ControlPath.status, method: .get))
      #expect(status.enabled)
      let inTime = try await client.execute(uri: "\(ControlPath.enabled)?until=\(Int64.max)", method: .put, body: off)
      #expect(inTime.status == .ok)
    }
  }

  @Test func whoHasEndedChangesNothing() async throws {
    let program = try Program("true").start([])
    try await program.waitForEnd(within: .seconds(20))
    let caller = Caller(user: "alice", process: UInt32(program.number), connection: nil)
    try await withDaemon { daemon in
      await #expect(throws: DaemonError.refused(.givenUp)) { try await daemon.setEnabled(false, by: caller) }
      let document = SubmittedDocument(name: "late.plist", reading: Array("()".utf8))
      await #expect(throws: DaemonError.refused(.givenUp)) { try await daemon.apply(document, by: caller) }
      let status = try await daemon.status()
      #expect(status.enabled)
      #expect(await daemon.active.name == "first.plist")
    }
  }

  struct BadRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String, method: HTTPRequest.Method, uri: String, body: String, status: HTTPResponse.Status
  }

  @Test(arguments: [
    BadRequest(
      testDescription: "a trial of no time", method: .put, uri: "/v1/rules?confirm=4", body: "()", status: .badRequest),
    BadRequest(
      testDescription: "a trial of days", method: .put, uri: "/v1/rules?confirm=3601", body: "()", status: .badRequest),
    BadRequest(
      testDescription: "a trial in words", method: .put, uri: "/v1/rules?confirm=soon", body: "()", status: .badRequest),
    BadRequest(
      testDescription: "a confirmation of nothing", method: .post, uri: "/v1/confirm", body: "", status: .gone),
    BadRequest(
      testDescription: "a way back to nowhere", method: .post, uri: "/v1/rollback", body: #"{"steps":1}"#, status: .gone
    ),
    BadRequest(
      testDescription: "a way back by words", method: .post, uri: "/v1/rollback", body: "all", status: .badRequest),
    BadRequest(
      testDescription: "a way forth", method: .post, uri: "/v1/rollback", body: #"{"steps":-1}"#, status: .gone),
    BadRequest(
      testDescription: "a path of another version", method: .get, uri: "/v2/status", body: "", status: .notFound),
    BadRequest(
      testDescription: "a table nobody has", method: .get, uri: "/v1/tables/friends", body: "", status: .notFound),
    BadRequest(
      testDescription: "a permission of nothing", method: .post, uri: "/v1/applications",
      body: #"{"path":"/usr/bin/x"}"#,
      status: .badRequest),
    BadRequest(
      testDescription: "a permission without a path", method: .post, uri: "/v1/applications", body: "[]",
      status: .badRequest),
    BadRequest(
      testDescription: "a permission of no path", method: .post, uri: "/v1/applications",
      body: #"{"path":"x\u0000","outbound":"deny"}"#, status: .badRequest),
    BadRequest(
      testDescription: "a permission in other words", method: .post, uri: "/v1/applications",
      body: #"{"path":"/usr/bin/x","outbound":"perhaps"}"#, status: .badRequest),
    BadRequest(
      testDescription: "a permission of nowhere", method: .post, uri: "/v1/applications",
      body: #"{"path":"/nowhere/at/all","outbound":"allow"}"#, status: .notFound),
    BadRequest(
      testDescription: "a permission nobody gave", method: .delete, uri: "/v1/applications",
      body: #"{"path":"/nowhere/at/all"}"#, status: .notFound),
    BadRequest(
      testDescription: "an answer to nothing", method: .post, uri: "/v1/applications/questions/7",
      body: #"{"answer":"allow"}"#, status: .notFound),
    BadRequest(
      testDescription: "an answer to no number", method: .post, uri: "/v1/applications/questions/x",
      body: #"{"answer":"allow"}"#, status: .notFound),
    BadRequest(testDescription: "not JSON", method: .put, uri: "/v1/enabled", body: "off", status: .badRequest),
    BadRequest(
      testDescription: "JSON of another kind", method: .put, uri: "/v1/enabled", body: "[1]", status: .badRequest),
    BadRequest(testDescription: "no body at all", method: .put, uri: "/v1/enabled", body: "", status: .badRequest),
    BadRequest(
      testDescription: "an address for a table nobody has", method: .post, uri: "/v1/tables/friends",
      body: #"{"addresses":["192.0.2.1"]}"#, status: .notFound),
    BadRequest(
      testDescription: "nothing to add", method: .post, uri: "/v1/tables/trigger", body: "", status: .badRequest),
    BadRequest(
      testDescription: "no address to add", method: .post, uri: "/v1/tables/trigger", body: #"{"addresses":[]}"#,
      status: .badRequest),
    BadRequest(
      testDescription: "a name for an address", method: .post, uri: "/v1/tables/trigger",
      body: #"{"addresses":["example.org"]}"#, status: .badRequest),
    BadRequest(
      testDescription: "a duration in words", method: .post, uri: "/v1/tables/trigger",
      body: #"{"addresses":["192.0.2.1"],"duration":"long"}"#, status: .badRequest),
    BadRequest(
      testDescription: "no address to remove", method: .delete, uri: "/v1/tables/trigger", body: #"{"addresses":[]}"#,
      status: .badRequest),
    BadRequest(
      testDescription: "a removal of nothing", method: .delete, uri: "/v1/tables/trigger", body: "", status: .badRequest
    ),
    BadRequest(
      testDescription: "a removal of all and of one", method: .delete, uri: "/v1/tables/trigger",
      body: #"{"addresses":["192.0.2.1"],"all":true}"#, status: .badRequest),
    BadRequest(
      testDescription: "a removal that is not JSON", method: .delete, uri: "/v1/tables/trigger", body: "all",
      status: .badRequest),
    BadRequest(
      testDescription: "a list of a table nobody has", method: .get, uri: "/v1/lists/friends", body: "",
      status: .notFound),
    BadRequest(
      testDescription: "a list for a table nobody has", method: .put, uri: "/v1/lists?table=friends", body: "",
      status: .notFound),
    BadRequest(
      testDescription: "a list with a bad default", method: .put, uri: "/v1/lists?duration=0", body: "",
      status: .badRequest),
  ])
  func badRequestIsAnsweredWithItsReason(_ c: BadRequest) async throws {
    try await withClient { _, client in
      let response = try await client.execute(uri: c.uri, method: c.method, body: ByteBuffer(string: c.body))
      #expect(response.status == c.status)
      let failure: FailureReply = try decoded(response)
      #expect(!failure.message.isEmpty)
    }
  }

  @Test(
    arguments: [
      (ControlPath.status, .put, "GET"), (ControlPath.rules, .delete, "GET, PUT"), (ControlPath.enabled, .get, "PUT"),
      ("/v1/tables/trigger", .put, "GET, POST, DELETE"), (ControlPath.lists, .get, "PUT"),
      ("/v1/lists/all", .delete, "GET"), (ControlPath.confirm, .get, "POST"), (ControlPath.rollback, .put, "GET, POST"),
      (ControlPath.log, .post, "GET"),
    ] as [(String, HTTPRequest.Method, String)])
  func otherMethodsAreRefusedWithThoseThereAre(_ uri: String, _ method: HTTPRequest.Method, _ allowed: String)
    async throws
  {
    try await withClient { _, client in
      let response = try await client.execute(uri: uri, method: method)
      #expect(response.status == .methodNotAllowed)
      #expect(response.headers[.allow] == allowed)
      let failure: FailureReply = try decoded(response)
      #expect(failure.message.contains(allowed))
    }
  }

  @Test func aChangeIsOneOfAGeneration() async throws {
    try await withClient { _, client in
      let response = try await client.execute(
        uri: "\(ControlPath.rules)?change=x", method: .put, body: ByteBuffer(string: "()"))
      #expect(response.status == .badRequest)
    }
  }

  @Test func whatIsOnTrialIsToldAndKeepsOthersOut() async throws {
    try await withClient { _, client in
      let text = "{ rules = ( { nodeName = \"new\"; enabled = 1; } ); }"
      let applied: ApplyReply = try decoded(
        await client.execute(
          uri: "\(ControlPath.rules)?name=new&confirm=3600&difference=1", method: .put, body: ByteBuffer(string: text)))
      #expect(applied.trial?.seconds == 3_600)
      #expect(applied.trial?.before.name == "first.plist")
      #expect(applied.difference?.counts == DifferenceCounts(added: 1, removed: 2))
      let status: StatusReply = try decoded(await client.execute(uri: ControlPath.status, method: .get))
      #expect(status.trial?.seconds == 3_600)
      let second = try await client.execute(uri: ControlPath.rules, method: .put, body: ByteBuffer(string: text))
      #expect(second.status.code == 423)
      let failure: FailureReply = try decoded(second)
      #expect(failure.message.hasPrefix("new is in force on trial for another "))
      let list: DocumentsReply = try decoded(await client.execute(uri: ControlPath.rollback, method: .get))
      #expect(list.documents.map(\.name) == ["new", "first.plist"])
      #expect(list.documents.map(\.onTrial) == [true, nil])
      let back: ApplyReply = try decoded(
        await client.execute(uri: ControlPath.rollback, method: .post, body: ByteBuffer(string: #"{"steps":1}"#)))
      #expect(back.document.name == "first.plist")
    }
  }

  @Test func tableListsWhatRulesRemembered() async throws {
    try await withClient { daemon, client in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      let table: TableReply = try decoded(await client.execute(uri: "\(ControlPath.tables)/trigger", method: .get))
      let entry = try #require(table.entries.first)
      #expect(table.entries.count == 1)
      #expect(entry.address == "203.0.113.9")
      #expect(entry.triggeredBy == "1 telnet")
      #expect(entry.matchCount == 1)
      #expect(entry.duration == 3_600)
    }
  }

  @Test func logIsOneObjectALine() async throws {
    try await withClient { daemon, client in
      _ = try await daemon.setEnabled(false)
      _ = try await daemon.setEnabled(true)
      let response = try await client.execute(uri: ControlPath.log, method: .get)
      let entries = try String(buffer: response.body).split(separator: "\n").map {
        try JSONDecoder().decode(LogEntry.self, from: Data($0.utf8))
      }
      #expect(entries.map(\.message) == ["firewall off", "firewall on"])
    }
  }
}
