internal import Glibc
public import SentryPacket

/// Who is logged in over SSH: the other ends of the connections of sshd(8) whose users have proved who they are.
///
/// Anybody may open a connection to sshd; until somebody has logged in it means nothing. What tells is the title that OpenSSH gives
/// its processes: `sshd: bob@pts/0`, `sshd: bob@notty` or `sshd: bob` for a session (from 9.8 on `sshd-session: …`), but
/// `sshd: bob [priv]`, `sshd: [accepted]` and the like before, and for those that only watch. A session inherits its connection, so
/// that is the first it has open; those behind it are forwarded for its user.
public struct SSHLogins: Equatable, Sendable {
  /// Each once.
  public var peers: [IPAddress] = []
  /// There are sessions whose files we may not look at.
  public var areHidden = false

  public init(peers: [IPAddress] = [], areHidden: Bool = false) {
    self.peers = peers
    self.areHidden = areHidden
  }

  /// Looks at all processes, and at all connections if there is a session.
  public static func now() -> SSHLogins { now(processes: ProcessFolder()) }

  static func now(processes: ProcessFolder) -> SSHLogins {
    var logins = SSHLogins()
    let sessions = processes.processes.filter { processes.isSSHSession($0) }
    guard !sessions.isEmpty else { return logins }
    guard let sockets = SocketDiagnosis() else {
      logins.areHidden = true
      return logins
    }
    let connections = sockets.establishedTCP()
    for session in sessions {
      guard processes.mayLook(into: session) else {
        logins.areHidden = true
        continue
      }
      let peers = processes.sockets(of: session).lazy.compactMap { connections[$0]?.flow.remote }
      if let peer = peers.first, !logins.peers.contains(peer) { logins.peers.append(peer) }
    }
    return logins
  }

  /// The title of a process of sshd is that of a session.
  static func isSession(title: String) -> Bool {
    for program in ["sshd: ", "sshd-session: "] where title.hasPrefix(program) {
      let user = title.dropFirst(program.count)
      return !user.isEmpty && !user.contains("[") && !user.contains(" ")
    }
    return false
  }
}

extension ProcessFolder {
  fileprivate func isSSHSession(_ process: UInt32) -> Bool {
    isSSHServer(process) && title(of: process).map { SSHLogins.isSession(title: $0) } ?? false
  }

  /// Both its own name and its program say that it is sshd's: anybody may take the name alone.
  func isSSHServer(_ process: UInt32) -> Bool {
    guard let name = name(of: process), name == "sshd" || name == "sshd-session" else { return false }
    switch executable(of: process) {
    case .known(let path):
      let program = String(decoding: path, as: UTF8.self)
      return program.hasSuffix("/sshd") || program.hasSuffix("/sshd-session")
    case .foreign: return false
    case .hidden: return true
    }
  }
}
