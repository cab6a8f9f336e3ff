internal import SentryCapture
internal import SentryPacket
internal import SentryState

/// Why addresses that somebody enters by hand are most likely a mistake: no packet comes from them, or this host would shut
/// itself out.
struct AddressObjection: Error, Equatable {
  /// Says which addresses, and what they are.
  var message: String

  /// What nobody sends from (RFC 6890, RFC 5771, RFC 4291 §2.7), and ourselves.
  private static let special: [(what: String, range: AddressRange?)] = [
    ("the unspecified address", try? AddressRange("0.0.0.0")), ("the unspecified address", try? AddressRange("::")),
    ("loopback", try? AddressRange("127.0.0.0/8")), ("loopback", try? AddressRange("::1")),
    ("multicast", try? AddressRange("224.0.0.0/4")), ("multicast", try? AddressRange("ff00::/8")),
    ("the broadcast address", try? AddressRange("255.255.255.255")),
  ]
  private static let everything: [(what: String, range: AddressRange?)] = [
    ("every address", try? AddressRange("::/0")), ("every IPv4 address", try? AddressRange("0.0.0.0/0")),
  ]

  /// To the first of `ranges` that should not be in the table `kind` on a host with the addresses `own`; `nil` if there is
  /// nothing to say. Authorized may be anybody, but not everybody.
  init?(to ranges: [AddressRange], in kind: AddressTableKind, own: [IPAddress]) {
    for range in ranges {
      guard let reason = Self.reason(range, in: kind, own) else { continue }
      message = "\(range) \(reason); nothing was entered"
      return
    }
    return nil
  }

  private static func reason(_ range: AddressRange, in kind: AddressTableKind, _ own: [IPAddress]) -> String? {
    for (what, all) in everything where all.map(range.contains) ?? false { return "is \(what)" }
    guard kind != .authorize else { return nil }
    for (what, special) in special {
      guard let special, special.first <= range.last, range.first <= special.last else { continue }
      return (special.contains(range) ? "is " : "includes ") + what
    }
    guard let address = own.first(where: { range.contains($0) }) else { return nil }
    let isAlone = range.first == range.last
    return isAlone ? "is an address of this host" : "includes \(address), an address of this host"
  }
}

extension AddressRange {
  fileprivate func contains(_ other: AddressRange) -> Bool { first <= other.first && other.last <= last }
}
