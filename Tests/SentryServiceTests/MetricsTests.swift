import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import SentryControl
import SentryTestSupport
import Testing

@testable import SentryService

/// What Prometheus' own library reads from a text.
struct ParsedMetrics {
  struct Sample: Decodable {
    var family: String
    var type: String
    var documentation: String
    var name: String
    var labels: [String: String]
    var value: Double
  }

  private static let reader = """
    import json, sys
    from prometheus_client.parser import text_string_to_metric_families
    for family in text_string_to_metric_families(sys.stdin.read()):
        for sample in family.samples:
            print(json.dumps({"family": family.name, "type": family.type, "documentation": family.documentation,
                              "name": sample.name, "labels": sample.labels, "value": sample.value}))
    """

  static let isPossible: Bool = {
    let python = Process()
    python.executableURL = (try? Program("python3").path).map { URL(fileURLWithPath: $0) }
    python.arguments = ["-c", "import prometheus_client"]
    python.standardError = FileHandle.nullDevice
    guard python.executableURL != nil, (try? python.run()) != nil else { return false }
    python.waitUntilExit()
    return python.terminationStatus == 0
  }()

  let samples: [Sample]

  init(_ text: String) async throws {
    let run = try await Program("python3").run(["-c", Self.reader], input: Data(text.utf8))
    #expect(run.status == 0, "\(run.errors)")
    samples = try run.output.split(separator: "\n").map { try JSONDecoder().decode(Sample.self, from: Data($0.utf8)) }
  }

  /// The only sample with this name and these labels.
  func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double {
    let found = samples.filter { $0.name == name && $0.labels.merging(labels) { $1 } == $0.labels }
    return try #require(found.count == 1 ? found[0].value : nil, "\(name) \(labels): \(found.count)")
  }
}

