internal import Foundation
public import SentryPacket

/// The machines that this host depends on, as the system knows them now. What cannot be read is left out.
public enum HostServers {
  /// Where names are asked for: the name servers of resolv.conf(5) and, where that only names systemd's own, those that it asks.
  public static func resolvers() -> [IPAddress] {
    let paths = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]
    return paths.flatMap { resolvers(in: text(of: $0)) }.withoutRepetitions
  }

  /// The next hops of the default routes of the main routing table.
  public static func gateways() -> [IPAddress] {
    let ipv4 = gateways(in: text(of: "/proc/net/route"))
    return (ipv4 + ipv6Gateways(in: text(of: "/proc/net/ipv6_route"))).withoutRepetitions
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
}

extension [IPAddress] {
  fileprivate var withoutRepetitions: [IPAddress] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
