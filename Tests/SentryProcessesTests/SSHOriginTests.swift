import Foundation
import Glibc
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryProcesses

/// A tree as proc(5) describes it, with the sockets of this very process.
@Suite struct SSHOriginTests {
  private let folder: TemporaryFolder
  private let processes: ProcessFolder

  init() throws {
    folder = try TemporaryFolder()
    processes = ProcessFolder(path: folder.url.path)
    try FileManager.default.createDirectory(atPath: folder.path("bin"), withIntermediateDirectories: true)
    _ = try folder.write("bin/sshd", "")
    try make(1, parent: 0, name: "systemd")
  }

  private func make(
    _ process: Int, parent: Int, name: String, sockets: [UInt32] = [], environment: [String] = []
  ) throws {
    let path = folder.path("\(process)")
    try FileManager.default.createDirectory(atPath: "\(path)/fd", withIntermediateDirectories: true)
    for (file, inode) in sockets.enumerated() {
      try FileManager.default.createSymbolicLink(
        atPath: "\(path)/fd/\(file + 3)", withDestinationPath: "socket:[\(inode)]")
    }
    try "\(process) (\(name)) S \(parent) 1 1 0 -1".write(toFile: "\(path)/stat", atomically: true, encoding: .utf8)
    try "\(name)\n".write(toFile: "\(path)/comm", atomically: true, encoding: .utf8)
    try environment.map { $0 + "\0" }.joined().write(toFile: "\(path)/environ", atomically: true, encoding: .utf8)
    if name == "sshd" {
      try FileManager.default.createSymbolicLink(atPath: "\(path)/exe", withDestinationPath: folder.path("bin/sshd"))
    }
  }

  /// The accepted end of a connection of this process, as the kernel lists it.
  private func withConnection(_ body: (_ inode: UInt32, _ flow: LocalFlow) throws -> Void) throws {
    let listener = try TestSocket(SOCK_STREAM, listening: true)
    let client = try TestSocket(SOCK_STREAM, connectedTo: listener.port)
    let own = Set(ProcessFolder().sockets(of: UInt32(getpid())))
    let connections = SocketDiagnosis()?.establishedTCP() ?? [:]
    let found = try #require(connections.first { own.contains($0.key) && $0.value.flow.remotePort == listener.port })
    try body(found.key, found.value.flow)
    withExtendedLifetime(client) {}
  }

  @Test func theConnectionIsFoundBehindSudo() throws {
    try withConnection { inode, flow in
      try make(10, parent: 1, name: "sshd")
      try make(20, parent: 10, name: "sshd", sockets: [7, inode])
      try make(30, parent: 20, name: "bash")
      try make(31, parent: 30, name: "sudo (of) x)")
      try make(32, parent: 31, name: "sentry")
      let origin = SSHOrigin(flow: flow, executable: folder.path("bin/sshd"), user: geteuid())
      #expect(SSHOrigin.behind(process: 32, processes: processes) == .found(origin))
      #expect(SSHOrigin.behind(process: 30, processes: processes) == .found(origin))
      #expect(SSHOrigin.behind(process: 10, processes: processes) == .none, "it listens")
    }
  }

  @Test func whoListensTakesNewLogins() throws {
    let listener = try TestSocket(SOCK_STREAM, listening: true)
    let loopback = IPAddress(v4: 0x7F00_0001)
    var origin = SSHOrigin(
      flow: LocalFlow(
        local: loopback, listener.port, remote: loopback, 50_000, protocolNumber: IPProtocol.tcp))
    let ourselves = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    #expect(origin.listeners() == [SSHOrigin.Listener(executable: ourselves, user: geteuid())])
    origin.flow.localPort = 1
    #expect(origin.listeners().isEmpty)
  }

  @Test func aConsoleHasNone() throws {
    try make(40, parent: 1, name: "login")
    try make(41, parent: 40, name: "bash")
    #expect(SSHOrigin.behind(process: 41, processes: processes) == .none)
    #expect(SSHOrigin.behind(process: 999, processes: processes) == .none, "it has ended")
  }

  /// As in a terminal that tmux(1) serves: what the environment says counts if there is such a connection.
  @Test func theEnvironmentIsBelievedWhereItIsTrue() throws {
    try withConnection { _, flow in
      let truth = "SSH_CONNECTION=\(flow.remote) \(flow.remotePort) \(flow.local) \(flow.localPort)"
      try make(50, parent: 1, name: "tmux: server")
      try make(51, parent: 50, name: "bash", environment: ["HOME=/root", truth])
      try make(52, parent: 51, name: "sudo")
      guard case .found(let origin) = SSHOrigin.behind(process: 52, processes: processes) else {
        Issue.record("nothing was found")
        return
      }
      #expect(origin.flow == flow)
      try make(53, parent: 50, name: "bash", environment: ["SSH_CONNECTION=203.0.113.9 1 192.0.2.1 22"])
      #expect(SSHOrigin.behind(process: 53, processes: processes) == .none)
    }
  }

  @Test(arguments: ["", "1 2 3 4", "192.0.2.1 22 192.0.2.2", "192.0.2.1 22 192.0.2.2 70000", "a b c d e"])
  func otherTextsAreNoConnection(_ text: String) { #expect(LocalFlow(sshConnection: text) == nil) }

  @Test func linkLocalAddressesMayNameTheirInterface() throws {
    let flow = try #require(LocalFlow(sshConnection: "fe80::1%eth0 50000 fe80::2%eth0 22"))
    #expect(flow.remote.description == "fe80::1" && flow.remotePort == 50_000 && flow.localPort == 22)
  }

  /// Two that are each other's parents, as can be when numbers are used again while we look.
  @Test func aCircleEnds() throws {
    try make(60, parent: 61, name: "a")
    try make(61, parent: 60, name: "b")
    #expect(SSHOrigin.behind(process: 60, processes: processes) == .none)
  }
}
