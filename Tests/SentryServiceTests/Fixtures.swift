import Logging
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

/// Documents the tests start daemons with.
enum Documents {
  static let telnet = """
    { rules = (
        { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
        { nodeName = rest; enabled = 1; propertyName = Any; filterActionName = Log; }
    ); }
    """
}

enum Packets {
  static func telnet(from source: String) -> [UInt8] {
    Frame.tcp(from: source, 40_000, to: "192.0.2.10", 23, flags: .syn)
  }

  static func udp(from source: String) -> [UInt8] { Frame.udp(from: source, 40_000, to: "192.0.2.10", 9) }
}

extension HostProtection {
  /// Of a host with an interface for itself alone, whatever machine the tests run on.
  static var loopback: HostProtection { HostProtection([ProtectedAddress(IPAddress(v4: 0x7F00_0001), .own)]) }
}

/// Runs a daemon that watches nothing but has an interface `test0`, whose packets are handed to it. Everything is written when this
/// returns.
///
/// - Parameters:
///   - memory: what it keeps on disk; nothing unless told otherwise.
///   - journal: where else its log goes; nowhere unless told otherwise.
///   - surroundings: what its changes of rules see around it.
func withDaemon(
  _ document: String = Documents.telnet, memory: MemoryOptions = MemoryOptions(),
  journal options: JournalOptions = JournalOptions(), notifications: NotificationOptions? = nil,
  origin: DocumentOrigin = .chosen,
  surroundings: ApplySurroundings = .alone,
  _ body: (SentryDaemon) async throws -> Void
) async throws {
  var log = Logger(label: "test")
  log.logLevel = .critical
  let daemon = try await SentryDaemon.start(
    SubmittedDocument(name: "first.plist", reading: Array(document.utf8)), interfaces: ["test0"],
    intake: .none, memory: memory, journal: options, notifications: notifications, origin: origin,
    look: { _ in .loopback }, surroundings: surroundings, log: log)
  async let journal: Void = daemon.journal.run()
  let result: Result<Void, any Error>
  do {
    try await body(daemon)
    result = .success(())
  } catch {
    result = .failure(error)
  }
  await daemon.stop()
  await journal
  await daemon.journal.finishOutputs()
  await daemon.memory.end()
  try result.get()
}

extension ApplySurroundings {
  /// Nobody has come over SSH, wherever the tests run.
  static var alone: ApplySurroundings { ApplySurroundings(origin: { _ in .none }) }
}

extension SentryDaemon {
  /// Applies a document that nobody objects to.
  func expectApplied(
    _ document: SubmittedDocument, by caller: Caller = Caller(user: "alice"),
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let reply = try await apply(document, by: caller)
    #expect(reply.applied, sourceLocation: sourceLocation)
  }

  /// Has the packet thread judge a frame as if it had come from `test0` just now.
  nonisolated func judge(_ frame: [UInt8], count: Int = 1) async throws {
    try await packets.perform { worker in
      for _ in 0..<count {
        frame.withRawSpan { worker.judge($0, linkType: .ethernet, time: WallClock.now(), interface: 0) }
      }
    }
  }
}
