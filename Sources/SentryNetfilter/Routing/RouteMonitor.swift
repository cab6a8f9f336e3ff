internal import CNftables

/// Hears of changes of links, addresses, routes and routing rules, in the network namespace of the thread that makes it
/// (rtnetlink(7)). It does not say which: whoever cares looks.
struct RouteMonitor: ~Copyable {
  private let socket: NetlinkSocket

  /// `RTNLGRP_LINK`, `RTNLGRP_IPV4_IFADDR`, `_ROUTE` and `_RULE`, `RTNLGRP_IPV6_IFADDR`, `_ROUTE` and `_RULE`.
  private static let groups: [Int32] = [1, 5, 7, 8, 9, 11, 19]

  /// - Throws: `.notPermitted`, `.systemCall`.
  init() throws(NetfilterError) {
    socket = try NetlinkSocket(NETLINK_ROUTE, hearing: Self.groups, to: "watch routes")
  }

  /// For `poll`: readable when something has changed.
  var descriptor: Int32 { socket.descriptor }

  /// Takes all that has been told since the last call; never waits.
  ///
  /// - Returns: whether it was anything.
  borrowing func readNews() -> Bool {
    // The rest of a message is of no interest.
    var byte: [UInt8] = [0]
    var isNews = false
    while true {
      switch socket.receive(into: &byte) {
      case .message, .overrun: isNews = true
      case .nothing, .failed: return isNews
      }
    }
  }
}
