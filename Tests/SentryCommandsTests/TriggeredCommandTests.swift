import Foundation
import Logging
import SentryControl
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryCommands
@testable import SentryService

/// `sentry triggered` against a daemon on a real socket, and `replay --triggers`.
@Suite struct TriggeredCommandTests {
  private static let document = "{ rules = ( { nodeName = all; enabled = 1; filterActionName = Log; } ); }"

  /// Runs `sentry triggered …` against a daemon that watches nothing.
  private func withDaemon(
    _ body: (_ folder: TemporaryFolder, _ triggered: @Sendable ([String], String?) async throws -> ProgramRun)
      async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("sentry.sock")
    var log = Logger(label: "test")
    log.logLevel = .critical
    let socket = SocketFile(path: path)
    try await socket.prepare()
    let daemon = try await SentryDaemon.start(
      SubmittedDocument(name: "a.plist", reading: Array(Self.document.utf8)), interfaces: [],
      intake: .none, look: { _ in HostProtection([ProtectedAddress(IPAddress(v4: 0x7F00_0001), .own)]) }, log: log)
    let journal = Task { await daemon.journal.run() }
    let server = Task { [log] in try await ControlServer(daemon: daemon, socket: socket, log: log).run() }
    var failure: (any Error)?
    do {
      try await waitUntil("the server answers") { FileManager.default.fileExists(atPath: path) }
      try await body(folder) { arguments, input in
        try await Program.sentry.run(
          ["triggered"] + arguments + ["--socket", path], input: input.map { Data($0.utf8) })
      }
    } catch {
      failure = error
    }
    server.cancel()
    _ = await server.result
    await daemon.stop()
    await journal.value
    if let failure { throw failure }
  }

  @Test func addressesAreAddedListedAndRemoved() async throws {
    try await withDaemon { _, triggered in
      let add = try await triggered(
        ["add", "192.0.2.10-20", "2001:db8::/32", "--duration", "2h", "--note", "a test"], nil)
      #expect(add.output == "table trigger: 2 added, 0 replaced\n", "\(add.errors)")
      let list = try await triggered(["list"], nil).output.split(separator: "\n")
      #expect(list.count == 3)
      let row = try #require(list.first { $0.hasPrefix("192.0.2.10-192.0.2.20") })
      let words = row.split(separator: " ")
      #expect(words.prefix(5) == ["192.0.2.10-192.0.2.20", "trigger", "0", "a", "test"])
      #expect(words.last == "2h")

      let json = try await triggered(["list", "--format", "json"], nil).output
      let reply = try JSONDecoder().decode(TableReply.self, from: Data(json.utf8))
      #expect(reply.entries.map(\.address) == ["192.0.2.10-192.0.2.20", "2001:db8::/32"])

      let remove = try await triggered(["remove", "2001:db8::/32", "192.0.2.10"], nil)
      #expect(remove.status == 1)
      #expect(remove.output == "table trigger: 1 removed\n")
      #expect(remove.errors == "sentry: table trigger has no entry for 192.0.2.10\n")
      #expect(try await triggered(["clear"], nil).output == "table trigger: 1 removed\n")
      #expect(try await triggered([], nil).output == "no addresses in table trigger\n")
    }
  }

  @Test func addressesThatMustBeAMistakeNeedForce() async throws {
    try await withDaemon { _, triggered in
      let refused = try await triggered(["add", "192.0.2.1", "224.0.0.1"], nil)
      #expect(refused.status == 65)
      #expect(refused.errors == "sentry: 224.0.0.1 is multicast; nothing was entered (--force insists)\n")
      #expect(try await triggered([], nil).output == "no addresses in table trigger\n")
      let forced = try await triggered(["add", "224.0.0.1", "127.0.0.0/8", "--force"], nil)
      #expect(forced.output == "table trigger: 2 added, 0 replaced\n", "\(forced.errors)")
    }
  }

  @Test func protectedAddressesAreNotEnteredAtAll() async throws {
    try await withDaemon { folder, triggered in
      let refused = try await triggered(["add", "127.0.0.1", "--force"], nil)
      #expect(refused.status == 65)
      #expect(refused.errors == "sentry: 127.0.0.1 is loopback; nothing was entered\n")
      let file = try folder.write("list.tsv", "192.0.2.1\n127.0.0.1\n127.0.0.1\tauthorize\n")
      let run = try await triggered(["import", file], nil)
      #expect(run.status == 1)
      #expect(run.errors.contains("list.tsv:2:1: error: 127.0.0.1 is protected (own address)"), "\(run.errors)")
      let list = try await triggered(["list"], nil).output
      #expect(list.contains("192.0.2.1") && !list.contains("127.0.0.1"), "\(list)")
    }
  }

  @Test func onlyTheFirstFindingsOfAListAreShown() async throws {
    try await withDaemon { _, triggered in
      let run = try await triggered(["import", "-"], String(repeating: "no address\n", count: 250))
      #expect(run.status == 1)
      #expect(run.output.contains("250 lines left out"))
      let errors = run.errors.split(separator: "\n")
      #expect(errors.count { $0.hasPrefix("standard input:") && $0.contains(": error: ") } == 6)
      #expect(errors.contains { $0.hasPrefix("and 195 more like this") })
    }
  }

