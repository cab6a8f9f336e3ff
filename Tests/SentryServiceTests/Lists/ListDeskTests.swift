import Foundation
import SentryControl
import SentryEngine
import SentryNotifier
import SentryPacket
import SentryProcesses
import SentryState
import SentryTestSupport
import Testing

@testable import SentryService

/// Lists that a document follows, through a daemon.
@Suite struct ListDeskTests {
  private let folder: TemporaryFolder
  private let memory: MemoryOptions

  init() throws {
    folder = try TemporaryFolder()
    memory = MemoryOptions(directory: folder.path("state"))
    try FileManager.default.createDirectory(atPath: folder.path("state"), withIntermediateDirectories: true)
  }

  private static var options: NotificationOptions {
    get throws {
      var options = NotificationOptions()
      options.command = HelperCommand(path: try Program.sentry.path, arguments: ["sentry", "notifier"])
      return options
    }
  }

  private static func document(_ lists: String, settings: String = "") -> String {
    """
    { rules = ( { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23;
        filterActionName = Trigger; },
      { nodeName = blocked; enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; } );
      lists = ( \(lists) ); settings = { \(settings) }; }
    """
  }

  private func file(_ name: String, _ more: String = "") -> String {
    "{ name = \(name); source = \"\(folder.path(name))\"; \(more) }"
  }

  private func withFollower(
    _ lists: String, settings: String = "", _ body: (SentryDaemon) async throws -> Void
  ) async throws {
    try await withDaemon(
      Self.document(lists, settings: settings), memory: memory, notifications: try Self.options, body)
  }

  private func submitted(_ lists: String) -> SubmittedDocument {
    SubmittedDocument(name: "next.plist", reading: Array(Self.document(lists).utf8))
  }

  @Test func entriesComeAndGoWithTheList() async throws {
    _ = try folder.write("bad", "192.0.2.1\n198.51.100.0/24\n")
    try await withFollower(file("bad")) { daemon in
      try await daemon.expectRefreshed()
      #expect(try await daemon.triggered() == ["192.0.2.1": "list bad", "198.51.100.0/24": "list bad"])
      try await daemon.judge(Packets.udp(from: "198.51.100.9"))
      #expect(try await daemon.status().verdicts["delete"] == 1)
      let before = try #require(try await daemon.table(.trigger).entries.last)
      #expect(before.matchCount == 1 && before.duration == nil)

      _ = try folder.write("bad", "198.51.100.0/24\n203.0.113.1\n")
      try await daemon.expectRefreshed()
      #expect(try await daemon.triggered() == ["203.0.113.1": "list bad", "198.51.100.0/24": "list bad"])
      // What stays in the list is not touched.
      #expect(try await daemon.table(.trigger).entries.contains(before))
    }
  }

