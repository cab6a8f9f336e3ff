internal import Glibc
internal import SentryPacket

extension SocketDiagnosis {
  /// All TCP connections, by the inodes of their sockets; those that could be read.
  func establishedTCP() -> [UInt32: OpenConnection] {
    var connections: [UInt32: OpenConnection] = [:]
    for family in [AF_INET, AF_INET6] {
      guard ask(ConnectionList.question(family: UInt8(truncatingIfNeeded: family))) else { continue }
      while let answer = answer(), ConnectionList.read(answer, into: &connections) {}
    }
    return connections
  }

  func ask(_ question: [UInt8]) -> Bool {
    // Safe: the kernel reads so many bytes during the call.
    unsafe send(descriptor, question, question.count, 0) == question.count
  }

  /// Some messages; `nil` if there are none.
  func answer() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    // Safe: the buffer has that size.
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return nil }
    buffer.removeLast(buffer.count - count)
    return buffer
  }
}

/// A connection of this host, and whose socket it is.
struct OpenConnection: Equatable {
  var flow: LocalFlow
  var user: UInt32
}

/// How the kernel is asked for all sockets in some states, TCP connections unless said, and what it answers (sock_diag(7);
/// linux/inet_diag.h).
enum ConnectionList {
  private static var header: Int { 16 }
  private static var diagnosis: UInt16 { 20 }
  private static var requestAndDump: UInt16 { 0x301 }
  static var established: UInt32 { 1 << 1 }

  /// A netlink header and `struct inet_diag_req_v2`.
  ///
  /// - Parameter states: a bit for each, counted as TCP does.
  static func question(
    family: UInt8, protocolNumber: UInt8 = IPProtocol.tcp, states: UInt32 = established
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(native: UInt32(SocketQuestion.byteCount))
    bytes.append(native: diagnosis)
    bytes.append(native: requestAndDump)
    bytes.append(native: UInt32(1))  // sequence number
    bytes.append(native: UInt32(0))  // port: the kernel knows it
    bytes += [family, protocolNumber, 0, 0]  // extensions, padding
    bytes.append(native: states)
    while bytes.count < SocketQuestion.byteCount { bytes.append(0) }  // any address, port, interface
    return bytes
  }

  /// Reads some messages of the list.
  ///
  /// - Returns: false at its end, or where it cannot be read.
  static func read(_ bytes: [UInt8], into connections: inout [UInt32: OpenConnection]) -> Bool {
    forEachSocket(in: bytes) { message in
      if let (inode, connection) = connection(message) { connections[inode] = connection }
    }
  }

  /// Hands over each `struct inet_diag_msg`, with the attributes that follow it.
  ///
  /// - Returns: false at the end of the list, or where it cannot be read.
  static func forEachSocket(in bytes: RawSpan, _ body: (RawSpan) -> Void) -> Bool {
    var start = 0
    while start < bytes.byteCount {
      guard let length = bytes.native32(at: start).map(Int.init), length >= header,
        length <= bytes.byteCount - start, bytes.native16(at: start + 4) == diagnosis
      else { return false }
      body(bytes.extracting(start + header..<start + length))
      start += (length + 3) & ~3
    }
    return true
  }

  /// The same of an answer.
  static func forEachSocket(in answer: [UInt8], _ body: (RawSpan) -> Void) -> Bool {
    answer.withRawSpan { forEachSocket(in: $0, body) }
  }

  /// Of `struct inet_diag_msg`: family 1, state 1, timer and retransmissions 2; both ports 4, both addresses 16 each, interface 4,
  /// cookie 8; expiry and two queues 12; user 4, inode 4.
  private static func connection(_ message: RawSpan) -> (inode: UInt32, connection: OpenConnection)? {
    guard let family = message.wire8(at: 0), let inode = message.native32(at: 68), inode != 0,
      let user = message.native32(at: 64), let localPort = message.wire16(at: 4),
      let remotePort = message.wire16(at: 6), let local = address(message, at: 8, family: family),
      let remote = address(message, at: 24, family: family)
    else { return nil }
    let flow = LocalFlow(local: local, localPort, remote: remote, remotePort, protocolNumber: IPProtocol.tcp)
    return (inode, OpenConnection(flow: flow, user: user))
  }

  static func address(_ message: RawSpan, at offset: Int, family: UInt8) -> IPAddress? {
    switch Int32(family) {
    case AF_INET: return message.wire32(at: offset).map { IPAddress(v4: $0) }
    case AF_INET6:
      guard let high = message.wire64(at: offset), let low = message.wire64(at: offset + 8) else { return nil }
      return IPAddress(high: high, low: low)
    default: return nil
    }
  }
}
