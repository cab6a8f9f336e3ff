import Foundation
import Logging
import SentryControl
import SentryJournal
import SentryTestSupport
import Testing

@testable import SentryCommands
@testable import SentryService

/// Both ends of the control socket in one process, on a real socket.
@Suite struct LiveSocketTests {
  private static let document = "{ rules = ( { nodeName = all; enabled = 1; filterActionName = Log; } ); }"

  /// Serves a daemon that watches nothing at a socket in a folder of its own.
  private func withServer(_ body: (SentryDaemon, String) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await serve(at: folder.path("sentry.sock"), body)
  }

  private func serve(at path: String, _ body: (SentryDaemon, String) async throws -> Void) async throws {
    try await serve(at: SocketFile(path: path), body)
  }

  private func serve(at socket: SocketFile, _ body: (SentryDaemon, String) async throws -> Void) async throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let path = socket.path
    try await socket.prepare()
    let daemon = try await SentryDaemon.start(
      SubmittedDocument(name: "a.plist", reading: Array(Self.document.utf8)), interfaces: [],
      intake: .none, log: log)
    let journal = Task { await daemon.journal.run() }
    let server = Task { [log] in try await ControlServer(daemon: daemon, socket: socket, log: log).run() }
    var failure: (any Error)?
    do {
      try await waitUntil("the server answers") { (try? await Self.status(at: path)) != nil }
      try await body(daemon, path)
    } catch {
      failure = error
    }
    server.cancel()
    _ = await server.result
    await daemon.stop()
    await journal.value
    #expect(!FileManager.default.fileExists(atPath: path), "the socket goes with its server")
    if let failure { throw failure }
  }

  private static func status(at path: String) async throws -> StatusReply {
    try await ControlClient.connected(to: path) { try await $0.get(ControlPath.status) }
  }

  @Test func onlyOwnerAndGroupMayUseTheSocket() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run/sentry.sock")
    try await serve(at: SocketFile(path: path, usualPath: path)) { _, path in
      try await waitUntil("the socket has its permissions") { try Self.permissions(of: path) == 0o660 }
      #expect(try Self.permissions(of: folder.path("run")) == 0o750)
    }
  }

  @Test func aFolderThatSomebodyNamedMustBeThere() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("rnu/sentry.sock")
    await #expect(
      throws: DaemonError.socketUnusable(path: path, reason: "there is no folder \(folder.path("rnu"))")
    ) {
      try await SocketFile(path: path).prepare()
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("rnu")))
  }

  private static func permissions(of path: String) throws -> Int? {
    try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
  }

  @Test func livingSocketIsNotTakenOver() async throws {
    try await withServer { _, path in
      await #expect(throws: DaemonError.socketInUse(path: path)) { try await SocketFile(path: path).prepare() }
      let status = try await Self.status(at: path)
      #expect(status.mode == "monitor")
    }
  }

  @Test func socketOfADeadDaemonIsNoObstacle() async throws {
    let folder = try TemporaryFolder()
    let stale = folder.path("stale.sock")
    // Made by another process: programs that other tests start would keep one of ours open for a while.
    try await Program("python3").run(
      ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", stale])
    #expect(FileManager.default.fileExists(atPath: stale))
    try await serve(at: stale) { _, path in #expect(path == stale) }
  }

  @Test func fileThatIsNoSocketIsLeftAlone() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("sentry.sock", "precious")
    await #expect(throws: DaemonError.socketUnusable(path: path, reason: "there is something else at that path")) {
      try await SocketFile(path: path).prepare()
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  /// A clean-up that goes too far must not leave a firewall that nobody can tell anything.
  @Test func aSocketThatIsRemovedComesBack() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run/sentry.sock")
    try await serve(at: SocketFile(path: path, usualPath: path)) { _, path in
      for gone in [path, folder.path("run")] {
        try FileManager.default.removeItem(atPath: gone)
        try await waitUntil("it listens again") { (try? await Self.status(at: path)) != nil }
      }
      try await waitUntil("the socket has its permissions") { try Self.permissions(of: path) == 0o660 }
    }
  }

  /// Another may have begun where ours was removed: it stays when we end.
  @Test func whatTookItsPlaceStays() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("sentry.sock", "")
    let ours = try #require(FileIdentity(of: path))
    try FileManager.default.moveItem(atPath: try folder.write("other", ""), toPath: folder.path("third"))
    try FileManager.default.moveItem(atPath: path, toPath: folder.path("moved"))
    try FileManager.default.moveItem(atPath: folder.path("third"), toPath: path)
    SocketFile(path: path).remove(ours)
    #expect(FileManager.default.fileExists(atPath: path))
    SocketFile(path: path).remove(try #require(FileIdentity(of: path)))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func pathTooLongForASocketIsSaid() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    await #expect(throws: DaemonError.socketUnusable(path: path, reason: "the path is too long for a socket")) {
      try await SocketFile(path: path).prepare()
    }
  }

  @Test func withoutADaemonTheClientSaysSoAtOnce() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("sentry.sock")
    let failure = await #expect(throws: CommandFailure.self) { try await Self.status(at: path) }
    #expect(failure?.status == .noDaemon)
    #expect(failure?.message?.contains("sentry run -i eth0 --socket \(path)") == true)
  }

  @Test func documentGoesThereAndBack() async throws {
    try await withServer { _, path in
      let text = "{ rules = ( { nodeName = \"größer & kleiner\"; enabled = 1; } ); } // ende\n"
      let (reply, active) = try await ControlClient.connected(to: path) { client in
        let reply: ApplyReply = try await client.put(
          ControlPath.rules, query: [ControlPath.documentName: "my rules & more.plist"], body: Data(text.utf8))
        return (reply, try await client.get(ControlPath.rules, as: ActiveRulesReply.self))
      }
      #expect(reply.applied)
      #expect(active.text == text)
      #expect(active.document.name == "my rules & more.plist")
      #expect(active.rules.map(\.name) == ["größer & kleiner"])
    }
  }

  @Test func daemonsReasonReachesTheCaller() async throws {
    try await withServer { _, path in
      let failure = await #expect(throws: CommandFailure.self) {
        try await ControlClient.connected(to: path) { try await $0.get("/v1/tables/friends", as: TableReply.self) }
      }
      #expect(failure?.status == .inputOutput)
      #expect(failure?.message?.contains("friends") == true)
    }
  }

  @Test func followedLogGoesOnAndEndsWithTheDaemon() async throws {
    try await withServer { daemon, path in
      _ = try await daemon.setEnabled(false)
      let (lines, heard) = AsyncStream.makeStream(of: String.self)
      let follower = Task {
        try await ControlClient.connected(to: path) { client in
          try await client.lines(of: ControlPath.log, query: [ControlPath.follow: "1"]) {
            heard.yield(String(decoding: $0, as: UTF8.self))
          }
        }
        heard.finish()
      }
      var iterator = lines.makeAsyncIterator()
      #expect(await iterator.next()?.contains("firewall off") == true)
      _ = try await daemon.setEnabled(true)
      #expect(await iterator.next()?.contains("firewall on") == true)
      await daemon.stop()
      #expect(await iterator.next() == nil)
      try await follower.value
    }
  }

  // MARK: Editing what runs

  private static func options(_ path: String) throws -> EditOptions { try EditOptions.parse(["--socket", path]) }

  @Test func runningRulesAreEditedInTheirOwnText() async throws {
    try await withServer { daemon, path in
      try await RuleSwitch.set(false, ["all"], in: nil, options: Self.options(path))
      var active = try await daemon.activeRules()
      #expect(active.text == Self.document.replacing("enabled = 1", with: "enabled = 0"))
      #expect(active.document.generation == 2)
      try await RuleSwitch.set(false, ["1"], in: nil, options: Self.options(path))
      active = try await daemon.activeRules()
      #expect(active.document.generation == 2, "what changes nothing is not applied")
      let new = try New.parse(["--running", "--socket", path, "--before", "1", "--name", "first"])
      try await new.run()
      active = try await daemon.activeRules()
      #expect(active.rules.map(\.name) == ["first", "all"])
      #expect(active.document.name == "a.plist")
      let edits = try #require(active.document.edits)
      #expect(edits.count == 2)
      #expect(edits.last == "rule 1 is new")
      #expect(daemon.journal.recent().last?.message?.hasPrefix("a.plist edited while in force: rule 1 is new;") == true)
      let move = try Move.parse(["--running", "--socket", path, "first", "--after", "2"])
      try await move.run()
      let delete = try Delete.parse(["--running", "--socket", path, "1"])
      try await delete.run()
      active = try await daemon.activeRules()
      #expect(active.rules.map(\.name) == ["first"])
    }
  }

  /// RFC 9110 §10.1.1. Without it curl waits a second before it sends the document.
  @Test(.enabled(if: Program("curl").isThere, "needs curl"))
  func clientsThatAskBeforeTheySendAreToldToGoOn() async throws {
    try await withServer { _, path in
      let upload = try await Program("curl").run([
        "--silent", "--show-error", "--fail", "--verbose", "--header", "Expect: 100-continue", "--unix-socket", path,
        "--request", "PUT", "--data-binary", Self.document, "http://localhost/v1/rules?name=b.plist",
      ])
      #expect(upload.status == 0, "\(upload.errors)")
      #expect(upload.errors.contains("< HTTP/1.1 100 Continue"))
    }
  }

  @Test func somebodyElsesApplyInBetweenIsAConflict() async throws {
    try await withServer { daemon, path in
      let session = EditSession(subject: .running, options: try Self.options(path))
      let other = SubmittedDocument(name: "b.plist", reading: Array("( { nodeName = theirs; enabled = 1; } )".utf8))
      let failure = await #expect(throws: CommandFailure.self) {
        try await ControlClient.connected(to: path) { client in
          let before: ActiveRulesReply = try await client.get(ControlPath.rules)
          _ = try await daemon.apply(other)
          try await session.apply(Array("()".utf8), after: "rule 1 deleted", over: before.document, with: client)
        }
      }
      #expect(failure?.message?.contains("changed meanwhile") == true)
      let active = try await daemon.activeRules()
      #expect(active.rules.map(\.name) == ["theirs"])
    }
  }

  @Test func refusedEditsLeaveTheRunningRules() async throws {
    try await withServer { daemon, path in
      await #expect(throws: CommandFailure.self) {
        try await RuleSwitch.set(true, ["2"], in: nil, options: Self.options(path))
      }
      let active = try await daemon.activeRules()
      #expect(active.document.generation == 1)
    }
  }
}
