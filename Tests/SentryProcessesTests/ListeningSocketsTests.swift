import Foundation
import SentryPacket
import Testing

@testable import SentryProcesses

/// Sockets that the test itself opens are found, with what they are bound to.
@Suite struct ListeningSocketsTests {
  /// A socket that goes with it.
  private final class Opened {
    let descriptor: Int32
    private(set) var port: UInt16

    init(_ type: __socket_type, listens: Bool) throws {
      let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
      self.descriptor = descriptor
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let size = length
      port = 0
      let isBound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
      }
      try #require(isBound)
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
      }
      port = UInt16(bigEndian: address.sin_port)
      if listens { try #require(listen(descriptor, 1) == 0) }
    }

    deinit { close(descriptor) }
  }

  @Test func listenersOfTCPAreFound() throws {
    let opened = try Opened(SOCK_STREAM, listens: true)
    let port = opened.port
    let found = try #require(ListeningSocket.all().first { $0.protocolNumber == 6 && $0.port == port })
    #expect(found.address.description == "127.0.0.1")
    #expect(!found.isAnyAddress && found.interface == 0 && found.user == getuid())
    let program = SocketPrograms.executables(ofSockets: [found.inode])[found.inode]
    #expect(program == (try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")))
    withExtendedLifetime(opened) {}
  }

  @Test func openUDPSocketsAreFound() throws {
    let opened = try Opened(SOCK_DGRAM, listens: false)
    let port = opened.port
    #expect(ListeningSocket.all().contains { $0.protocolNumber == 17 && $0.port == port })
    withExtendedLifetime(opened) {}
  }

  @Test func whatDoesNotListenIsLeftOut() throws {
    let opened = try Opened(SOCK_STREAM, listens: false)
    let port = opened.port
    #expect(!ListeningSocket.all().contains { $0.protocolNumber == 6 && $0.port == port })
    withExtendedLifetime(opened) {}
  }

  /// `struct inet_diag_msg` of 72 bytes, cut at every place.
  @Test(arguments: 0..<72)
  func cutMessagesAreNoSockets(length: Int) {
    let message = [UInt8](repeating: 10, count: length)
    #expect(message.withUnsafeBytes { ListeningSocket($0.bytes, 6) } == nil)
  }

  /// An attribute of eight bytes: length 5, type 11 (INET_DIAG_SKV6ONLY).
  @Test func socketsForIPv6AloneAreTold() throws {
    var message = [UInt8](repeating: 0, count: 72)
    (message[0], message[5]) = (UInt8(AF_INET6), 22)
    for isAlone in [UInt8(0), 1] {
      let bytes = message + [5, 0, 11, 0, isAlone, 0, 0, 0]
      let socket = try #require(bytes.withUnsafeBytes { ListeningSocket($0.bytes, 6) })
      #expect(socket.isIPv6Only == (isAlone == 1) && socket.isAnyAddress && socket.port == 22)
    }
  }
}
