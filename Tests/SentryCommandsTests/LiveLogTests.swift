import Foundation
import SentryControl
import SentryJournal
import SentryTestSupport
import Testing

/// A running daemon that writes its log to all places at once.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveLogTests {
  private static let document = """
    { rules = ( { nodeName = probe; enabled = 1; propertyName = "Dest port"; propertyValue = 9; filterActionName = Log; } ); }
    """

  private func send(_ count: Int, on cable: Cable) async throws {
    let script = "for i in $(seq \(count)); do echo x > /dev/udp/127.0.0.1/9; done; true"
    _ = try await cable.run(at: .watched, "bash", "-c", script)
  }

  private func entries(_ lines: [String]) -> [LogEntry] {
    lines.compactMap { line in
      guard case .entry(let entry) = LogReader().read(line[...]) else { return nil }
      return entry
    }
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private func ports(_ entries: [LogEntry]) -> [String] { entries.compactMap(\.source) }

  @Test(.timeLimit(.minutes(12)))
  func eachPlaceHasWhatTheOthersHave() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("rules.plist", Self.document)
    let syslog = try DatagramReader(at: folder.path("syslog"))
    let journal = try DatagramReader(at: folder.path("journal"))
    let places = [
      folder.path("text.log"), folder.path("plist.log:plist"), folder.path("ipfw.log:ipfw"), folder.path("eve.log:eve"),
      "stdout:json", "syslog:" + folder.path("syslog"), "journal:" + folder.path("journal"),
    ]
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      let daemon = try await LiveDaemon.start(
        on: cable, document, in: folder, interfaces: ["lo"], options: places.flatMap { ["--log", $0] })
      try await send(20, on: cable)
      var (system, records): ([[UInt8]], [[UInt8]]) = ([], [])
      try await waitUntil("all is written everywhere") {
        // The system lets no more than a few datagrams wait.
        system += syslog.all()
        records += journal.all()
        return try await daemon.status().log?.places.allSatisfy { $0.written >= 20 } == true
      }
      #expect(try await daemon.sentry("status").output.contains("log to     \(folder.path("eve.log")) (eve): "))
      _ = kill(daemon.program.number, SIGTERM)
      let run = try await daemon.program.waitForEnd(within: .seconds(20))
      #expect(run.status == 0)

      let text = try entries(lines(folder.path("text.log"))).filter { $0.message == nil }
      #expect(text.count == 20)
      for name in ["plist.log", "ipfw.log", "eve.log"] {
        #expect(try ports(entries(lines(folder.path(name)))) == ports(text), "\(name)")
      }
      #expect(ports(entries(run.output.split(separator: "\n").map(String.init))) == ports(text))
      let systemLines = (system + syslog.all()).map { datagram in
        let rest = String(decoding: datagram, as: UTF8.self).drop { $0 != ">" }.dropFirst()
        return "\(rest.prefix(15)) gw\(rest.dropFirst(15))"
      }
      #expect(ports(entries(systemLines)) == ports(text))
      let fields = (records + journal.all()).map { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
      let sources = fields.compactMap { lines in lines.first { $0.hasPrefix("SENTRY_SOURCE_PORT=") } }
      #expect(sources.map { "127.0.0.1:" + $0.dropFirst("SENTRY_SOURCE_PORT=".count) } == ports(text))
      // One summary, whatever the form.
      let summaries = try await ["text.log", "plist.log", "ipfw.log", "eve.log"].asyncMap {
        try await Program.sentry.run(["log", "summary", folder.path($0)]).output
      }
      #expect(Set(summaries).count == 1)
      #expect(summaries[0].contains("UDP discard"))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func theLogIsSwitchedOffAndOnAndItsFileMoved() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("rules.plist", Self.document)
    let path = folder.path("a.log")
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      let daemon = try await LiveDaemon.start(
        on: cable, document, in: folder, interfaces: ["lo"], options: ["--log", path])
      #expect(try await daemon.sentry("log", "off").output == "the log is off\n")
      #expect(try await daemon.sentry("log", "off").output == "the log was off already\n")
      let before = try await daemon.matches(ofRule: "1")
      try await send(5, on: cable)
      try await waitUntil("the rule goes on") { try await daemon.matches(ofRule: "1") >= before + 5 }
      try await waitUntil("entries are left out") { try await daemon.status().log?.unwritten == 5 }
      #expect(try await daemon.sentry("status").output.contains("log        off: what rules log is not written"))
      #expect(try await daemon.sentry("log").output.split(separator: "\n").count == 1)
      #expect(try await daemon.sentry("log", "on").output == "the log is on\n")

      let told = ["log off: what rules log is not written", "log on"]
      try await waitUntil("both are told") { try lines(path).map { String($0.dropFirst(21)) } == told }
      try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
      #expect(kill(daemon.program.number, SIGHUP) == 0)
      // What comes before the daemon has heard the signal still goes to the file that was moved.
      var sent = 0
      try await waitUntil("a fresh file is begun") {
        try await send(1, on: cable)
        sent += 1
        return FileManager.default.fileExists(atPath: path)
      }
      try await waitUntil("all is in the one or the other") {
        try lines(path).count + lines(path + ".moved").count == sent + 2
      }
      #expect(try lines(path + ".moved").prefix(2).map { String($0.dropFirst(21)) } == told)
      #expect(try await daemon.program.stop() == 0)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aFloodIsBoundedAndTold() async throws {
    let folder = try TemporaryFolder()
    let document = try folder.write("rules.plist", Self.document)
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      let daemon = try await LiveDaemon.start(
        on: cable, document, in: folder, interfaces: ["lo"],
        options: ["--log", folder.path("a.log"), "--log-limit", "1"])
      try await send(200, on: cable)
      try await waitUntil("what is too much is left out") { try await daemon.status().log?.suppressed ?? 0 > 150 }
      #expect(try await daemon.sentry("status").output.contains(" log entries beyond 1 a second of a rule"))
      #expect(try await daemon.program.stop() == 0)
      let entries = try entries(lines(folder.path("a.log")))
      let written = entries.count { $0.message == nil }
      #expect((5..<50).contains(written))
      #expect(entries.last?.message?.hasPrefix("1 probe: \(200 - written) entries suppressed in ") == true)
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var results: [T] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}

@Suite struct LogPlaceOptionsTests {
  @Test(arguments: [
    ("--log nowhere", "'nowhere' is no place for a log; expected stdout, syslog, journal, or a file with its path"),
    ("--log ./x.log:yaml", "'yaml' is no form of the log; expected text, plist, ipfw, eve, json"),
    ("--log journal:eve", "the journal has fields of its own; leave the form out"),
    ("--log ./x.log --log ./x.log:eve", "the log is written to ./x.log once only"),
    ("--log stdout --log-files 3", "--log-files says something of log files only"),
    ("--log ./x --log-rotate never --log-file-size 1M", "--log-rotate never leaves old files to others"),
    ("--log ./x --log-file-size 12", "'12' is no size; expected 512K, 64M, 2G or the like"),
    ("--log ./x --log-files 1000", "expected a number from 0 to 999"),
    ("--log-limit 0", "expected a number from 1 to 1000000, or unlimited"),
    ("--log ./x --log-rotate weekly", "weekly"),
  ])
  func aPlaceThatIsNoneIsAUsageError(_ options: String, _ message: String) async throws {
    let run = try await Program.sentry.run(["run"] + options.split(separator: " ").map(String.init))
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
