import Foundation
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryNetfilter

/// The sets in the kernel, in networks of the tests' own; they need root.
@Suite(.serialized, .enabled(if: TestNetwork.isPossible, "this needs root, nft, iptables, ping and network namespaces"))
struct KernelSetsTests {
  private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

  private static func net(_ text: String) -> AddressNet {
    guard let net = (try? AddressRange(text)).flatMap({ AddressNet($0) }) else { fatalError("'\(text)' is no net") }
    return net
  }

  private static func change(
    _ kind: AddressChange.Kind, _ text: String, _ seconds: UInt32? = 3_600
  ) -> AddressChange {
    AddressChange(kind, net(text), duration: AddressDuration(seconds: seconds), time: start)
  }

  private static func entry(_ text: String, _ seconds: UInt32? = 3_600, age: Int64 = 0) throws -> AddressEntry {
    AddressEntry(
      range: try AddressRange(text), matchCount: 0,
      lastTime: Timestamp(nanoseconds: start.nanoseconds - age * 1_000_000_000),
      duration: AddressDuration(seconds: seconds), triggeredBy: 1)
  }

  /// A host whose document deletes what triggered addresses send, with empty sets.
  private static func withSets(
    _ rules: String = "", settings: String = "",
    _ body: @escaping @Sendable (TestNetwork, NetfilterHost, inout KernelSets) throws -> Void
  ) async throws {
    let document = RuleDocument(
      reading:
        "{ rules = ( \(rules) { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; } ); "
        + "settings = { \(settings) }; }"
    )
    let ruleSet = try #require(document.ruleSet)
    try await TestNetwork.run { network in
      let near = InterfaceEntry(name: "near", isFiltered: true, isExternal: true)
      let early = EarlyChain(ruleSet, interfaces: [near])
      let plan = try #require(Blocking(ruleSet, interfaces: [near]).plan)
      let host = try NetfilterHost()
      try host.install(QueueFeed(queue: 7, interfaces: ["near"], early: early, blocking: BlockingFeed(plan)))
      var sets = try KernelSets(host)
      sets.follow()
      try sets.replaceAll(KernelSets.Contents(triggered: []), now: start)
      try body(network, host, &sets)
    }
  }

  private static func readHits(_ sets: inout KernelSets) throws -> [KernelSets.Hit] {
    guard let order = try sets.whatToRead() else { return [] }
    var reader = try SetReader()
    return sets.hits(of: try reader.read(order, now: start))
  }

  /// The entries of a set as nft lists them, without what changes by itself.
  private static func elements(_ set: String, _ network: TestNetwork) throws -> [String] {
    let text = try network.host("nft list set inet sentry \(set)")
    guard let start = text.range(of: "elements = {"), let end = text[start.upperBound...].range(of: "}") else {
      return []
    }
    return text[start.upperBound..<end.lowerBound].split(separator: ",").map {
      String($0.split { " \n\t".contains($0) }.first ?? "")
    }.sorted()
  }

  /// Rule 1 never sees any of it.
  @Test func blockedIPv6IsNotCopied() async throws {
    try await Self.withSets(settings: "blockIPv6 = 1;") { network, _, sets in
      let contents = KernelSets.Contents(triggered: [
        try Self.entry("198.51.100.7"), try Self.entry("2001:db8:1::/64"), try Self.entry("198.51.100.8-198.51.100.10"),
        try Self.entry("2001:db8:2::1-2001:db8:2::9"),
      ])
      try sets.replaceAll(contents, now: Self.start)
      try sets.apply([Self.change(.entered, "2001:db8:3::/64")], now: Self.start)
      #expect(sets.counts.entries == 2)
      #expect(sets.counts.leftOut == 2)
      #expect(try sets.replaceAll(contents, now: Self.start) == 0)
      #expect(try network.host("nft list chain inet sentry blocked").contains("ip6") == false)
    }
  }

