internal import Foundation
internal import Glibc
internal import SentryPacket
internal import SystemPackage

/// `ping://host`: one echo request of 52 bytes, and its answer (docs/Notifications.md, "URL").
///
/// By the kernel's sockets for that (icmp(7)), which need no rights: it fills in identifier and checksum, and hands over only answers
/// to what this socket has sent.
enum PingProbe {
  private static let patience: Int32 = 2_500
  /// Behind IPv4's and ICMP's headers, of 20 and 8 bytes.
  private static let payload = 24

  static func outcome(of address: SocketAddress) -> NoticeOutcome {
    let isIPv4 = address.family == AF_INET
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.family, type, Int32(isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6))
    guard descriptor >= 0 else { return .failed(Self.refusal(errno)) }
    defer { close(descriptor) }
    // Type 8, of ICMPv6 128; code, checksum, identifier: 0; sequence number 1.
    let request: [UInt8] = [isIPv4 ? 8 : 128, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0x20, count: payload)
    // Safe: the calls read so many bytes, and the structure of that length.
    let sent = unsafe address.withSystemForm { unsafe sendto(descriptor, request, request.count, 0, $0, $1) }
    guard sent == request.count else { return .failed("no echo request was sent: \(Errno(rawValue: errno))") }
    guard Readiness.wait(descriptor, Int16(POLLIN), milliseconds: patience) else {
      return .failed("no echo reply in \(Double(patience) / 1_000) s")
    }
    var reply = [UInt8](repeating: 0, count: 256)
    // Safe: the buffer has that size.
    let count = unsafe recv(descriptor, &reply, reply.count, 0)
    guard count > 0 else { return .failed("no echo reply: \(Errno(rawValue: errno))") }
    return reply[0] == (isIPv4 ? 0 : 129) ? .done() : .failed("no echo reply: an ICMP message of type \(reply[0])")
  }

  private static let groups = "/proc/sys/net/ipv4/ping_group_range"

  private static func refusal(_ code: Int32) -> String {
    guard code == EACCES || code == EPERM else { return "no socket for echo requests: \(Errno(rawValue: code))" }
    let range = FileManager.default.contents(atPath: groups).map {
      String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return "group \(getegid()) may not send echo requests here: net.ipv4.ping_group_range is "
      + "'\(range ?? "unknown")', set it to '0 2147483647'"
  }
}