  @Test func whatOthersHaveEnteredIsTheirs() async throws {
    _ = try folder.write("bad", "192.0.2.1\n192.0.2.2\n192.0.2.3\n")
    try await withFollower(file("bad"), settings: "triggerDuration = 1234;") { daemon in
      try await daemon.add(by: "a person", "192.0.2.1")
      try await daemon.expectRefreshed()
      #expect(await daemon.list("bad").others == 1)
      try await daemon.judge(Packets.telnet(from: "192.0.2.2"))
      _ = try folder.write("bad", "203.0.113.1\n")
      try await daemon.expectRefreshed()
      #expect(
        try await daemon.triggered() == [
          "192.0.2.1": "a person", "192.0.2.2": "1 telnet", "203.0.113.1": "list bad",
        ])
      // The list's time without end is not the rule's.
      let durations = try await daemon.table(.trigger).entries.map(\.duration)
      #expect(durations == [nil, 1_234, nil])
    }
  }

  @Test func anAddressOfTwoListsStaysWithTheOther() async throws {
    _ = try folder.write("one", "192.0.2.1\n192.0.2.2\n")
    _ = try folder.write("two", "192.0.2.2\n192.0.2.3\n")
    try await withFollower("\(file("one")), \(file("two"))") { daemon in
      try await daemon.expectRefreshed()
      #expect(try await daemon.triggered().count == 3)
      try await daemon.expectApplied(submitted(file("two")))
      #expect(try await daemon.triggered() == ["192.0.2.2": "list two", "192.0.2.3": "list two"])
      try await daemon.expectApplied(submitted(file("two", "enabled = 0;")))
      #expect(try await daemon.triggered().isEmpty)
    }
  }

  @Test func anApplyChangesOnlyWhatDiffers() async throws {
    for name in ["one", "two", "three"] { _ = try folder.write(name, "192.0.2.\(name.utf8.count)\n") }
    _ = try folder.write("two", "198.51.100.1\n")
    try await withFollower("\(file("one")), \(file("two"))") { daemon in
      try await daemon.expectRefreshed()
      let before = await daemon.list("two")
      try await daemon.expectApplied(submitted("\(file("two")), \(file("three"))"))
      try await daemon.expectRefreshed(["three"])
      #expect(try await daemon.triggered() == ["198.51.100.1": "list two", "192.0.2.5": "list three"])
      #expect(await daemon.list("two").checkedTime == before.checkedTime)
      #expect(!FileManager.default.fileExists(atPath: folder.path("state/lists/one.list")))
    }
  }

  @Test func theCopyComesBackAndStaysWithoutItsSource() async throws {
    _ = try folder.write("bad", "192.0.2.1\n192.0.2.2\n")
    try await withFollower(file("bad")) { try await $0.expectRefreshed() }
    let copy = folder.path("state/lists/bad.list")
    let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
    #expect(mode == 0o640)
    try FileManager.default.removeItem(atPath: folder.path("bad"))
    try await withFollower(file("bad")) { daemon in
      #expect(try await daemon.triggered().count == 2)
      let reply = try await daemon.refreshLists([])
      let list = try #require(reply.lists.first)
      #expect(list.problem == "\(folder.path("bad")): No such file or directory" && list.problemSince != nil)
      #expect(list.entries == 2)
      #expect(try await daemon.triggered().count == 2)
    }
    // Nobody follows it any more.
    try await withFollower("") { daemon in
      let triggered = try await daemon.triggered()
      #expect(triggered.isEmpty)
    }
  }

  @Test func aDamagedCopyIsNotUsed() async throws {
    _ = try folder.write("bad", "192.0.2.1\n")
    try await withFollower(file("bad")) { try await $0.expectRefreshed() }
    _ = try folder.write("state/lists/bad.list", "{}\n192.0.2.9\n")
    try await withFollower(file("bad")) { daemon in
      #expect(try await daemon.triggered().isEmpty)
      try await daemon.expectRefreshed()
      #expect(try await daemon.triggered() == ["192.0.2.1": "list bad"])
    }
  }

  @Test(arguments: [
    ("", "it is empty, where it had 2 entries"),
    ("# nothing\n", "it is empty, where it had 2 entries"),
    (
      "<html>\n<p>Not found\n",
      "it is no list in the form 'plain': 2 lines of 2 cannot be read, the first: line 1 names no address"
    ),
    ("192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n", "it has 4 entries, more than the 3 of atMost"),
  ])
  func whatCannotBeTheListIsRefused(_ text: String, _ problem: String) async throws {
    _ = try folder.write("bad", "192.0.2.1\n192.0.2.2\n")
    try await withFollower(file("bad", "atMost = 3;")) { daemon in
      try await daemon.expectRefreshed()
      _ = try folder.write("bad", text)
      let list = try #require(try await daemon.refreshLists(["bad"]).lists.first)
      #expect(list.problem == problem)
      #expect(try await daemon.triggered().count == 2)
      let said = "list bad: \(problem); the copy before stays in force, 2 entries"
      try await waitUntil("the log says so") { daemon.journal.recent().contains { $0.message == said } }
      _ = try folder.write("bad", "192.0.2.7\n")
      try await daemon.expectRefreshed()
      #expect(await daemon.list("bad").problem == nil)
      #expect(try await daemon.triggered() == ["192.0.2.7": "list bad"])
    }
  }

  @Test func whoIsProtectedIsNotTriggered() async throws {
    _ = try folder.write("bad", "192.0.2.1\n198.51.100.0/24\n127.0.0.0/8\n203.0.113.1\n")
    try await withFollower(file("bad"), settings: "protected = \"192.0.2.1, 198.51.100.7\";") { daemon in
      try await daemon.expectRefreshed()
      #expect(try await daemon.triggered() == ["203.0.113.1": "list bad"])
      #expect(await daemon.list("bad").protected == 3)
    }
  }

  @Test func aFileThatIsNoneIsNotRead() async throws {
    try await withFollower("{ name = bad; source = \"/dev/zero\"; }") { daemon in
      let list = try await daemon.refreshLists([]).lists.first
      #expect(list?.problem == "/dev/zero: it is no file")
    }
  }

  @Test func unknownListsAreTold() async throws {
    try await withFollower(file("bad", "enabled = 0;")) { daemon in
      await #expect(throws: ListDesk.UnknownList(message: "no list is called 'x': there are bad")) {
        try await daemon.refreshLists(["x"])
      }
      await #expect(throws: ListDesk.UnknownList(message: "list bad is not enabled")) {
        try await daemon.refreshLists(["bad"])
      }
    }
  }

  /// By the process without rights; the server's tag outlives the daemon.
  @Test(.enabled(if: Program.sentry.isThere && ListServer.isPossible, "needs the built program and Python"))
  func pagesAreFetchedOnceAndAskedFor() async throws {
    let server = try await ListServer("192.0.2.1 ; SBL1\n")
    let lists = "{ name = drop; source = \"\(server.url("list"))\"; format = drop; refresh = 12h; }"
    try await withFollower(lists) { daemon in
      try await daemon.expectRefreshed()
      try await daemon.expectRefreshed()
      #expect(await daemon.list("drop").lastAnswer == "unchanged")
      #expect(server.requests.count == 2 && server.requests[0] == "/list None" && server.requests[1] != "/list None")
    }
    try await withFollower(lists) { daemon in
      #expect(try await daemon.triggered() == ["192.0.2.1": "list drop"])
      let next = try #require(await daemon.list("drop").nextTime)
      #expect(next > Date().timeIntervalSince1970 + 3_600)
      try await daemon.expectRefreshed()
      #expect(Set(server.requests.dropFirst()).count == 1)
      try await server.stop()
      let list = try #require(try await daemon.refreshLists([]).lists.first)
      #expect(list.problem?.contains("no connection") == true, "\(list)")
      #expect(try await daemon.triggered() == ["192.0.2.1": "list drop"])
    }
  }
}

extension SentryDaemon {
  /// All lists, or these, are looked at, and all is well.
  fileprivate func expectRefreshed(_ names: [String] = []) async throws {
    for list in try await refreshLists(names).lists where list.enabled && (names.isEmpty || names.contains(list.name)) {
      #expect(list.problem == nil && list.lastAnswer != nil, "\(list)")
    }
  }

  fileprivate func list(_ name: String) async -> FollowedListReport {
    await followedLists().lists.first { $0.name == name }
      ?? FollowedListReport(
        name: "missing", source: "", format: "", table: "", enabled: false, refreshSeconds: 0)
  }

  /// Who is triggered, and by whom.
  fileprivate func triggered() async throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try await table(.trigger).entries.map { ($0.address, $0.triggeredBy) })
  }

  fileprivate func add(by note: String, _ address: String) async throws {
    _ = try await add([try AddressRange(address)], to: .trigger, duration: .unlimited, note: note)
  }
}