  @Test func entriesAreInTheSetOfTheirKindAndDuration() async throws {
    try await Self.withSets { network, _, sets in
      try sets.apply(
        [
          Self.change(.entered, "192.0.2.77"), Self.change(.entered, "192.0.2.78", nil),
          Self.change(.entered, "2001:db8:1::/64"), Self.change(.entered, "2001:db8:2::5", 60),
        ], now: Self.start)
      #expect(try Self.elements("triggered-4-3600s", network) == ["192.0.2.77"])
      #expect(try Self.elements("triggered-4-forever", network) == ["192.0.2.78"])
      #expect(try Self.elements("triggered-6-64-3600s", network) == ["2001:db8:1::"])
      #expect(try Self.elements("triggered-6-128-60s", network) == ["2001:db8:2::5"])
      #expect(sets.counts.entries == 4)
    }
  }

  @Test func anotherDurationMovesAnEntryAndARefreshKeepsIt() async throws {
    try await Self.withSets { network, _, sets in
      try sets.apply([Self.change(.entered, "192.0.2.77")], now: Self.start)
      try sets.apply([Self.change(.refreshed, "192.0.2.77")], now: Self.start)
      #expect(try Self.elements("triggered-4-3600s", network) == ["192.0.2.77"])
      try sets.apply([Self.change(.refreshed, "192.0.2.77", 60)], now: Self.start)
      #expect(try Self.elements("triggered-4-3600s", network).isEmpty)
      #expect(try Self.elements("triggered-4-60s", network) == ["192.0.2.77"])
      try sets.apply([Self.change(.removed, "192.0.2.77"), Self.change(.removed, "192.0.2.79")], now: Self.start)
      #expect(try Self.elements("triggered-4-60s", network).isEmpty)
      #expect(sets.counts.entries == 0)
    }
  }

  @Test func ofSeveralChangesTheLastCounts() async throws {
    try await Self.withSets { network, _, sets in
      try sets.apply(
        [
          Self.change(.entered, "192.0.2.77"), Self.change(.removed, "192.0.2.77"),
          Self.change(.removed, "192.0.2.78"), Self.change(.entered, "192.0.2.78"),
        ], now: Self.start)
      #expect(try Self.elements("triggered-4-3600s", network) == ["192.0.2.78"])
    }
  }

  /// The kernel deletes an entry that has expired a while later; neither deleting it nor adding it again fails meanwhile.
  @Test func anEntryThatHasExpiredInTheKernelIsNoObstacle() async throws {
    try await Self.withSets { network, _, sets in
      try sets.apply([Self.change(.entered, "192.0.2.77", 1), Self.change(.entered, "192.0.2.78", 1)], now: Self.start)
      try network.host("until ! nft list set inet sentry triggered-4-1s | grep -q expires; do sleep 0.05; done")
      try sets.apply([Self.change(.removed, "192.0.2.77"), Self.change(.refreshed, "192.0.2.78", 1)], now: Self.start)
      #expect(try Self.elements("triggered-4-1s", network) == ["192.0.2.78"])
    }
  }

  @Test func whatTriggeredAddressesSendIsDroppedAndCounted() async throws {
    try await Self.withSets { network, host, sets in
      try sets.apply([Self.change(.entered, "192.0.2.2"), Self.change(.entered, "2001:db8::/64")], now: Self.start)
      #expect(try network.pingFromPeer(count: 3, patience: 1) == 0)
      let hits = try Self.readHits(&sets)
      let mine = try #require(hits.first { $0.range.first.isIPv4 })
      // RFC 792: 20 bytes of IP, 8 of ICMP, and ping's 56.
      #expect(mine.packets == 3)
      #expect(try host.counts()?.blocked.packets == hits.reduce(0) { $0 + $1.packets })
      // Hits are told once.
      #expect(try Self.readHits(&sets).allSatisfy { !$0.range.first.isIPv4 })
      try sets.apply([Self.change(.removed, "192.0.2.2")], now: Self.start)
      #expect(try network.pingFromPeer() == 3)
    }
  }