@Suite(.enabled(if: ParsedMetrics.isPossible, "needs python3-prometheus-client")) struct MetricsTests {
  private static let document = """
    { rules = (
        { nodeName = "say \\"no\\" to C:\\\\ \\n telnet"; enabled = 1; propertyName = "Dest port"; propertyValue = 23;
          filterActionName = Trigger; },
        { nodeName = "größe"; enabled = 1; propertyName = Any; },
        { nodeName = off; enabled = 0; propertyName = Any; }
    ); }
    """

  private func metrics(_ daemon: SentryDaemon, ruleLimit: Int? = nil) async throws -> ParsedMetrics {
    try await ParsedMetrics(daemon.metrics(ruleLimit: ruleLimit).text)
  }

  @Test func packetsAreCountedByVerdictAndRule() async throws {
    try await withDaemon(Self.document) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"), count: 3)
      try await daemon.judge(Packets.udp(from: "203.0.113.10"), count: 5)
      let metrics = try await metrics(daemon)
      // An IPv4 header has 20 bytes, one of TCP 20, one of UDP 8 (RFC 791, 9293, 768).
      #expect(try metrics.value("sentry_packets_total", ["verdict": "delete"]) == 3)
      #expect(try metrics.value("sentry_bytes_total", ["verdict": "delete"]) == 3 * 40)
      #expect(try metrics.value("sentry_packets_total", ["verdict": "pass"]) == 5)
      #expect(try metrics.value("sentry_bytes_total", ["verdict": "pass"]) == 5 * 28)
      #expect(try metrics.value("sentry_rule_packets_total", ["number": "1"]) == 3)
      #expect(try metrics.value("sentry_rule_bytes_total", ["number": "1"]) == 3 * 40)
      #expect(try metrics.value("sentry_rule_packets_total", ["number": "2", "name": "größe"]) == 5)
      #expect(try metrics.value("sentry_rule_packets_total", ["number": "3"]) == 0)
      #expect(try metrics.value("sentry_direction_packets_total", ["direction": "in"]) == 8)
    }
  }

  @Test func namesOfRulesComeBackAsTheyAre() async throws {
    try await withDaemon(Self.document) { daemon in
      let names = try await metrics(daemon).samples.filter { $0.name == "sentry_rule_packets_total" }.map {
        $0.labels["name"]
      }
      #expect(names == ["say \"no\" to C:\\ \n telnet", "größe", "off"])
    }
  }

  @Test func everyFamilyHasHelpAndFollowsTheConventions() async throws {
    try await withDaemon(Self.document) { daemon in
      let metrics = try await metrics(daemon)
      #expect(metrics.samples.count > 60)
      for sample in metrics.samples {
        #expect(["counter", "gauge", "histogram"].contains(sample.type), "\(sample.name)")
        #expect(!sample.documentation.isEmpty, "\(sample.name)")
        #expect(sample.name.hasPrefix("sentry_") || sample.name.hasPrefix("process_"), "\(sample.name)")
        #expect((sample.type == "counter") == sample.name.hasSuffix("_total"), "\(sample.name)")
      }
      let families = Set(metrics.samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" })
      #expect(families.count == metrics.samples.count, "no sample comes twice")
    }
  }

  @Test func tablesAndConnectionsAreMeasured() async throws {
    try await withDaemon(Self.document) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      try await daemon.judge(Packets.udp(from: "203.0.113.10"))
      try await daemon.judge(Packets.udp(from: "203.0.113.11"))
      let metrics = try await metrics(daemon)
      #expect(try metrics.value("sentry_table_entries", ["table": "trigger"]) == 1)
      #expect(try metrics.value("sentry_table_capacity", ["table": "trigger"]) == 131_072)
      #expect(try metrics.value("sentry_table_evictions_total", ["table": "trigger"]) == 0)
      #expect(try metrics.value("sentry_table_entries", ["table": "connections"]) == 2)
      #expect(try metrics.value("sentry_table_capacity", ["table": "connections"]) == 262_144)
      #expect(try metrics.value("sentry_connections", ["state": "udp"]) == 2)
      #expect(try metrics.value("sentry_connections", ["state": "tcp_open"]) == 0)
    }
  }

  @Test func appliesAreCountedByWhatCameOfThem() async throws {
    try await withDaemon(Self.document) { daemon in
      try await daemon.expectApplied(SubmittedDocument(name: "a", reading: Array(Documents.telnet.utf8)))
      _ = try await daemon.apply(
        SubmittedDocument(name: "b", reading: Array("{ rules = ( { propertyName = x; } ); }".utf8)))
      let metrics = try await metrics(daemon)
      #expect(try metrics.value("sentry_applies_total", ["result": "applied"]) == 1)
      #expect(try metrics.value("sentry_applies_total", ["result": "refused"]) == 1)
      #expect(try metrics.value("sentry_applies_total", ["result": "rolled_back"]) == 0)
      #expect(try metrics.value("sentry_document_generation") == 2)
      #expect(try metrics.value("sentry_document_rules") == 2)
    }
  }

  @Test func oneJudgementInManyIsTimed() async throws {
    try await withDaemon(Self.document) { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.10"), count: 1_024)
      let metrics = try await metrics(daemon)
      #expect(try metrics.value("sentry_evaluation_seconds_count") == 4)
      #expect(try metrics.value("sentry_evaluation_seconds_bucket", ["le": "+Inf"]) == 4)
      #expect(try metrics.value("sentry_evaluation_seconds_sum") > 0)
      let buckets = metrics.samples.filter { $0.name == "sentry_evaluation_seconds_bucket" }.map(\.value)
      #expect(buckets == buckets.sorted())
    }
  }

  /// Everything that a daemon of any mode may measure, at once.
  private func measuresOfEveryKind(_ daemon: SentryDaemon) async throws -> String {
    var status = try await daemon.status()
    var queue = QueueReport(
      number: 0, policy: "fail-open", dryRun: false, waiting: 4, held: 1, overflowed: 11, undelivered: 12, refused: 13,
      vanished: 14, unsent: 15, problem: nil, kernel: nil)
    queue.kernel = KernelPartReport(
      form: "native", interfaces: ["eth0"], restorations: 2, unjudged: 3, decides: [], notCovered: [],
      blocks: BlockingReport(
        rule: "2.1", entries: 6, leftToQueue: 0, dropped: 700, changes: 0, lagMilliseconds: 0,
        slowestLagMilliseconds: 0,
        loadMilliseconds: 0, endedConnections: 0, checks: 0, differences: 0, removing: nil, problem: nil),
      flows: FlowsReport(entries: 8, packets: 90, bytes: 9_000, wantedBy: nil, problem: nil))
    status.queue = queue
    status.bridge = BridgeReport(passed: 20, held: 2, cut: 21, tooLong: 22, noRoom: 23, failed: 24)
    status.owners = OwnerReport(process: 7, lookups: 30, unanswered: 31, losses: 1)
    status.rates = [
      RateReport(rule: "3", name: "slow", direction: "in", bitsPerSecond: 8_000, waiting: 1, held: 40, dropped: 41)
    ]
    status.notifications = NotificationReport(
      process: nil, user: "nobody", problem: "it is gone", waiting: 5, losses: 2,
      kinds: [.init(action: "Email", sent: 50, failed: 51, suppressed: 52)])
    status.memory = MemoryReport(
      path: "/x", problem: "disk full", bytes: 60, written: 61, lost: 62, lostConnections: 63)
    status.log = LogReport(
      enabled: true, unwritten: 70, entriesPerSecond: nil, suppressed: 71,
      places: [LogPlaceReport(place: "C:\\log", form: "text", written: 72, lost: 73, problem: "gone")])
    let found = try await daemon.metrics()
    return DaemonMetrics(
      status: status, measures: found.measures, connections: found.connections, outcomes: found.outcomes,
      rules: found.rules, ruleLimit: nil, process: found.process
    ).text
  }

  @Test func everyPartOfADaemonIsMeasured() async throws {
    try await withDaemon(Self.document) { daemon in
      let metrics = try await ParsedMetrics(measuresOfEveryKind(daemon))
      #expect(try metrics.value("sentry_queue_lost_total", ["reason": "overflow"]) == 11)
      #expect(try metrics.value("sentry_queue_lost_total", ["reason": "vanished"]) == 14)
      #expect(try metrics.value("sentry_kernel_blocked_packets_total") == 700)
      #expect(try metrics.value("sentry_kernel_flow_bytes_total") == 9_000)
      #expect(try metrics.value("sentry_bridge_lost_total", ["reason": "no_room"]) == 23)
      #expect(try metrics.value("sentry_owner_unanswered_total") == 31)
      #expect(
        try metrics.value("sentry_rate_limit_bytes_per_second", ["number": "3", "name": "slow", "direction": "in"])
          == 1_000)
      #expect(try metrics.value("sentry_notifications_total", ["action": "Email", "result": "failed"]) == 51)
      #expect(try metrics.value("sentry_notifications_total", ["action": "Email", "result": "suppressed"]) == 52)
      #expect(try metrics.value("sentry_helper_up", ["helper": "notifications"]) == 0)
      #expect(try metrics.value("sentry_helper_up", ["helper": "owners"]) == 1)
      #expect(try metrics.value("sentry_store_up") == 0)
      #expect(try metrics.value("sentry_store_lost_total", ["kind": "connection"]) == 63)
      #expect(try metrics.value("sentry_log_lost_total", ["place": "C:\\log", "format": "text"]) == 73)
      #expect(try metrics.value("sentry_log_up", ["place": "C:\\log"]) == 0)
    }
  }

  @Test func everyMetricIsDocumented() async throws {
    let page = TestFiles.text("docs/Metrics.md")
    try await withDaemon(Self.document) { daemon in
      let text = try await measuresOfEveryKind(daemon)
      let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
      #expect(names.count > 60)
      for name in names { #expect(page.contains("`\(name)`"), "docs/Metrics.md does not say what \(name) is") }
    }
  }

  @Test(arguments: [(nil as Int?, 3, 0.0), (2, 2, 1), (0, 0, 3), (9, 3, 0)])
  func rulesAreBounded(_ limit: Int?, _ shown: Int, _ left: Double) async throws {
    try await withDaemon(Self.document) { daemon in
      let metrics = try await metrics(daemon, ruleLimit: limit)
      #expect(metrics.samples.count { $0.name == "sentry_rule_packets_total" } == shown)
      #expect(try metrics.value("sentry_rules_without_metrics") == left)
    }
  }
}

