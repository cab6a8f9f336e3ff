import Glibc
import SentryPacket
import Testing

@testable import SentryProcesses

/// Titles as OpenSSH 9.2 and 9.8 give them to their processes (setproctitle in sshd.c, session.c, auth2.c).
@Suite struct SSHLoginsTests {
  @Test(arguments: [
    ("sshd: root@pts/0", true), ("sshd: bob@notty", true), ("sshd: bob@pts/0,pts/1", true), ("sshd: bob", true),
    ("sshd-session: bob@pts/0", true), ("sshd: bob@example.org@notty", true),
    ("sshd: bob [priv]", false), ("sshd: bob@example.org [priv]", false), ("sshd: unknown [net]", false),
    ("sshd: [accepted]", false), ("sshd: root [net]", false), ("sshd-auth: bob [net]", false),
    ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", false), ("/usr/sbin/sshd", false), ("sshd: ", false),
    ("", false), ("ssh bob@example.org", false),
  ])
  func onlyTitlesOfSessionsCount(_ title: String, _ isSession: Bool) {
    #expect(SSHLogins.isSession(title: title) == isSession)
  }

  /// Another connection of this very process, by the kernel's own list.
  @Test func connectionsAreListedWithTheirOtherEnds() throws {
    let listener = try TestSocket(SOCK_STREAM, listening: true)
    let client = try TestSocket(SOCK_STREAM, connectedTo: listener.port)
    guard let sockets = SocketDiagnosis() else {
      Issue.record("the kernel tells nothing of sockets")
      return
    }
    let own = Set(ProcessFolder().sockets(of: UInt32(getpid())))
    let connections = sockets.establishedTCP().filter { own.contains($0.key) }.map(\.value)
    let connection = try #require(connections.first { $0.flow.remotePort == listener.port })
    #expect(connection.flow.remote == IPAddress(v4: 0x7F00_0001))
    #expect(connection.user == geteuid())
    withExtendedLifetime(client) {}
  }

  private static func message(_ family: UInt8, inode: UInt32, to remote: [UInt8], type: UInt16 = 20) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(native: UInt32(88))  // length
    bytes.append(native: type)
    bytes.append(native: UInt16(2))  // NLM_F_MULTI
    bytes.append(native: UInt64(1))  // sequence number, port
    bytes += [family, 1, 0, 0, 0, 22, 0xC3, 0x50]  // established; ports 22 and 50000
    bytes += [UInt8](repeating: 0, count: 16)  // our address
    bytes += remote + [UInt8](repeating: 0, count: 16 - remote.count)
    bytes += [UInt8](repeating: 0, count: 12 + 12 + 4)  // interface, cookie; expiry, queues; user
    bytes.append(native: inode)
    return bytes
  }

  @Test func theListIsReadInBothFamilies() {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 203, 0, 113, 9]
    let global: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]
    let list =
      Self.message(2, inode: 7, to: [192, 0, 2, 1]) + Self.message(10, inode: 8, to: mapped)
      + Self.message(10, inode: 9, to: global) + Self.message(2, inode: 0, to: [192, 0, 2, 2])
    var connections: [UInt32: OpenConnection] = [:]
    #expect(ConnectionList.read(list, into: &connections))
    #expect(
      connections.mapValues(\.flow.remote.description) == [7: "192.0.2.1", 8: "203.0.113.9", 9: "2001:db8::5"])
    #expect(connections.values.allSatisfy { $0.flow.localPort == 22 && $0.flow.remotePort == 50_000 && $0.user == 0 })
    // NLMSG_DONE and NLMSG_ERROR end it, and so does anything that is cut short.
    #expect(!ConnectionList.read(Self.message(2, inode: 7, to: [], type: 3), into: &connections))
    #expect(!ConnectionList.read(Self.message(2, inode: 7, to: [], type: 2), into: &connections))
    for length in 1..<list.count where length % 88 != 0 {
      #expect(!ConnectionList.read(Array(list.prefix(length)), into: &connections))
    }
  }
}
