internal import SentryPacket
internal import SentryRules

// What no list holds, as a list of its own.

extension Clause {
  /// More other values than these are not ruled out one below the other.
  private static let mostRuledOut = 32

  /// Lists of tests of which each packet fits one that fits none of the alternatives; `nil` if there is no such that could be read.
  var complement: Clause? { Self.complement(inOrder.map { $0[...] }).map { Clause(apart: $0) } }

  private static func complement(_ lists: [ArraySlice<PacketTest>]) -> [[PacketTest]]? {
    if lists.contains(where: \.isEmpty) { return [] }
    let groups = PacketTest.grouped(lists)
    let firsts = groups.map(\.first)
    let isFlat = groups.allSatisfy { $0.rests.contains(where: \.isEmpty) }
    guard isFlat || PacketTest.areApart(firsts), let others = others(than: firsts) else { return nil }
    var all: [[PacketTest]] = []
    for group in groups {
      guard let rests = complement(group.rests) else { return nil }
      all += rests.map { [group.first] + $0 }
    }
    return all + others
  }

  private static func others(than tests: [PacketTest]) -> [[PacketTest]]? {
    if let property = tests.first?.property, let others = addresses(otherThan: tests, property) {
      return others.map { [$0] }
    }
    return tests.count > mostRuledOut ? nil : [tests.map { !$0 }]
  }

  /// - Returns: no two for one packet; `nil` if the tests ask for anything else.
  private static func addresses(otherThan tests: [PacketTest], _ property: TestedProperty) -> [PacketTest]? {
    var ranges: [AddressRange] = []
    for test in tests {
      guard test.property == property, !test.isNegated, case .addresses(let first, let last) = test.meaning,
        let range = AddressRange(first: first, last: last)
      else { return nil }
      ranges.append(range)
    }
    ranges = ranges.merged
    return ["4", "6"].flatMap { family in
      let ofFamily = ranges.filter { $0.first.isIPv4 == (family == "4") }
      guard !ofFamily.isEmpty else { return [PacketTest(.ipVersion, family)] }
      let spaces = family == "4" ? [AddressRange.allIPv4] : AddressRange.allIPv6
      return spaces.flatMap { ofFamily.gaps(in: $0) }.map { PacketTest(property, NetText.text(of: $0)) }
    }
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
