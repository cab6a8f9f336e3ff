// How the kernel is asked for one socket, and what it answers (sock_diag(7); linux/inet_diag.h, linux/netlink.h).

internal import SentryPacket

/// The question: a netlink header and `struct inet_diag_req_v2`.
enum SocketQuestion {
  static var byteCount: Int { 72 }

  /// - Parameter flow: the flow, or with a remote end that is nobody (0.0.0.0 or ::, port 0) who listens.
  static func write(_ flow: LocalFlow, interface: UInt32, to bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    let isIPv4 = flow.local.isIPv4
    bytes.append(native: UInt32(byteCount))
    bytes.append(native: UInt16(20))  // SOCK_DIAG_BY_FAMILY
    bytes.append(native: UInt16(1))  // NLM_F_REQUEST: one, not a list
    bytes.append(native: UInt32(1))  // sequence number
    bytes.append(native: UInt32(0))  // port: the kernel knows it
    bytes += [isIPv4 ? 2 : 10, flow.protocolNumber, 0, 0]  // AF_INET or AF_INET6, protocol, extensions, padding
    bytes.append(native: UInt32.max)  // all states
    // For TCP the source is our end. For UDP it is the other one, "for historical reasons" (udp_dump_one).
    let isUDP = flow.protocolNumber == IPProtocol.udp
    bytes.append(wire: isUDP ? flow.remotePort : flow.localPort)
    bytes.append(wire: isUDP ? flow.localPort : flow.remotePort)
    append(isUDP ? flow.remote : flow.local, isIPv4: isIPv4, to: &bytes)
    append(isUDP ? flow.local : flow.remote, isIPv4: isIPv4, to: &bytes)
    bytes.append(native: interface)
    bytes.append(native: UInt64.max)  // INET_DIAG_NOCOOKIE
  }

  private static func append(_ address: IPAddress, isIPv4: Bool, to bytes: inout [UInt8]) {
    guard isIPv4 else {
      bytes.append(wire: address.high)
      bytes.append(wire: address.low)
      return
    }
    bytes.append(wire: address.v4 ?? 0)
    bytes += [UInt8](repeating: 0, count: 12)
  }
}

/// The answer: a netlink header and `struct inet_diag_msg`, or an error.
enum SocketMessage: Equatable {
  /// Who owns the socket, and its number in the file system of sockets; 0 for one that no process has open (yet, or any more).
  case socket(user: UInt32, inode: UInt32)
  /// An `errno`.
  case failed(code: Int32)

  private static var header: Int { 16 }
  private static var error: UInt16 { 2 }
  private static var diagnosis: UInt16 { 20 }

  /// `nil` for anything else.
  init?(reading bytes: RawSpan) {
    guard let length = bytes.native32(at: 0).map(Int.init), length >= Self.header, length <= bytes.byteCount,
      let type = bytes.native16(at: 4)
    else { return nil }
    let body = bytes.extracting(Self.header..<length)
    switch type {
    case Self.error:
      guard let code = body.native32(at: 0) else { return nil }
      self = .failed(code: 0 &- Int32(bitPattern: code))
    case Self.diagnosis:
      // Family, state, timer, retransmissions: 4; ports and addresses, interface, cookie: 48; expiry and two queues: 12.
      guard let user = body.native32(at: 64), let inode = body.native32(at: 68) else { return nil }
      self = .socket(user: user, inode: inode)
    default: return nil
    }
  }
}
