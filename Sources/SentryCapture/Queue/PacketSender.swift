internal import CNetfilterQueue
internal import Glibc
internal import SentryPacket

/// Sends IP packets of our own making the way the host would: by its routes, to a neighbour or to itself.
///
/// Each carries a mark by which the kernel's packet filter knows not to hand it to us. Never waits: a packet for which there is no
/// room is lost, as it might be on any link.
public struct PacketSender: ~Copyable {
  /// Negative where the host has no such protocol.
  private let socketV4: Int32
  private let socketV6: Int32
  private let mark: UInt32
  public private(set) var sent: UInt64 = 0
  /// Packets the system did not take.
  public private(set) var failed: UInt64 = 0

  /// - Throws: `.sendingNotPermitted` without CAP_NET_RAW, and CAP_NET_ADMIN for the mark; `.systemCall`.
  public init(mark: UInt32) throws(CaptureError) {
    self.mark = mark
    do throws(SystemError) {
      socketV4 = try Self.open(AF_INET, mark: mark)
    } catch {
      throw error.code == EPERM ? .sendingNotPermitted : .systemCall(name: error.name, code: error.code)
    }
    socketV6 = (try? Self.open(AF_INET6, mark: mark)) ?? -1
  }

  deinit {
    close(socketV4)
    if socketV6 >= 0 { close(socketV6) }
  }

  private static func open(_ family: Int32, mark: UInt32) throws(SystemError) -> Int32 {
    let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    // With IPPROTO_RAW the packet brings its own header (raw(7)); so it does with IPv6 since Linux 4.5.
    let descriptor = try systemCall("socket") { socket(family, type, Int32(IPPROTO_RAW)) }
    let isMarked = setMark(mark, of: descriptor)
    var yes: Int32 = 1
    // Safe: the option takes one 32-bit number; 36 is IPV6_HDRINCL, which Swift's C library module lacks.
    let hasHeader = unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), 36, &yes, 4) == 0
    guard isMarked, hasHeader || family == AF_INET else {
      defer { close(descriptor) }
      throw SystemError(name: "setsockopt", code: errno)
    }
    return descriptor
  }

  private static func setMark(_ mark: UInt32, of descriptor: Int32) -> Bool {
    var mark = mark
    // Safe: the option takes one 32-bit number.
    return unsafe setsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, 4) == 0
  }

  /// Sends one whole packet, IP header first; anything else counts as failed.
  public mutating func send(_ packet: RawSpan) { count(sendAsIs(packet)) }

  /// The same with further bits in its mark.
  ///
  /// - Returns: whether the system took it.
  public mutating func send(_ packet: RawSpan, mark bits: UInt32) -> Bool {
    let descriptor = packet.wire8(at: 0).map { $0 >> 4 } == 6 ? socketV6 : socketV4
    let isSent = Self.setMark(mark | bits, of: descriptor) && sendAsIs(packet)
    count(isSent)
    _ = Self.setMark(mark, of: descriptor)
    return isSent
  }

  private mutating func count(_ isSent: Bool) {
    if isSent { sent &+= 1 } else { failed &+= 1 }
  }

  private func sendAsIs(_ packet: RawSpan) -> Bool {
    switch packet.wire8(at: 0).map({ $0 >> 4 }) {
    case 4: sendV4(packet)
    case 6: sendV6(packet)
    default: false
    }
  }

  private func sendV4(_ packet: RawSpan) -> Bool {
    guard let destination = packet.wire32(at: 16) else { return false }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = destination.bigEndian
    // Safe: the kernel reads an address of the length given, and the packet, during the call.
    return unsafe withUnsafeBytes(of: &address) { unsafe send(packet, through: socketV4, to: $0) }
  }

  private func sendV6(_ packet: RawSpan) -> Bool {
    guard let high = packet.wire64(at: 24), let low = packet.wire64(at: 32) else { return false }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    var bytes = (high.bigEndian, low.bigEndian)
    // Safe: both are sixteen bytes.
    unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { target in
      unsafe withUnsafeBytes(of: &bytes) { unsafe target.copyMemory(from: $0) }
    }
    // Safe: as for IPv4.
    return unsafe withUnsafeBytes(of: &address) { unsafe send(packet, through: socketV6, to: $0) }
  }

  @unsafe
  private func send(_ packet: RawSpan, through descriptor: Int32, to address: UnsafeRawBufferPointer) -> Bool {
    guard descriptor >= 0, let start = address.baseAddress else { return false }
    return unsafe packet.withUnsafeBytes { bytes in
      unsafe sendto(
        descriptor, bytes.baseAddress, bytes.count, 0, start.assumingMemoryBound(to: sockaddr.self),
        socklen_t(address.count)) == bytes.count
    }
  }
}
