internal import Glibc
internal import SentryPacket

/// An address of IPv4 or IPv6, as the system's calls take it.
struct SocketAddress: Sendable, Equatable {
  /// `struct sockaddr_in` or `struct sockaddr_in6`.
  private var bytes: [UInt8]

  var family: Int32 { bytes.count == MemoryLayout<sockaddr_in>.size ? AF_INET : AF_INET6 }

  /// `nil` for a structure of another family.
  @unsafe
  init?(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    let family = unsafe Int32(address.pointee.sa_family)
    let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    guard family == AF_INET || family == AF_INET6, Int(length) >= size else { return nil }
    // Safe: the structure was just said to be so long.
    bytes = unsafe Array(UnsafeRawBufferPointer(start: address, count: size))
  }

  /// The same address with a port: it stands behind the family in both structures.
  func with(port: UInt16) -> SocketAddress {
    var copy = self
    copy.bytes[2] = UInt8(port >> 8)
    copy.bytes[3] = UInt8(truncatingIfNeeded: port)
    return copy
  }

  func withSystemForm<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    // Safe: the array holds one of the two structures, and lives during the call. Arrays are aligned for it.
    unsafe bytes.withUnsafeBytes { bytes in
      let count = socklen_t(bytes.count)
      return unsafe bytes.withMemoryRebound(to: sockaddr.self) { unsafe body($0.baseAddress.unsafelyUnwrapped, count) }
    }
  }
}
