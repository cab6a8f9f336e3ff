import SentryControl
import SentryPacket
import SentryProcesses
import Testing

@testable import SentryService

/// A login from 203.0.113.9.
private func login(port: UInt16) throws -> SSHOrigin {
  let (local, remote) = (try #require(IPAddress("192.0.2.1")), try #require(IPAddress("203.0.113.9")))
  return SSHOrigin(flow: LocalFlow(local: local, 22, remote: remote, port, protocolNumber: IPProtocol.tcp))
}

private func caller(_ process: UInt32) -> Caller { Caller(user: "alice", process: process, connection: nil) }

/// Whoever applies a document on trial over SSH confirms it through another login.
@Suite struct TrialLoginTests {
  /// Process 1 and 2 are of one login, 3 of another; of 4 it cannot be seen; 5 sits at the console.
  private func withTrial(by process: UInt32, _ body: (SentryDaemon) async throws -> Void) async throws {
    let (first, other) = (try login(port: 40_000), try login(port: 40_001))
    let surroundings = ApplySurroundings(origin: { process in
      switch process {
      case 1, 2: .found(first)
      case 3: .found(other)
      case 4: .hidden
      default: .none
      }
    })
    try await withDaemon(surroundings: surroundings) { daemon in
      var terms = ApplyTerms()
      terms.trialSeconds = 60
      let second = SubmittedDocument(name: "second.plist", reading: Array("()".utf8))
      #expect(try await daemon.apply(second, on: terms, by: caller(process)).applied)
      try await body(daemon)
    }
  }

  @Test func theLoginThatTheDocumentCameThroughProvesNothing() async throws {
    try await withTrial(by: 1) { daemon in
      let refusal = ApplyRefusal.sameLogin(peer: "203.0.113.9")
      await #expect(throws: DaemonError.refused(refusal)) { try await daemon.confirm(by: caller(1)) }
      await #expect(throws: DaemonError.refused(refusal)) { try await daemon.confirm(by: caller(2)) }
      #expect(refusal.message.contains("the SSH connection from 203.0.113.9 "))
      #expect(refusal.message.contains("open a new login and confirm there"))
      #expect(try await daemon.status().trial != nil)
      let reply = try await daemon.confirm(by: caller(2), isForced: true)
      #expect(reply.document.name == "second.plist")
    }
  }

  /// A new login, one that cannot be seen, the console.
  @Test(arguments: [3, 4, 5] as [UInt32])
  func anyOtherWayInWillDo(process: UInt32) async throws {
    try await withTrial(by: 1) { daemon in
      let reply = try await daemon.confirm(by: caller(process))
      #expect(reply.document.name == "second.plist")
      #expect(try await daemon.status().trial == nil)
    }
  }

  /// Of whom it is not known how he came, anybody may confirm.
  @Test(arguments: [4, 5] as [UInt32])
  func whoCameNoKnownWayIsNotAskedForAnother(process: UInt32) async throws {
    try await withTrial(by: process) { daemon in
      let reply = try await daemon.confirm(by: caller(1))
      #expect(reply.document.name == "second.plist")
    }
  }
}
