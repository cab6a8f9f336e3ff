import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SentryControl
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryDashboard
@testable import SentryService

let telnetDocument = """
  { rules = (
      { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
      { nodeName = rest; enabled = 1; propertyName = Any; filterActionName = Log; }
  ); }
  """

/// A daemon that watches nothing, and a browser at its web pages, over a real connection.
struct Dashboard: Sendable {
  let daemon: SentryDaemon
  let sessions: Sessions
  let places: ConnectionPlaces
  let client: any TestClientProtocol

  static let origin = "http://localhost"

  static func with(
    _ document: String = telnetDocument, pages: [Page] = [Page(name: "index.html", bytes: Array("<p>here".utf8))],
    behind origin: WebOrigin? = nil,
    _ body: @Sendable (Dashboard) async throws -> Void
  ) async throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let daemon = try await SentryDaemon.start(
      SubmittedDocument(name: "first.plist", reading: Array(document.utf8)), interfaces: ["test0"], intake: .none,
      log: log)
    async let journal: Void = daemon.journal.run()
    let sessions = Sessions()
    let server = DashboardServer(daemon: daemon, place: try ListenPlace("127.0.0.1:0"), log: log)
    let result: Result<Void, any Error>
    do {
      let router = DashboardServer.router(
        for: daemon, at: server.place, behind: origin, pages: pages, sessions: sessions, places: server.places)
      try await server.application(router).test(.live) { client in
        try await body(Dashboard(daemon: daemon, sessions: sessions, places: server.places, client: client))
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await daemon.stop()
    await journal
    await daemon.memory.end()
    try result.get()
  }

  func send(
    _ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields = [:], _ body: String? = nil
  ) async throws -> TestResponse {
    try await client.execute(uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
  }

  /// Sends a request as it stands, but for `Connection: close` in its second line, over a connection of its own.
  ///
  /// - Returns: the whole reply.
  func sendLines(_ lines: [String]) async throws -> String {
    let port = try #require(client.port)
    let text = ([lines[0], "Connection: close"] + lines.dropFirst()).joined(separator: "\r\n")
    let end = lines.contains("") ? "" : "\r\n\r\n"
    let script = "exec 3<>/dev/tcp/127.0.0.1/\(port); cat >&3; cat <&3"
    return try await Program("bash").run(["-c", script], input: Data((text + end).utf8), within: .seconds(60)).output
  }

  /// What a page of ours sends with everything, once somebody is logged in.
  func logIn(as user: String = "alice") async throws -> HTTPFields {
    let url = try #require(daemon.door.link(for: user)).url
    let token = try #require(url.split(separator: "#open=").last)
    let response = try await send(.post, "/web/session", [.origin: Self.origin], "{\"token\":\"\(token)\"}")
    #expect(response.status == .ok)
    let reply = try JSONDecoder().decode(SessionReply.self, from: Data(response.body.readableBytesView))
    #expect(reply.user == user)
    let cookie = try #require(response.headers[.setCookie])
    #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
    var headers: HTTPFields = [.origin: Self.origin, .cookie: String(cookie.prefix { $0 != ";" })]
    headers[field: "Sentry-Token"] = reply.csrf
    return headers
  }
}

extension HTTPFields {
  /// A field that the library has no name for.
  subscript(field name: String) -> String? {
    get { HTTPField.Name(name).flatMap { self[$0] } }
    set { if let name = HTTPField.Name(name) { self[name] = newValue } }
  }
}

extension TestResponse {
  func decoded<Reply: Decodable>(as type: Reply.Type = Reply.self) throws -> Reply {
    try JSONDecoder().decode(type, from: Data(body.readableBytesView))
  }
}