  /// The sets are asked first, and leave to the rules before theirs what those delete or take: so each counts its own.
  @Test func eachPacketOfABlockedAddressCountsAtTheRuleThatDeletesIt() async throws {
    let rule = { (property: String, value: String, action: String) in
      "{ enabled = 1; propertyName = \"\(property)\"; propertyValue = \"\(value)\"; filterActionName = \(action); },"
    }
    let rules =
      rule("IPFragmentOffset", "1-63", "Delete") + rule("IPFragmentOffset", "64-8191", "Pass")
      + rule("Source net", "127.0.0.0/8", "Delete") + rule("Dest net", "127.0.0.0/8", "Delete")
      + rule("IPOptions", "131", "Delete")
    try await Self.withSets(rules) { network, host, sets in
      let contents = KernelSets.Contents(
        triggered: [try Self.entry("192.0.2.2"), try Self.entry("127.0.0.2"), try Self.entry("2001:db8::/64")])
      try sets.replaceAll(contents, now: Self.start)
      #expect(sets.counts.leftOut == 1)
      let before = try host.counts()?.blocked.packets ?? 0
      let ip = "src='192.0.2.2', dst='192.0.2.1'"
      let ipv6 = "IPv6(src='2001:db8::2', dst='2001:db8::1')"
      try network.send([
        "IP(\(ip))/UDP(dport=9)", "IP(\(ip), flags='MF')/UDP(dport=9, len=100)/('x' * 16)",
        "\(ipv6)/UDP(dport=9)", "\(ipv6)/IPv6ExtHdrFragment(nh=17, m=1, id=7)/UDP(dport=9, len=100)/('x' * 16)",
        "IP(\(ip), proto=17, frag=3)/('x' * 16)", "\(ipv6)/IPv6ExtHdrFragment(nh=17, offset=3, id=8)/('x' * 16)",
        "IP(\(ip), proto=17, frag=100)/('x' * 16)",
        "IP(src='127.0.0.2', dst='192.0.2.1')/UDP(dport=9)",
        "IP(src='192.0.2.2', dst='127.0.0.1')/UDP(dport=9)",
        "IP(\(ip), options=IPOption_LSRR(routers=['192.0.2.9']))/UDP(dport=9)",
        "IP(\(ip), options=IPOption_RR(routers=['0.0.0.0']))/UDP(dport=9)",
      ])
      let counts = try #require(try host.counts())
      #expect(counts.early.map { "\($0.number): \($0.packets)" } == ["1: 2", "2: 1", "3: 1", "4: 1", "5: 1"])
      // Neighbours of IPv6 may have asked for each other meanwhile.
      let mine = try #require(try Self.readHits(&sets).first { $0.range.first.isIPv4 })
      #expect(mine.packets == 2)
      #expect(counts.blocked.packets >= before + 4)
    }
  }

  @Test func whatComesByOtherInterfacesIsNotBlocked() async throws {
    try await Self.withSets { network, host, sets in
      try sets.apply([Self.change(.entered, "192.0.2.2")], now: Self.start)
      #expect(try network.pingFromPeer(count: 1, patience: 1) == 0)
      var feed = try #require(host.status?.feed)
      feed.interfaces = ["elsewhere"]
      try host.update(feed)
      #expect(try network.pingFromPeer() == 3)
      feed.interfaces = ["elsewhere", "near"]
      try host.update(feed)
      #expect(try network.pingFromPeer(count: 1, patience: 1) == 0)
      feed.interfaces = ["a", "b", "c", "d", "near"]
      try host.update(feed)
      #expect(try network.pingFromPeer(count: 1, patience: 1) == 0)
      feed.interfaces = ["a", "b", "c", "d", "e"]
      try host.update(feed)
      #expect(try network.pingFromPeer() == 3)
    }
  }

