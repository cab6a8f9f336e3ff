import Logging
import SentryPacket
import SentryTestSupport

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

/// Runs a daemon that watches nothing but has an interface `test0`, whose packets are handed to it.
func withDaemon(_ document: String = Documents.telnet, _ body: (SentryDaemon) async throws -> Void) async throws {
  var log = Logger(label: "test")
  log.logLevel = .critical
  let daemon = try await SentryDaemon.start(
    SubmittedDocument(name: "first.plist", reading: Array(document.utf8)), interfaces: ["test0"],
    intake: .none, look: { _ in .loopback }, log: log)
  async let journal: Void = daemon.journal.run()
  do {
    try await body(daemon)
    await daemon.stop()
    await journal
  } catch {
    await daemon.stop()
    await journal
    throw error
  }
}

extension SentryDaemon {
  /// Has the packet thread judge a frame as if it had come from `test0` just now.
  nonisolated func judge(_ frame: [UInt8], count: Int = 1) async throws {
    try await packets.perform { worker in
      for _ in 0..<count {
        frame.withRawSpan { worker.judge($0, linkType: .ethernet, time: WallClock.now(), interface: 0) }
      }
    }
  }
}
