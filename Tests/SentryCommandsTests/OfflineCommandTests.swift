import Foundation
import SentryCapture
import SentryTestSupport
import Testing

/// `check`, `show` and `replay` as a user meets them: what they print, and how they end.
@Suite struct CheckCommandTests {
  @Test func aCleanDocumentEndsWithZero() async throws {
    let run = try await Program.sentry.run(["check", "--strict", TestFiles.path("Documents/Default.plist")])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test func errorsEndWithOneAndShowTheirPlace() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.plist", "{ rules = (\n  { enabled = 1; propertyName = Protocl; }\n); }\n")
    let run = try await Program.sentry.run(["check", path])
    #expect(run.status == 1)
    #expect(run.output.hasPrefix("\(path):2:33: error: "))
    #expect(run.output.contains("did you mean 'Protocol'?"))
  }

  @Test func findingsComeAsJSON() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.plist", "{ rules = ( { enabled = 1; propertyName = Protocl; } ); }")
    let run = try await Program.sentry.run(["check", "--format", "json", path])
    let reports = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    let findings = try #require(reports.first?["findings"] as? [[String: Any]])
    #expect(findings.map { $0["id"] as? String } == ["unknownProperty"])
    #expect(findings.map { $0["line"] as? Int } == [1])
  }

  @Test func warningsEndWithOneOnlyWhenStrict() async throws {
    let folder = try TemporaryFolder()
    // An unknown name with a known number is a warning: the number counts.
    let path = try folder.write(
      "warn.plist", "{ rules = ( { enabled = 1; property = 10; propertyName = Protocoll; propertyValue = 6; } ); }")
    #expect(try await Program.sentry.run(["check", path]).status == 0)
    #expect(try await Program.sentry.run(["check", "--strict", path]).status == 1)
  }

  @Test func whatIsAllowedIsLeftOut() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "w.plist", "( { enabled = 1; }, { enabled = 1; propertyName = Protocol; propertyValue = 6; } )")
    let all = try await Program.sentry.run(["check", "--strict", path])
    #expect(all.status == 1 && all.output.hasSuffix("\(path): 2 rules, 2 warnings\n"), "\(all.output)")
    let allowed = try await Program.sentry.run(["check", "--strict", "--allow", "noEffect", path])
    #expect(allowed.status == 0 && allowed.output == "\(path): 2 rules, no findings\n", "\(allowed.output)")
  }

  @Test func errorsCannotBeAllowed() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.plist", "( { enabled = 1; propertyName = Protocl; } )")
    let run = try await Program.sentry.run(["check", "--allow", "unknownProperty", path])
    #expect(run.status == 1 && run.output.contains("[unknownProperty]"))
  }

  @Test(arguments: [["check", "--allow", "noEfect", "x"], ["checks", "noEfect"]])
  func aFindingThatDoesNotExistIsAUsageError(arguments: [String]) async throws {
    let run = try await Program.sentry.run(arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains("no finding is called 'noEfect'; did you mean 'noEffect'?"), "\(run.errors)")
  }

  @Test func findingsAreListedAndExplained() async throws {
    let list = try await Program.sentry.run(["checks"])
    #expect(list.status == 0 && list.output.contains("noEffect                  warning  a rule without effect\n"))
    let page = try await Program.sentry.run(["checks", "noEffect"])
    #expect(page.output.hasPrefix("noEffect: warning: a rule without effect\n\n"))
  }

  @Test func anXMLDocumentHasLines() async throws {
    let folder = try TemporaryFolder()
    let xml = """
      <plist version="1.0"><dict><key>rules</key><array>
        <dict>
          <key>enabled</key><true/>
          <key>propertyName</key><string>Protocl</string>
        </dict>
      </array></dict></plist>
      """
    let path = try folder.write("bad.plist", xml)
    let text = try await Program.sentry.run(["check", path])
    #expect(text.output.hasPrefix("\(path):4:36: error: no property is called 'Protocl'"), "\(text.output)")
    let json = try await Program.sentry.run(["check", "--format", "json", path])
    #expect(json.output.contains("\"line\" : 4"))
  }

  @Test func aCaptureInThePlaceOfTheDocumentIsOneFinding() async throws {
    let (capture, document) = (TestFiles.path("Samples/mixed.pcap"), TestFiles.path("Samples/first.plist"))
    let run = try await Program.sentry.run(["replay", capture, document])
    #expect(run.status == 65)
    #expect(run.errors.contains("this is a capture, not a document"))
    #expect(run.errors.split(separator: "\n").count < 8, "\(run.errors)")
  }

  @Test func aMissingDocumentEndsWithNoInput() async throws {
    let run = try await Program.sentry.run(["check", "/nonexistent/doc.plist"])
    #expect(run.status == 66)
    #expect(run.errors == "sentry: /nonexistent/doc.plist: no such file\n")
  }

  @Test func aDeviceThatNeverEndsIsNoDocument() async throws {
    let run = try await Program.sentry.run(["apply", "/dev/zero"])
    #expect(run.status == 66)
    #expect(run.errors == "sentry: /dev/zero: it has more than 64 MiB, which is too much\n")
  }

  @Test(arguments: [["frobnicate"], ["check"], ["replay", "only-a-document"], ["check", "--nonsense", "x"]])
  func aWrongCommandLineEndsWithTwo(arguments: [String]) async throws {
    let run = try await Program.sentry.run(arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains("Error:"))
  }

  @Test func theSnippetOf2003LoadsAsADocument() async throws {
    let run = try await Program.sentry.run(["show", TestFiles.path("Samples/promiscuous-resets.plist")])
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(
      lines.dropFirst().elementsEqual([
        "1 Direction == inbound -> promiscuous resets", "1.1 TCP header flags == rst Delay",
      ]))
  }

  @Test(arguments: ["Samples/classic-2005.plist", "Samples/classic-2008.plist"])
  func classicDocumentsLoad(path: String) async throws {
    let run = try await Program.sentry.run(["show", TestFiles.path(path)])
    #expect(run.status == 0, "\(run.errors)")
  }
}

