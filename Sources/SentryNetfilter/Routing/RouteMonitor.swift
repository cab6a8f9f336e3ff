internal import CNftables
internal import Glibc

/// Hears of changes of links, addresses, routes and routing rules, in the network namespace of the thread that makes it
/// (rtnetlink(7)). It does not say which: whoever cares looks.
struct RouteMonitor: ~Copyable {
  /// For `poll`: readable when something has changed.
  let descriptor: Int32

  /// `RTNLGRP_LINK`, `RTNLGRP_IPV4_IFADDR`, `_ROUTE` and `_RULE`, `RTNLGRP_IPV6_IFADDR`, `_ROUTE` and `_RULE`: a bit for each.
  private static let groups = [1, 5, 7, 8, 9, 11, 19].reduce(UInt32(0)) { $0 | 1 << UInt32($1 - 1) }

  /// - Throws: `.systemCall`.
  init() throws(NetfilterError) {
    let descriptor = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), NETLINK_ROUTE
    )
    guard descriptor >= 0 else { throw .systemCall(name: "socket", code: errno) }
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = Self.groups
    let length = socklen_t(MemoryLayout<sockaddr_nl>.size)
    // Safe: the kernel reads one address of this size during the call.
    let status = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
    }
    guard status == 0 else {
      let code = errno
      close(descriptor)
      throw .systemCall(name: "bind", code: code)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Takes all that has been told since the last call; never waits.
  ///
  /// - Returns: whether it was anything.
  borrowing func readNews() -> Bool {
    var isNews = false
    var byte: UInt8 = 0
    while true {
      // Safe: the kernel writes at most one byte; the rest of the message is of no interest.
      let count = unsafe recv(descriptor, &byte, 1, 0)
      switch (count, errno) {
      case (0..., _): isNews = true
      case (_, EINTR): continue
      // More than could be told.
      case (_, ENOBUFS): isNews = true
      default: return isNews
      }
    }
  }
}
