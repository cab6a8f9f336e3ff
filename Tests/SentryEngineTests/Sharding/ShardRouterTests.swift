import Foundation
import SentryCapture
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryEngine

@Suite struct ShardRouterTests {
  private static let local = AddressSpans(
    ["192.0.2.10", "192.0.2.11", "2001:db8::10"].compactMap {
      IPAddress($0).map { AddressRange(prefix: $0, length: 128) }
    })

  private func router(shards: Int = 7, salt: UInt64 = 0, prefix: Int = 64) -> ShardRouter {
    ShardRouter(shards: shards, local: Self.local, ipv6PrefixLength: prefix, salt: salt)
  }

  private func route(_ packet: [UInt8], salt: UInt64 = 0) -> ShardRouter.Route {
    var router = router(salt: salt)
    return packet.withRawSpan { router.route($0, linkType: .raw, wireLength: packet.count) }
  }

  @Test(arguments: [
    ("203.0.113.7", "192.0.2.10"), ("192.0.2.10", "192.0.2.11"), ("2001:db8:5::1", "2001:db8::10"),
  ])
  func bothWaysOfAFlowOfThisHostGoToOneShard(ends: (String, String)) {
    for salt in 0..<20 as Range<UInt64> {
      let there = route(Frame.udp(from: ends.0, 1000, to: ends.1, 2000, link: .raw), salt: salt)
      let back = route(Frame.udp(from: ends.1, 2000, to: ends.0, 1000, link: .raw), salt: salt)
      #expect(there == back)
      #expect(!there.isShared)
    }
  }

  /// Or both go to the same by chance.
  @Test func packetsBetweenTwoOthersAreShared() {
    var shared = 0
    for salt in 0..<50 as Range<UInt64> {
      let there = route(Frame.udp(from: "203.0.113.7", 1000, to: "198.51.100.9", 2000, link: .raw), salt: salt)
      let back = route(Frame.udp(from: "198.51.100.9", 2000, to: "203.0.113.7", 1000, link: .raw), salt: salt)
      #expect(there.isShared == (there.shard != back.shard))
      #expect(back.isShared == there.isShared)
      shared += there.isShared ? 1 : 0
    }
    #expect(shared > 30)
  }

  @Test func anErrorAboutAPacketToSomebodyElseIsShared() {
    let request = Frame.udp(from: "192.0.2.10", 1000, to: "198.51.100.9", 33_434, link: .raw)
    var shared = 0
    for salt in 0..<50 as Range<UInt64> {
      let error = route(
        Frame.icmp(
          from: "203.0.113.1", to: "192.0.2.10", type: 11, code: 0, payload: Array(request.prefix(28)),
          link: .raw),
        salt: salt)
      #expect(error.isShared == (error.shard != route(request, salt: salt).shard))
      shared += error.isShared ? 1 : 0
      let own = Frame.icmp(
        from: "198.51.100.9", to: "192.0.2.10", type: 3, code: 3, payload: Array(request.prefix(28)),
        link: .raw)
      #expect(!route(own, salt: salt).isShared)
    }
    #expect(shared > 30)
  }

  @Test func whatHasNoAddressesGoesToTheFirst() {
    var router = router()
    let frames = [Frame.arp(from: "203.0.113.1", for: "192.0.2.10"), [], [0x45], Array(repeating: 0, count: 60)]
    for frame in frames {
      let route = frame.withRawSpan { router.route($0, linkType: .ethernet, wireLength: frame.count) }
      #expect(route == ShardRouter.Route(shard: 0, isShared: false))
    }
  }

  @Test(arguments: [
    ("203.0.113.7", true), ("203.0.113.0/24", false), ("192.0.2.10", false), ("2001:db8:5::/64", true),
    ("2001:db8:5::7", true), ("2001:db8:5::/63", false), ("2001:db8::/64", false), ("::/0", false),
    ("203.0.113.7-203.0.113.8", false),
  ])
  func anEntryHasAnOwnerIfItsAddressesHaveOne(text: String, hasOwner: Bool) throws {
    let range = try AddressRange(text)
    #expect((router().owner(of: range) != nil) == hasOwner)
    if hasOwner { #expect(router().owner(of: range) == router().owner(of: range.last)) }
  }

  @Test func mappedAddressesCountAsIPv4() throws {
    let (mapped, plain) = (try #require(IPAddress("::ffff:203.0.113.7")), try #require(IPAddress("203.0.113.7")))
    #expect(router().owner(of: mapped) == router().owner(of: plain))
  }

  @Test func everyShardGetsItsPart() {
    var counts = Array(repeating: 0, count: 3)
    let router = router(shards: 3)
    for number in 0..<30_000 as Range<UInt32> {
      counts[Int(router.owner(of: IPAddress(v4: 0xCB00_0000 + number)))] += 1
    }
    #expect(counts.allSatisfy { (9_000...11_000).contains($0) }, "\(counts)")
  }

  /// The short way to the addresses of a frame leads where decoding it does.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func theShortWayGivesTheSame(seed: UInt64) {
    var router = router(salt: seed, prefix: [48, 64, 128][Int(seed % 3)])
    for packet in RandomTraffic(seed: seed, count: 200) {
      packet.frame.withRawSpan { frame in
        let linkType = packet.link.linkType
        let short = router.route(frame, linkType: linkType, wireLength: packet.wireLength)
        let decoded = router.routeDecoded(frame, linkType: linkType, wireLength: packet.wireLength)
        // Where nothing is decoded, nothing is remembered: any shard will do.
        var fields = PacketFields()
        let kind = fields.decode(frame, linkType: linkType, wireLength: packet.wireLength)
        if kind != .notIP, fields.has(.addresses) { #expect(short == decoded) }
      }
    }
  }

  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"))
  func theShortWayGivesTheSameOnTheCorpus() throws {
    for capture in Corpus.captures {
      guard var file = try? CaptureFile(path: Corpus.path(capture)) else { continue }
      var router = router()
      let linkType = file.linkType
      _ = try? file.read(atMost: 2000) { frame, header in
        let short = router.route(frame, linkType: linkType, wireLength: header.wireLength)
        let decoded = router.routeDecoded(frame, linkType: linkType, wireLength: header.wireLength)
        var fields = PacketFields()
        let kind = fields.decode(frame, linkType: linkType, wireLength: header.wireLength)
        if kind != .notIP, fields.has(.addresses) { #expect(short == decoded, "\(capture), frame \(header.number)") }
      }
    }
  }
}