  @Test func listsAreImportedAndExported() async throws {
    try await withDaemon { folder, triggered in
      let text = "198.51.100.0/24\tauthorize\toffice\t0\r\n192.0.2.1\t\t\t7200s\r\n192.0.2.2\r\n"
      let file = try folder.write("list.tsv", text)
      let run = try await triggered(["import", file, "--note", "a note", "--duration", "1d"], nil)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == "table trigger: 2 added, 0 replaced\ntable authorize: 1 added, 0 replaced\n")
      let trigger = "192.0.2.1\ttrigger\ta note\t7200s\n192.0.2.2\ttrigger\ta note\t5\n"
      #expect(try await triggered(["export"], nil).output == trigger)

      let exported = folder.path("exported.tsv")
      #expect(try await triggered(["export", "--table", "all", "--classic", exported], nil).output == "")
      let classic = try String(contentsOfFile: exported, encoding: .utf8)
      #expect(classic == trigger.replacing("\n", with: "\r") + "198.51.100.0/24\tauthorize\toffice\t0\r")

      let again = try await triggered(["import", exported], nil)
      #expect(again.output == "table trigger: 0 added, 2 replaced\ntable authorize: 0 added, 1 replaced\n")
      #expect(try await triggered(["export"], nil).output == trigger)
    }
  }

  @Test func linesThatCannotBeReadAreShown() async throws {
    try await withDaemon { _, triggered in
      let run = try await triggered(["import", "-", "--type", "address"], "192.0.2.1\n192.0.2.300\taddress\n")
      #expect(run.status == 1)
      #expect(run.output == "table address: 1 added, 0 replaced\n1 line left out\n")
      let lines = run.errors.split(separator: "\n")
      #expect(lines.first?.hasPrefix("standard input:2:1: error: '192.0.2.300' is no address; expected") == true)
      #expect(lines.last == "^~~~~~~~~~~")
    }
  }

  @Test func durationsThatTheClassicProgramIgnoresAreCounted() {
    func note(_ lines: String) -> String? { Triggered.Export.noteOnDurations(in: Array(lines.utf8)) }
    #expect(note("192.0.2.1\ttrigger\ta\t3\n192.0.2.2\ttrigger\tb\t0\n") == nil)
    #expect(
      note("192.0.2.1\ttrigger\ta\t3\n192.0.2.2\ttrigger\tb\t7200s\n")
        == "note: 1 entry with a duration such as 7200s: the classic program knows its seven only, and ignores others")
    #expect(note("192.0.2.1\ttrigger\ta\t90s\n192.0.2.2\ttrigger\tb\t7200s\n")?.hasPrefix("note: 2 entries") == true)
  }

  // MARK: Replay

  @Test func aReplayStartsWithTheAddressesOfAList() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write(
      "a.plist",
      "{ rules = ( { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; } ); }")
    let list = try folder.write(
      "list.tsv", "# scanners\r203.0.113.64-203.0.113.67\r203.0.113.66/20\tinvalid\r")
    let scan = TestFiles.path("Samples/port-scan.pcap")
    let run = try await Program.sentry.run([
      "replay", "--format", "json", "--local", "192.0.2.10", "--triggers", list, document, scan,
    ])
    #expect(run.status == 0)
    let report = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let tables = try #require(report["tables"] as? [String: [[String: Any]]])
    let entry = try #require(tables["trigger"]?.first)
    #expect(entry["address"] as? String == "203.0.113.64/30")
    #expect(entry["triggeredBy"] as? String == "scanners")
    #expect(tables["invalid"]?.map { $0["address"] as? String } == ["203.0.112.0/20"])
    // 2026-01-15 09:00:00 UTC, when the capture begins (Samples/README.md).
    #expect(tables["invalid"]?.map { $0["lastTime"] as? Int } == [1_768_467_600])
    let scanners = try await Program("tcpdump").run(["-nn", "-r", scan, "src net 203.0.113.64/30"])
    let count = scanners.output.split(separator: "\n").count
    #expect(count > 50)
    #expect(entry["matchCount"] as? Int == count)
    #expect((report["verdicts"] as? [String: Int])?["delete"] == count)
  }

  @Test func aListThatCannotBeReadWholeIsNotReplayed() async throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("list.tsv", "203.0.113.64\n192.0.2.300\n")
    let run = try await Program.sentry.run([
      "replay", "--local", "192.0.2.10", "--triggers", list, TestFiles.path("Documents/Default.plist"),
      TestFiles.path("Samples/port-scan.pcap"),
    ])
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("\(list):2:1: error: "))
    #expect(run.errors.hasSuffix("sentry: \(list): 1 line cannot be read; nothing was replayed\n"))
  }

  // MARK: The guide

  @Test func exampleOfTheGuideIsRead() throws {
    let text = try String(contentsOfFile: TestFiles.path("docs/Tables.md"), encoding: .utf8)
    let blocks = text.components(separatedBy: "```tsv\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let list = AddressList(
        reading: Array(block.utf8), defaults: AddressList.Defaults(duration: AddressDuration(seconds: 3_600)))
      #expect(list.findings.map(\.message) == [])
      #expect(list.entries.count > 3)
    }
  }
}
