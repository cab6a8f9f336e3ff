import SentryControl
import SentryPacket
import SentryState
import Testing

@testable import SentryService

/// What a daemon protects, and what follows from it.
@Suite struct ProtectionTests {
  private static let document = """
    { rules = (
        { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; } );
      settings = { protected = "203.0.113.8/29"; }; }
    """

  @Test func itsOwnAddressesAndTheDocumentsAreProtected() async throws {
    try await withDaemon(Self.document) { daemon in
      let status = try await daemon.status()
      #expect(status.protected.contains(ProtectedAddressReport(address: "127.0.0.1", reason: "own address")))
      #expect(status.protected.last == ProtectedAddressReport(address: "203.0.113.8/29", reason: "settings.protected"))
      #expect(status.preventedTriggers == 0)
      for source in ["127.0.0.1", "203.0.113.9", "203.0.113.7"] {
        try await daemon.judge(Packets.telnet(from: source))
      }
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.7"])
      #expect(try await daemon.status().preventedTriggers == 2)
    }
  }

  @Test func anotherDocumentProtectsOthers() async throws {
    try await withDaemon { daemon in
      for source in ["203.0.113.9", "203.0.113.7"] { try await daemon.judge(Packets.telnet(from: source)) }
      let reply = try await daemon.apply(SubmittedDocument(name: "second.plist", reading: Array(Self.document.utf8)))
      #expect(reply.applied)
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.7"])
      _ = try await daemon.apply(
        SubmittedDocument(name: "third.plist", reading: Array(Documents.telnet.utf8)))
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.7", "203.0.113.9"])
    }
  }

  /// Whoever copies the table into the kernel is told whom it must not block.
  @Test func theKernelsCopySparesTheProtected() async throws {
    try await withDaemon(Self.document) { daemon in
      try await daemon.packets.perform { $0.tell(.everything(isRepair: false)) }
      var taken = daemon.packets.changes.makeContents()
      daemon.packets.changes.takeAll(into: &taken)
      guard case .everything(let contents, _)? = taken.answers.last?.answer else {
        Issue.record("the whole table was not told")
        return
      }
      let spared = contents.local.map(\.description)
      #expect(spared.contains("203.0.113.8/29") && spared.contains("127.0.0.1"), "\(spared)")
    }
  }

  /// In the order of their reasons: who is protected twice is told once, with the first.
  @Test func whoIsProtectedTwiceIsToldOnce() throws {
    let (gateway, own) = (IPAddress(v4: 0xC000_02FE), IPAddress(v4: 0xC000_0207))
    let protection = HostProtection([
      ProtectedAddress(own, .own), ProtectedAddress(gateway, .gateway), ProtectedAddress(gateway, .resolver),
      ProtectedAddress(own, .login),
    ])
    #expect(protection.addresses.map(\.report.reason) == ["own address", "default gateway"])
    #expect(protection.spans.ranges.map(\.description) == ["192.0.2.7", "192.0.2.254"])
  }
}