  @Test func rangesAreIntervalsWhoseHitsBelongToTheInnermost() async throws {
    try await Self.withSets { network, _, sets in
      try sets.replaceRanges(
        [try Self.entry("192.0.2.0/24"), try Self.entry("192.0.2.2-192.0.2.3"), try Self.entry("2001:db8:7::/48")],
        now: Self.start)
      #expect(
        try Self.elements("triggered-ranges-4", network) == [
          "192.0.2.0/31", "192.0.2.2/31", "192.0.2.4-192.0.2.255",
        ])
      #expect(try Self.elements("triggered-ranges-6", network) == ["2001:db8:7::/48"])
      #expect(try network.pingFromPeer(count: 2, patience: 1) == 0)
      let hits = try Self.readHits(&sets)
      #expect(hits == [KernelSets.Hit(range: try AddressRange("192.0.2.2-192.0.2.3"), packets: 2, time: Self.start)])
      try sets.replaceRanges([try Self.entry("192.0.2.128/25")], now: Self.start)
      #expect(try Self.elements("triggered-ranges-4", network) == ["192.0.2.128/25"])
      #expect(try network.pingFromPeer() == 3)
    }
  }

  @Test func whatIsSparedIsLeftToTheQueue() async throws {
    let authorized = "{ enabled = 1; propertyName = Include; propertyValue = authorize; filterActionName = Pass; },"
    try await Self.withSets(authorized) { network, _, sets in
      let contents = KernelSets.Contents(
        triggered: [
          try Self.entry("192.0.2.77"), try Self.entry("192.0.2.78"), try Self.entry("192.0.2.79"),
          try Self.entry("2001:db8:1::/64"), try Self.entry("::/64"), try Self.entry("198.51.100.0/24"),
        ],
        authorized: [
          try AddressRange("192.0.2.78"), try AddressRange("2001:db8:1::9"), try AddressRange("198.51.100.128/25"),
        ],
        local: [try AddressRange("192.0.2.79")])
      try sets.replaceAll(contents, now: Self.start)
      #expect(try Self.elements("triggered-4-3600s", network) == ["192.0.2.77"])
      #expect(try Self.elements("triggered-6-64-3600s", network).isEmpty)
      #expect(try Self.elements("triggered-ranges-4", network) == ["198.51.100.0/25"])
      #expect(sets.counts.leftOut == 4)
      try sets.authorize([Self.net("192.0.2.77"), Self.net("198.51.100.5")], now: Self.start)
      #expect(try Self.elements("triggered-4-3600s", network).isEmpty)
      #expect(
        try Self.elements("triggered-ranges-4", network) == [
          "198.51.100.0-198.51.100.4", "198.51.100.6-198.51.100.127",
        ])
    }
  }

  @Test func aWholeTableIsLoadedWithTheTimeItsEntriesHaveLeft() async throws {
    try await Self.withSets { network, _, sets in
      let count = 20_000
      let entries = try (0..<count).map { try Self.entry("10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)", age: 3_000) }
      #expect(
        try sets.replaceAll(
          KernelSets.Contents(triggered: entries + [try Self.entry("192.0.2.9", age: 3_600)]), now: Self.start)
          == count)
      #expect(sets.counts.entries == count)
      let listing = try network.host("nft get element inet sentry triggered-4-3600s '{ 10.0.1.2 }'")
      // 600 seconds are left.
      #expect(listing.contains("expires 9m") || listing.contains("expires 10m"))
      #expect(try sets.replaceAll(KernelSets.Contents(triggered: Array(entries.dropFirst(5))), now: Self.start) == 5)
    }
  }

  @Test func differencesAreFoundAndPutRight() async throws {
    try await Self.withSets { network, _, sets in
      let entries = try (1...20).map { try Self.entry("192.0.2.\($0 + 100)") } + [try Self.entry("198.51.100.0/24")]
      let contents = KernelSets.Contents(triggered: entries)
      try sets.replaceAll(contents, now: Self.start)
      #expect(try sets.isSound(triggered: 21, now: Self.start) == true)
      try network.host(
        """
        nft 'delete element inet sentry triggered-4-3600s { 192.0.2.101, 192.0.2.102 }'
        nft 'add element inet sentry triggered-4-3600s { 203.0.113.9 }'
        nft 'flush set inet sentry triggered-ranges-4'
        """)
      #expect(try sets.isSound(triggered: 21, now: Self.start) == false)
      try sets.repair(contents, now: Self.start)
      #expect(sets.counts.differences == 4)
      #expect(try Self.elements("triggered-4-3600s", network).count == 20)
      #expect(try Self.elements("triggered-ranges-4", network) == ["198.51.100.0/24"])
      #expect(try sets.isSound(triggered: 21, now: Self.start) == true)
    }
  }

  @Test func setsKeepWhatTheyHoldWhenTheRulesAreRenewed() async throws {
    try await Self.withSets { network, host, sets in
      try sets.apply([Self.change(.entered, "192.0.2.2"), Self.change(.entered, "192.0.2.78", 60)], now: Self.start)
      #expect(try network.pingFromPeer(count: 1, patience: 1) == 0)
      var feed = try #require(host.status?.feed)
      let plan = try #require(feed.blocking?.plan)
      feed.blocking = BlockingFeed(plan)
      try host.update(feed)
      #expect(try Self.elements("triggered-4-3600s", network) == ["192.0.2.2"])
      #expect(try Self.elements("triggered-4-60s", network) == ["192.0.2.78"])
      #expect(try host.counts()?.blocked.packets == 1)
      // A document that blocks nothing leaves no set behind; nor does another capacity leave one of the old.
      var larger = plan
      larger.capacity *= 2
      feed.blocking = BlockingFeed(larger)
      try host.update(feed)
      #expect(try network.host("nft list set inet sentry triggered-4-60s").contains("size \(4 * plan.capacity)"))
      feed.blocking = nil
      try host.update(feed)
      #expect(try !network.host("nft list table inet sentry").contains("triggered-4"))
      #expect(try network.pingFromPeer() == 3)
    }
  }

  @Test func moreDurationsThanSetsAreLeftToTheQueue() async throws {
    try await Self.withSets { _, _, sets in
      try sets.apply((1...40).map { Self.change(.entered, "192.0.2.\($0 + 100)", $0) }, now: Self.start)
      #expect(sets.counts.entries == BlockingFeed.setLimit - 2)
      #expect(sets.counts.entries + sets.counts.leftOut == 40)
    }
  }

  /// Sets that hold nothing any more make way for others.
  @Test(.timeLimit(.minutes(12))) func durationsThatNobodyHasAnyMoreMakeWay() async throws {
    try await Self.withSets { network, host, sets in
      try sets.apply((1...40).map { Self.change(.entered, "192.0.2.\($0 + 100)", $0) }, now: Self.start)
      try sets.apply((1...39).map { Self.change(.removed, "192.0.2.\($0 + 100)") }, now: Self.start)
      // It looks for sets that hold nothing once a second at most.
      var isBlocked = false
      while !isBlocked {
        try sets.apply([Self.change(.refreshed, "192.0.2.140", 7_777)], now: Self.start)
        isBlocked = sets.counts.leftOut == 0
      }
      #expect(try Self.elements("triggered-4-7777s", network) == ["192.0.2.140"])
      let names = try #require(host.status?.feed.blocking).sets.map(\.name)
      #expect(Set(names) == ["triggered-4-3600s", "triggered-6-64-3600s", "triggered-4-7777s"])
      #expect(try host.verify().isEmpty)
    }
  }

  // MARK: What is not ours

  /// Put there by somebody, or by a packet in the moment in which it was taken out.
  @Test func whatIsHitAndNotInTheTableIsTakenOut() async throws {
    try await Self.withSets { network, _, sets in
      try sets.apply([Self.change(.entered, "192.0.2.77")], now: Self.start)
      try network.host("nft 'add element inet sentry triggered-4-3600s { 192.0.2.2 }'")
      #expect(try network.pingFromPeer(count: 1, patience: 1) == 0)
      #expect(try Self.readHits(&sets).isEmpty)
      try sets.removeSurplus()
      #expect(try Self.elements("triggered-4-3600s", network) == ["192.0.2.77"])
      #expect(sets.counts.differences == 1)
      #expect(try network.pingFromPeer() == 3)
      try sets.removeSurplus()
      #expect(sets.counts.differences == 1)
    }
  }

  /// As a packet does in the moment in which an entry is taken out. A few are asked for one by one, many by a list.
  @Test(arguments: [10, 2_000])
  func whatIsPutBackAtOnceIsTakenOutAgain(count: Int) async throws {
    try await Self.withSets { network, _, sets in
      let others = (0..<count).map { "10.0.\($0 >> 8).\($0 & 255)" }
      try sets.apply((others + ["192.0.2.2"]).map { Self.change(.entered, $0) }, now: Self.start)
      try sets.apply((others + ["192.0.2.2"]).map { Self.change(.removed, $0) }, now: Self.start)
      try network.host("nft 'add element inet sentry triggered-4-3600s { 192.0.2.2 }'")
      try sets.apply([Self.change(.entered, "10.0.0.3")], now: Self.start)
      try sets.checkRemoved()
      try sets.removeSurplus()
      #expect(try Self.elements("triggered-4-3600s", network) == ["10.0.0.3"])
      #expect(sets.counts.differences == 1)
      try sets.checkRemoved()
      try sets.removeSurplus()
      #expect(sets.counts.differences == 1)
    }
  }

  @Test func whatWasTakenOutAfterItWasReadIsNoDifference() async throws {
    try await Self.withSets { network, _, sets in
      try sets.apply([Self.change(.entered, "192.0.2.2")], now: Self.start)
      #expect(try network.pingFromPeer(count: 1, patience: 1) == 0)
      let order = try #require(try sets.whatToRead())
      var reader = try SetReader()
      let reading = try reader.read(order, now: Self.start)
      try sets.apply([Self.change(.removed, "192.0.2.2")], now: Self.start)
      #expect(sets.hits(of: reading).isEmpty)
      try sets.removeSurplus()
      #expect(sets.counts.differences == 0)
    }
  }

  @Test func rangesThatHaveChangedMeanwhileAreNoDifference() async throws {
    try await Self.withSets { network, _, sets in
      try sets.replaceAll(KernelSets.Contents(triggered: [try Self.entry("198.51.100.0/24")]), now: Self.start)
      try sets.repair(KernelSets.Contents(triggered: [try Self.entry("203.0.113.0/24")]), now: Self.start)
      #expect(sets.counts.differences == 0)
      #expect(try Self.elements("triggered-ranges-4", network) == ["203.0.113.0/24"])
    }
  }

  @Test func everythingIsTakenOutAtOnce() async throws {
    try await Self.withSets { network, _, sets in
      let entries = try (0..<20_000).map { try Self.entry("10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)") }
      try sets.replaceAll(KernelSets.Contents(triggered: entries + [try Self.entry("2001:db8::/64")]), now: Self.start)
      let before = sets.counts.transactions
      #expect(try sets.replaceAll(KernelSets.Contents(triggered: []), now: Self.start) == 20_001)
      #expect(sets.counts.transactions == before + 1)
      #expect(sets.counts.entries == 0)
      #expect(try Self.elements("triggered-4-3600s", network).isEmpty)
      #expect(try Self.elements("triggered-6-64-3600s", network).isEmpty)
    }
  }

  @Test func connectionsOfAnEnteredAddressEnd() async throws {
    try await Self.withSets { network, _, sets in
      // Connections are tracked where a rule asks for their state.
      let programs = try network.host(
        """
        set -e
        nft 'add table inet watch; add chain inet watch seen { type filter hook prerouting priority 0; }
          add rule inet watch seen ct state new counter'
        nc -l -k -p 4444 > /dev/null 2>&1 &
        echo $!
        until ss -lnt | grep -q :4444; do sleep 0.05; done
        """)
      defer { _ = try? network.host("kill \(programs)") }
      try network.peer("nc -d 192.0.2.1 4444 > /dev/null 2>&1 &")
      try network.host("until grep -q 'ESTABLISHED.*dport=4444' /proc/net/nf_conntrack; do sleep 0.05; done")
      var ending = try ConnectionEnding()
      try sets.apply([Self.change(.entered, "192.0.2.78")], now: Self.start)
      #expect(ending.end(of: sets.takeEntered()) == 0)
      try sets.apply([Self.change(.entered, "192.0.2.2"), Self.change(.refreshed, "192.0.2.78")], now: Self.start)
      let entered = sets.takeEntered()
      #expect(entered == [Self.net("192.0.2.2")] && sets.takeEntered().isEmpty)
      // It rests after each pass through the list.
      var ended = ending.end(of: entered)
      while let deadline = ending.deadline, ended == 0 {
        try network.host("sleep \(max(0, ContinuousClock.now.duration(to: deadline) / .seconds(1)))")
        ended = ending.end(of: [])
      }
      #expect(ended >= 1 && ending.deadline == nil)
      #expect(try !network.host("cat /proc/net/nf_conntrack").contains("dport=4444"))
    }
  }
}
