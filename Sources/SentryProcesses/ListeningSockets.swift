internal import Foundation
internal import Glibc
public import SentryPacket

/// A socket of this host that takes what comes unasked: of TCP one that listens, of UDP one without another end.
public struct ListeningSocket: Sendable, Hashable {
  /// TCP or UDP.
  public var protocolNumber: UInt8
  /// What it is bound to: 0.0.0.0 or :: for any address.
  public var address: IPAddress
  public var port: UInt16
  /// The interface that it is bound to, by the system's index; 0 for any.
  public var interface: UInt32
  /// It is bound to :: and takes IPv6 alone.
  public var isIPv6Only: Bool
  /// Who owns it.
  public var user: UInt32
  /// Its number in the file system of sockets.
  public var inode: UInt32

  public init(
    protocolNumber: UInt8, address: IPAddress, port: UInt16, interface: UInt32 = 0, isIPv6Only: Bool = false,
    user: UInt32, inode: UInt32
  ) {
    self.protocolNumber = protocolNumber
    self.address = address
    self.port = port
    self.interface = interface
    self.isIPv6Only = isIPv6Only
    self.user = user
    self.inode = inode
  }

  /// It is bound to no address in particular.
  public var isAnyAddress: Bool { address == IPAddress(v4: 0) || address == IPAddress(high: 0, low: 0) }
}

extension ListeningSocket {
  /// Those of this network namespace, by protocol and port; empty where the kernel does not tell.
  public static func all() -> [ListeningSocket] {
    guard let diagnosis = SocketDiagnosis() else { return [] }
    var sockets: [ListeningSocket] = []
    for (protocolNumber, states) in [(IPProtocol.tcp, listening), (IPProtocol.udp, unconnected)] {
      for family in [AF_INET, AF_INET6] {
        let question = ConnectionList.question(
          family: UInt8(truncatingIfNeeded: family), protocolNumber: protocolNumber, states: states)
        guard diagnosis.ask(question) else { continue }
        while let answer = diagnosis.answer(),
          ConnectionList.forEachSocket(
            in: answer, { if let socket = ListeningSocket($0, protocolNumber) { sockets.append(socket) } })
        {}
      }
    }
    return sockets.sorted { ($0.protocolNumber, $0.port, $0.address) < ($1.protocolNumber, $1.port, $1.address) }
  }

  /// TCP's states LISTEN and CLOSE, of which the latter is that of UDP sockets without another end (include/net/tcp_states.h).
  private static let listening: UInt32 = 1 << 10
  private static let unconnected: UInt32 = 1 << 7

  /// Of `struct inet_diag_msg`, as `ConnectionList` reads it; `nil` for one without a port.
  init?(_ message: RawSpan, _ protocolNumber: UInt8) {
    guard let family = message.wire8(at: 0), let port = message.wire16(at: 4), port > 0,
      let address = ConnectionList.address(message, at: 8, family: family), let interface = message.native32(at: 40),
      let user = message.native32(at: 64), let inode = message.native32(at: 68)
    else { return nil }
    self.init(
      protocolNumber: protocolNumber, address: address, port: port, interface: interface,
      isIPv6Only: Int32(family) == AF_INET6 && Self.isIPv6Only(message), user: user, inode: inode)
  }

  /// What the attribute INET_DIAG_SKV6ONLY says; attributes are a length and a type of two bytes each, then so much as they need.
  private static func isIPv6Only(_ message: RawSpan) -> Bool {
    var start = 72
    while let length = message.native16(at: start).map(Int.init), length >= 4,
      let type = message.native16(at: start + 2)
    {
      if type == 11 { return message.wire8(at: start + 4) != 0 }
      start += (length + 3) & ~3
    }
    return false
  }
}

/// Which programs have sockets open, as far as they are ours to see.
public enum SocketPrograms {
  /// The paths of executables by the inodes of sockets. Looks at all processes once.
  public static func executables(ofSockets inodes: Set<UInt32>) -> [UInt32: String] {
    let processes = ProcessFolder()
    var programs: [UInt32: String] = [:]
    for process in processes.processes {
      let own = processes.sockets(of: process).filter { inodes.contains($0) && programs[$0] == nil }
      guard !own.isEmpty, case .known(let path) = processes.executable(of: process) else { continue }
      let text = String(decoding: path, as: UTF8.self)
      for inode in own { programs[inode] = text }
    }
    return programs
  }
}
