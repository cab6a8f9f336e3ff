import Foundation
import SentryCapture
import SentryTestSupport
import Testing

/// `explain` as a user meets it.
@Suite struct ExplainCommandTests {
  private static let document = TestFiles.path("Documents/Default.plist")
  private static let scan = TestFiles.path("Samples/port-scan.pcap")

  private func explain(_ arguments: String...) async throws -> ProgramRun {
    try await Program.sentry.run(["explain", Self.document] + arguments)
  }

  private func report(_ arguments: [String]) async throws -> [String: Any] {
    let run = try await Program.sentry.run(["explain", Self.document, "--format", "json"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func telnetFromOutsideTriggers() async throws {
    let report = try await report(["--packet", "tcp 203.0.113.9:40000 > me:23 syn in external"])
    #expect(report["verdict"] as? String == "delete")
    #expect(report["rule"] as? String == "2.1.5.1")
    #expect(report["action"] as? String == "Trigger")
    let rules = try #require(report["rules"] as? [[String: Any]])
    let decider = try #require(rules.first { $0["number"] as? String == "2.1.5.1" })
    #expect(decider["seen"] as? String == "23")
    #expect(decider["matched"] as? Bool == true)
    let tables = try #require((report["changes"] as? [String: Any])?["tables"] as? [[String: Any]])
    #expect(tables.map { $0["table"] as? String } == ["trigger"])
    #expect(tables.compactMap { ($0["entry"] as? [String: Any])?["address"] as? String } == ["203.0.113.9"])
  }

  /// The change that does not happen is told in words, with what keeps it from happening.
  @Test func protectedSourcesAreNotTriggered() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "protected.plist",
      """
      { rules = ( { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
          { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; } );
        settings = { protected = "203.0.113.8/29"; }; }
      """)
    let packet = "tcp 203.0.113.9:40000 > me:23 syn in external"
    let run = try await Program.sentry.run(["explain", document, "--packet", packet])
    #expect(run.output.contains("deleted by rule 1 (Trigger)"), "\(run.output)\(run.errors)")
    #expect(run.output.contains("source does not enter table trigger: 203.0.113.8/29 is"), "\(run.output)")
    #expect(run.output.contains("trigger: 203.0.113.9 does not enter, 203.0.113.8/29 is protected"), "\(run.output)")
    let json = try await Program.sentry.run(["explain", document, "--format", "json", "--packet", packet])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let changes = try #require(report["changes"] as? [String: Any])
    #expect(
      changes["preventedTrigger"] as? [String: String] == ["address": "203.0.113.9", "protected": "203.0.113.8/29"])
    #expect((changes["tables"] as? [Any])?.isEmpty == true)
  }

