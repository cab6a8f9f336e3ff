import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// What queue mode needs to be tried with real programs.
enum LiveQueue {
  static let isPossible =
    geteuid() == 0 && Program.sentry.isThere
    && ["ip", "nft", "iptables", "ss", "nc", "curl", "python3", "bash"].allSatisfy { Program($0).isThere }

  static let needs: Comment = "needs root, the built program, and ip, nft, iptables, ss, nc, curl, python3 and bash"

  /// A daemon in queue mode on a cable with the usual traffic.
  static func run(
    _ document: String = LiveDaemon.defaultDocument, interfaces: [String] = ["cable0"], options: [String] = [],
    _ body: (Cable, LiveDaemon) async throws -> Void
  ) async throws {
    try await Cable.with(.usual) { cable in
      try await LiveDaemon.with(
        on: cable, document, interfaces: interfaces, options: ["--mode", "queue"] + options
      ) { try await body(cable, $0) }
    }
  }

  /// A document with these rules.
  static func document(_ rules: String, in folder: TemporaryFolder, name: String = "rules.plist") throws -> String {
    try folder.write(name, "{ rules = ( \(rules) ); }")
  }

  static func rule(_ property: String, _ value: String, _ rest: String) -> String {
    #"{ enabled = 1; propertyName = "\#(property)"; propertyValue = "\#(value)"; \#(rest) }"#
  }
}

