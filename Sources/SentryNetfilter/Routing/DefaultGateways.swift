internal import Algorithms
internal import CNftables
internal import Glibc
public import SentryPacket

/// The next hops of this host's default routes, in the network namespace of the calling thread.
public enum DefaultGateways {
  /// Those of all routing tables, without repetitions.
  ///
  /// - Throws: `.refused`, `.systemCall`.
  public static func current() throws(NetfilterError) -> [IPAddress] {
    var kernel = try NetlinkRequests(NETLINK_ROUTE)
    let routes = try defaultRoutes(&kernel)
    let numbers = Set(routes.compactMap(\.hopObject))
    // Whether routes tell what their next hop objects are is up to `net.ipv4.nexthop_compat_mode`.
    let objects = numbers.isEmpty ? [:] : try hopObjects(&kernel)
    let members = numbers.flatMap { objects[$0]?.members ?? [] }
    let indirect = (numbers.sorted() + members).compactMap { objects[$0]?.gateway }
    return Array((routes.flatMap(\.hops) + indirect).filter(\.isUnicast).uniqued())
  }

  private static func defaultRoutes(_ kernel: inout NetlinkRequests) throws(NetfilterError) -> [ListedRoute] {
    var routes: [ListedRoute] = []
    for family in [AF_INET, AF_INET6] {
      try list(&kernel, ListedRoute.request, family: UInt8(family)) { message, bytes in
        if let route = ListedRoute(message, bytes), route.isDefault { routes.append(route) }
      }
    }
    return routes
  }

  private static func hopObjects(_ kernel: inout NetlinkRequests) throws(NetfilterError) -> [UInt32: ListedHopObject] {
    var objects: [UInt32: ListedHopObject] = [:]
    try list(&kernel, ListedHopObject.request, family: UInt8(AF_UNSPEC)) { message, bytes in
      if let object = ListedHopObject(message, bytes) { objects[object.number] = object }
    }
    return objects
  }

  /// Where routes change all the time no listing may be whole; what a few have found together is enough.
  private static let patience = 3

  private static func list(
    _ kernel: inout NetlinkRequests, _ request: UInt16, family: UInt8,
    _ body: (NetlinkReader.Message, RawSpan) -> Void
  ) throws(NetfilterError) {
    for _ in 0..<patience {
      // Behind the family, the rest of the header says nothing: eight bytes, the length that next hop objects are asked for with.
      let isWhole = try kernel.list(request, family: family, to: "list routes", { $0.append(UInt32(0)) }, body)
      if isWhole { return }
    }
  }
}
