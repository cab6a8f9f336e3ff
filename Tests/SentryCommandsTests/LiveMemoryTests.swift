import Foundation
import SentryControl
import SentryJournal
import SentryTestSupport
import Testing

/// What outlives a daemon that nobody asked to end, and what people ask of it afterwards.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("python3").isThere, LiveQueue.needs))
struct LiveMemoryTests {
  /// `SENTRY_KILLS=100` for a thorough run.
  private static let kills = ProcessInfo.processInfo.environment["SENTRY_KILLS"].flatMap { Int($0) } ?? 6

  /// Sends datagrams from one address after the other, some hundreds a second, and notes when.
  private static let sender = """
    import socket, sys, time
    with open(sys.argv[1], 'w', buffering=1) as notes:
        for number in range(1 << 22):
            source = f'127.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}'
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                out.bind((source, 0))
                now = time.time()
                out.sendto(b'x', ('127.0.0.1', 9))
            notes.write(f'{source} {now}\\n')
            time.sleep(0.001)
    """

  private static let document = """
    { rules = ( { nodeName = probe; enabled = 1; propertyName = "Dest port"; propertyValue = 9; filterActionName = Trigger; },
                { nodeName = rest; enabled = 1; propertyName = Protocol; propertyValue = UDP; filterActionName = Log; } );
      settings = { triggersPerMinute = unlimited; }; }
    """

  private func now() -> Double { Date().timeIntervalSince1970 }

