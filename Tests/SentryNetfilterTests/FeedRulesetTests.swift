import Testing

@testable import SentryNetfilter

struct FeedRulesetTests {
  private static let feed = QueueFeed(queue: 3, interfaces: ["eth0", "wg0"])

  @Test func markedAndFailOpen() {
    #expect(
      FeedRuleset(feed: Self.feed, form: .marked).replacing == """
        add table inet sentry
        delete table inet sentry
        table inet sentry {
          comment "kept by sentry"

          chain inbound {
            type filter hook prerouting priority -151; policy accept;
            meta mark & 0x20000000 != 0 meta mark set meta mark & 0x9fffffff accept comment "made by sentry"
            iifname != "eth0" iifname != "wg0" meta mark set meta mark & 0xbfffffff accept
            meta mark set meta mark | 0x40000000
          }

          chain outbound {
            type filter hook postrouting priority -151; policy accept;
            oifname "lo" accept
            meta mark & 0x20000000 != 0 meta mark set meta mark & 0x9fffffff accept comment "made by sentry"
            oifname != "eth0" oifname != "wg0" meta mark set meta mark & 0xbfffffff accept
            meta mark set meta mark | 0x40000000
          }

          chain inbound-judged {
            type filter hook prerouting priority -149; policy accept;
            meta mark & 0x40000000 != 0 counter meta mark set meta mark & 0xbfffffff comment "not judged"
          }

          chain outbound-judged {
            type filter hook postrouting priority -149; policy accept;
            meta mark & 0x40000000 != 0 counter meta mark set meta mark & 0xbfffffff comment "not judged"
          }
        }

        """)
  }

  @Test func nativeAndFailClosed() {
    var feed = Self.feed
    feed.policy = .failClosed
    let text = FeedRuleset(feed: feed, form: .native).replacing
    #expect(text.contains("    iifname != \"eth0\" iifname != \"wg0\" accept\n    queue num 3\n"))
    #expect(!text.contains("bypass") && !text.contains("0x40000000") && !text.contains("judged"))
  }

  @Test func nativeAndFailOpen() {
    #expect(FeedRuleset(feed: Self.feed, form: .native).replacing.contains("    queue num 3 bypass\n"))
  }

  @Test func whatIsNotJudgedIsDroppedUnderFailClosed() {
    var feed = Self.feed
    feed.policy = .failClosed
    feed.queueMark = 0x100
    let text = FeedRuleset(feed: feed, form: .marked).replacing
    #expect(text.contains("meta mark & 0x100 != 0 counter drop comment \"not judged\""))
  }

  @Test func renewingDeletesNoTable() {
    let text = FeedRuleset(feed: Self.feed, form: .marked).renewing(after: Self.feed)
    #expect(!text.contains("delete"))
    #expect(
      text.contains(
        "flush chain inet sentry early\nflush chain inet sentry blocked\nflush chain inet sentry inbound\n"))
  }

  @Test func manyInterfacesAreASet() {
    let feed = QueueFeed(interfaces: ["a", "b", "c", "d", "e"])
    let text = FeedRuleset(feed: feed, form: .native).replacing
    #expect(text.contains(#"iifname != { "a", "b", "c", "d", "e" } accept"#))
    #expect(text.contains(#"oifname != { "a", "b", "c", "d", "e" } accept"#))
  }

  @Test(arguments: [FeedForm.marked, .native])
  func beforeItIsRemovedTheTableHandsOverNothing(_ form: FeedForm) {
    var ruleset = FeedRuleset(feed: Self.feed, form: form)
    ruleset.handsOver = false
    let text = ruleset.renewing(after: Self.feed)
    #expect(!text.contains("queue num 3") && !text.contains("meta mark set meta mark | "))
    #expect(!text.contains("delete"), "with a chain the kernel would drop what waits in the queue")
    #expect(text.contains("flush chain inet sentry inbound\n") && text.contains("flush chain inet sentry outbound\n"))
    #expect(text.contains("accept comment \"made by sentry\""), "our mark is still cleared")
  }

  static let plan = BlockingPlan(
    rule: 4, number: "2.1", counting: [3, 4], ipv6PrefixLength: 64, seconds: 600, capacity: 1_000,
    sparesAuthorized: false,
    exemptions: [
      BlockingPlan.Exemption(match: EarlyTest.fragments(1...8191)[0], number: "1.1"),
      BlockingPlan.Exemption(match: EarlyTest.fragments(1...8191)[1], number: "1.1"),
      BlockingPlan.Exemption(match: .withOptions, number: "1.4"),
    ])

  @Test func triggeredAddressesAreDroppedFirstOfAll() throws {
    var feed = Self.feed
    feed.early = EarlyChain()
    feed.early?.rules = ["ip frag-off & 0x1fff 1-8191 counter drop"]
    feed.blocking = BlockingFeed(Self.plan)
    let text = FeedRuleset(feed: feed, form: .native).replacing
    #expect(
      text.contains(
        """
          counter blocked {
          }
          set triggered-4-600s {
            type ipv4_addr
            size 2000
            flags dynamic,timeout
            timeout 600s
            counter
          }
          set triggered-6-64-600s {
            type ipv6_addr
            size 2000
            flags dynamic,timeout
            timeout 600s
            counter
          }
          set triggered-ranges-4 {
            type ipv4_addr
            flags interval
            counter
          }
          set triggered-ranges-6 {
            type ipv6_addr
            flags interval
            counter
          }

          chain blocked {
            ip frag-off & 0x1fff 0 ip hdrlength 5 ip saddr @triggered-4-600s update @triggered-4-600s \
        { ip saddr } counter name "blocked" drop comment "2.1"
            ip frag-off & 0x1fff 0 ip hdrlength 5 ip saddr @triggered-ranges-4 counter name "blocked" drop comment "2.1"
            frag frag-off 1-8191 return comment "to the queue: 1.1"
            ip6 saddr & ffff:ffff:ffff:ffff:: @triggered-6-64-600s update @triggered-6-64-600s \
        { ip6 saddr & ffff:ffff:ffff:ffff:: } counter name "blocked" drop comment "2.1"
            ip6 saddr @triggered-ranges-6 counter name "blocked" drop comment "2.1"
          }

        """))
    #expect(
      text.contains(
        """
          chain early {
            type filter hook prerouting priority -450; policy accept;
            iifname != "eth0" iifname != "wg0" accept
            jump blocked
            ip frag-off & 0x1fff 1-8191 counter drop
          }

        """))
    let inbound = try #require(text.range(of: "chain inbound"))
    #expect(!text[inbound.lowerBound...].contains("jump blocked"))
  }

  /// What the daemon sends to this host arrives at `lo` only, and is not blocked, whoever it is from.
  @Test func whatTheDaemonMadeIsLetInWhereItArrives() {
    let own = "meta mark & 0x20000000 != 0 accept"
    var feed = QueueFeed(interfaces: ["eth0", "lo"], blocking: BlockingFeed(Self.plan))
    let rules = FeedRuleset(feed: feed, form: .native).replacing
    #expect(rules.contains("iifname != \"eth0\" iifname != \"lo\" accept\n    \(own)\n    jump blocked\n"))
    feed.interfaces = ["eth0"]
    #expect(!FeedRuleset(feed: feed, form: .native).replacing.contains(own))
  }

  @Test func manyExemptionsAreRulesOfTheirOwn() {
    var plan = Self.plan
    plan.exemptions = (1...9).map {
      let net = "ip daddr 192.0.2.\($0)"
      return BlockingPlan.Exemption(match: .ipv4(net, opposite: "not \(net)"), number: "\($0)")
    }
    let rules = BlockingFeed(plan).rules
    #expect(
      rules.prefix(2) == [
        #"ip daddr 192.0.2.1 return comment "to the queue: 1""#,
        #"ip daddr 192.0.2.2 return comment "to the queue: 2""#,
      ])
    #expect(rules.count == 9 + 4 && !rules.contains { $0.contains("not ip") })
  }

  @Test func entriesWithoutEndAreNotRefreshed() {
    var plan = Self.plan
    plan.seconds = nil
    plan.ipv6PrefixLength = 128
    let rules = BlockingFeed(plan).rules.joined(separator: "\n")
    #expect(rules.contains("ip saddr @triggered-4-forever counter name \"blocked\" drop"))
    #expect(rules.contains("ip6 saddr @triggered-6-128-forever counter name \"blocked\" drop"))
    #expect(!rules.contains("update"))
  }

  @Test func whereNoIPv6ComesSoFarNothingAsksForIt() throws {
    var plan = Self.plan
    plan.ipv6PrefixLength = nil
    var blocking = BlockingFeed(plan)
    // What the document before it used is not taken over.
    blocking.adopt(BlockingFeed(Self.plan))
    #expect(blocking.sets.map(\.name) == ["triggered-4-600s"])
    #expect(!blocking.rules.contains { $0.contains("ip6") })
  }

  /// As the table does: a host that is blocked by itself is answered by that entry, not by that of its net.
  @Test func moreSpecificNetsAreAskedFirst() {
    var blocking = BlockingFeed(Self.plan)
    blocking.add([
      BlockSet(.ipv6(length: 128), seconds: 60, capacity: 1_000),
      BlockSet(.ipv6(length: 48), seconds: 60, capacity: 1_000),
    ])
    #expect(
      blocking.sets.map(\.name) == [
        "triggered-4-600s", "triggered-6-128-60s", "triggered-6-64-600s", "triggered-6-48-60s",
      ])
  }

  @Test func setsOfTheFeedBeforeAreTakenOverOrRemoved() {
    var old = BlockingFeed(Self.plan)
    old.add([BlockSet(.ipv4, seconds: 60, capacity: 1_000)])
    var feed = Self.feed
    feed.blocking = BlockingFeed(Self.plan)
    feed.blocking?.adopt(old)
    var before = Self.feed
    before.blocking = old
    #expect(feed.blocking == old)
    #expect(!FeedRuleset(feed: feed, form: .marked).renewing(after: before).contains("delete set"))
    let without = FeedRuleset(feed: Self.feed, form: .marked).renewing(after: before)
    #expect(without.contains("delete set inet sentry triggered-4-60s\n"))
    #expect(without.contains("flush chain inet sentry blocked\n"))
  }

  @Test func withoutInterfacesNothingIsHandedOver() {
    let text = FeedRuleset(feed: QueueFeed(interfaces: []), form: .native).replacing
    #expect(!text.contains("queue num"))
  }

  @Test(arguments: [
    ("eth0", true), ("br-1a2b3c4d5e6f", true), ("vlan.10", true), ("fifteen-bytes-l", true),
    ("sixteen-bytes-lo", false),
    ("", false), ("a b", false), ("a\"b", false), ("eth*", false), ("a/b", false), ("a\\b", false), ("a\nb", false),
    ("größe", false),
  ])
  func interfaceNames(_ name: String, isUsable: Bool) {
    let feed = QueueFeed(interfaces: ["eth0", name])
    if isUsable {
      #expect(throws: Never.self) { try feed.validate() }
    } else {
      #expect(throws: NetfilterError.unusableInterfaceName(name)) { try feed.validate() }
    }
  }

  @Test(arguments: [(0, 1), (1, 0), (3, 4), (4, 4)] as [(UInt32, UInt32)])
  func marksMustBeTwoBits(_ queue: UInt32, _ own: UInt32) {
    #expect(throws: NetfilterError.unusableMarks(queue: queue, own: own)) {
      try QueueFeed(interfaces: [], queueMark: queue, ownMark: own).validate()
    }
  }

  @Test func flowsPassJustAheadOfTheQueue() {
    var feed = Self.feed
    feed.keepsFlows = true
    let text = FeedRuleset(feed: feed, form: .marked).replacing
    #expect(
      text.contains(
        """
          set flows-udp-out-6 {
            type iface_index . ipv6_addr . ipv6_addr . inet_service . inet_service
            size 32768
            flags timeout
            timeout 10s
            counter
          }
          set ended-4 {
            type iface_index . ipv4_addr . ipv4_addr . inet_service . inet_service
            size 32768
            flags dynamic,timeout
            timeout 2s
          }

        """))
    #expect(text.contains("    jump flows-in\n    meta mark set meta mark | 0x40000000\n"))
    #expect(text.contains("    jump flows-out\n    meta mark set meta mark | 0x40000000\n"))
    // None leaves with the bit of the queue.
    #expect(
      text.contains(
        "iif . ip saddr . ip daddr . udp sport . udp dport @flows-udp-in-4 meta mark set meta mark & 0xbfffffff accept")
    )
    #expect(
      FeedRuleset(feed: feed, form: .native).replacing.contains(
        "oif . ip6 saddr . ip6 daddr . tcp sport . tcp dport @flows-tcp-out-6 accept"))
  }

  @Test func setsOfFlowsGoWithTheFeedThatNeedsThem() {
    var old = Self.feed
    old.keepsFlows = true
    let text = FeedRuleset(feed: Self.feed, form: .native).renewing(after: old)
    #expect(text.contains("flush chain inet sentry flows-in\n"))
    #expect(
      text.contains("delete set inet sentry flows-tcp-in-4\n") && text.contains("delete set inet sentry ended-6\n"))
    #expect(!FeedRuleset(feed: old, form: .native).renewing(after: old).contains("delete set"))
  }
}
