import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SentryControl
import Testing

@testable import SentryDashboard
@testable import SentryService

/// Whatever somebody who is logged in sends, he is told why it cannot be, and the rules in force stay.
@Suite(.serialized)
struct HostileRequestTests {
  private static let paths = [
    "/v1/status", "/v1/rules", "/v1/rules?name=%00%ff&generation=-1", "/v1/rules?confirm=99999999999999999999",
    "/v1/rules?generation=1&change=%3Cscript%3E", "/v1/rules/outline", "/v1/enabled", "/v1/confirm", "/v1/rollback",
    "/v1/tables/trigger", "/v1/tables/%2e%2e%2f", "/v1/tables/trigger%00", "/v1/lists/all", "/v1/lists",
    "/v1/lists?table=none&duration=-1", "/v1/followed-lists", "/v1/evidence?address=%F0%9F%92%A9", "/v1/evidence",
    "/v1/log?limit=-1&since=nan&until=1e999&rule=..", "/v1/log/minutes?since=-9e99&until=9e99", "/v1/logging",
    "/v1/memory", "/v1/top", "/metrics?rules=99999999999999999999", "/v1/vocabulary", "/v1/drafts", "/v1/drafts/check",
    "/v1/drafts/copy", "/v1/explain", "/v1/connections?limit=-5&sort=%27&address=0/0", "/v1/history?span=-1",
    "/v1/traffic?span=9223372036854775808&by=%00&limit=1e9", "/v1/interfaces", "/v1/health",
    "/web/session", "/v2/status",
    "/v1/" + String(repeating: "a/", count: 500),
  ]

  private static let bodies: [[UInt8]] = [
    [],
    Array("null".utf8),
    Array(#"{"addresses":[1,{}],"duration":[],"names":7,"steps":"1e400","enabled":"yes"}"#.utf8),
    Array(#"{"text":3,"name":{},"edit":[],"packet":false,"rules":{"a":1}}"#.utf8),
    Array(#"{"name":"d","text":"\#(String(repeating: "(", count: 20_000))","packet":"tcp","rules":["9.9"]}"#.utf8),
    Array((String(repeating: "[", count: 50_000) + String(repeating: "]", count: 50_000)).utf8),
    Array(#"{"addresses":["\#(String(repeating: "9", count: 100_000))"]}"#.utf8),
    [0xFF, 0xFE, 0x00, 0x7B, 0x22, 0xC3, 0x28, 0x22, 0x7D],
  ]

  private static let methods: [HTTPRequest.Method] = [.get, .put, .post, .delete, .patch, .options]

  @Test(.timeLimit(.minutes(12)), arguments: methods)
  func nothingThatIsSentBreaksAnything(_ method: HTTPRequest.Method) async throws {
    try await Dashboard.with { dashboard in
      var session = try await dashboard.logIn()
      for path in Self.paths {
        for body in method == .get ? [[]] : Self.bodies {
          let response = try await dashboard.client.execute(
            uri: path, method: method, headers: session, body: ByteBuffer(bytes: body))
          #expect(response.status.code < 500, "\(method) \(path), \(body.count) bytes: \(response.status)")
          if path == "/web/session", method == .delete { session = try await dashboard.logIn() }
        }
      }
      let status = try await dashboard.daemon.status()
      #expect(status.document.generation == 1)
      #expect(status.enabled)
      let active = try await dashboard.send(.get, ControlPath.rules, session).decoded(as: ActiveRulesReply.self)
      #expect(active.text == telnetDocument)
    }
  }
}
