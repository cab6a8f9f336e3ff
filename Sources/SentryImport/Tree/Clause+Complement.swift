internal import SentryPacket
internal import SentryRules

// Long lists of addresses, and what lies between them.

extension Clause {
  /// Of a list of addresses that are not meant, all others; `nil` of anything else.
  var complement: Clause? {
    guard let property = alternatives.first?.first?.property, [.sourceNet, .destinationNet].contains(property) else {
      return nil
    }
    var ranges: [AddressRange] = []
    for tests in alternatives {
      guard tests.count == 1, tests[0].property == property, !tests[0].isNegated,
        case .addresses(let first, let last) = tests[0].meaning, let range = AddressRange(first: first, last: last)
      else { return nil }
      ranges.append(range)
    }
    ranges = ranges.merged
    return Clause(
      oneOf: ["4", "6"].flatMap { family in
        let ofFamily = ranges.filter { $0.first.isIPv4 == (family == "4") }
        guard !ofFamily.isEmpty else { return [PacketTest(.ipVersion, family)] }
        let spaces = family == "4" ? [AddressRange.allIPv4] : AddressRange.allIPv6
        return spaces.flatMap { ofFamily.gaps(in: $0) }.map { PacketTest(property, NetText.text(of: $0)) }
      })
  }
}

extension AddressRange {
  fileprivate static let allIPv4 = AddressRange(prefix: IPAddress(v4: 0), length: 96)

  /// Before and behind the addresses of IPv4.
  fileprivate static let allIPv6 = [
    AddressRange(first: IPAddress(high: 0, low: 0), last: allIPv4.first.previous),
    AddressRange(first: allIPv4.last.next, last: IPAddress(high: .max, low: .max)),
  ].compactMap(\.self)
}

extension [AddressRange] {
  /// What of another range none of these holds, in order.
  ///
  /// - Precondition: they are in order, and none overlaps another.
  fileprivate func gaps(in whole: AddressRange) -> [AddressRange] {
    var gaps: [AddressRange] = []
    var start: IPAddress? = whole.first
    for range in self where whole.contains(range.first) {
      guard let first = start else { break }
      if first < range.first { gaps += [AddressRange(first: first, last: range.first.previous)].compactMap(\.self) }
      start = range.last < whole.last ? range.last.next : nil
    }
    return gaps + [start.flatMap { AddressRange(first: $0, last: whole.last) }].compactMap(\.self)
  }
}

extension IPAddress {
  /// Around the end, of the last.
  fileprivate var next: IPAddress { IPAddress(high: low == .max ? high &+ 1 : high, low: low &+ 1) }

  fileprivate var previous: IPAddress { IPAddress(high: low == 0 ? high &- 1 : high, low: low &- 1) }
}
