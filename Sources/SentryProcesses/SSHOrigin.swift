internal import Foundation
public import SentryPacket

/// The SSH connection through which somebody has started a process, as sshd(8) has it.
public struct SSHOrigin: Equatable, Sendable {
  /// Our end of it is sshd's.
  public var flow: LocalFlow
  /// The path of the executable that has it open; `nil` if that is not ours to see.
  public var executable: String?
  /// The number of the user who owns the socket.
  public var user: UInt32?

  public init(flow: LocalFlow, executable: String? = nil, user: UInt32? = nil) {
    self.flow = flow
    self.executable = executable
    self.user = user
  }

  public enum Search: Equatable, Sendable {
    case found(SSHOrigin)
    /// It was not started over SSH.
    case none
    /// It was, but which connection that is is not ours to see.
    case hidden
  }

  /// More generations than anybody has between a login and a command.
  private static let generations = 64

  /// Walks from a process up to sshd: so it is found behind sudo(8), too. What was started by a server of terminals (tmux, screen)
  /// has no sshd above; there counts what the environment says, if there is such a connection.
  public static func behind(process: UInt32) -> Search { behind(process: process, processes: ProcessFolder()) }

  static func behind(process: UInt32, processes: ProcessFolder) -> Search {
    var isHidden = false
    var claim: String?
    var connections: [UInt32: OpenConnection]?
    var next: UInt32? = process
    for _ in 0..<generations {
      guard let current = next else { break }
      next = processes.parent(of: current)
      if claim == nil { claim = processes.variable("SSH_CONNECTION", of: current) }
      guard processes.isSSHServer(current) else { continue }
      let known = connections ?? SocketDiagnosis()?.establishedTCP()
      connections = known
      guard let known, processes.mayLook(into: current) else {
        isHidden = true
        continue
      }
      // The connection of a session is the first it has open; those behind it are forwarded for its user.
      if let open = processes.sockets(of: current).lazy.compactMap({ known[$0] }).first {
        return .found(SSHOrigin(open, executable: processes.knownPath(of: current)))
      }
    }
    if let claim, LocalFlow(sshConnection: claim) != nil { return claimed(claim) }
    return isHidden ? .hidden : .none
  }

  /// What `SSH_CONNECTION` says, in its form. `hidden` where no such connection is found: what it says was meant to be one.
  public static func claimed(_ text: String) -> Search {
    LocalFlow(sshConnection: text).map(confirmed) ?? .hidden
  }

  /// As `SSH_CONNECTION` has it.
  public var claim: String { "\(flow.remote) \(flow.remotePort) \(flow.local) \(flow.localPort)" }

  /// Anybody may claim anything: only a connection that there is counts.
  private static func confirmed(_ claimed: LocalFlow) -> Search {
    guard let connections = SocketDiagnosis()?.establishedTCP() else { return .hidden }
    guard let (inode, connection) = connections.first(where: { $0.value.flow == claimed }) else { return .none }
    return .found(SSHOrigin(connection, executable: ProcessFolder().executables(ofSocket: inode).first ?? nil))
  }

  private init(_ connection: OpenConnection, executable: String?) {
    self.init(flow: connection.flow, executable: executable, user: connection.user)
  }
}

extension LocalFlow {
  /// From `SSH_CONNECTION` of ssh(1): the client's address and port, the server's address and port.
  public init?(sshConnection text: String) {
    let words = text.split(separator: " ")
    guard words.count == 4, let remote = IPAddress(words[0].prefix { $0 != "%" }), let remotePort = UInt16(words[1]),
      let local = IPAddress(words[2].prefix { $0 != "%" }), let localPort = UInt16(words[3])
    else { return nil }
    self.init(local: local, localPort, remote: remote, remotePort, protocolNumber: IPProtocol.tcp)
  }
}