  @Test(.timeLimit(.minutes(10)))
  func killedAtAnyMomentOnlyTheLastSecondIsMissing() async throws {
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      let folder = try TemporaryFolder()
      let document = try folder.write("rules.plist", Self.document)
      let sender = try cable.start(at: .watched, "python3", "-c", Self.sender, folder.path("sent"))
      var random = SplitMix64(state: 20_261_122)
      var lives: [ClosedRange<Double>] = []
      for _ in 0..<Self.kills {
        let daemon = try await LiveDaemon.start(
          on: cable, document, in: folder, interfaces: ["lo"], options: ["--state-directory", folder.url.path])
        let start = now()
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...2_500, using: &random)))
        lives.append(start...now())
        try await daemon.program.kill()
      }
      try await sender.kill()
      try checkMemory(in: folder, of: lives)
    }
  }

  /// All that was sent while a daemon lived, but in its last second, is in the log and in the table.
  private func checkMemory(in folder: TemporaryFolder, of lives: [ClosedRange<Double>]) throws {
    let reader = try StoreReader(path: Store.path(in: folder.url.path))
    var logged: Set<Substring> = []
    try reader.forEachEntry(EventFilter(), limit: nil) { entry in
      if let source = entry.source { logged.insert(Substring(source.prefix { $0 != ":" })) }
    }
    let triggered = Set(try reader.contents().tables[.trigger, default: []].map { $0.entry.range.description[...] })
    let lines = try String(contentsOfFile: folder.path("sent"), encoding: .utf8).split(separator: "\n")
    var expected = 0
    for line in lines.dropLast() {
      let words = line.split(separator: " ")
      guard let source = words.first, let time = words.last.flatMap({ Double($0) }),
        lives.contains(where: { $0.lowerBound <= time && time <= $0.upperBound - 1 })
      else { continue }
      expected += 1
      if !logged.contains(source) { Issue.record("\(source), sent at \(time), is not in the log") }
      if !triggered.contains(source) { Issue.record("\(source), sent at \(time), is not in the table") }
    }
    #expect(expected > 100, "of \(lines.count) datagrams")
  }

  @Test func theLogIsAskedWithAndWithoutADaemon() async throws {
    try await Cable.with(.onlyTests) { cable in
      _ = try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      let folder = try TemporaryFolder()
      let document = try folder.write("rules.plist", Self.document)
      let options = ["--state-directory", folder.url.path]
      let send = "for a in 1 2; do for p in 9 10; do echo x > /dev/udp/127.0.0.$a/$p; done; done; true"
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder, interfaces: ["lo"], options: options)
      _ = try await cable.run(at: .watched, "bash", "-c", send)
      let running = ["log", "--address", "127.0.0.2", "--verdict", "log"]
      try await waitUntil("both datagrams are logged") {
        try await daemon.sentry("log", "--rule", "rest").output.split(separator: "\n").count == 2
      }
      let asked = try await Program.sentry.run(running, environment: ["SENTRY_SOCKET": daemon.socket])
      #expect(asked.output.contains("packet logged 2 rest  UDP 127.0.0.1:"))
      #expect(asked.output.split(separator: "\n").count == 1)
      let status = try await daemon.status()
      #expect(status.memory?.problem == nil)
      #expect(status.memory?.path == Store.path(in: folder.url.path))
      #expect(try await daemon.sentry("status").output.contains("memory     \(folder.url.path)/sentry.db: 0 MB, "))
      #expect(try await daemon.program.stop() == 0)

      let left = try await Program.sentry.run(running + options, environment: [:])
      #expect(left.output == asked.output)
      let json = try await Program.sentry.run(running + options + ["--format", "json"], environment: [:])
      let entry = try JSONDecoder().decode(LogEntry.self, from: Data(json.output.utf8))
      #expect(entry.destination == "127.0.0.2:10")
      let latest = try await Program.sentry.run(["log", "-n", "1"] + options, environment: [:])
      #expect(latest.output.split(separator: "\n").count == 1)
    }
  }

  /// Without a document, the one that was applied last is the one to start with.
  @Test func theDocumentAppliedLastIsTakenAgain() async throws {
    try await Cable.with(.onlyTests) { cable in
      let folder = try TemporaryFolder()
      let options = ["--state-directory", folder.url.path]
      let first = try folder.write("first.plist", Self.document)
      let second = try folder.write("second.plist", Self.document.replacingOccurrences(of: "rest", with: "others"))
      let daemon = try await LiveDaemon.start(on: cable, first, in: folder, options: options)
      #expect(try await daemon.sentry("apply", second).status == 0)
      try await waitUntil("the document is on the disk") {
        try StoreReader(path: Store.path(in: folder.url.path)).documents().count == 2
      }
      try await daemon.program.kill()
      try FileManager.default.removeItem(atPath: second)
      let program = try Program("ip").start(
        ["netns", "exec", cable.watched, Program.sentry.path, "run", "--socket", daemon.socket, "-i", "cable0"]
          + options)
      let again = LiveDaemon(program: program, socket: daemon.socket, folder: folder)
      try await waitUntil("the daemon answers") { try await again.sentry("status").status == 0 }
      #expect(try await again.sentry("show-active").output.contains("nodeName = others"))
      #expect(program.errors.contains("by \(second) as root applied it at "), "\(program.errors)")
      #expect(try await program.stop() == 0)
    }
  }

  /// Whoever comes back to another firewall than he left must be told.
  @Test func aDocumentThatIsLostIsMissed() async throws {
    try await Cable.with(.onlyTests) { cable in
      let folder = try TemporaryFolder()
      _ = try folder.write("sentry.db", String(repeating: "no database at all ", count: 300))
      let socket = folder.path("sentry.sock")
      let program = try Program("ip").start([
        "netns", "exec", cable.watched, Program.sentry.path, "run", "--socket", socket, "-i", "cable0",
        "--state-directory", folder.url.path,
      ])
      let daemon = LiveDaemon(program: program, socket: socket, folder: folder)
      try await waitUntil("the daemon answers") { try await daemon.sentry("status").status == 0 }
      let warning =
        "warning: \(folder.path("sentry.db")) is damaged: file is not a database: a document that was applied last is lost"
      #expect(program.errors.contains(warning), "\(program.errors)")
      #expect(try await program.stop() == 0)
    }
  }

  @Test func withoutADirectoryThatIsSaidAndNothingElseHappens() async throws {
    try await Cable.with(.onlyTests) { cable in
      try await LiveDaemon.with(on: cable, options: ["--state-directory", "/nowhere/at/all"]) { daemon in
        let warning =
          "nothing is kept on disk, until that is possible: /nowhere/at/all/sentry.db cannot be used: "
          + "the directory /nowhere/at/all: No such file or directory"
        #expect(daemon.program.errors.contains(warning))
        let log = try await daemon.sentry("log")
        #expect(log.errors.contains("only the latest entries: nothing is kept on disk"))
        #expect(try await daemon.sentry("status").output.contains("nothing is kept on disk: /nowhere/at/all"))
      }
    }
  }
}

@Suite struct LogCommandTests {
  @Test(arguments: [
    ("--last 0", "expected a number from 1"), ("--last -3", "expected a number from 1"),
    ("--all --last 3", "--all and --last contradict each other"),
    ("--follow --all", "--follow begins with what the daemon has at hand"),
    ("--address nobody", "'nobody' is no address"), ("--verdict maybe", "maybe"),
    ("--since yesterday", "'yesterday' is no moment; expected 2026-11-22"),
  ])
  func badQuestionsAreUsageErrors(_ options: String, _ message: String) async throws {
    let run = try await Program.sentry.run(["log"] + options.split(separator: " ").map(String.init))
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func aDatabaseThatIsNotThereIsNamed() async throws {
    let run = try await Program.sentry.run(["log", "--state-directory", "/nowhere"])
    #expect(run.status == 66)
    #expect(run.errors == "sentry: there is no /nowhere/sentry.db\n")
  }

  @Test func whatIsNoDatabaseIsNamed() async throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("sentry.db", String(repeating: "no database at all ", count: 300))
    let run = try await Program.sentry.run(["log", "--state-directory", folder.url.path])
    #expect(run.status == 65)
    #expect(run.errors == "sentry: \(folder.url.path)/sentry.db is damaged: file is not a database\n")
  }
}
