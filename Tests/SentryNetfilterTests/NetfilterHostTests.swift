import SentryRules
import SentryTestSupport
import Testing

@testable import SentryNetfilter

/// With the kernel's own packet filter, in networks of the tests' own; they need root.
@Suite(.enabled(if: TestNetwork.isPossible, "this needs root, nft, iptables, ping and network namespaces"))
struct NetfilterHostTests {
  private static let near = ["near"]

  @Test(arguments: FailurePolicy.allCases)
  func policyDecidesWhileNobodyListens(_ policy: FailurePolicy) async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(QueueFeed(queue: 7, interfaces: Self.near, policy: policy))
      let expected = policy == .failOpen ? 3 : 0
      #expect(try network.ping() == expected)
      #expect(try network.ping("2001:db8::2") == expected)
      #expect(try network.pingFromPeer() == expected)
      #expect(try network.ping("127.0.0.1") == 3, "loopback is not filtered")
      try host.remove()
      #expect(try network.ping() == 3)
      #expect(try network.pingFromPeer("2001:db8::1") == 3)
    }
  }

  @Test func removingLeavesNothing() async throws {
    try await TestNetwork.run { network in
      let before = try network.host("nft list ruleset")
      let host = try NetfilterHost()
      let status = try host.install(QueueFeed(interfaces: Self.near))
      #expect(!status.replacedLeftover)
      #expect(host.status == status)
      #expect(try network.host("nft list ruleset") != before)
      try host.remove()
      #expect(try network.host("nft list ruleset") == before)
      #expect(host.status == nil)
      try host.remove()
      #expect(try network.host("nft list ruleset") == before)
    }
  }
}