@Suite struct ReplayCommandTests {
  static let document = TestFiles.path("Documents/Default.plist")
  static let scan = TestFiles.path("Samples/port-scan.pcap")

  @Test func theReportHasTheContractsFields() async throws {
    let run = try await Program.sentry.run(
      ["replay", "--format", "json", "--local", "192.0.2.10", Self.document, Self.scan])
    let report = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(
      Set(report.keys) == ["packets", "bytes", "notIP", "verdicts", "rules", "tables", "connections", "elapsedSeconds"])
    let verdicts = try #require(report["verdicts"] as? [String: Int])
    #expect(Set(verdicts.keys) == ["pass", "delete", "reject", "dropConnection", "delay", "routeTo"])
    #expect(verdicts.values.reduce(0, +) + (report["notIP"] as? Int ?? -1) == report["packets"] as? Int)
    let rule = try #require((report["rules"] as? [[String: Any]])?.first)
    #expect(Set(rule.keys) == ["number", "name", "enabled", "matchCount", "byteCount", "lastTime"])
    let tables = try #require(report["tables"] as? [String: [[String: Any]]])
    #expect(Set(tables.keys) == ["trigger", "address", "authorize", "invalid"])
    let entry = try #require(tables["trigger"]?.first)
    #expect(Set(entry.keys) == ["address", "matchCount", "lastTime", "triggeredBy", "duration"])
    // Samples/README.md works these out by hand.
    #expect(entry["address"] as? String == "203.0.113.66")
    #expect(entry["triggeredBy"] as? String == "2.1.5.1")
    #expect(entry["matchCount"] as? Int == 57)
    #expect(entry["duration"] as? Int == 3600)
  }

  @Test func verdictLinesAccountForEachPacket() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("verdicts")
    let run = try await Program.sentry.run(
      ["replay", "--local", "192.0.2.10", "--verdicts", path, Self.document, Self.scan])
    #expect(run.status == 0)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      .map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
    #expect(lines.count == 132)
    #expect(lines.map { $0["frame"] as? Int } == Array(1...132))
    let trigger = try #require(lines.first { $0["rule"] as? String == "2.1.5.1" })
    #expect(trigger["verdict"] as? String == "delete")
    #expect(trigger["action"] as? String == "Trigger")
    #expect(trigger["logged"] as? Int == 1)
    #expect(lines.filter { $0["rule"] is NSNull }.allSatisfy { $0["verdict"] as? String == "pass" })
  }

  @Test func passedAndDeletedPacketsAddUp() async throws {
    let folder = try TemporaryFolder()
    let (passed, deleted) = (folder.path("passed.pcap"), folder.path("deleted.pcap"))
    let run = try await Program.sentry.run([
      "replay", "--local", "192.0.2.10", "--write-passed", passed, "--write-deleted", deleted, Self.document, Self.scan,
    ])
    #expect(run.status == 0)
    var counts: [Int] = []
    for path in [passed, deleted] {
      let lines = try await Program("tcpdump").run(["-nn", "-r", path]).output.split(separator: "\n")
      counts.append(lines.count)
    }
    // Samples/README.md: 73 pass, 2 are delayed (and go on later), 57 are deleted.
    #expect(counts == [75, 57])
  }

  @Test func standardInputIsReadToo() async throws {
    let capture = try Data(contentsOf: URL(fileURLWithPath: Self.scan))
    let piped = try await Program.sentry.run(
      ["replay", "--format", "json", Self.document, "-"], input: capture)
    let named = try await Program.sentry.run(["replay", "--format", "json", Self.document, Self.scan])
    let differences = ReplayDifferences(
      expected: try JSONSerialization.jsonObject(with: Data(named.output.utf8)),
      found: try JSONSerialization.jsonObject(with: Data(piped.output.utf8)))
    #expect(differences.lines.isEmpty, "\(differences.lines)")
    #expect(piped.errors.contains("local: 192.0.2.10"))
  }

  @Test func aFileThatIsNoCaptureIsRefused() async throws {
    let run = try await Program.sentry.run(["replay", Self.document, Self.document])
    #expect(run.status == 65)
    #expect(run.errors.contains("is not a capture file"))
  }

  @Test func aTruncatedCaptureIsReportedUpToItsDamage() async throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(fileURLWithPath: Self.scan))
    let path = try folder.write("cut.pcap", whole.prefix(whole.count - 7))
    let run = try await Program.sentry.run(
      ["replay", "--format", "json", "--local", "192.0.2.10", Self.document, path])
    #expect(run.status == 65)
    #expect(run.errors.contains(path) && run.errors.contains("132"))
    let report = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["packets"] as? Int == 131)
  }

  @Test func aDocumentWithErrorsJudgesNothing() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.plist", "{ rules = ( { enabled = 1; propertyName = Protocl; } ); }")
    let run = try await Program.sentry.run(["replay", path, Self.scan])
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
  }

  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"), arguments: 0..<4)
  func everyCaptureOfTheCorpusEndsWithAReportOrAClearError(part: Int) async throws {
    for (index, capture) in Corpus.captures.enumerated() where index % 4 == part {
      let path = Corpus.path(capture)
      let run = try await Program.sentry.run(["replay", Self.document, path])
      #expect(
        run.status == 0 || (run.status == 65 && run.errors.contains(path)),
        "\(path): \(run.status) \(run.errors.suffix(300))")
    }
  }
}
