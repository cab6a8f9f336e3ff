import Foundation
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// Against servers of Python on this host, which say on which port they listen.
@Suite(.enabled(if: Program("python3").isThere, "needs Python"))
struct ProbeTests {
  /// A server under way.
  private struct Server {
    let program: RunningProgram
    let port: Int
    let folder: TemporaryFolder

    /// - Parameter script: lines that make `server`, of `http.server`; or `listener`, a socket that listens.
    init(_ script: String) async throws {
      let folder = try TemporaryFolder()
      let place = folder.path("port")
      let text = """
        import http.server, socket, sys, time, os
        \(script)
        with open('\(place).new', 'w') as file: file.write(str(port))
        os.rename('\(place).new', '\(place)')
        while True:
          run()
        """
      program = try Program("python3").start(["-c", text])
      try await waitUntil("the server listens") { FileManager.default.fileExists(atPath: place) }
      port = try #require(Int(folder.text("port")))
      self.folder = folder
    }

    /// - Parameter answer: lines of the method that answers GET.
    static func http(_ answer: String) async throws -> Server {
      let lines = answer.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
      return try await Server(
        """
        class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
        \(lines)
          def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        port = server.server_address[1]
        run = server.serve_forever
        """)
    }
  }

  private static func answer(_ status: Int, _ headers: [String: String] = [:], body: String = "") -> String {
    let lines = headers.map { "self.send_header(\"\($0.key)\", \"\($0.value)\")" }
    return
      (["self.send_response(\(status))"] + lines + [
        "self.end_headers()", "self.wfile.write(b\"\(body)\")",
      ]).joined(separator: "\n")
  }

  @Test func aPageIsFetched() async throws {
    let server = try await Server.http(Self.answer(200, body: "hello"))
    #expect(await Probe.outcome(of: "http://127.0.0.1:\(server.port)/index?a=b#c") == .done())
  }

