internal import CNftables
internal import Glibc

/// A netlink socket (netlink(7)) in the network namespace of the thread that makes it.
@safe
struct NetlinkSocket: ~Copyable {
  let descriptor: Int32

  /// One that hears what the kernel tells these multicast groups.
  ///
  /// - Parameters:
  ///   - protocolNumber: `NETLINK_…`, whose groups these are: 1...32.
  ///   - asked: what is not permitted where it is not.
  /// - Throws: `.notInKernel`, `.notPermitted`, `.systemCall`.
  init(_ protocolNumber: Int32, hearing groups: [Int32], to asked: String) throws(NetfilterError) {
    let descriptor = try Self.open(protocolNumber)
    let code = Self.bind(descriptor, groups: groups.reduce(0) { $0 | 1 << UInt32($1 - 1) })
    guard code == 0 else {
      close(descriptor)
      throw code == EPERM ? .notPermitted(asked: asked) : .systemCall(name: "bind", code: code)
    }
    self.descriptor = descriptor
  }

  /// One for requests. What is sent over it may be long: a transaction of the packet filter is one datagram.
  ///
  /// - Parameter protocolNumber: `NETLINK_…`, whom they are for.
  /// - Throws: `.notInKernel`, `.systemCall`.
  init(_ protocolNumber: Int32, requestBytes: Int) throws(NetfilterError) {
    descriptor = try Self.open(protocolNumber)
    var length = Int32(clamping: requestBytes)
    // Without the right to, the usual length has to do; a refusal must not repeat the whole request.
    // Safe, this and below: the kernel reads one number of this size during the call.
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &length, socklen_t(MemoryLayout<Int32>.size))
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &length, socklen_t(MemoryLayout<Int32>.size))
    var yes: Int32 = 1
    _ = unsafe setsockopt(descriptor, netlinkLevel, NETLINK_CAP_ACK, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Gives it an address of its own, which the kernel chooses, and puts it into `groups`, a bit for each.
  ///
  /// - Returns: 0, or an `errno`.
  private static func bind(_ descriptor: Int32, groups: UInt32) -> Int32 {
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = groups
    let length = socklen_t(MemoryLayout<sockaddr_nl>.size)
    // Safe: the kernel reads one address of this size during the call.
    let status = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.bind(descriptor, $0, length) }
    }
    return status == 0 ? 0 : errno
  }

  /// Whether the kernel tells a socket of changes of nftables.
  ///
  /// - Returns: 0, or an `errno`.
  @discardableResult
  static func hearOfNftables(_ isWanted: Bool, _ descriptor: Int32) -> Int32 {
    var group = Int32(NFNLGRP_NFTABLES.rawValue)
    let option = isWanted ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP
    // Safe: the kernel reads one number of this size during the call.
    let status = unsafe setsockopt(descriptor, netlinkLevel, option, &group, socklen_t(MemoryLayout<Int32>.size))
    return status == 0 ? 0 : errno
  }

  deinit { close(descriptor) }

  /// A descriptor for the caller to close; it does not block.
  ///
  /// - Throws: `.notInKernel`, `.systemCall`.
  static func open(_ protocolNumber: Int32) throws(NetfilterError) -> Int32 {
    let descriptor = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
      protocolNumber)
    guard descriptor < 0 else { return descriptor }
    let code = errno
    guard code == EPROTONOSUPPORT, protocolNumber == NETLINK_NETFILTER else {
      throw .systemCall(name: "socket", code: code)
    }
    throw .notInKernel(
      asked: "talk to the packet filter", part: "netfilter netlink", module: "nfnetlink nf_tables",
      said: "Protocol not supported")
  }

  /// Sends one datagram to the kernel, which has dealt with it when this returns.
  ///
  /// - Returns: 0, or an `errno`.
  borrowing func send(_ bytes: [UInt8]) -> Int32 {
    while true {
      // Safe: the kernel reads at most `bytes.count` bytes of the array's storage during the call.
      let count = unsafe Glibc.send(descriptor, bytes, bytes.count, 0)
      if count >= 0 { return 0 }
      if errno != EINTR { return errno }
    }
  }

  enum Reception: Equatable {
    /// So many bytes are in the buffer.
    case message(byteCount: Int)
    case nothing
    /// Messages were lost: they came faster than they were read.
    case overrun
    case failed(code: Int32)
  }

  /// Takes the next datagram, if there is one.
  borrowing func receive(into buffer: inout [UInt8]) -> Reception {
    let capacity = buffer.count
    while true {
      // Safe: the kernel writes at most `capacity` bytes into the array's storage during the call.
      let count = unsafe recv(descriptor, &buffer, capacity, 0)
      guard count < 0 else { return .message(byteCount: count) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .nothing
      case ENOBUFS: return .overrun
      case let code: return .failed(code: code)
      }
    }
  }
}

/// `SOL_NETLINK` of linux/socket.h, which not every C library has.
private let netlinkLevel: Int32 = 270
