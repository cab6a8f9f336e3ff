internal import SentryCapture
internal import SentryPacket
internal import SentryState

/// Why addresses that somebody enters by hand are most likely a mistake: no packet comes from them, or this host would shut
/// itself out.
struct AddressObjection: Error, Equatable {
  /// Says which addresses, and what they are.
  var message: String
  /// Who insists may enter them all the same. What is protected as a whole, nobody may.
  var canBeForced: Bool

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
  /// nothing to say. Authorized may be anybody, but not everybody; triggered, nobody who is protected.
  ///
  /// - Parameter isForced: only what cannot be entered at all.
  init?(
    to ranges: [AddressRange], in kind: AddressTableKind, own: [IPAddress], protected: [ProtectedAddress] = [],
    isForced: Bool = false
  ) {
    let protected = kind == .trigger ? protected : []
    let spans = AddressSpans(byFamily: protected.map(\.range))
    for range in ranges {
      let canBeForced = !spans.covers(range)
      guard !isForced || !canBeForced, let reason = Self.reason(range, in: kind, own, protected) else { continue }
      self.canBeForced = canBeForced
      message = "\(range) \(reason); nothing was entered"
      return
    }
    return nil
  }

  /// Why a protected address does not enter table trigger, as a sentence; `nil` if the range touches none.
  static func protection(of range: AddressRange, in protected: [ProtectedAddress]) -> String? {
    reason(range, protected).map { "\(range) \($0)" }
  }

  private static func reason(
    _ range: AddressRange, in kind: AddressTableKind, _ own: [IPAddress], _ protected: [ProtectedAddress]
  ) -> String? {
    for (what, all) in everything where all.map(range.contains) ?? false { return "is \(what)" }
    guard kind != .authorize else { return nil }
    for (what, special) in special {
      guard let special, special.first <= range.last, range.first <= special.last else { continue }
      return (special.contains(range) ? "is " : "includes ") + what
    }
    guard let address = own.first(where: { range.contains($0) }) else { return reason(range, protected) }
    let isAlone = range.first == range.last
    return isAlone ? "is an address of this host" : "includes \(address), an address of this host"
  }

  private static func reason(_ range: AddressRange, _ protected: [ProtectedAddress]) -> String? {
    guard let touched = protected.first(where: { $0.touches(range) }) else { return nil }
    let why = "\(touched.range) is protected (\(touched.reason.rawValue))"
    if touched.range == range { return "is protected (\(touched.reason.rawValue))" }
    return touched.range.contains(range) ? "lies in what is protected: \(why)" : "includes what is protected: \(why)"
  }
}

extension ProtectedAddress {
  /// Of the same family, some address is in both.
  fileprivate func touches(_ other: AddressRange) -> Bool { AddressSpans(byFamily: [range]).overlapsByFamily(other) }
}

extension AddressRange {
  fileprivate func contains(_ other: AddressRange) -> Bool { first <= other.first && other.last <= last }
}
