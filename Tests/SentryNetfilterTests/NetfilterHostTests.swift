import Foundation
import SentryRules
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryNetfilter

/// With the kernel's own packet filter, in networks of the tests' own; they need root.
@Suite(.enabled(if: TestNetwork.isPossible, "this needs root, nft, iptables, ping and network namespaces"))
struct NetfilterHostTests {
  private static let near = QueueFeed(queue: 7, interfaces: ["near"])

  private static func near(_ policy: FailurePolicy) -> QueueFeed {
    QueueFeed(queue: 7, interfaces: ["near"], policy: policy)
  }

  // MARK: Policies

  @Test(arguments: FailurePolicy.allCases)
  func policyDecidesWhileNobodyListens(_ policy: FailurePolicy) async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(policy))
      let expected = policy == .failOpen ? 3 : 0
      let patience = policy == .failOpen ? 10 : 1
      #expect(try network.ping(patience: patience) == expected)
      #expect(try network.ping("2001:db8::2", patience: patience) == expected)
      #expect(try network.pingFromPeer(patience: patience) == expected)
      #expect(try network.ping("127.0.0.1") == 3, "loopback is not filtered")
      try host.remove()
      #expect(try network.ping() == 3)
      #expect(try network.pingFromPeer("2001:db8::1") == 3)
    }
  }

  /// Between the step in nftables and that in iptables, and when somebody has flushed iptables.
  @Test(arguments: FailurePolicy.allCases)
  func policyDecidesWhileIptablesHasNoRule(_ policy: FailurePolicy) async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(policy), form: .marked)
      try network.host("iptables -t mangle -F; ip6tables -t mangle -F")
      #expect(try network.ping(patience: policy == .failOpen ? 10 : 1) == (policy == .failOpen ? 3 : 0))
      let counts = try #require(try host.counts())
      // Each request, and under fail-open each answer.
      #expect(counts.unjudged >= (policy == .failOpen ? 6 : 3))
    }
  }

  @Test func packetsThatTheDaemonMakesAreNotJudged() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed))
      try network.peer(
        "tcpdump -n -i far -c 2 --immediate-mode -w /dev/null udp port 4444 2> /dev/null & echo $! > /dev/null")
      let script = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0x20000000)
        s.sendto(b'x', ('192.0.2.2', 4444))
        """
      // Somebody asks for the mark where packets leave: our bit is gone, a bit of others stays.
      try network.host(
        """
        nft 'add table inet other; add chain inet other last { type filter hook postrouting priority 300; }
          add rule inet other last udp dport 4444 meta mark 0 counter comment "clean"
          add rule inet other last udp dport 4444 counter comment "all"'
        /usr/bin/python3 -c "\(script)"
        """)
      let chain = try network.host("nft list chain inet other last")
      #expect(chain.contains("meta mark 0x00000000 counter packets 1 "))
    }
  }

  // MARK: What is counted

  /// Behind an accepting `NFQUEUE` rule that nobody listens to, packets are counted by the rule's own counter.
  @Test func everyPacketIsHandedOverOnceInEachDirection() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near, form: .marked)
      // Neighbour discovery goes on while the rules are installed.
      let unjudged = try host.counts()?.unjudged
      try network.host("iptables -t mangle -Z; ip6tables -t mangle -Z")
      #expect(try network.ping(count: 5) == 5)
      #expect(try network.ping("127.0.0.1") == 3)
      let mangle = try network.host("iptables -t mangle -nvxL")
      let queued = mangle.split(separator: "\n").filter { $0.contains("NFQUEUE") }
      #expect(queued.count == 1)
      // 5 requests out, 5 answers in; of loopback nothing.
      #expect(queued.first?.split(separator: " ").first == "10")
      #expect(try host.counts()?.unjudged == unjudged)
    }
  }

  @Test(arguments: FailurePolicy.allCases)
  func aListenerSeesEachPacketOnceAndWithoutOurMark(_ policy: FailurePolicy) async throws {
    try await TestNetwork.run { network in
      let listener = try network.listen(queue: 7)
      let host = try NetfilterHost()
      try host.install(Self.near(policy))
      #expect(try network.ping() == 3)
      #expect(try network.ping("2001:db8::2") == 3)
      #expect(try network.pingFromPeer(count: 2) == 2)
      #expect(try listener.sees(["postrouting near 0": 8, "prerouting near 0": 8]))
      try listener.kill()
      #expect(try network.ping(patience: policy == .failOpen ? 10 : 1) == (policy == .failOpen ? 3 : 0))
    }
  }

  @Test func aForwardedPacketIsSeenOnceInEachDirection() async throws {
    try await TestNetwork.run { network in
      try network.host(
        """
        set -e
        ip link add beyond type veth peer name nowhere
        ip address add 198.51.100.1/24 dev beyond
        ip link set nowhere up
        ip link set beyond up
        ip neighbor replace 198.51.100.9 lladdr 02:00:00:00:00:09 dev beyond
        echo 1 > /proc/sys/net/ipv4/ip_forward
        """)
      try network.peer("ip route add 198.51.100.0/24 via 192.0.2.1")
      let listener = try network.listen(queue: 7)
      let host = try NetfilterHost()
      try host.install(QueueFeed(queue: 7, interfaces: ["near", "beyond"], policy: .failClosed))
      // Nobody is there to answer.
      #expect(try network.pingFromPeer("198.51.100.9", count: 4, patience: 1) == 0)
      #expect(try listener.sees(["prerouting near 0": 4, "postrouting beyond 0": 4]))
      // Only the way in is filtered now.
      try host.update(QueueFeed(queue: 7, interfaces: ["near"], policy: .failClosed))
      #expect(try network.pingFromPeer("198.51.100.9", count: 1, patience: 1) == 0)
      #expect(try listener.sees(["prerouting near 0": 5, "postrouting beyond 0": 4]))
    }
  }

  @Test func aPacketOnTheLoopbackInterfaceIsSeenOnceWhenItIsFiltered() async throws {
    try await TestNetwork.run { network in
      let listener = try network.listen(queue: 7)
      let host = try NetfilterHost()
      try host.install(QueueFeed(queue: 7, interfaces: ["lo"], policy: .failClosed))
      #expect(try network.ping("127.0.0.1") == 3)
      #expect(try network.ping() == 3)
      // Requests and answers.
      #expect(try listener.sees(["prerouting lo 0": 6]))
    }
  }

  /// They see the marks they set themselves, and set them also on packets that are queued.
  @Test func rulesOfOthersInMangleSeeEveryPacket() async throws {
    try await TestNetwork.run { network in
      try network.host("iptables -t mangle -A POSTROUTING -o near -j MARK --set-xmark 0x7/0xff")
      let listener = try network.listen(queue: 7)
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed), form: .marked)
      #expect(try network.ping() == 3)
      #expect(try listener.sees(["postrouting near 7": 3, "prerouting near 0": 3]))
      // One that accepts before ours is asked: the policy decides.
      let unjudged = try #require(try host.counts()?.unjudged)
      try network.host("iptables -t mangle -I POSTROUTING -p icmp -j ACCEPT")
      #expect(try network.ping(patience: 1) == 0)
      #expect(try host.counts()?.unjudged == unjudged + 3)
    }
  }

  // MARK: Coming and going

  /// Even under fail-closed, and although nobody listens.
  @Test func onceItHandsOverNothingPacketsPassUntilItIsRemoved() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed))
      #expect(try network.ping(patience: 1) == 0)
      try host.stopFeeding()
      #expect(try network.ping() == 3)
      #expect(try network.pingFromPeer("2001:db8::1") == 3)
      #expect(try host.restore().isEmpty, "that is as it should be")
      try host.remove()
      #expect(try host.found() == nil)
      // The next begins as ever.
      try host.install(Self.near(.failClosed))
      #expect(try network.ping(patience: 1) == 0)
      #expect(try host.verify().isEmpty)
    }
  }

  @Test func removingLeavesNothing() async throws {
    try await TestNetwork.run { network in
      let before = try network.host("nft -s list ruleset")
      let host = try NetfilterHost()
      let status = try host.install(Self.near)
      #expect(!status.replacedLeftover)
      #expect(host.status == status)
      #expect(try network.host("nft -s list ruleset") != before)
      try host.remove()
      #expect(try network.host("nft -s list ruleset") == before)
      #expect(host.status == nil)
      try host.remove()
      #expect(try network.host("nft -s list ruleset") == before)
    }
  }

  @Test func whatOthersHaveStaysAsItIs() async throws {
    try await TestNetwork.run { network in
      try network.host(
        """
        set -e
        nft 'add table inet other; add set inet other s { type ipv4_addr; }; add element inet other s { 203.0.113.1 }
          add chain inet other c { type filter hook input priority 0; }; add rule inet other c ip saddr @s drop'
        iptables -t mangle -A PREROUTING -i else0 -j MARK --set-mark 7
        ip6tables -t mangle -A POSTROUTING -o else0 -j ACCEPT
        iptables -t nat -A POSTROUTING -o else0 -j MASQUERADE
        """)
      let list = "nft -s list table inet other; iptables-save -t mangle | grep -v '^#'; ip6tables-save | grep -v '^#'"
      let theirs = "nft -s list table inet other; iptables-save | grep else0; ip6tables-save | grep else0"
      let (before, theirsBefore) = (try network.host(list), try network.host(theirs))
      let host = try NetfilterHost()
      try host.install(Self.near)
      #expect(try network.host(theirs) == theirsBefore)
      try host.update(Self.near(.failClosed))
      #expect(try network.host(theirs) == theirsBefore)
      try host.remove()
      #expect(try network.host(list) == before)
    }
  }

  @Test func theSameFeedLeavesTheKernelsPartAsItIs() async throws {
    try await TestNetwork.run { network in
      // Handles number everything in the order it was made.
      let listing = "nft -a list table inet sentry"
      let host = try NetfilterHost()
      try host.install(Self.near)
      let before = try network.host(listing)
      #expect(try host.update(Self.near) == false)
      #expect(try network.host(listing) == before)
      #expect(try host.update(Self.near(.failClosed)))
      #expect(try network.host(listing) != before)
    }
  }

  @Test(arguments: FailurePolicy.allCases)
  func leftoversOfACrashAreReplaced(_ policy: FailurePolicy) async throws {
    try await TestNetwork.run { network in
      // Nobody removes it: that is what a crash is.
      try NetfilterHost().install(QueueFeed(queue: 9, interfaces: ["gone0"], policy: policy, queueMark: 0x0800_0000))
      try network.host("nft add set inet sentry old '{ type ipv4_addr; }'")
      let host = try NetfilterHost()
      let status = try host.install(Self.near(policy))
      #expect(status.replacedLeftover)
      let ruleset = try network.host("nft -s list ruleset; iptables-save; ip6tables-save")
      for trace in ["gone0", "set old", "0x8000000", "queue-num 9"] { #expect(!ruleset.contains(trace)) }
      #expect(try network.host("iptables-save -t mangle | grep -c -- '-j sentry-queue'") == "2\n")
      #expect(try network.ping(patience: policy == .failOpen ? 10 : 1) == (policy == .failOpen ? 3 : 0))
    }
  }

  @Test func anotherProcessCanRemoveWhatACrashLeft() async throws {
    try await TestNetwork.run { network in
      try NetfilterHost().install(Self.near(.failClosed))
      #expect(try network.ping(count: 1, patience: 1) == 0)
      try NetfilterHost().remove()
      #expect(try network.ping(count: 1) == 1)
      let ruleset = try network.host("nft -s list ruleset; iptables-save; ip6tables-save")
      #expect(!ruleset.contains("sentry"))
    }
  }

  @Test func updatingChangesPolicyQueueAndInterfacesAndKeepsTheRestOfTheTable() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failOpen))
      try network.host("nft add set inet sentry blocked '{ type ipv4_addr; elements = { 203.0.113.1 }; }'")
      try host.update(QueueFeed(queue: 8, interfaces: ["near", "other0"], policy: .failClosed))
      #expect(try network.ping(count: 1, patience: 1) == 0)
      let ruleset = try network.host("nft list table inet sentry; iptables-save -t mangle")
      #expect(ruleset.contains("203.0.113.1") && ruleset.contains("other0") && ruleset.contains("--queue-num 8"))
      #expect(host.status?.feed.queue == 8)
      #expect(try host.verify() == [])
      try host.update(Self.near(.failOpen))
      #expect(try network.ping(count: 1) == 1)
    }
  }

  @Test func whatCannotBeNamedIsRefusedBeforeAnythingChanges() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near)
      let before = try network.host("nft -s list ruleset")
      #expect(throws: NetfilterError.unusableInterfaceName("a\"b")) {
        try host.install(QueueFeed(interfaces: ["a\"b"]))
      }
      #expect(throws: NetfilterError.unusableInterfaceName("eth*")) { try host.update(QueueFeed(interfaces: ["eth*"])) }
      #expect(throws: NetfilterError.unusableMarks(queue: 3, own: 4)) {
        try host.install(QueueFeed(interfaces: ["near"], queueMark: 3, ownMark: 4))
      }
      #expect(try network.host("nft -s list ruleset") == before)
    }
  }

  /// The chain of ours that is to be emptied is of a kind that iptables refuses to touch, so its step fails.
  @Test func whatFailsHalfwayIsTakenBack() async throws {
    try await TestNetwork.run { network in
      try network.host(
        "nft 'add table ip6 mangle; add chain ip6 mangle PREROUTING { type filter hook input priority -150; }'")
      let before = try network.host("nft -s list ruleset")
      let host = try NetfilterHost()
      #expect(throws: NetfilterError.self) { try host.install(Self.near(.failClosed), form: .marked) }
      #expect(host.status == nil)
      #expect(try network.host("nft -s list ruleset") == before)
      #expect(try network.ping() == 3)
    }
  }

  @Test func theNativeFormIsTakenWhereTheKernelHasIt() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      let chosen = try host.install(Self.near(.failClosed)).form
      do {
        try host.install(Self.near(.failClosed), form: .native)
        #expect(chosen == .native)
        #expect(try !network.host("iptables-save -t mangle").contains("sentry"))
        #expect(try network.ping(count: 1, patience: 1) == 0)
      } catch let error as NetfilterError {
        #expect(chosen == .marked)
        #expect(error.description.contains("try 'modprobe nft_queue'"))
      }
    }
  }

  // MARK: Watching

  @Test(arguments: [
    ("nft flush ruleset", [NetfilterPart.table, .iptables, .ip6tables]),
    ("nft delete table inet sentry", [.table]),
    ("nft flush chain inet sentry inbound", [.table]),
    ("nft insert rule inet sentry outbound accept", [.table]),
    ("iptables -t mangle -F PREROUTING", [.iptables]),
    ("ip6tables -t mangle -F; ip6tables -t mangle -X", [.ip6tables]),
    ("iptables -t mangle -D sentry-queue 2", [.iptables]),
  ])
  func whatSomebodyTakesOutIsFoundAndPutBack(_ damage: String, _ parts: [NetfilterPart]) async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed), form: .marked)
      #expect(try host.verify() == [])
      try network.host(damage)
      #expect(try host.verify() == parts)
      #expect(try host.restore() == parts)
      #expect(try host.verify() == [])
      #expect(host.status?.restorations == 1)
      #expect(try network.ping(count: 1, patience: 1) == 0)
      try host.remove()
      #expect(try network.ping(count: 1) == 1)
    }
  }

  @Test func entriesOfSetsAndOtherTablesAreNoDamage() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near)
      try network.host(
        """
        nft 'add table inet other; add set inet sentry blocked { type ipv4_addr; }
          add element inet sentry blocked { 203.0.113.1 }'
        iptables -t mangle -A PREROUTING -i else0 -j ACCEPT
        ping -q -c 1 192.0.2.2
        """)
      #expect(try host.verify() == [])
      #expect(try host.restore() == [])
    }
  }

  /// A socket of NETLINK_NETFILTER (12) is in the group NFNLGRP_NFTABLES (7).
  private static let somebodyListens = "grep -Eq '^[^ ]+ +12 +[^ ]+ +00000040 ' /proc/net/netlink"

  @Test func theGuardPutsBackAndSaysWhoDidIt() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed), form: .marked)
      let watch = try RulesetGuard(host)
      var restored: Set<NetfilterPart> = []
      var authors: Set<String> = []
      try network.host("(until \(Self.somebodyListens); do sleep 0.05; done; nft flush ruleset) > /dev/null 2>&1 &")
      // A flush in the middle of a look is found in two.
      try watch.run { report in
        guard case .restored(let parts, let author) = report else { return }
        restored.formUnion(parts)
        if let author { authors.insert(author.program) }
        if restored.count == NetfilterPart.allCases.count { watch.stop() }
      }
      #expect(authors.contains("nft"))
      #expect(try host.verify() == [])
      #expect(try network.ping(count: 1, patience: 1) == 0)
    }
  }

  @Test func whatHappensUnheardIsFoundAfterwards() async throws {
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed), form: .marked)
      let watch = try RulesetGuard(host)
      let authors = Mutex<[String]>([])
      Thread.detachNewThread {
        try? watch.run { report in
          if case .restored(_, let author) = report { authors.withLock { $0.append(author?.program ?? "nobody") } }
        }
      }
      defer { watch.stop() }
      let waitForReport = { (count: Int) in
        while authors.withLock({ $0.count < count }) { try network.host("sleep 0.05") }
      }
      try network.host("until \(Self.somebodyListens); do sleep 0.05; done; nft delete table inet sentry")
      try waitForReport(1)
      #expect(authors.withLock { $0.last } == "nft")
      try watch.unheard { _ = try network.host("! \(Self.somebodyListens) && nft delete table inet sentry") }
      try waitForReport(2)
      #expect(authors.withLock { $0.last } == "nobody")
      #expect(try host.verify() == [])
    }
  }

  @Test func somebodyWhoFlushesInALoopIsAnsweredAFewTimesASecond() async throws {
    let folder = try TemporaryFolder()
    let done = folder.path("done")
    try await TestNetwork.run { network in
      let host = try NetfilterHost()
      try host.install(Self.near(.failClosed), form: .marked)
      let watch = try RulesetGuard(host)
      var count = 0
      let start = ContinuousClock().now
      try network.host(
        """
        (for i in {1..30}; do nft flush ruleset; sleep 0.03; done; touch \(done); nft flush ruleset) > /dev/null 2>&1 &
        """)
      try watch.run { report in
        // A flush between two steps may make the second fail; then it is tried again.
        guard case .restored = report else { return }
        count += 1
        if FileManager.default.fileExists(atPath: done) { watch.stop() }
      }
      let seconds = (ContinuousClock().now - start) / .seconds(1)
      #expect(count >= 1)
      #expect(Double(count) <= 1 + seconds / 0.25)
    }
  }
}
