import Foundation
import HTTPTypes
import HummingbirdTesting
import SentryControl
import SentryTestSupport
import Testing

@testable import SentryDashboard
@testable import SentryService

@Suite struct DashboardServerTests {
  // MARK: Pages

  @Test func pagesNeedNoLoginAndAreAskedForAgain() async throws {
    try await Dashboard.with { dashboard in
      let first = try await dashboard.send(.get, "/")
      #expect(first.status == .ok)
      #expect(String(buffer: first.body) == "<p>here")
      #expect(first.headers[.contentType] == "text/html; charset=utf-8")
      #expect(first.headers[.cacheControl] == "no-cache")
      let tag = try #require(first.headers[.eTag])
      let second = try await dashboard.send(.get, "/", [.ifNoneMatch: tag])
      #expect(second.status == .notModified)
      #expect(second.body.readableBytes == 0)
      #expect(try await dashboard.send(.get, "/", [.ifNoneMatch: "\"other\""]).status == .ok)
    }
  }

  /// What is in the folder is in the program, and nothing else: pages.c names each file.
  @Test func programHoldsTheFolderOfPages() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/SentryDashboard/Pages").standardizedFileURL
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.contains(".") }
    let pages = Dictionary(uniqueKeysWithValues: Page.all.map { ($0.path, $0) })
    #expect(pages.count == names.count)
    for name in names {
      let page = try #require(pages[Page(name: name, bytes: []).path], "\(name)")
      #expect(Array(buffer: page.content) == Array(try Data(contentsOf: folder.appending(path: name))), "\(name)")
    }
  }

  // MARK: Headers

  private static let safety = [
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
  ]

  @Test func everyReplyKeepsBrowsersFromHarm() async throws {
    try await Dashboard.with { dashboard in
      let session = try await dashboard.logIn()
      var stranger = session
      stranger[.origin] = "http://evil.example"
      let replies = try await [
        dashboard.send(.get, "/"), dashboard.send(.get, "/nowhere"), dashboard.send(.get, "/nowhere", session),
        dashboard.send(.get, "/v1/status"), dashboard.send(.get, "/v1/status", session),
        dashboard.send(.put, "/v1/enabled", stranger, #"{"enabled":false}"#),
        dashboard.send(.put, "/v1/enabled", session, "off"), dashboard.send(.patch, "/v1/status", session),
      ]
      #expect(replies.map(\.status.code) == [200, 401, 404, 401, 200, 403, 400, 405])
      for reply in replies {
        for (name, value) in Self.safety { #expect(reply.headers[field: name] == value) }
        #expect(reply.headers[.cacheControl] != nil)
      }
    }
  }

  // MARK: Logging in

  @Test func linkIsGoodOnce() async throws {
    try await Dashboard.with { dashboard in
      let url = try #require(dashboard.daemon.door.link(for: "alice")).url
      #expect(url.contains("/#open="))
      let token = try #require(url.split(separator: "#open=").last)
      let body = "{\"token\":\"\(token)\"}"
      let origin: HTTPFields = [.origin: Dashboard.origin]
      #expect(try await dashboard.send(.post, "/web/session", origin, body).status == .ok)
      #expect(try await dashboard.send(.post, "/web/session", origin, body).status == .unauthorized)
      #expect(dashboard.sessions.count == 1)
    }
  }

  @Test func wrongTokensAreRefusedAndBounded() async throws {
    try await Dashboard.with { dashboard in
      let origin: HTTPFields = [.origin: Dashboard.origin]
      #expect(try await dashboard.send(.post, "/web/session", origin, "token").status == .badRequest)
      let long = "{\"token\":\"\(String(repeating: "0", count: 5_000))\"}"
      #expect(try await dashboard.send(.post, "/web/session", origin, long).status == .contentTooLarge)
      var statuses: [Int] = []
      // Two minutes may be touched.
      for _ in 0..<60 {
        let guess = "{\"token\":\"\(String(repeating: "0", count: 64))\"}"
        statuses.append(try await dashboard.send(.post, "/web/session", origin, guess).status.code)
      }
      #expect(statuses.first == 401)
      #expect(Set(statuses) == [401, 429])
      _ = try await dashboard.logIn()
    }
  }

  @Test func sessionEndsWhenItsUserLeaves() async throws {
    try await Dashboard.with { dashboard in
      let session = try await dashboard.logIn()
      #expect(try await dashboard.send(.get, "/web/session", session).decoded(as: SessionReply.self).user == "alice")
      let farewell = try await dashboard.send(.delete, "/web/session", session)
      #expect(farewell.status == .ok)
      #expect(farewell.headers[.setCookie]?.contains("Max-Age=0") == true)
      #expect(try await dashboard.send(.get, "/v1/status", session).status == .unauthorized)
    }
  }

  /// Browsers send what a page at another port of this host has set by our cookie's name, and before ours if its path is longer.
  @Test func aCookieThatAnotherPageHasSetLogsNobodyOut() async throws {
    try await Dashboard.with { dashboard in
      var session = try await dashboard.logIn()
      let cookie = try #require(session[.cookie])
      let name = try #require(cookie.split(separator: "=").first)
      session[.cookie] = "\(name)=planted; \(cookie)"
      #expect(try await dashboard.send(.get, "/v1/status", session).status == .ok)
      session[.cookie] = "\(name)=planted"
      #expect(try await dashboard.send(.get, "/v1/status", session).status == .unauthorized)
    }
  }

  @Test func linksAreMadeOnTheControlSocketAlone() async throws {
    try await Dashboard.with { dashboard in
      let session = try await dashboard.logIn()
      #expect(try await dashboard.send(.post, ControlPath.links, session).status == .notFound)
    }
  }

  // MARK: Connections

  /// Another user of this host, who opens more connections than there are, and asks for nothing.
  private static let holder = """
    for _ in $(seq 300); do exec {connection}<>/dev/tcp/127.0.0.1/$1; done
    echo done >&2
    sleep 600
    """

  @Test(.enabled(if: geteuid() == 0 && Program("setpriv").isThere, "needs root and setpriv"))
  func anotherUserCannotHoldAllConnections() async throws {
    try await Dashboard.with { dashboard in
      let port = try #require(dashboard.client.port)
      let holder = try Program("setpriv").start(
        ["--reuid", "65534", "--clear-groups", "bash", "-c", Self.holder, "holder", "\(port)"])
      try await waitUntil("another user has tried to hold 300 connections") { holder.errors == "done\n" }
      try await waitUntil("all places are taken") { dashboard.places.count == dashboard.places.atMost }
      #expect(try await dashboard.sendLines(["GET / HTTP/1.1", "Host: localhost"]).hasSuffix("\r\n\r\n<p>here"))
    }
  }

  // MARK: Whose request it is

  struct Stranger: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = HTTPRequest.Method.put
    let change: @Sendable (inout HTTPFields) -> Void
    let status: Int
  }

  @Test(arguments: [
    Stranger(testDescription: "our own page", change: { _ in }, status: 200),
    Stranger(testDescription: "without a cookie", change: { $0[.cookie] = nil }, status: 401),
    Stranger(testDescription: "without the proof", change: { $0[field: "Sentry-Token"] = nil }, status: 403),
    Stranger(
      testDescription: "with another proof",
      change: { $0[field: "Sentry-Token"] = String(repeating: "0", count: 64) }, status: 403),
    Stranger(testDescription: "without an origin", change: { $0[.origin] = nil }, status: 403),
    Stranger(testDescription: "of a foreign page", change: { $0[.origin] = "http://evil.example" }, status: 403),
    Stranger(testDescription: "of a sandboxed page", change: { $0[.origin] = "null" }, status: 403),
    Stranger(
      testDescription: "of a page at another port", change: { $0[.origin] = "http://localhost:81" }, status: 403),
    Stranger(
      testDescription: "reading for a page at another port", method: .get,
      change: {
        $0[.origin] = nil
        $0[field: "Sec-Fetch-Site"] = "same-site"
      }, status: 403),
    Stranger(
      testDescription: "reading for a foreign page", method: .get, change: { $0[.origin] = "http://evil.example" },
      status: 403),
    Stranger(testDescription: "reading", method: .get, change: { $0[.origin] = nil }, status: 200),
  ])
  func requestsOfOthersDoNothing(_ c: Stranger) async throws {
    try await Dashboard.with { dashboard in
      var headers = try await dashboard.logIn()
      c.change(&headers)
      let isReading = c.method == .get
      let response = try await dashboard.send(
        c.method, isReading ? ControlPath.status : ControlPath.enabled, headers,
        isReading ? nil : #"{"enabled":false}"#)
      #expect(response.status.code == c.status)
      #expect(try await dashboard.daemon.status().enabled == (isReading || c.status != 200))
    }
  }

  // MARK: Behind a proxy

  struct Proxied: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let host: String
    let origin: String
    let status: Int
    var isSecure = false
  }

  @Test(arguments: [
    Proxied(
      testDescription: "a proxy that passes the name on", host: "gate.example", origin: "https://gate.example",
      status: 200,
      isSecure: true),
    Proxied(
      testDescription: "a proxy that asks for our address", host: "127.0.0.1:8787", origin: "https://gate.example",
      status: 200, isSecure: true),
    Proxied(
      testDescription: "a tunnel beside it", host: "127.0.0.1:8788", origin: "http://127.0.0.1:8788", status: 200),
    Proxied(
      testDescription: "a page that came without encryption", host: "gate.example", origin: "http://gate.example",
      status: 403),
    Proxied(
      testDescription: "a page of another host", host: "gate.example", origin: "https://evil.example", status: 403),
    Proxied(testDescription: "another host's name", host: "evil.example", origin: "https://gate.example", status: 421),
  ])
  func proxyIsKnownByItsOrigin(_ c: Proxied) async throws {
    try await Dashboard.with(behind: WebOrigin("https://gate.example")) { dashboard in
      let url = try #require(dashboard.daemon.door.link(for: "alice")).url
      let token = try #require(url.split(separator: "#open=").last)
      let reply = try await dashboard.sendLines([
        "POST /web/session HTTP/1.1", "Host: \(c.host)", "Origin: \(c.origin)", "Content-Length: 76", "",
        "{\"token\":\"\(token)\"}",
      ])
      #expect(reply.hasPrefix("HTTP/1.1 \(c.status) "))
      let cookie = reply.split(separator: "\r\n").first { $0.hasPrefix("Set-Cookie: ") }
      #expect(cookie?.hasSuffix("; Secure") == (c.status == 200 ? c.isSecure : nil))
    }
  }

  @Test func originIsReadAsBrowsersWriteIt() {
    let readable = [
      ("https://gate.example", "https://gate.example"), ("https://Gate.Example/", "https://gate.example"),
      ("https://gate.example:443", "https://gate.example"), ("https://gate.example:8443", "https://gate.example:8443"),
      ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"), ("https://192.0.2.1", "https://192.0.2.1"),
    ]
    for (text, origin) in readable { #expect(WebOrigin(text)?.text == origin, "\(text)") }
    let others = [
      "", "https://", "gate.example", "http://gate.example", "https://gate.example/sentry", "https://me@gate.example",
      "https://gate.example:0", "https://gate.example:65536", "https://gate.example:", "https://gate.example?x",
      "https://gate example", "https://gate.example:+1", "https://gate.example//",
    ]
    for text in others { #expect(WebOrigin(text) == nil, "\(text)") }
  }

  // MARK: Odd requests

  /// Nothing of it is sent: who announces so much need not send it to be told that it is too much.
  @Test(.timeLimit(.minutes(1))) func tooMuchIsRefusedBeforeItHasCome() async throws {
    try await Dashboard.with { dashboard in
      let reply = try await dashboard.sendLines([
        "PUT /v1/rules HTTP/1.1", "Host: localhost", "Content-Length: 999999999999",
      ])
      #expect(reply.hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test func aRequestForTwoHostsIsRefused() async throws {
    try await Dashboard.with { dashboard in
      let reply = try await dashboard.sendLines(["GET / HTTP/1.1", "Host: localhost", "Host: evil.example"])
      #expect(reply.hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test func everyOtherMethodIsRefusedAlike() async throws {
    try await Dashboard.with { dashboard in
      let session = try await dashboard.logIn()
      for method in [HTTPRequest.Method.head, .options, .trace, .patch, .delete] {
        let reply = try await dashboard.send(method, ControlPath.status, session)
        #expect(reply.status == .methodNotAllowed, "\(method)")
        #expect(reply.headers[.allow] == "GET")
      }
    }
  }

  /// What is no HTTP is answered by the parser, without any handler of ours.
  @Test func repliesToNonsenseKeepBrowsersFromHarm() async throws {
    try await Dashboard.with { dashboard in
      let reply = try await dashboard.sendLines(["GET / HTTP/1.1", "Host: localhost", "a b c"])
      #expect(reply.hasPrefix("HTTP/1.1 400 "))
      for (name, value) in Self.safety { #expect(reply.contains("\r\n\(name): \(value)\r\n"), "\(name)") }
    }
  }

  // MARK: What is done

  @Test func appliedDocumentIsByWhoAskedForTheLink() async throws {
    try await Dashboard.with { dashboard in
      let session = try await dashboard.logIn(as: "carol")
      let document = "{ rules = ( { nodeName = other; enabled = 1; } ); }"
      let reply = try await dashboard.send(.put, "/v1/rules?name=new.plist&confirm=60", session, document)
      #expect(reply.status == .ok)
      #expect(reply.headers[.connection] == "close")
      #expect(try await dashboard.daemon.status().trial?.user == "carol")
    }
  }

  @Test func confirmationOverAnOldConnectionIsSentToANewOne() async throws {
    try await Dashboard.with { dashboard in
      let session = try await dashboard.logIn()
      var terms = ApplyTerms()
      terms.trialSeconds = 60
      let document = SubmittedDocument(
        name: "new.plist", reading: Array("{ rules = ( { nodeName = other; enabled = 1; } ); }".utf8))
      #expect(try await dashboard.daemon.apply(document, on: terms, by: Caller(user: "bob")).applied)
      let reply = try await dashboard.send(.post, ControlPath.confirm, session)
      #expect(reply.status == .temporaryRedirect)
      #expect(reply.headers[.location] == ControlPath.confirm)
      #expect(reply.headers[.connection] == "close")
      #expect(try await dashboard.daemon.status().trial != nil)
    }
  }
}