  @Test func whoIsBehindAPacketIsSeen() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "curl.plist",
      #"( { enabled = 1; propertyName = Application; relationName = "!="; propertyValue = curl; filterActionName = Reject; } )"#
    )
    let packet = "tcp me:40000 > 203.0.113.9:443 syn application /usr/bin"
    let wget = try await Program.sentry.run(["explain", document, "--packet", "\(packet)/wget"])
    #expect(wget.status == 0, "\(wget.errors)")
    #expect(wget.output.contains("/usr/bin/wget"))
    #expect(wget.output.contains("reject"))
    let curl = try await Program.sentry.run(["explain", document, "--all", "--packet", "\(packet)/curl"])
    #expect(curl.output.contains("/usr/bin/curl"))
    #expect(!curl.output.contains("reject"))
  }

  @Test func earlierPacketsHaveHappened() async throws {
    let telnet = "tcp 203.0.113.9:40000 > me:23 syn in external"
    let report = try await report(["--packet", telnet, "--packet", "udp 203.0.113.9:5 > me:40000 in external"])
    #expect(report["rule"] as? String == "2.1.1")
  }

  /// Two telnet probes, and room for one host.
  @Test func sourcesThatCountAndEntriesThatMakeWayAreTold() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "small.plist",
      """
      { settings = { addressCapacity = 1; connectionCapacity = 1; fragmentCapacity = 1; };
        rules = (
          { enabled = 1; propertyName = "Source match rate"; relationName = ">="; propertyValue = 9;
            filterActionName = Delete; },
          { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; }); }
      """)
    let packets = ["203.0.113.9", "203.0.113.7"].flatMap { ["--packet", "tcp \($0):40000 > me:23 syn in external"] }
    let text = try await Program.sentry.run(["explain", document] + packets)
    #expect(text.output.contains("\n  source      203.0.113.7: packet 1 of this second, 0 in the last\n"))
    #expect(text.output.contains("\n  evicted     sources: 203.0.113.9 makes way, the table is full\n"))
    #expect(text.output.contains("\n  evicted     trigger: 203.0.113.9 makes way, the table is full\n"))

    let json = try await Program.sentry.run(["explain", document, "--format", "json"] + packets)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let changes = try #require(report["changes"] as? [String: Any])
    let source = try #require(changes["source"] as? [String: Any])
    #expect(source["address"] as? String == "203.0.113.7")
    #expect(source["packets"] as? Int == 1)
    #expect(source["rate"] as? Int == 0)
    #expect(
      changes["evicted"] as? [[String: String]] == [
        ["table": "sources", "entry": "203.0.113.9"], ["table": "trigger", "entry": "203.0.113.9"],
      ])
  }

  @Test func everyFrameGoesAsReplaySays() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("verdicts", "")
    let replay = try await Program.sentry.run(
      ["replay", Self.document, Self.scan, "--local", "192.0.2.10", "--verdicts", path])
    #expect(replay.status == 0)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    for line in [lines.first, lines.dropFirst(lines.count / 2).first, lines.last].compactMap(\.self) {
      let judged = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let explained = try await report([Self.scan, "--local", "192.0.2.10", "--frame", "\(judged["frame"] ?? 0)"])
      for key in ["frame", "verdict", "rule", "action", "logged"] {
        #expect("\(judged[key] ?? "")" == "\(explained[key] ?? "")", "\(key) of \(line)")
      }
      #expect(judged["time"] as? Double == explained["time"] as? Double)
    }
  }

  @Test(arguments: TestFiles.samples)
  func eightyColumnsAreEnough(sample: String) async throws {
    for frame in ["1", "2", "4"] {
      for layout in [[], ["--all"]] {
        let run = try await Program.sentry.run(
          ["explain", Self.document, TestFiles.path(sample), "--frame", frame] + layout)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.split(separator: "\n").filter { $0.count > 80 } == [])
        #expect(!run.output.contains("\u{1B}"))
      }
    }
  }

  /// Rules far down have long numbers, and bytes that are no letters take four characters each.
  @Test func eightyColumnsAreEnoughForDeepRulesAndStrangePayloads() async throws {
    let folder = try TemporaryFolder()
    let depth = 60
    let rules =
      String(
        repeating: #"{ enabled = 1; nodeName = "a long name for a rule"; propertyName = Any; children = ("#,
        count: depth)
      + #"{ enabled = 1; propertyName = "Data content"; propertyValue = foo; },"#
      + "{ enabled = 1; propertyName = Any; filterActionName = Delete; }" + String(repeating: "); }", count: depth)
    let document = folder.path("deep.plist")
    try Data("( \(rules) )".utf8).write(to: URL(filePath: document))
    let payload = String(repeating: "c8d1", count: 40)
    for layout in [[], ["--all"]] {
      let run = try await Program.sentry.run(
        ["explain", document, "--packet", "udp 203.0.113.9:4000 > me:4443 hex \(payload)"] + layout)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.split(separator: "\n").filter { $0.count > 80 } == [])
      // Every part of the number is there, wherever the lines end.
      let text = run.output.filter { !$0.isWhitespace }
      #expect(text.contains(String(repeating: "1.", count: depth) + "2(Delete)"))
      #expect(text.contains(#""\xc8\xd1"#))
    }
  }

  @Test func allShowsEveryRuleItMet() async throws {
    let packet = "tcp 203.0.113.9:40000 > me:80 syn in external"
    let run = try await explain("--all", "--packet", packet)
    let rules = try #require(try await report(["--packet", packet])["rules"] as? [[String: Any]])
    #expect(rules.count > 20)
    for rule in rules {
      let number = try #require(rule["number"] as? String)
      #expect(run.output.contains("\(rule["matched"] as? Bool == true ? "✓" : "") \(number) "), "\(number)")
    }
  }

  // MARK: Bad input

  @Test func aFrameBeyondTheEndIsTold() async throws {
    let run = try await explain(Self.scan, "--frame", "100000")
    #expect(run.status == 2)
    #expect(run.errors.contains("port-scan.pcap has no frame 100000: it holds "))
  }

  @Test(arguments: [
    ([], "Name a capture and a --frame, or describe a --packet."),
    (["x.pcap"], "Which frame of the capture? Say --frame."),
    (["--frame", "1"], "Which capture is the frame in?"),
    (["x.pcap", "--frame", "0"], "frames are counted from 1"),
    (["x.pcap", "--frame", "-1"], "frames are counted from 1, found '-1'"),
    (["x.pcap", "--frame", "0"], "frames are counted from 1, found '0'"),
    (["x.pcap", "--packet", "udp 192.0.2.1 > me"], "Either a frame of a capture, or --packet."),
  ])
  func whatIsMissingIsNamed(arguments: [String], message: String) async throws {
    let run = try await Program.sentry.run(["explain", Self.document] + arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(message))
  }

  /// As the document's own tests are refused.
  @Test(arguments: [
    ("udp me:5 > 203.0.113.9:53 in", [], "'in' cannot be: 192.0.2.1 is an address of this host"),
    ("udp 203.0.113.9:53 > me:5 out on eth0", [], "'out' cannot be: 203.0.113.9 is no address of this host"),
    ("udp 203.0.113.9:53 > me:5 in", ["--local", "203.0.113.0/24"], "203.0.113.9 is an address of this host"),
    ("udp me:5 > me:53 out on lo", [], "'out' cannot be: 192.0.2.1 is no address of this host"),
  ])
  func aDirectionThatTheSourceContradictsIsRefused(packet: String, options: [String], message: String) async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("any.plist", "{ rules = (); }")
    let run = try await Program.sentry.run(["explain", document, "--packet", packet] + options)
    #expect(run.status == 2)
    #expect(run.errors.contains(message))
    #expect(run.errors.contains("\n    \(packet)\n"))
  }

  @Test func aSlipInAPacketIsShownWithItsPlace() async throws {
    let run = try await explain("--packet", "tcp 203.0.113.9:40000 > me:23 sin")
    #expect(run.status == 2)
    #expect(run.errors.contains("    tcp 203.0.113.9:40000 > me:23 sin\n                                  ^~~"))
  }

  @Test func whatAURLWouldDoIsTold() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "url.plist", "( { enabled = 1; filterActionName = URL; parameter = \"ping://192.0.2.2\"; } )")
    let run = try await Program.sentry.run(["explain", document, "--packet", "udp 203.0.113.9:1 > me:2"])
    #expect(run.output.contains("URL: probes or fetches ping://192.0.2.2\n"), "\(run.output)")
  }

  @Test func aCaptureThatIsNotThere() async throws {
    #expect(try await explain("/nonexistent.pcap", "--frame", "1").status == 66)
  }
}
