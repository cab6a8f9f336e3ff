import Foundation
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryService

/// What a daemon does when it is sent SIGHUP.
@Suite struct HangUpServiceTests {
  private let folder: TemporaryFolder
  private let path: String
  private let reader: DatagramReader
  private let manager: ServiceManager

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("rules.plist", Documents.telnet)
    reader = try DatagramReader(at: folder.path("notify"))
    manager = ServiceManager(["NOTIFY_SOCKET": folder.path("notify")], process: 1)
  }

  private func service(for daemon: SentryDaemon, _ terminal: ControllingTerminal) -> HangUpService {
    HangUpService(
      daemon: daemon, manager: manager, file: ReloadedFile(path: path), isUsual: false, terminal: terminal)
  }

  /// So many signals, one after the other.
  private func signals(_ count: Int) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    for _ in 0..<count { continuation.yield() }
    continuation.finish()
    return stream
  }

  private var told: [String] {
    var told: [String] = []
    while let datagram = reader.next(within: 0) { told.append(String(decoding: datagram, as: UTF8.self)) }
    return told
  }

  private static let one = """
    { rules = ( { nodeName = one; enabled = 1; propertyName = Any; filterActionName = Log; } ); }
    """

  /// Each is one, and the service manager hears of its beginning and its end.
  @Test func withoutATerminalTheDocumentIsReadAgain() async throws {
    try await withDaemon { daemon in
      let service = service(for: daemon, ControllingTerminal(isThere: { false }))
      _ = try folder.write("rules.plist", Self.one)
      try await service.follow(signals(2))
      #expect(await daemon.active.name == path)
      #expect(await daemon.active.report.generation == 2, "the second time the file was as before")
      let told = told
      #expect(told.map { $0.prefix(6) } == ["RELOAD", "READY=", "RELOAD", "READY="])
      #expect(told.last == "READY=1\nSTATUS=monitor on test0 by \(path), 1 rule")
    }
  }

  /// What is not fit for use changes nothing, and says so to the service manager, too.
  @Test func whatIsRefusedIsTold() async throws {
    try await withDaemon { daemon in
      let service = service(for: daemon, ControllingTerminal(isThere: { false }))
      _ = try folder.write("rules.plist", "{ rules = ( { nodeName = a; enabled = 1; propertyName = Nonsense; } ); }")
      try await service.follow(signals(1))
      #expect(await daemon.active.name == "first.plist")
      let last = try #require(told.last)
      #expect(last.hasPrefix("READY=1\nSTATUS=monitor on test0 by first.plist, 2 rules; "))
      #expect(last.contains("was refused: 1 error"))
    }
  }

  /// Somebody else has sent it.
  @Test func aTerminalThatIsStillThereChangesNothing() async throws {
    try await withDaemon { daemon in
      let service = service(for: daemon, ControllingTerminal(isThere: { true }))
      try await service.follow(signals(1))
      #expect(told.count == 2)
    }
  }

  @Test func theDaemonEndsWithItsTerminal() async throws {
    let isThere = Flag(true)
    try await withDaemon { daemon in
      let service = service(for: daemon, ControllingTerminal(isThere: { isThere.value }))
      isThere.value = false
      let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
      continuation.yield()
      // Returns although more signals could come: so the group of services ends.
      try await service.follow(signals)
      #expect(told.isEmpty)
      withExtendedLifetime(continuation) {}
    }
  }

  /// With nohup(1), which ignores the signal, somebody wants it to go on.
  @Test func whoIgnoredTheSignalGoesOn() async throws {
    let isThere = Flag(true)
    try await withDaemon { daemon in
      let terminal = ControllingTerminal(isThere: { isThere.value }, isHangUpIgnored: true)
      let service = service(for: daemon, terminal)
      isThere.value = false
      try await service.follow(signals(1))
      #expect(told.count == 2)
    }
  }
}

/// A value that a test changes while others read it.
private final class Flag: Sendable {
  private let state: Mutex<Bool>

  init(_ value: Bool) { state = Mutex(value) }

  var value: Bool {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
