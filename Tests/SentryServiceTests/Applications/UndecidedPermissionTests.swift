import SentryControl
import SentryTestSupport
import Testing

@testable import SentryService

/// One way of a program is left undecided again, and nothing else changes.
@Suite struct UndecidedPermissionTests {
  private let folder: TemporaryFolder
  private let desk: ApplicationDesk
  private let path = "/usr/bin/nowhere"

  init() async throws {
    folder = try TemporaryFolder()
    desk = ApplicationDesk(stateDirectory: folder.url.path, silence: nil, tell: { _ in }, publish: { _, _ in })
    await desk.begin(nil)
    _ = try await desk.permit(PermissionRequest(path: path, inbound: "deny", outbound: "deny"), by: "root")
    _ = try await desk.permit(PermissionRequest(path: path, outbound: "deny", user: "0"), by: "root")
  }

  private func kept() async -> [String] {
    await desk.known.entries.map { "\($0.user.map(String.init) ?? "all") \($0.text)" }
  }

  @Test func theOtherWayStays() async throws {
    let reply = try await desk.permit(PermissionRequest(path: path, inbound: "undecided"), by: "root")
    #expect(reply.inbound == nil && reply.outbound == "deny")
    #expect(await kept() == ["all outbound denied", "0 outbound denied, for root alone"])
  }

  @Test func withoutAnyWayItIsForgottenAndOneUsersStays() async throws {
    _ = try await desk.permit(PermissionRequest(path: path, inbound: "undecided", outbound: "undecided"), by: "root")
    #expect(await kept() == ["0 outbound denied, for root alone"])
    await #expect(throws: PermissionRefusal.self) {
      _ = try await desk.permit(PermissionRequest(path: path, inbound: "undecided"), by: "root")
    }
  }

  @Test func otherWordsAreRefused() async throws {
    await #expect(throws: PermissionRefusal.self) {
      _ = try await desk.permit(PermissionRequest(path: path, inbound: "perhaps"), by: "root")
    }
    #expect(await kept().count == 2)
  }
}
