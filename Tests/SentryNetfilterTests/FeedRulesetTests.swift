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
            iifname != { "eth0", "wg0" } meta mark set meta mark & 0xbfffffff accept
            meta mark set meta mark | 0x40000000
          }

          chain outbound {
            type filter hook postrouting priority -151; policy accept;
            oifname "lo" accept
            meta mark & 0x20000000 != 0 meta mark set meta mark & 0x9fffffff accept comment "made by sentry"
            oifname != { "eth0", "wg0" } meta mark set meta mark & 0xbfffffff accept
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
    #expect(text.contains("    iifname != { \"eth0\", \"wg0\" } accept\n    queue num 3\n"))
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
}
