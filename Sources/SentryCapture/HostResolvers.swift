internal import Foundation
public import SentryPacket

/// Where this host asks for names.
public enum HostResolvers {
  /// The name servers of resolv.conf(5) and, where that only names systemd's own, those that it asks. What cannot be read is
  /// left out.
  public static func current() -> [IPAddress] {
    let paths = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]
    let texts = paths.compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
    return texts.flatMap { resolvers(in: $0) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
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
}
