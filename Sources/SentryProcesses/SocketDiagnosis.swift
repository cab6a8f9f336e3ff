internal import Glibc
internal import SentryPacket

/// Asks the kernel which sockets it has (sock_diag(7)), in the network namespace of this process.
@safe
struct SocketDiagnosis: ~Copyable {
  let descriptor: Int32
  private var bytes: [UInt8] = []
  private var buffer: [UInt8] = []

  /// `nil` if the kernel has nothing of the kind.
  init?() {
    let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = socket(AF_NETLINK, type, 4)  // NETLINK_SOCK_DIAG
    guard descriptor >= 0 else { return nil }
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    // Safe: the kernel reads one value of this size during the call. It answers while it takes the question; so this is only for
    // the case that it does not.
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The socket of a flow: the connection's, or that of a flow without connections which would receive its packets.
  mutating func find(_ flow: LocalFlow, interface: UInt32) -> SocketMessage? {
    SocketQuestion.write(flow, interface: interface, to: &bytes)
    // Safe: the kernel reads so many bytes during the call.
    guard unsafe send(descriptor, bytes, bytes.count, 0) == bytes.count else { return .failed(code: errno) }
    return receive()
  }

  /// Who listens where a TCP flow ends.
  mutating func findListener(for flow: LocalFlow, interface: UInt32) -> SocketMessage? {
    var question = flow
    question.remote = flow.local.isIPv4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0)
    question.remotePort = 0
    return find(question, interface: interface)
  }

  private mutating func receive() -> SocketMessage? {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: 8_192) }
    // Safe: the buffer has that size.
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return .failed(code: errno) }
    return buffer.withRawSpan { SocketMessage(reading: $0.extracting(0..<count)) }
  }
}

extension IPAddress {
  /// Packets to this address end at this host, as far as the kernel tells: it lets nobody bind to another. (With
  /// `ip_nonlocal_bind` it does.)
  package func isOfThisHost(interface: UInt32) -> Bool {
    let descriptor = socket(
      isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return isIPv4 ? bindV4(descriptor) : bindV6(descriptor, interface)
  }

  private func bindV4(_ descriptor: Int32) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = (v4 ?? 0).bigEndian
    // Safe: the kernel reads one address of this size during the call.
    return unsafe withUnsafeBytes(of: &address) { unsafe Self.bind(descriptor, $0) }
  }

  private func bindV6(_ descriptor: Int32, _ interface: UInt32) -> Bool {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_scope_id = interface
    var bytes = (high.bigEndian, low.bigEndian)
    // Safe: both are sixteen bytes.
    unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { target in
      unsafe withUnsafeBytes(of: &bytes) { unsafe target.copyMemory(from: $0) }
    }
    // Safe: as for IPv4.
    return unsafe withUnsafeBytes(of: &address) { unsafe Self.bind(descriptor, $0) }
  }

  /// Safe: the caller hands over a whole socket address.
  @unsafe
  private static func bind(_ descriptor: Int32, _ address: UnsafeRawBufferPointer) -> Bool {
    guard let start = address.baseAddress else { return false }
    #if canImport(Glibc)
      return unsafe Glibc.bind(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count)) == 0
    #else
      return unsafe Musl.bind(descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count)) == 0
    #endif
  }
}
