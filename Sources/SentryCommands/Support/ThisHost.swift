internal import Foundation
internal import SentryCapture
internal import SentryPacket
internal import SentryRules

/// Gathers what checks want to know of the machine we run on. What cannot be read is left out: a check without it says
/// less, not more.
enum ThisHost {
  static func facts() -> HostFacts {
    var facts = HostFacts()
    facts.addresses = ((try? NetworkInterface.all()) ?? []).flatMap(\.addresses)
    facts.now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    facts.resolvers = resolvers(in: text(of: "/etc/resolv.conf"))
    facts.gateways = gateways(in: text(of: "/proc/net/route")) + ipv6Gateways(in: text(of: "/proc/net/ipv6_route"))
    facts.sshConnection = ProcessInfo.processInfo.environment["SSH_CONNECTION"].flatMap { connection(in: $0) }
    return facts
  }

  private static func text(of path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// The `nameserver` lines of resolv.conf(5).
  static func resolvers(in text: String) -> [IPAddress] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count >= 2, words[0] == "nameserver" else { return nil }
      // A zone, as in fe80::1%eth0, is no part of the address.
      return IPAddress(words[1].prefix { $0 != "%" })
    }
  }

  /// The next hops of default routes in /proc/net/route: columns destination, gateway and mask are the eighth, hexadecimal
  /// and as they lie in memory.
  static func gateways(in table: String) -> [IPAddress] {
    table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let columns = line.split(whereSeparator: \.isWhitespace)
      guard columns.count >= 8, columns[1] == "00000000", columns[7] == "00000000",
        let gateway = UInt32(columns[2], radix: 16), gateway != 0
      else { return nil }
      return IPAddress(v4: UInt32(bigEndian: gateway))
    }
  }

  /// The same in /proc/net/ipv6_route: destination, its length, source, its length, next hop; hexadecimal, in network
  /// order.
  static func ipv6Gateways(in table: String) -> [IPAddress] {
    let nothing = String(repeating: "0", count: 32)
    return table.split(whereSeparator: \.isNewline).compactMap { line in
      let columns = line.split(whereSeparator: \.isWhitespace)
      guard columns.count >= 5, columns[0] == nothing, columns[1] == "00", columns[4] != nothing,
        columns[4].count == 32, let high = UInt64(columns[4].prefix(16), radix: 16),
        let low = UInt64(columns[4].suffix(16), radix: 16)
      else { return nil }
      return IPAddress(high: high, low: low)
    }
  }

  /// `SSH_CONNECTION` of ssh(1): the client's address and port, the server's address and port.
  static func connection(in text: String) -> HostFacts.SSHConnection? {
    let words = text.split(separator: " ")
    guard words.count == 4, let peer = IPAddress(words[0].prefix { $0 != "%" }),
      let address = IPAddress(words[2].prefix { $0 != "%" }), let port = UInt16(words[3])
    else { return nil }
    return HostFacts.SSHConnection(peer: peer, address: address, port: port)
  }
}
