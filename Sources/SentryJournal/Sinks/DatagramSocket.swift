internal import Glibc

/// Our end of a Unix datagram socket (unix(7)), connected to whoever reads at a path, or at an abstract address: a name that begins
/// with `@`, and has no file.
package final class DatagramSocket: Sendable {
  private let descriptor: Int32

  /// Bytes of a path that an address has room for, the terminator apart.
  static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  /// - Throws: nobody reads there, or may be written to.
  package init(connectingTo path: String) throws(SinkError) {
    descriptor = socket(
      AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw SinkError(errno) }
    let code = Self.connect(descriptor, to: path)
    if code != 0 { throw SinkError(code) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// - Returns: 0, or an `errno`.
  private static func connect(_ descriptor: Int32, to path: String) -> Int32 {
    guard path.utf8.count <= longestPath, !path.utf8.contains(0) else { return ENAMETOOLONG }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isAbstract = path.hasPrefix("@")
    // Safe: the path was just shown to fit; what follows it is zero, and so is the first byte of an abstract address.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) {
      unsafe $0.copyBytes(from: path.utf8)
      if isAbstract { unsafe $0[0] = 0 }
    }
    // The whole of an abstract address counts, zeros at its end too.
    let room = MemoryLayout.size(ofValue: address.sun_path)
    let length = socklen_t(MemoryLayout<sockaddr_un>.size - (isAbstract ? room - path.utf8.count : 0))
    // Safe: the kernel reads one address of this size during the call.
    let status = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.connect(descriptor, $0, length) }
    }
    return status == 0 ? 0 : errno
  }

  /// Sends one datagram; waits for room if its reader is behind.
  ///
  /// - Returns: 0, or an `errno`: `EAGAIN` if there was no room for a second.
  package func send(_ bytes: [UInt8]) -> Int32 {
    while true {
      // Safe: the kernel reads at most `bytes.count` bytes of the array's storage during the call.
      let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return 0 }
      switch errno {
      case EINTR: continue
      case EAGAIN where SystemWait.untilWritable(descriptor): continue
      case let code: return code
      }
    }
  }
}

enum SystemWait {
  private static let patience: Int32 = 1_000

  /// Waits for a second at most.
  ///
  /// - Returns: whether something can be written now.
  static func untilWritable(_ descriptor: Int32) -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // Safe: the kernel reads and writes this one question during the call.
    return unsafe poll(&question, 1, patience) > 0
  }
}
