internal import Foundation
internal import Glibc
public import SentryPacket

/// A socket of this host with another end: a TCP connection, or a UDP socket that is connected to somebody.
public struct ConnectedSocket: Sendable, Hashable {
  public var protocolNumber: UInt8
  public var remote: IPAddress
  public var remotePort: UInt16
  /// Who owns it.
  public var user: UInt32
  /// Its number in the file system of sockets.
  public var inode: UInt32
}

extension ConnectedSocket {
  /// Those of this network namespace; empty where the kernel does not tell.
  public static func all() -> [ConnectedSocket] {
    guard let diagnosis = SocketDiagnosis() else { return [] }
    var sockets: [ConnectedSocket] = []
    for protocolNumber in [IPProtocol.tcp, IPProtocol.udp] {
      for family in [AF_INET, AF_INET6] {
        let question = ConnectionList.question(
          family: UInt8(truncatingIfNeeded: family), protocolNumber: protocolNumber)
        guard diagnosis.ask(question) else { continue }
        while let answer = diagnosis.answer(),
          ConnectionList.forEachSocket(
            in: answer, { if let socket = ConnectedSocket($0, protocolNumber) { sockets.append(socket) } })
        {}
      }
    }
    return sockets
  }

  /// Of `struct inet_diag_msg`, as `ConnectionList` reads it; `nil` for one that no process has.
  private init?(_ message: RawSpan, _ protocolNumber: UInt8) {
    guard let family = message.wire8(at: 0), let remotePort = message.wire16(at: 6),
      let remote = ConnectionList.address(message, at: 24, family: family), let user = message.native32(at: 64),
      let inode = message.native32(at: 68), inode != 0
    else { return nil }
    self.init(protocolNumber: protocolNumber, remote: remote, remotePort: remotePort, user: user, inode: inode)
  }
}

/// A process that has a socket open.
public struct SocketHolder: Sendable, Hashable {
  public var process: UInt32
  /// The path of its executable.
  public var executable: String
}

extension SocketPrograms {
  /// Who has sockets open, by their inodes: of several processes the one with the lowest number. Looks at all processes once.
  public static func holders(ofSockets inodes: Set<UInt32>) -> [UInt32: SocketHolder] {
    let processes = ProcessFolder()
    var holders: [UInt32: SocketHolder] = [:]
    for process in processes.processes {
      let own = processes.sockets(of: process).filter { inodes.contains($0) && holders[$0] == nil }
      guard !own.isEmpty, case .known(let path) = processes.executable(of: process),
        let executable = String(validating: path, as: UTF8.self)
      else { continue }
      for inode in own { holders[inode] = SocketHolder(process: process, executable: executable) }
    }
    return holders
  }
}
