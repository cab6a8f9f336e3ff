internal import SentryPacket

extension SSHOrigin {
  /// A program that listens where the connection ends: new logins are its. It may be another than the one that has the connection: with
  /// socket activation it is systemd(1), and since OpenSSH 9.8 sessions are those of `sshd-session`.
  public struct Listener: Equatable, Sendable {
    /// The path of its executable; `nil` if that is not ours to see.
    public var executable: String?
    /// The number of the user who owns the socket.
    public var user: UInt32

    public init(executable: String?, user: UInt32) {
      self.executable = executable
      self.user = user
    }
  }

  /// Each program once; empty where nobody listens. Looks at all processes.
  public func listeners() -> [Listener] {
    var sockets = SocketDiagnosis()
    guard case .socket(let user, let inode)? = sockets?.findListener(for: flow, interface: 0), inode != 0 else {
      return []
    }
    return ProcessFolder().executables(ofSocket: inode).map { Listener(executable: $0, user: user) }
  }
}

extension ProcessFolder {
  /// The programs that have a socket open, each once; `nil` for those that are not ours to see, also where nobody is found.
  func executables(ofSocket inode: UInt32) -> [String?] {
    var executables: [String?] = []
    for process in processes where holder(ofSocket: inode, in: process) != nil {
      let executable = knownPath(of: process)
      if !executables.contains(executable) { executables.append(executable) }
    }
    return executables.isEmpty ? [nil] : executables
  }

  /// `nil` where the path of its executable means nothing here, or is not ours to see.
  func knownPath(of process: UInt32) -> String? {
    guard case .known(let path) = executable(of: process) else { return nil }
    return String(validating: path, as: UTF8.self)
  }
}
