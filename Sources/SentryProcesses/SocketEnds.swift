internal import CProcess
internal import Glibc
internal import SentryPacket

/// Hears of UDP sockets of this network namespace that are no more: then another process may have the port (sock_diag(7); the groups
/// of linux/sock_diag.h). TCP says so itself: another process needs another connection.
@safe
public final class SocketEnds {
  /// Readable when there is something to `take`.
  public let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 8_192)

  /// SKNLGRP_INET_UDP_DESTROY and SKNLGRP_INET6_UDP_DESTROY, the second and the fourth.
  private static var groups: UInt32 { 1 << 1 | 1 << 3 }

  /// `nil` where the kernel does not tell.
  public init?() {
    let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    descriptor = socket(AF_NETLINK, type, 4)  // NETLINK_SOCK_DIAG
    guard descriptor >= 0, Self.bind(descriptor) else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func bind(_ descriptor: Int32) -> Bool {
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = groups
    let length = socklen_t(MemoryLayout<sockaddr_nl>.size)
    // Safe: the kernel reads one address of this size during the call.
    return unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.bind(descriptor, $0, length) == 0
      }
    }
  }

  /// Hands over the local port of each socket that has ended since the last call; `nil` for all, where some of them were missed.
  public func take(_ body: (UInt16?) -> Void) {
    while true {
      // Safe: the buffer has that size.
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        guard count < 0, errno == ENOBUFS else { return }
        body(nil)
        continue
      }
      // Of `struct inet_diag_msg`: family 1, state 1, timer and retransmissions 2, local port 2.
      buffer.withRawSpan { bytes in
        _ = ConnectionList.forEachSocket(in: bytes.extracting(first: count)) { message in
          if let port = message.wire16(at: 4) { body(port) }
        }
      }
    }
  }
}
