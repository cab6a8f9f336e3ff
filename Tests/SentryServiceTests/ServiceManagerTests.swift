import Foundation
import Logging
import SentryPacket
import SentryTestSupport
import ServiceLifecycle
import Testing

@testable import SentryService

/// What sd_notify(3) says a service tells, read at the other end of a socket.
@Suite struct ServiceManagerTests {
  private func text(_ datagram: [UInt8]?) -> String? { datagram.map { String(decoding: $0, as: UTF8.self) } }

  /// The next datagram, while others go on.
  private func next(_ reader: DatagramReader) async throws -> String? {
    var datagram: [UInt8]?
    try await waitUntil("something is told") {
      datagram = reader.next(within: 0)
      return datagram != nil
    }
    return text(datagram)
  }

  /// A sign of life comes, perhaps after the status.
  private func nextBeat(_ reader: DatagramReader) async throws -> Bool {
    while let text = try await next(reader) {
      if text == "WATCHDOG=1" { return true }
    }
    return false
  }

  @Test(arguments: [
    (ServiceManager.News.ready("queue on eth0"), "READY=1\nSTATUS=queue on eth0"),
    (
      .reloading(since: Timestamp(nanoseconds: 12_345_678_900)),
      "RELOADING=1\nMONOTONIC_USEC=12345678\nSTATUS=reading the document anew"
    ),
    (.stopping, "STOPPING=1\nSTATUS=ending"),
    (.alive, "WATCHDOG=1"),
    (.status("by a\nREADY=1"), "STATUS=by a?READY=1"),
  ])
  func eachNewsIsALineForEachAssignment(_ news: ServiceManager.News, _ expected: String) {
    #expect(ServiceManager.text(of: news) == expected)
  }

  @Test(arguments: [false, true])
  func aPathAndAnAbstractAddressAreTold(_ isAbstract: Bool) throws {
    let folder = try TemporaryFolder()
    let address = isAbstract ? "@sentry-test-\(UUID().uuidString)" : folder.path("notify")
    let reader = try DatagramReader(at: address)
    let manager = ServiceManager(["NOTIFY_SOCKET": address], process: 1)
    #expect(manager.problem == nil)
    manager.tell(.stopping)
    #expect(text(reader.next()) == "STOPPING=1\nSTATUS=ending")
  }

  @Test(arguments: [
    (nil, nil), ("", nil), ("relative", "expected a path, or an abstract address that begins with @"),
    ("/nowhere/notify", "No such file or directory"), ("@nobody-reads-here", "Connection refused"),
    ("/" + String(repeating: "x", count: 200), "File name too long"),
  ])
  func whereNobodyListensNothingHappens(_ address: String?, _ reason: String?) {
    let manager = ServiceManager(address.map { ["NOTIFY_SOCKET": $0] } ?? [:], process: 1)
    #expect(!manager.isListening)
    #expect(manager.watchdog == nil)
    #expect((manager.problem == nil) == (reason == nil))
    if let reason { #expect(manager.problem?.hasSuffix(": \(reason)") == true, "\(manager.problem ?? "")") }
    manager.tell(.alive)
  }

  @Test(arguments: [
    (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
    (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], .seconds(30)),
    (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil), ([:], nil), (["WATCHDOG_USEC": "0"], nil),
    (["WATCHDOG_USEC": "-5"], nil), (["WATCHDOG_USEC": "99999999999999999999"], nil),
  ])
  func theWatchdogIsAsItsVariablesSay(_ variables: [String: String], _ expected: Duration?) throws {
    let folder = try TemporaryFolder()
    let reader = try DatagramReader(at: folder.path("notify"))
    let manager = ServiceManager(variables.merging(["NOTIFY_SOCKET": folder.path("notify")]) { $1 }, process: 7)
    #expect(manager.watchdog == expected)
    withExtendedLifetime(reader) {}
  }

  @Test(.timeLimit(.minutes(12)))
  func onlyATurningPacketThreadIsASignOfLife() async throws {
    let folder = try TemporaryFolder()
    let reader = try DatagramReader(at: folder.path("notify"))
    let manager = ServiceManager(["NOTIFY_SOCKET": folder.path("notify"), "WATCHDOG_USEC": "100000"], process: 1)
    try await withDaemon { daemon in
      let signs = Task { try await SignsOfLife(daemon: daemon, manager: manager).run() }
      for _ in 0..<3 { #expect(try await nextBeat(reader)) }
      // The packet thread hangs in a request until the test lets it go.
      let end = DispatchSemaphore(value: 0)
      daemon.packets.post { _ in _ = end.wait(timeout: .now() + 20) }
      try await Task.sleep(for: .milliseconds(200))
      // One may have been under way.
      while reader.next(within: 0) != nil {}
      try await Task.sleep(for: .milliseconds(500))
      // The actor answers all the same, and may have told the status.
      while let told = reader.next(within: 0) { #expect(text(told) != "WATCHDOG=1") }
      end.signal()
      #expect(try await nextBeat(reader))
      signs.cancel()
      _ = try? await signs.value
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aChangeOfTheRulesChangesTheStatus() async throws {
    let folder = try TemporaryFolder()
    let reader = try DatagramReader(at: folder.path("notify"))
    let manager = ServiceManager(["NOTIFY_SOCKET": folder.path("notify")], process: 1)
    try await withDaemon { daemon in
      #expect(await daemon.statusLine() == "monitor on test0 by first.plist, 2 rules")
      let signs = Task {
        try await SignsOfLife(daemon: daemon, manager: manager, statusInterval: .milliseconds(20)).run()
      }
      #expect(try await next(reader) == "STATUS=monitor on test0 by first.plist, 2 rules")
      try await daemon.expectApplied(SubmittedDocument(name: "one.plist", reading: Array(Self.one.utf8)))
      #expect(try await next(reader) == "STATUS=monitor on test0 by one.plist, 1 rule")
      signs.cancel()
      _ = try? await signs.value
    }
  }

  private static let one = """
    { rules = ( { nodeName = one; enabled = 1; propertyName = Any; filterActionName = Log; } ); }
    """
}
