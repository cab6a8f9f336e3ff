import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryNetfilter

/// Bytes as rtnetlink(7), `linux/rtnetlink.h` and `linux/nexthop.h` lay them out, on a little-endian host.
struct ListedRouteTests {
  private static let newRoute: UInt8 = 24
  private static let newNextHop: UInt8 = 104
  private static let ipv4Default: [UInt8] = [
    2, 0, 0, 0,  // IPv4, for 0 bits of destination and source, no TOS
    254, 3, 0, 1,  // table main, made by hand, for everywhere, unicast
    0, 0, 0, 0,  // no flags
  ]
  private static let ipv6Default: [UInt8] = [10, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]
  /// fe80::77
  private static let linkLocal: [UInt8] = [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x77]

  /// A message of netlink(7) with that content.
  private static func message(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [
      UInt8(16 + content.count), 0, 0, 0,  // length
      type, 0, 2, 0,  // type, one of several
      0, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
    ] + content
  }

  private func listedRoute(_ content: [UInt8], type: UInt8 = newRoute) -> ListedRoute? {
    var found: ListedRoute?
    Self.message(type, content).withRawSpan { bytes in
      NetlinkReader.forEachMessage(bytes) { found = ListedRoute($0, bytes) }
    }
    return found
  }

  private func hops(_ content: [UInt8]) -> [String]? { listedRoute(content)?.hops.map(\.description) }

  @Test func oneNextHopIsRead() throws {
    let content =
      Self.ipv4Default + [
        8, 0, 15, 0, 254, 0, 0, 0,  // table: main
        8, 0, 6, 0, 100, 0, 0, 0,  // priority: 100
        8, 0, 5, 0, 192, 0, 2, 254,  // gateway
        8, 0, 4, 0, 2, 0, 0, 0,  // by the second interface
      ]
    let route = try #require(listedRoute(content))
    #expect(route.isDefault)
    #expect(route.hops.map(\.description) == ["192.0.2.254"])
    #expect(route.hopObject == nil)
  }

  @Test func anIPv6NextHopOfAnIPv4RouteIsRead() {
    let via: [UInt8] = [22, 0, 18, 0, 10, 0] + Self.linkLocal + [0, 0]  // via: IPv6 and the address, padded
    #expect(hops(Self.ipv4Default + via) == ["fe80::77"])
  }

  @Test func anIPv6NextHopIsRead() {
    #expect(hops(Self.ipv6Default + [20, 0, 5, 0] + Self.linkLocal) == ["fe80::77"])
  }

  @Test func allPathsAreRead() {
    let paths: [UInt8] =
      [
        60, 0, 9, 0,  // multipath
        16, 0, 0, 0, 2, 0, 0, 0,  // a path: length, flags, weight less one, interface
        8, 0, 5, 0, 192, 0, 2, 10,  // gateway
        8, 0, 0, 9, 3, 0, 0, 0,  // one without a next hop
        32, 0, 0, 0, 2, 0, 0, 0,
        22, 0, 18, 0, 10, 0,  // via: IPv6
      ] + Self.linkLocal + [0, 0]
    #expect(hops(Self.ipv4Default + paths) == ["192.0.2.10", "fe80::77"])
  }

  @Test func aNextHopObjectCountsWhereTheRouteNamesNone() {
    let number: [UInt8] = [8, 0, 30, 0, 3, 1, 0, 0]
    #expect(listedRoute(Self.ipv4Default + number)?.hopObject == 0x103)
    #expect(listedRoute(Self.ipv4Default + number + [8, 0, 5, 0, 192, 0, 2, 10])?.hopObject == nil)
  }

  @Test func onlyDefaultRoutesAreForEveryDestination() {
    var net = Self.ipv4Default
    net[1] = 8  // bits of destination
    #expect(listedRoute(net + [8, 0, 1, 0, 10, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 1])?.isDefault == false)
  }

  @Test func otherMessagesAreNoRoutes() {
    #expect(listedRoute(Self.ipv4Default, type: Self.newNextHop) == nil)
    #expect(listedRoute([2, 0, 0, 0], type: Self.newRoute) == nil)
  }

  private func listedObject(_ content: [UInt8]) -> ListedHopObject? {
    var found: ListedHopObject?
    Self.message(Self.newNextHop, content).withRawSpan { bytes in
      NetlinkReader.forEachMessage(bytes) { found = ListedHopObject($0, bytes) }
    }
    return found
  }

  @Test func aNextHopObjectIsRead() throws {
    let content: [UInt8] = [
      2, 0, 3, 0, 0, 0, 0, 0,  // IPv4, scope, made by hand, no flags
      8, 0, 1, 0, 1, 0, 0, 0,  // number 1
      8, 0, 5, 0, 2, 0, 0, 0,  // by the second interface
      8, 0, 6, 0, 192, 0, 2, 5,  // gateway
    ]
    let object = try #require(listedObject(content))
    #expect(object.number == 1)
    #expect(object.gateway?.description == "192.0.2.5")
    #expect(object.members == [])
  }

  @Test func aGroupOfNextHopObjectsIsRead() throws {
    let content: [UInt8] = [
      0, 0, 3, 0, 0, 0, 0, 0,
      8, 0, 1, 0, 3, 0, 0, 0,  // number 3
      20, 0, 2, 0,  // group
      1, 0, 0, 0, 0, 0, 0, 0,  // number 1, its weight less one
      2, 1, 0, 0, 9, 0, 0, 0,  // number 258
      6, 0, 3, 0, 0, 0, 0, 0,  // its kind
    ]
    let object = try #require(listedObject(content))
    #expect(object.number == 3)
    #expect(object.gateway == nil)
    #expect(object.members == [1, 258])
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func damagedBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var bytes = Self.message(
      seed % 2 == 0 ? Self.newRoute : Self.newNextHop,
      Self.ipv4Default + [28, 0, 9, 0, 24, 0, 0, 0, 2, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 10, 8, 0, 18, 0, 10, 0, 0, 0]
        + [12, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
    }
    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
    bytes.withRawSpan { span in
      NetlinkReader.forEachMessage(span) { message in
        #expect((ListedRoute(message, span)?.hops.count ?? 0) < bytes.count)
        #expect((ListedHopObject(message, span)?.members.count ?? 0) < bytes.count)
      }
    }
  }
}