/// Each action as a program meets it that knows nothing of sentry.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveVerdictTests {
  private static let rules = [
    LiveQueue.rule("Dest port", "81", "filterActionName = Reject;"),
    LiveQueue.rule("Dest port", "82", "filterActionName = Delete;"),
    LiveQueue.rule(
      "Dest port", "83",
      #"children = ( { enabled = 1; propertyName = "URL keyword"; propertyValue = forbidden; "#
        + #"filterActionName = "Drop connection"; } );"#),
    LiveQueue.rule(
      "Dest port", "84",
      #"children = ( { enabled = 1; propertyName = "TCP header flags"; propertyValue = "syn,-ack"; "#
        + "filterActionName = Delay; } );"),
  ].joined(separator: ",\n")

  /// How one request of curl ended (curl(1), "EXIT CODES").
  private struct Request: CustomStringConvertible {
    static let done: Int32 = 0
    static let refused: Int32 = 7
    static let timedOut: Int32 = 28
    static let reset: Int32 = 56

    let status: Int32
    let code: Int
    let page: String
    /// Seconds until the connection stood.
    let connected: Double

    var description: String { "curl ended with \(status), HTTP \(code), connected after \(connected) s" }

    init(from end: Cable.End, _ url: String, on cable: Cable, patience: Int = 20) async throws {
      let run = try await cable.run(
        at: end, "curl", "--silent", "--globoff", "--max-time", "\(patience)", "--write-out",
        "\n%{http_code} %{time_connect}", url)
      status = run.status
      let end = run.output.split(separator: "\n").last.map { $0.split(separator: " ") } ?? []
      code = end.first.flatMap { Int($0) } ?? 0
      connected = end.last.flatMap { Double($0) } ?? 0
      page = run.output
    }
  }

  private static let ways: [(from: Cable.End, to: String)] = [
    (.sender, Cable.watchedAddress), (.sender, "[\(Cable.watchedIPv6)]"),
    (.watched, Cable.senderAddress), (.watched, "[\(Cable.senderIPv6)]"),
  ]

  private func withRules(_ body: (Cable, LiveDaemon) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try LiveQueue.document(Self.rules, in: folder), body)
  }

  @Test(.timeLimit(.minutes(12)))
  func whatNoRuleForbidsIsServed() async throws {
    try await withRules { cable, _ in
      let servers = [
        try await cable.startWebServer(at: .watched, port: 80), try await cable.startWebServer(at: .sender, port: 80),
      ]
      for way in Self.ways {
        let request = try await Request(from: way.from, "http://\(way.to)/", on: cable)
        #expect(request.status == Request.done && request.code == 200, "\(way): \(request)")
      }
      withExtendedLifetime(servers) {}
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func rejectedConnectionsAreRefusedAndDeletedOnesTimeOut() async throws {
    try await withRules { cable, daemon in
      for way in Self.ways {
        // Nobody listens there, but a host's own refusal would come after the rules.
        let refused = try await Request(from: way.from, "http://\(way.to):81/", on: cable)
        #expect(refused.status == Request.refused, "\(way): \(refused)")
        let deleted = try await Request(from: way.from, "http://\(way.to):82/", on: cable, patience: 2)
        #expect(deleted.status == Request.timedOut, "\(way): \(deleted)")
      }
      let verdicts = try await daemon.status().verdicts
      #expect(verdicts["reject"] == 4)
      #expect(verdicts["delete", default: 0] >= 4)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func rejectedDatagramsAreAnsweredByICMP() async throws {
    try await withRules { cable, daemon in
      for way in Self.ways {
        let address = way.to.trimmingCharacters(in: ["[", "]"])
        let answer = try await cable.run(
          at: way.from, "python3", "-c",
          """
          import socket
          family = socket.AF_INET6 if ':' in '\(address)' else socket.AF_INET
          s = socket.socket(family, socket.SOCK_DGRAM)
          s.settimeout(20)
          s.connect(('\(address)', 81))
          s.send(b'x')
          try: s.recv(1)
          except OSError as error: print(type(error).__name__)
          """)
        #expect(answer.output == "ConnectionRefusedError\n", "\(way)")
      }
      #expect(try await daemon.status().verdicts["reject"] == 4)
    }
  }

  /// Our own programs read why; strangers get a reset. Others on the same port are served.
  @Test(.timeLimit(.minutes(12)))
  func droppedConnectionsEndWithTheBlockedPageOrAReset() async throws {
    try await withRules { cable, daemon in
      let servers = [
        try await cable.startWebServer(at: .watched, port: 83), try await cable.startWebServer(at: .sender, port: 83),
      ]
      for way in Self.ways {
        let allowed = try await Request(from: way.from, "http://\(way.to):83/", on: cable)
        #expect(allowed.code == 200, "\(way): \(allowed)")
        let blocked = try await Request(from: way.from, "http://\(way.to):83/forbidden", on: cable)
        switch way.from {
        case .watched:
          #expect(blocked.status == Request.done && blocked.code == 403, "\(way): \(blocked)")
          #expect(blocked.page.contains("<title>Page blocked</title>"))
        case .sender:
          #expect(blocked.status == Request.reset, "\(way): \(blocked)")
        }
      }
      #expect(try await daemon.status().verdicts["dropConnection", default: 0] >= 4)
      withExtendedLifetime(servers) {}
    }
  }

  /// A busy machine may be late, so the best of some tries counts; none may be early.
  @Test(.timeLimit(.minutes(12)))
  func delayedPacketsComeThreeQuartersOfASecondLate() async throws {
    try await withRules { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 84)
      var fastest = Double.infinity
      for _ in 0..<4 {
        let request = try await Request(from: .sender, "http://\(Cable.watchedAddress):84/", on: cable)
        #expect(request.code == 200)
        #expect(request.connected >= 0.5)
        fastest = min(fastest, request.connected)
      }
      #expect(fastest <= 1)
      #expect(try await daemon.queue().held == 0)
      withExtendedLifetime(server) {}
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func delayedPacketsAreLetGoWhenTheFirewallIsSwitchedOff() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "slow.plist", "{ rules = ( \(Self.rules) ); settings = { delaySeconds = 30; }; }")
    try await LiveQueue.run(document) { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 84)
      let request = try cable.start(at: .sender, "nc", "-z", "-w", "20", Cable.watchedAddress, "84")
      try await waitUntil("the packet is held") { try await daemon.queue().held > 0 }
      #expect(try await daemon.sentry("off").status == 0)
      #expect(try await request.waitForEnd(within: .seconds(20)).status == 0)
      withExtendedLifetime(server) {}
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func inADryRunVerdictsAreReportedAndEveryPacketPasses() async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.rules, in: folder)
    try await LiveQueue.run(document, options: ["--dry-run"]) { cable, daemon in
      let server = try await cable.startWebServer(at: .watched, port: 82)
      let request = try await Request(from: .sender, "http://\(Cable.watchedAddress):82/", on: cable)
      #expect(request.code == 200, "\(request)")
      #expect(try await daemon.status().verdicts["delete", default: 0] > 0)
      #expect(try await daemon.sentry("status").output.contains("dry run: all packets pass"))
      #expect(daemon.program.errors.contains("dry run"))
      #expect(try await daemon.log().contains("  dry run: packet dropped "))
      #expect(try await daemon.sentry("log", "--format", "json").output.contains(#""dryRun":true"#))
      withExtendedLifetime(server) {}
    }
  }
}
