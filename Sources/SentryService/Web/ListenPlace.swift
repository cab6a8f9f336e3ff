internal import Foundation
package import NIOCore
internal import SentryPacket
internal import SentryProcesses

/// A TCP port where something is to be had, metrics or web pages: `127.0.0.1:9797`, `[::1]:9797`.
public struct ListenPlace: Sendable, Equatable {
  /// As a text without brackets.
  public let address: String
  /// 0 for one that the system chooses.
  public let port: UInt16
  /// Others than this host can reach it.
  public let isRemote: Bool

  public enum Problem: Error, Equatable {
    case unreadable
    /// Others than this host could reach it.
    case remote
  }

  /// - Parameter allowsRemote: any address will do, not only one of the loopback interface.
  public init(_ text: String, allowsRemote: Bool = false) throws(Problem) {
    // A number, and no sign before it.
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      text[text.index(after: colon)...].first?.isNumber == true
    else { throw .unreadable }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    // Without brackets, nobody can tell where an IPv6 address ends.
    guard isBracketed == host.contains(":") else { throw .unreadable }
    let name = host == "localhost" ? "127.0.0.1" : String(host)
    guard let address = IPAddress(name) else { throw .unreadable }
    guard allowsRemote || address.isLoopback else { throw .remote }
    self.address = name
    self.port = port
    isRemote = !address.isLoopback
  }

  package var text: String { Self.text(host: address, port: Int(port)) }

  /// The place with the port that the system has chosen, if that was left to it.
  package func text(listeningAt bound: SocketAddress?) -> String {
    guard let bound, let host = bound.ipAddress, let port = bound.port else { return text }
    return Self.text(host: host, port: port)
  }

  private static func text(host: String, port: Int) -> String {
    (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
  }

  /// Whether a request for this name, with or without a port, is for us. A web page that makes its own name mean our address (DNS
  /// rebinding) asks for its own name.
  package func accepts(authority: String, hostName: String = ThisMachine.name) -> Bool {
    let host = Self.host(of: authority).lowercased()
    if host == "localhost" { return true }
    if let address = IPAddress(host) { return isRemote || address.isLoopback }
    guard isRemote else { return false }
    let own = hostName.lowercased()
    return host == own || host == own.prefix { $0 != "." }
  }

  private static func host(of authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return String(authority[authority.index(after: authority.startIndex)..<end])
    }
    let name = authority.prefix { $0 != ":" }
    // With the root's dot it is the same name (RFC 1034 §3.1).
    return String(name.hasSuffix(".") ? name.dropLast() : name)
  }
}
