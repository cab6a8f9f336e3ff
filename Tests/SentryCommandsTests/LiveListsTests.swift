import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// A list that a document follows: a daemon, a server of lists, and packets of whom it names.
@Suite(
  .serialized,
  .enabled(
    if: geteuid() == 0 && Program.sentry.isThere && ["ip", "python3", "nc"].allSatisfy { Program($0).isThere },
    "needs root, the built program, ip, Python and nc"))
struct LiveListsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("site"), withIntermediateDirectories: true)
  }

  private static let document = """
    { rules = ( { enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
        { nodeName = blocked; enabled = 1; propertyName = Include; propertyValue = trigger;
          filterActionName = Delete; } ); } );
      lists = ( { name = drop; source = "http://127.0.0.1:8080/drop.txt"; format = drop; table = trigger;
        refresh = 12h; } ); }
    """

  private func serve(_ list: String) throws { _ = try folder.write("site/drop.txt", list) }

  private func canConnect(from address: String, on cable: Cable, patience: Int) async throws -> Bool {
    try await cable.run(
      at: .sender, "nc", "-z", "-w", "\(patience)", "-s", address, Cable.watchedAddress, "80"
    ).status == 0
  }

  @Test(.enabled(if: LiveQueue.isPossible, LiveQueue.needs), .timeLimit(.minutes(12)))
  func whoIsOnTheListIsBlockedUntilItLeaves() async throws {
    try serve("; a list\n\(Cable.attacker)/32 ; SBL1\n203.0.113.0/24 ; SBL2\n")
    try await LiveQueue.run(try folder.write("lists.plist", Self.document)) { cable, daemon in
      try await cable.run(at: .watched, "ip", "link", "set", "lo", "up")
      let web = try await cable.startWebServer(at: .watched, port: 80)
      let site = try await cable.startWebServer(at: .watched, port: 8080, folder: folder.path("site"))
      #expect(try await canConnect(from: Cable.attacker, on: cable, patience: 10))

      let refresh = try await daemon.sentry("lists", "refresh", "drop")
      #expect(refresh.status == 0 && refresh.output.contains("2 entries, "), "\(refresh.output)\(refresh.errors)")
      #expect(try await daemon.triggered().contains("list drop"))
      try await waitUntil("the kernel blocks both") { try await daemon.queue().kernel?.blocks?.entries == 2 }
      #expect(try await !canConnect(from: Cable.attacker, on: cable, patience: 1))
      #expect(try await canConnect(from: Cable.innocent, on: cable, patience: 10))

      try serve("203.0.113.0/24 ; SBL2\n")
      #expect(try await daemon.sentry("lists", "refresh").status == 0)
      try await waitUntil("the kernel blocks one") { try await daemon.queue().kernel?.blocks?.entries == 1 }
      #expect(try await canConnect(from: Cable.attacker, on: cable, patience: 10))

      try await site.kill()
      let failed = try await daemon.sentry("lists", "refresh", "drop")
      #expect(failed.status == 1 && failed.errors.contains("not refreshed: drop"), "\(failed.errors)")
      #expect(failed.output.contains("the copy before stays in force"), "\(failed.output)")
      let status = try await daemon.sentry("status").output
      #expect(
        status.contains(/list       drop: 1 entry for table trigger, .* old; .*trouble since .*: no connection/),
        "\(status)")
      #expect(try await daemon.triggered().contains("list drop"))
      let unknown = try await daemon.sentry("lists", "refresh", "other")
      #expect(unknown.errors.contains("no list is called 'other': there are drop"), "\(unknown.errors)")

      let lists = try await daemon.sentry("lists", "--format", "json").output
      let reply = try JSONDecoder().decode(FollowedListsReply.self, from: Data(lists.utf8))
      #expect(reply.lists.map(\.entries) == [1] && reply.lists.first?.problem != nil)
      withExtendedLifetime(web) {}
    }
  }
}
