import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryProcesses

/// Sockets of this very process, found by way of the kernel.
@Suite struct OwnerFinderTests {
  private static let loopback = IPAddress(v4: 0x7F00_0001)

  /// Where this program is, by the file system.
  private static let ourselves = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")

  private static func owner(_ flow: LocalFlow) -> (outcome: OwnerAnswer.Outcome, user: UInt32?, path: String) {
    var finder = OwnerFinder()
    var path: [UInt8] = []
    let answer = finder.answer(OwnerQuestion(number: 1, flow: flow, interface: 0), path: &path)
    return (answer.outcome, answer.user, String(decoding: path, as: UTF8.self))
  }

  private func expectOurs(_ flow: LocalFlow, _ location: SourceLocation = #_sourceLocation) {
    let owner = Self.owner(flow)
    #expect(owner.outcome == .process, sourceLocation: location)
    #expect(owner.user == geteuid(), sourceLocation: location)
    #expect(owner.path == Self.ourselves, sourceLocation: location)
  }

  @Test func bothEndsOfAConnectionAreOurs() throws {
    let listener = try TestSocket(SOCK_STREAM, listening: true)
    let client = try TestSocket(SOCK_STREAM, connectedTo: listener.port)
    expectOurs(LocalFlow(local: Self.loopback, client.port, remote: Self.loopback, listener.port, protocolNumber: 6))
    // Nobody has accepted it: then it is the listener's.
    expectOurs(LocalFlow(local: Self.loopback, listener.port, remote: Self.loopback, client.port, protocolNumber: 6))
  }

  @Test func whatComesToAListenerIsTheListeners() throws {
    let listener = try TestSocket(SOCK_STREAM, listening: true)
    expectOurs(
      LocalFlow(local: Self.loopback, listener.port, remote: IPAddress(v4: 0xCB00_7109), 9, protocolNumber: 6))
  }

  @Test func datagramsAreThoseOfTheBoundSocket() throws {
    let socket = try TestSocket(SOCK_DGRAM)
    expectOurs(LocalFlow(local: Self.loopback, socket.port, remote: IPAddress(v4: 0xCB00_7109), 9, protocolNumber: 17))
  }

  @Test func whereNoSocketIsThereIsNobody() throws {
    let socket = try TestSocket(SOCK_DGRAM)
    // The port is in use, but not by TCP.
    let flow = LocalFlow(local: Self.loopback, socket.port, remote: Self.loopback, 9, protocolNumber: 6)
    #expect(Self.owner(flow).outcome == .noSocket)
    #expect(Self.owner(flow).user == nil)
  }

  /// A socket that is bound to all addresses would be found for those, too.
  @Test func packetsForOtherHostsHaveNobody() throws {
    let socket = try TestSocket(SOCK_DGRAM)
    let flow = LocalFlow(
      local: IPAddress(v4: 0xC633_6407), socket.port, remote: Self.loopback, 9, protocolNumber: 17)
    #expect(Self.owner(flow).outcome == .notLocal)
  }

  @Test func aProcessWithoutFilesToSeeStillHasAUser() throws {
    let socket = try TestSocket(SOCK_DGRAM)
    let empty = try TemporaryFolder()
    var finder = OwnerFinder(processes: ProcessFolder(path: empty.url.path))
    var path: [UInt8] = [1]
    let flow = LocalFlow(local: Self.loopback, socket.port, remote: Self.loopback, 9, protocolNumber: 17)
    let answer = finder.answer(OwnerQuestion(number: 5, flow: flow, interface: 0), path: &path)
    #expect(answer == OwnerAnswer(number: 5, outcome: .noProcess, user: geteuid()))
    #expect(path == [])
  }
}

/// A socket on all IPv4 addresses, at a port that the system chooses.
final class TestSocket {
  struct Failed: Error { let code: Int32 }

  private let descriptor: Int32
  private(set) var port: UInt16 = 0

  init(_ type: __socket_type, listening: Bool = false, connectedTo peer: UInt16? = nil) throws {
    // What other tests start meanwhile must not have it, too.
    descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var isDone: Bool
    if let peer {
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      address.sin_port = peer.bigEndian
      isDone = Self.withAddress(&address) { connect(descriptor, $0, $1.pointee) } == 0
    } else {
      isDone = Self.withAddress(&address) { bind(descriptor, $0, $1.pointee) } == 0
    }
    if listening { isDone = isDone && listen(descriptor, 4) == 0 }
    isDone = isDone && Self.withAddress(&address) { getsockname(descriptor, $0, $1) } == 0
    guard isDone else { throw Failed(code: errno) }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }

  private static func withAddress(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> Int32 {
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }
}
