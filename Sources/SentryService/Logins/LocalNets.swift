internal import Foundation
internal import SentryPacket

/// The networks that this host is in, of private addresses: who is there is rarely an enemy, and often the administrator.
enum LocalNets {
  private static let most = 4

  /// As the kernel's routes say it, the widest first; at most four.
  static func current() -> [AddressRange] {
    var known: Set<AddressRange> = []
    return (nets(ipv4: text("/proc/net/route")) + nets(ipv6: text("/proc/net/ipv6_route")))
      .filter { $0.first.isPrivate && !$0.first.isIPv6LinkLocal && known.insert($0).inserted }
      .prefix(most).map(\.self)
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  /// Columns: interface, destination, gateway, flags, three more, mask; numbers in hexadecimal, in the host's order.
  static func nets(ipv4 text: String) -> [AddressRange] {
    text.split(separator: "\n").dropFirst().compactMap { line in
      let words = line.split { $0 == "\t" || $0 == " " }
      guard words.count >= 8, let net = UInt32(words[1], radix: 16), UInt32(words[2], radix: 16) == 0,
        let mask = UInt32(words[7], radix: 16)
      else { return nil }
      let length = mask.nonzeroBitCount
      guard (8...30).contains(length) else { return nil }
      return AddressRange(prefix: IPAddress(v4: UInt32(bigEndian: net)), length: 96 + length)
    }
  }

  /// Columns: destination, its length, source, its length, next hop …; addresses as 32 digits.
  static func nets(ipv6 text: String) -> [AddressRange] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count >= 5, words[0].utf8.count == 32, let high = UInt64(words[0].prefix(16), radix: 16),
        let low = UInt64(words[0].suffix(16), radix: 16), let length = Int(words[1], radix: 16),
        words[4].allSatisfy({ $0 == "0" }), (32...64).contains(length)
      else { return nil }
      return AddressRange(prefix: IPAddress(high: high, low: low), length: length)
    }
  }
}