@Suite struct MetricsServerTests {
  private func withPort(
    _ place: String, first: TimeAmount = .seconds(10), _ body: @Sendable (any TestClientProtocol) async throws -> Void
  ) async throws {
    let place = try ListenPlace(place, allowsRemote: true)
    try await withDaemon { daemon in
      var server = MetricsServer(daemon: daemon, place: place, log: Logger(label: "test"))
      server.limits.first = first
      try await server.application.test(.live) { client in
        try await body(client)
      }
    }
  }

  @Test func portAnswersWithMetricsAndNothingElse() async throws {
    try await withPort("127.0.0.1:0") { client in
      let response = try await client.execute(uri: "/metrics", method: .get)
      #expect(response.status == .ok)
      #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(String(buffer: response.body).contains("\nsentry_enabled 1\n"))
      #expect(try await client.execute(uri: ControlPath.status, method: .get).status == .notFound)
      #expect(try await client.execute(uri: ControlPath.rules, method: .put).status == .notFound)
      let head = try await client.execute(uri: "/metrics", method: .head)
      #expect(head.status == .ok && head.body.readableBytes == 0)
      #expect(head.headers[.contentType] == response.headers[.contentType])
      let refusal = try await client.execute(uri: "/metrics", method: .post)
      #expect(refusal.status == .methodNotAllowed && refusal.headers[.allow] == "GET, HEAD")
      #expect(try await client.execute(uri: "/metrics?rules=0", method: .get).status == .ok)
      #expect(try await client.execute(uri: "/metrics?rules=all", method: .get).status == .ok)
      #expect(try await client.execute(uri: "/metrics?rules=-1", method: .get).status == .badRequest)
    }
  }