  @Test func aStatusThatIsNoSuccessIsAFailure() async throws {
    let server = try await Server.http(Self.answer(503))
    #expect(
      await Probe.outcome(of: "http://127.0.0.1:\(server.port)/").failure == "the answer is 503 Service Unavailable")
  }

  @Test func whoIsNamedInTheURLAsks() async throws {
    let server = try await Server.http(
      """
      self.send_response(200 if self.headers["Authorization"] == "Basic Ym9iOnNlY3JldA==" else 401)
      self.end_headers()
      """)
    #expect(await Probe.outcome(of: "http://bob:secret@127.0.0.1:\(server.port)/") == .done())
  }

  @Test func aRedirectionIsFollowedOnlyToAPage() async throws {
    let server = try await Server.http(
      """
      if self.path == "/there":
        self.send_response(200)
      else:
        self.send_response(302)
        self.send_header("Location", {"/a": "/there", "/loop": "/loop"}.get(self.path, self.path[2:]))
      self.end_headers()
      """)
    let base = "http://127.0.0.1:\(server.port)"
    #expect(await Probe.outcome(of: "\(base)/a") == .done())
    #expect(await Probe.outcome(of: "\(base)/loop").failure == "more than 3 redirections")
    for other in ["file:///etc/passwd", "ftp://127.0.0.1/", "unix:///run/x", "tcp://127.0.0.1:22"] {
      #expect(
        await Probe.outcome(of: "\(base)/=\(other)").failure == "the answer leads to what is no page: \(other)",
        "\(other)")
    }
  }

  @Test func nothingLeadsBackFromHTTPS() {
    #expect(PageProbe.target(of: "http://example.org/", from: "https://example.org/") == nil)
    #expect(PageProbe.target(of: "/x", from: "https://example.org/y") == "https://example.org/x")
    #expect(PageProbe.target(of: "https://example.org/", from: "http://example.org/") == "https://example.org/")
  }

  @Test(.timeLimit(.minutes(12))) func aPageWithoutEndIsNotReadToItsEnd() async throws {
    let server = try await Server.http(
      """
      self.send_response(200)
      self.end_headers()
      try:
        while True: self.wfile.write(b'x' * 65536)
      except OSError: pass
      """)
    #expect(await Probe.outcome(of: "http://127.0.0.1:\(server.port)/") == .done())
  }

  @Test(.timeLimit(.minutes(12))) func whoeverIsSilentIsNotWaitedForForEver() async throws {
    let server = try await Server(
      """
      listener = socket.create_server(('127.0.0.1', 0))
      port = listener.getsockname()[1]
      run = lambda: time.sleep(1000)
      """)
    #expect(await Probe.outcome(of: "http://127.0.0.1:\(server.port)/").failure == "no answer in time")
  }

  /// Silent in the middle of its answer, or on and on a byte at a time: all of it has one deadline.
  @Test(.timeLimit(.minutes(12)), arguments: ["time.sleep(1000)", "self.wfile.write(b'x'); time.sleep(0.05)"])
  func whoeverAnswersWithoutEndIsNotWaitedForForEver(_ step: String) async throws {
    let server = try await Server.http(
      """
      self.send_response(200)
      self.end_headers()
      self.wfile.flush()
      try:
        while True: \(step)
      except OSError: pass
      """)
    let outcome = await PageProbe.outcome(of: "http://127.0.0.1:\(server.port)/", within: .seconds(1))
    #expect(outcome.failure == "no answer in time")
  }

  @Test func aConnectionIsMadeAndReset() async throws {
    let server = try await Server(
      """
      listener = socket.create_server(('127.0.0.1', 0))
      port = listener.getsockname()[1]
      def run():
        connection, _ = listener.accept()
        try: connection.recv(1)
        except ConnectionResetError: open('reset', 'w').close()
      os.chdir('\(NSTemporaryDirectory())')
      """)
    #expect(await Probe.outcome(of: "tcp://127.0.0.1:\(server.port)") == .done())
    try await server.program.kill()
    #expect(
      await Probe.outcome(of: "tcp://127.0.0.1:\(server.port)").failure == "no connection: Connection refused")
  }

  @Test func namesAreLookedUp() async throws {
    guard case .done(let text?) = await Probe.outcome(of: "lookup://localhost") else {
      return #expect(Bool(false), "it failed")
    }
    #expect(text.hasPrefix("localhost is ") && (text.contains("127.0.0.1") || text.contains("::1")))
    #expect(await Probe.outcome(of: "lookup://127.0.0.1") == .done("127.0.0.1 is localhost"))
    #expect(await Probe.outcome(of: "lookup://nobody.invalid").failure?.hasPrefix("nobody.invalid: ") == true)
    #expect(await Probe.outcome(of: "tcp://nobody.invalid:1").failure?.hasPrefix("nobody.invalid: ") == true)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://192.0.2.2/", "ping:", "", "tcp://127.0.0.1", "http://"])
  func nothingElseIsProbed(_ text: String) async {
    #expect(await Probe.outcome(of: text).failure != nil)
  }

  @Test(.enabled(if: NetworkNamespace.isPossible, "needs root and ip"), .timeLimit(.minutes(12)))
  func aHostIsPinged() async throws {
    try await NetworkNamespace.run {
      try NetworkNamespace.runScript("sysctl -q -w net.ipv4.ping_group_range='0 2147483647'")
      try NetworkNamespace.setUp("link add test0 type veth peer name test1")
      try NetworkNamespace.setUp("address add 192.0.2.1/24 dev test0")
      try NetworkNamespace.setUp("link set test0 up")
      try NetworkNamespace.setUp("link set test1 up")
      #expect(PingProbe.outcome(of: try address("127.0.0.1")) == .done())
      #expect(PingProbe.outcome(of: try address("::1")) == .done())
      #expect(PingProbe.outcome(of: try address("192.0.2.99")).failure == "no echo reply in 2.5 s")
      try NetworkNamespace.runScript("sysctl -q -w net.ipv4.ping_group_range='1 0'")
      #expect(
        PingProbe.outcome(of: try address("127.0.0.1")).failure?.contains("net.ipv4.ping_group_range is '1 0'") == true)
    }
  }
}

/// An address as the system's calls take it.
private func address(_ text: String) throws -> SocketAddress { try #require(HostLookup.find(text).get().first) }
