import Foundation
import SentryControl
import SentryPacket
import SentryProcesses
import SentryRules
import SentryTestSupport
import Synchronization

@testable import SentryService

/// The desk that decides, with a stand-in for the packet thread.
struct ApplicationDeskBench {
  /// What the packet thread was told, and what people were.
  final class Told: Sendable {
    let news = Mutex<[(number: UInt32, permission: ProgramPermission, rechecks: Bool)]>([])
    let texts = Mutex<[String]>([])

    func last(_ number: UInt32) -> ProgramPermission? { news.withLock { $0.last { $0.number == number }?.permission } }
  }

  let folder: TemporaryFolder
  let told = Told()
  let desk: ApplicationDesk

  init(silence: String? = nil, _ policy: ApplicationSettings? = ApplicationDeskBench.policy(.ask)) async throws {
    folder = try TemporaryFolder()
    desk = Self.desk(folder, told, silence)
    await desk.begin(policy)
  }

  static func desk(_ folder: TemporaryFolder, _ told: Told, _ silence: String? = nil) -> ApplicationDesk {
    ApplicationDesk(
      stateDirectory: folder.url.path, silence: silence, tell: { text in told.texts.withLock { $0.append(text) } },
      publish: { news, rechecks in
        told.news.withLock { list in
          for (number, permission) in news { list.append((number, permission, rechecks)) }
        }
      })
  }

  /// A program in the folder, met behind a packet.
  func meet(_ number: UInt32, _ name: String, _ text: String) async throws -> String {
    let path = folder.url.resolvingSymlinksInPath().appendingPathComponent(name).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let digest = try ExecutableDigest.of(path)
    let count = told.news.withLock { $0.count }
    await desk.take([
      .met(MetProgram(number: number, path: Array(path.utf8), identity: digest.identity, process: 1))
    ])
    try await waitUntil("it is told") { told.news.withLock { $0.count } > count }
    return path
  }

  func wait(_ program: UInt32, _ direction: Direction = .outbound, user: UInt32 = 0) async {
    await desk.take([
      .waits(
        WaitingConnection(
          program: program, process: 4_711, user: user, direction: direction,
          flow: LocalFlow(
            local: IPAddress(v4: 0xC000_0201), 40_000, remote: IPAddress(v4: 0xCB00_7109), 443, protocolNumber: 6)))
    ])
  }

  /// Patient enough for a busy machine.
  static func policy(
    _ unknown: ApplicationSettings.Unknown, timeout: Int = 300, otherwise: ApplicationSettings.Otherwise = .deny
  ) -> ApplicationSettings {
    var settings = ApplicationSettings()
    (settings.unknown, settings.timeoutSeconds, settings.otherwise) = (unknown, timeout, otherwise)
    return settings
  }
}