  private static func status(of url: String) async throws -> String {
    try await Program("curl").run(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url]).output
  }

  /// Who begins a request and never ends it.
  @Test(.timeLimit(.minutes(12)), .enabled(if: Program("curl").isThere, "curl is not installed"))
  func whoeverHoldsConnectionsOpenIsCutOff() async throws {
    try await withPort("127.0.0.1:0", first: .seconds(1)) { client in
      let port = try #require(client.port)
      var silent: [any Channel] = []
      for _ in 0..<8 {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
          .connect(host: "127.0.0.1", port: port).get()
        // One that came early may be cut off already.
        try? await connection.writeAndFlush(ByteBuffer(string: "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: "))
        silent.append(connection)
      }
      for connection in silent { try await connection.closeFuture.get() }
      // A client that asks is not among them.
      #expect(try await Self.status(of: "http://127.0.0.1:\(port)/metrics") == "200")
    }
  }

  @Test func controlSocketHasTheSame() async throws {
    try await withDaemon { daemon in
      try await Application(router: ControlServer.router(for: daemon)).test(.router) { client in
        let response = try await client.execute(uri: ControlPath.metrics, method: .get)
        #expect(response.status == .ok)
        #expect(String(buffer: response.body).contains("sentry_build_info{version=\"\(ProgramVersion.text)\""))
        let refusal = try await client.execute(uri: ControlPath.metrics, method: .post)
        #expect(refusal.status == .methodNotAllowed)
        let mistake = try await client.execute(uri: "\(ControlPath.metrics)?rules=many", method: .get)
        #expect(mistake.status == .badRequest)
      }
    }
  }
}
