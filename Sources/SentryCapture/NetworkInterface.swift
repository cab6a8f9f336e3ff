internal import Glibc
public import SentryPacket

/// A network interface of this host as the kernel describes it now.
public struct NetworkInterface: Equatable, Sendable {
  public let name: String
  public let isUp: Bool
  public let isLoopback: Bool
  /// Its IPv4 and IPv6 addresses, in the kernel's order.
  public internal(set) var addresses: [IPAddress]

  /// All interfaces, those that are down included, in the kernel's order.
  ///
  /// - Throws: `.systemCall`.
  public static func all() throws(CaptureError) -> [NetworkInterface] {
    var list: UnsafeMutablePointer<ifaddrs>?
    // Safe: the call stores a list that is freed below, after everything has been copied from it.
    guard unsafe getifaddrs(&list) == 0 else { throw .systemCall(name: "getifaddrs", code: errno) }
    defer { unsafe freeifaddrs(list) }

    var interfaces: [NetworkInterface] = []
    var next = unsafe list
    // Safe: each entry of the list is valid until it is freed.
    while let entry = unsafe next?.pointee {
      unsafe add(entry, to: &interfaces)
      unsafe next = entry.ifa_next
    }
    return interfaces
  }

  /// The number the system gives an interface; 0 if it has none of that name now. One that vanishes and returns has another.
  public static func index(of name: String) -> UInt32 {
    // Safe: the call only reads the terminated string.
    unsafe if_nametoindex(name)
  }

  /// The list has one entry for each address and one for each interface itself.
  @unsafe
  private static func add(_ entry: ifaddrs, to interfaces: inout [NetworkInterface]) {
    // Safe: the name is a terminated string.
    let name = unsafe String(cString: entry.ifa_name)
    let address = unsafe IPAddress(entry.ifa_addr)
    if let index = interfaces.firstIndex(where: { $0.name == name }) {
      interfaces[index].addresses += address.map { [$0] } ?? []
      return
    }
    let flags = unsafe entry.ifa_flags
    interfaces.append(
      NetworkInterface(
        name: name, isUp: flags & UInt32(IFF_UP) != 0, isLoopback: flags & UInt32(IFF_LOOPBACK) != 0,
        addresses: address.map { [$0] } ?? []))
  }
}

extension IPAddress {
  /// `nil` for a null pointer and for other families.
  @unsafe
  fileprivate init?(_ address: UnsafePointer<sockaddr>?) {
    guard let address = unsafe address else { return nil }
    let start = unsafe UnsafeRawPointer(address)
    switch unsafe Int32(address.pointee.sa_family) {
    case AF_INET:
      // Safe: the family says what the kernel wrote there.
      let value = unsafe start.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      self.init(v4: UInt32(bigEndian: value))
    case AF_INET6:
      // Safe: as above; the address is sixteen bytes in network order.
      let bytes = unsafe start.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      let (high, low) = unsafe unsafeBitCast(bytes, to: (UInt64, UInt64).self)
      self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    default:
      return nil
    }
  }
}
