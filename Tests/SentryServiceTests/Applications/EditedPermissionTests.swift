import Foundation
import SentryControl
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

/// The file is edited by hand while the daemon runs.
@Suite struct EditedPermissionTests {
  private let bench: ApplicationDeskBench
  private let path: String

  init() async throws {
    bench = try await ApplicationDeskBench()
    path = try await bench.meet(1, "tool", "one")
  }

  private func edit(_ entries: String) throws {
    _ = try bench.folder.write("applications.plist", "{ applications = ( \(entries) ); }")
  }

  private var text: String {
    get throws { try String(contentsOfFile: bench.folder.path("applications.plist"), encoding: .utf8) }
  }

  private func paths() async -> [String] { await bench.desk.known.entries.map(\.path) }

  /// Nothing that somebody has written is lost.
  @Test func whatWasWrittenByHandStays() async throws {
    _ = try await bench.desk.permit(PermissionRequest(path: "/opt/a", outbound: "deny"), by: "root")
    try edit("{ path = \"/opt/b\"; outbound = deny; }, { path = \"/opt/a\"; outbound = deny; }")
    _ = try await bench.desk.permit(PermissionRequest(path: "/opt/c", outbound: "deny"), by: "root")
    #expect(await paths() == ["/opt/a", "/opt/b", "/opt/c"])
    #expect(try text.contains("/opt/b"))
    let texts = bench.told.texts.withLock { $0.filter { $0.contains("was edited") } }
    #expect(texts == ["applications.plist was edited: something else is decided about 2 programs"])
  }

  /// Also for connections that are open, and for who waits.
  @Test func itIsGoneByAsSoonAsItIsSeen() async throws {
    await bench.wait(1)
    try edit("{ path = \"\(path)\"; outbound = deny; }")
    await bench.desk.lookAtFile()
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == .denied)
    #expect(bench.told.news.withLock { $0.last?.rechecks } == true)
    let reply = await bench.desk.questionsReply()
    #expect(reply.waiting.isEmpty && reply.settled.map(\.by) == ["applications.plist"])
    try FileManager.default.removeItem(atPath: bench.folder.path("applications.plist"))
    await bench.desk.lookAtFile()
    #expect(bench.told.last(1)?.permission(of: 0, .outbound) == nil)
    #expect(await paths().isEmpty)
  }

  @Test func whatIsDamagedIsNotWrittenOver() async throws {
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "deny"), by: "root")
    try edit("{ path = \"\(path)\"; outbound = perhaps; }")
    let damaged = try text
    do throws(PermissionRefusal) {
      _ = try await bench.desk.permit(PermissionRequest(path: "/opt/a", outbound: "deny"), by: "root")
      Issue.record("it was written over")
    } catch {
      #expect(error.kind == .notKept && error.message.contains("applications.plist:1:"), "\(error.message)")
    }
    #expect(try text == damaged)
    #expect(await paths() == [path], "what was decided before holds")
    #expect(await bench.desk.known.problem?.contains("found 'perhaps'") == true)
    try edit("{ path = \"\(path)\"; outbound = deny; }")
    await bench.desk.lookAtFile()
    #expect(await bench.desk.known.problem == nil)
  }

  @Test func whatWasNotEditedIsNotReadAnew() async throws {
    _ = try await bench.desk.permit(PermissionRequest(path: path, outbound: "deny"), by: "root")
    let (told, news) = (bench.told.texts.withLock { $0.count }, bench.told.news.withLock { $0.count })
    await bench.desk.lookAtFile()
    #expect(bench.told.texts.withLock { $0.count } == told && bench.told.news.withLock { $0.count } == news)
  }
}
