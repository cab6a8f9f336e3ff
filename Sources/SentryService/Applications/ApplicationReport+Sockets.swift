internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

extension ApplicationReport {
  private struct Use {
    var processes: Set<UInt32> = []
    var users: Set<UInt32> = []
    var ports: Set<Port> = []
    var connections = 0
    var peers: Set<IPAddress> = []

    mutating func note(_ holder: SocketHolder, user: UInt32) {
      processes.insert(holder.process)
      users.insert(user)
    }
  }

  private struct Port: Hashable, Comparable, CustomStringConvertible {
    var protocolNumber: UInt8
    var port: UInt16

    static func < (left: Port, right: Port) -> Bool {
      (left.protocolNumber, left.port) < (right.protocolNumber, right.port)
    }

    var description: String { "\(port)/\(protocolNumber == IPProtocol.tcp ? "tcp" : "udp")" }
  }

  /// The programs that have sockets or a permission, by path. Looks at all processes: takes some milliseconds.
  static func all(
    permissions: [KeptPermission], changed: Set<String>, temporary: [String: [TemporaryPermissionReport]]
  ) -> [ApplicationReport] {
    let uses = uses()
    let paths = Set(uses.keys).union(permissions.map(\.path)).union(temporary.keys)
    return paths.sorted().map { path in
      let use = uses[path] ?? Use()
      var report = ApplicationReport(
        path: path, processes: use.processes.sorted(),
        users: use.users.sorted().map { UserNames.name(of: $0) ?? "\($0)" },
        listens: use.ports.sorted().map(\.description), connections: use.connections, peers: use.peers.count,
        permissions: permissions.filter { $0.path == path }.map(\.report), changed: changed.contains(path))
      report.temporary = temporary[path]
      return report
    }
  }

  private static func uses() -> [String: Use] {
    let (listening, connected) = (ListeningSocket.all(), ConnectedSocket.all())
    let holders = SocketPrograms.holders(ofSockets: Set(listening.map(\.inode) + connected.map(\.inode)))
    var uses: [String: Use] = [:]
    for socket in listening {
      guard let holder = holders[socket.inode] else { continue }
      uses[holder.executable, default: Use()].note(holder, user: socket.user)
      uses[holder.executable]?.ports.insert(Port(protocolNumber: socket.protocolNumber, port: socket.port))
    }
    for socket in connected {
      guard let holder = holders[socket.inode] else { continue }
      uses[holder.executable, default: Use()].note(holder, user: socket.user)
      uses[holder.executable]?.connections += 1
      uses[holder.executable]?.peers.insert(socket.remote)
    }
    return uses
  }
}
