import Foundation
import SentryTestSupport
import Testing

@testable import SentryNetfilter

struct BootCopyTests {
  private static func status(_ policy: FailurePolicy) -> NetfilterStatus {
    NetfilterStatus(
      form: .marked,
      feed: QueueFeed(interfaces: ["near"], policy: policy, blocking: BlockingFeed(FeedRulesetTests.plan)),
      replacedLeftover: false, restorations: 0)
  }

  @Test func itIsWrittenWholeForItsOwnerOnly() throws {
    let folder = try TemporaryFolder()
    try BootCopy.write(Self.status(.failOpen), toDirectory: folder.url.path)
    try BootCopy.write(Self.status(.failClosed), toDirectory: folder.url.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [BootCopy.fileName])
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(BootCopy.fileName))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let text = try String(contentsOfFile: folder.path(BootCopy.fileName), encoding: .utf8)
    #expect(text.hasPrefix("#!/usr/sbin/nft -f\n") && text.contains("fail-closed"))
    try BootCopy.remove(fromDirectory: folder.url.path)
    try BootCopy.remove(fromDirectory: folder.url.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func aMissingDirectoryIsNamed() {
    #expect(throws: NetfilterError.cannotWrite(path: "/nowhere/kernel.nft", code: ENOENT)) {
      try BootCopy.write(Self.status(.failOpen), toDirectory: "/nowhere")
    }
  }

  @Test(
    .enabled(if: TestNetwork.isPossible, "this needs root, nft and network namespaces"),
    arguments: FailurePolicy.allCases)
  func nftLoadsItAndThePolicyHolds(_ policy: FailurePolicy) async throws {
    let folder = try TemporaryFolder()
    try BootCopy.write(Self.status(policy), toDirectory: folder.url.path)
    let script = folder.path(BootCopy.fileName)
    try await TestNetwork.run { network in
      try network.host("nft -f \(script)")
      let expected = policy == .failOpen ? 2 : 0
      let patience = policy == .failOpen ? 10 : 1
      #expect(try network.ping(count: 2, patience: patience) == expected)
      #expect(try network.pingFromPeer(count: 2, patience: patience) == expected)
      // The daemon that starts then takes it over.
      let host = try NetfilterHost()
      #expect(try host.install(QueueFeed(interfaces: ["near"], policy: policy)).replacedLeftover)
      try host.remove()
      #expect(try network.ping(count: 2) == 2)
    }
  }
}
